import type { Step } from "../compose.ts";
import { RefusedError } from "../tools/refused.ts";
import type { ToolCall, ToolOutput } from "../tools/tool.ts";

/** A caller that waits longer than this for its turn is better told so. */
const QUEUE_MILLISECONDS = 2000;

/** A reading call that may take longer than this waits for something, e.g. for new log lines. */
const QUICK_SECONDS = 60;

/**
 * Lets at most `maximum` quick reading calls run at once, and apart from them as many that change something or take long; a
 * further one waits up to 2 s for its turn, then is refused. A tool that is `alwaysAllowed` is not counted.
 */
export function limitConcurrency(maximum: number): Step<ToolCall, ToolOutput> {
  const quick = lane(maximum);
  const slow = lane(maximum);
  return async function limitConcurrency(call, next) {
    if (call.tool.alwaysAllowed) return await next(call);
    return await (isQuick(call) ? quick : slow)(call, next);
  };
}

/** A configured default beyond that makes no reading call slow. */
function isQuick(call: ToolCall): boolean {
  return call.tool.safety === "safe" && secondsOf(call, 0) <= QUICK_SECONDS;
}

function lane(maximum: number): Step<ToolCall, ToolOutput> {
  let running = 0;
  const waiting = new Set<() => void>();
  return async function lane(call, next) {
    if (running < maximum) running++;
    else await turn(call, waiting, maximum);
    try {
      return await next(call);
    } finally {
      const [wake] = waiting;
      if (wake === undefined) running--;
      else wake(); // the slot passes on without becoming free in between
    }
  };
}

function turn(call: ToolCall, waiting: Set<() => void>, maximum: number): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const leave = (): void => {
      waiting.delete(wake);
      clearTimeout(timer);
      call.signal.removeEventListener("abort", cancelled);
    };
    const wake = (): void => (leave(), resolve());
    const cancelled = (): void => (leave(), reject(call.signal.reason));
    const timer = setTimeout(() => {
      leave();
      reject(tooMany(maximum));
    }, QUEUE_MILLISECONDS);
    waiting.add(wake);
    if (call.signal.aborted) cancelled();
    else call.signal.addEventListener("abort", cancelled);
  });
}

function tooMany(maximum: number): RefusedError {
  return new RefusedError(
    "too_many_calls",
    `${maximum} calls of this kind are running already (SAFETY_MAX_CONCURRENT_OPERATIONS)`,
    "Wait until one of them has ended, then call again",
  );
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

function secondsOf({ tool, input }: ToolCall, defaultSeconds: number): number {
  if (tool.seconds === undefined) return defaultSeconds;
  return typeof tool.seconds === "number" ? tool.seconds : tool.seconds(input);
}

function tooSlow({ tool }: ToolCall, seconds: number): RefusedError {
  const remedy = tool.safety === "safe"
    ? "Ask for less, or call again when the Engine is less busy"
    : "The Engine may still be doing it: look before you call again";
  return new RefusedError("timeout", `${tool.name} gave up after ${seconds} s`, remedy);
}
