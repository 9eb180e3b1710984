/** Answers one call. */
export type Handler<Call, Result> = (call: Call) => Promise<Result>;

/** Wraps a handler: it may refuse the call, change it on the way in, or change the result on the way out. */
export type Step<Call, Result> = (
  call: Call,
  next: Handler<Call, Result>,
) => Promise<Result>;

/**
 * Wraps `run` in `steps`, the first step outermost.
 *
 * @example The steps read in the order in which they see the call.
 * ```ts
 * import { compose } from "./compose.ts";
 *
 * const shout = compose<string, string>(
 *   [async (call, next) => (await next(call)) + "!", (call, next) => next(call.toUpperCase())],
 *   (call) => Promise.resolve(call),
 * );
 * if (await shout("hello") !== "HELLO!") throw new Error("The steps ran in another order");
 * ```
 */
export function compose<Call, Result>(
  steps: readonly Step<Call, Result>[],
  run: Handler<Call, Result>,
): Handler<Call, Result> {
  return steps.reduceRight<Handler<Call, Result>>(
    (next, step) => (call) => step(call, next),
    run,
  );
}
