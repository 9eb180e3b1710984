import type { Step } from "../compose.ts";
import { RefusedError } from "../tools/refused.ts";
import type { ToolCall, ToolOutput } from "../tools/tool.ts";
import { RateLimit, type RateLimits } from "./rate_limit.ts";
import { Slots } from "./slots.ts";

/** A caller that waits longer than this for its turn is better told so. */
const QUEUE_MILLISECONDS = 2000;

/** A reading call that may take longer than this waits for something, e.g. for new log lines. */
const QUICK_SECONDS = 60;

/** How much may be called. */
export interface CallLimits {
  /** Quick reading calls at once, and apart from them all others. */
  readonly atOnce: number;
  /** The same of one caller. @default {atOnce} */
  readonly atOncePerCaller?: number | undefined;
  /** Calls a minute. @default {as many as come} */
  readonly rate?: RateLimits | undefined;
}

/**
 * Lets a call pass when its caller and all together have not called too often, and when fewer of its kind run than may: quick
 * reading calls are one kind, those that change something or take long the other. Else it waits up to 2 s, then is refused.
 *
 * A tool that is `alwaysAllowed` needs no place, and how often it is called is counted apart.
 */
export function limit(limits: CallLimits): Step<ToolCall, ToolOutput> {
  const { atOnce: total, atOncePerCaller: perCaller = total } = limits;
  const rate = limits.rate === undefined ? undefined : new RateLimit(limits.rate);
  const quick = new Slots({ total, perCaller });
  const slow = new Slots({ total, perCaller });
  return async function limit(call, next) {
    const waited = await rate?.enter(call, QUEUE_MILLISECONDS) ?? 0;
    if (call.operation.alwaysAllowed) return await next(call);
    const slots = isQuick(call) ? quick : slow;
    const leave = await slots.enter(call, QUEUE_MILLISECONDS - waited);
    try {
      return await next(call);
    } finally {
      leave();
    }
  };
}

/** A configured default beyond that makes no reading call slow. */
function isQuick(call: ToolCall): boolean {
  return call.operation.safety === "safe" && secondsOf(call, 0) <= QUICK_SECONDS;
}

/** Ends a call that takes longer than its tool's `seconds`, or `defaultSeconds`; 0 means no deadline. */
export function deadline(defaultSeconds: number): Step<ToolCall, ToolOutput> {
  return async function deadline(call, next) {
    const seconds = secondsOf(call, defaultSeconds);
    if (seconds === 0) return await next(call);
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(tooSlow(call, seconds)), seconds * 1000);
    try {
      return await next({ ...call, signal: AbortSignal.any([call.signal, controller.signal]) });
    } finally {
      clearTimeout(timer);
    }
  };
}

function secondsOf({ operation, input }: ToolCall, defaultSeconds: number): number {
  if (operation.seconds === undefined) return defaultSeconds;
  return typeof operation.seconds === "number" ? operation.seconds : operation.seconds(input);
}

function tooSlow({ operation }: ToolCall, seconds: number): RefusedError {
  const remedy = operation.safety === "safe"
    ? "Ask for less, or call again when the Engine is less busy"
    : "The Engine may still be doing it: look before you call again";
  return new RefusedError("timeout", `${operation.name} gave up after ${seconds} s`, remedy);
}
