import { z } from "zod";
import { command } from "./fields.ts";
import { durationSeconds } from "./time.ts";

const NANOSECONDS = 1e9;
/** The Engine takes no less, apart from 0, which means its own default. */
const SHORTEST = 0.001;
/** A day; a longer one is a mistake of units. */
const LONGEST = 86_400;
const MARKERS = ["NONE", "CMD", "CMD-SHELL"];

/** A health check as Docker's SDKs spell it; durations are texts such as `30s`, or nanoseconds. */
export function healthcheck(): HealthcheckSchema {
  return schema();
}

/** The type of {@linkcode healthcheck}. */
export type HealthcheckSchema = ReturnType<typeof schema>;

function schema() {
  return z.strictObject({
    test: command("A shell line, or a list that begins with CMD, CMD-SHELL or NONE")
      .refine(isTest, {
        error: 'expected a shell line, or a list that begins with "CMD", "CMD-SHELL" or "NONE"',
      }),
    interval: duration(),
    timeout: duration(),
    start_period: duration(),
    retries: z.number().int().min(0).max(1000).optional(),
  });
}

/** A health check as {@linkcode healthcheck} has checked it. */
export type Healthcheck = z.output<HealthcheckSchema>;

/** The Engine's form of a health check. */
export function engineHealthcheck(
  { test, interval, timeout, start_period, retries }: Healthcheck,
): Record<string, unknown> {
  return {
    Test: typeof test === "string" ? ["CMD-SHELL", test] : test,
    ...(interval === undefined ? {} : { Interval: nanoseconds(interval) }),
    ...(timeout === undefined ? {} : { Timeout: nanoseconds(timeout) }),
    ...(start_period === undefined ? {} : { StartPeriod: nanoseconds(start_period) }),
    ...(retries === undefined ? {} : { Retries: retries }),
  };
}

function isTest(test: string | readonly string[]): boolean {
  if (typeof test === "string") return test.trim() !== "";
  const [marker = "", ...words] = test;
  if (!MARKERS.includes(marker)) return false;
  return marker === "NONE" ? words.length === 0 : words.length > 0;
}

function duration() {
  return z.union([z.string().max(64), z.number()])
    .refine((value) => nanoseconds(value) !== undefined, {
      error: 'expected a time of 1 ms to 24 h such as "30s", or 0',
    }).optional();
}

function nanoseconds(value: string | number): number | undefined {
  const seconds = typeof value === "string" ? durationSeconds(value) : value / NANOSECONDS;
  if (seconds === undefined || (seconds !== 0 && !(seconds >= SHORTEST && seconds <= LONGEST))) {
    return undefined;
  }
  return Math.round(seconds * NANOSECONDS);
}
