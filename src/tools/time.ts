import { RefusedError } from "./refused.ts";

const SECONDS_PER_UNIT: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  "µs": 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
};
const DURATION = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d))+$/;
const DURATION_PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/g;
const UNIX_SECONDS = /^\d{1,10}(?:\.\d{1,9})?$/;
const DATE =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?)?(Z|[+-]\d{2}:\d{2})?$/i;

/**
 * Reads a point in time as `docker logs --since` does: a duration before `now`, RFC 3339, a date with or without time
 * (without an offset: UTC), or Unix seconds.
 *
 * @param field The argument's name, for the message.
 * @param text What the caller wrote.
 * @param now Unix seconds.
 * @returns Unix seconds.
 * @throws {RefusedError} `invalid_arguments`, with the accepted forms.
 */
export function parseTime(field: string, text: string, now: number): number {
  const time = durationBefore(text, now) ?? unixSeconds(text) ?? calendarTime(text);
  if (time === undefined) {
    throw new RefusedError(
      "invalid_arguments",
      `${field}: "${text.slice(0, 64)}" is not a point in time`,
      'Use a duration such as "10m" or "1h30m", RFC 3339, a date such as "2026-01-31", or Unix seconds',
    );
  }
  return time;
}

/**
 * Reads `since` and `until` together, relative times from one clock reading.
 *
 * @throws {RefusedError} `invalid_arguments` for a bad form, or when `until` lies before `since`.
 */
export function parseWindow(
  { since, until }: {
    readonly since?: string | null | undefined;
    readonly until?: string | null | undefined;
  },
  now = Date.now() / 1000,
): { since?: number; until?: number } {
  const window = {
    ...(since ? { since: parseTime("since", since, now) } : {}),
    ...(until ? { until: parseTime("until", until, now) } : {}),
  };
  if (window.since !== undefined && window.until !== undefined && window.until < window.since) {
    throw new RefusedError(
      "invalid_arguments",
      "until: lies before since",
      "Give an until that is later than since",
    );
  }
  return window;
}

function durationBefore(text: string, now: number): number | undefined {
  const seconds = durationSeconds(text);
  return seconds === undefined ? undefined : Math.max(0, now - seconds);
}

/** The seconds of a duration such as `1m30s`, in Go's form with days besides; undefined for another form. */
export function durationSeconds(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(DURATION_PART)) {
    total += Number(amount) * (SECONDS_PER_UNIT[unit ?? ""] ?? Number.NaN);
  }
  return total;
}

function unixSeconds(text: string): number | undefined {
  return UNIX_SECONDS.test(text) ? Number(text) : undefined;
}

function calendarTime(text: string): number | undefined {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = "00", minute = "00", second = "00", fraction = "", zone = "Z"] =
    match;
  // Date.parse() rolls 31 February over into March, so the date must survive the round trip.
  const midnight = new Date(`${year}-${month}-${day}T00:00:00Z`);
  if (Number.isNaN(midnight.getTime()) || midnight.getUTCDate() !== Number(day)) return undefined;
  const milliseconds = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${second}${zone.toUpperCase()}`,
  );
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000 + Number(fraction || 0);
}
