import { DockerError } from "./errors.ts";

/** How long a call may take, in milliseconds on a monotonic clock; 0 means for ever. */
export interface Timeouts {
  /** From sending the request to the head of the answer. @default {10_000} */
  readonly firstByte: number;
  /** Between two pieces of an answer, while somebody waits for one. @default {30_000} */
  readonly idle: number;
  /** The whole call, waiting for a free connection included. @default {60_000} */
  readonly total: number;
}

/** What a call gets when nobody says otherwise; connecting has three seconds of its own. */
export const DEFAULT_TIMEOUTS: Timeouts = { firstByte: 10_000, idle: 30_000, total: 60_000 };

/** What a timer can wait; it rings again for longer deadlines. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** One running phase of a call. */
interface Phase {
  readonly name: string;
  readonly limit: number;
  readonly since: number;
}

/** What a deadline needs to say when it passes. */
export interface DeadlineOptions {
  /** Completes "Cannot …". */
  readonly action: string;
  /** Whether the call changes something, which may have happened all the same. */
  readonly changes: boolean;
  readonly timeouts: Timeouts;
}

/** The clock of one call: its signal aborts when the caller's does or when a deadline passes. */
export class Deadline implements Disposable {
  /** Its reason is the caller's reason, or a `DockerError` with code `timeout`. */
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #action: string;
  readonly #changes: boolean;
  readonly #timeouts: Timeouts;
  readonly #caller: AbortSignal | undefined;
  readonly #total: Phase;
  #phase: Phase | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #rings = Infinity;

  constructor({ action, changes, timeouts }: DeadlineOptions, caller?: AbortSignal) {
    this.signal = this.#controller.signal;
    this.#action = action;
    this.#changes = changes;
    this.#timeouts = timeouts;
    this.#caller = caller;
    this.#total = { name: "complete answer", limit: timeouts.total, since: performance.now() };
    if (caller?.aborted) this.#abort();
    else caller?.addEventListener("abort", this.#abort, { once: true });
    this.#arm();
  }

  /** The request leaves: the Engine's time to answer starts. */
  sent(): void {
    this.#enter("answer", this.#timeouts.firstByte);
  }

  /** Somebody waits for the next piece: the idle time starts. */
  reading(): void {
    this.#enter("further piece of the answer", this.#timeouts.idle);
  }

  /** Nobody waits for the Engine: only the total counts. */
  resting(): void {
    this.#phase = undefined;
    if (this.#timeouts.total === 0) this.#stop();
  }

  /** Stops the clock. */
  [Symbol.dispose](): void {
    this.#stop();
    this.#caller?.removeEventListener("abort", this.#abort);
  }

  readonly #abort = (): void => this.#controller.abort(this.#caller?.reason);

  #enter(name: string, limit: number): void {
    if (limit === 0) return;
    this.#phase = { name, limit, since: performance.now() };
    // A timer that rings sooner looks again by itself, so that a read seldom has to set one.
    if (endOf(this.#phase) < this.#rings) this.#arm();
  }

  #arm(): void {
    this.#stop();
    const phase = this.#nextToEnd();
    if (phase === undefined) return;
    const left = Math.min(Math.max(endOf(phase) - performance.now(), 0), LONGEST_TIMER);
    this.#rings = performance.now() + left;
    this.#timer = setTimeout(this.#ring, left);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#rings = Infinity;
  }

  readonly #ring = (): void => {
    this.#timer = undefined;
    this.#rings = Infinity;
    const phase = this.#nextToEnd();
    if (phase === undefined) return;
    if (endOf(phase) > performance.now()) return this.#arm();
    const message = `Cannot ${this.#action}: no ${phase.name} within ${phase.limit / 1000} seconds`;
    const remedy = this.#changes
      ? "It may have happened all the same: inspect the object before trying again"
      : "Check that the Engine is not overloaded or hanging, or allow more time";
    this.#controller.abort(new DockerError("timeout", message, { remedy }));
  };

  #nextToEnd(): Phase | undefined {
    const { limit } = this.#total;
    const phase = this.#phase;
    if (limit === 0 || (phase !== undefined && endOf(phase) < endOf(this.#total))) return phase;
    return this.#total;
  }
}

function endOf(phase: Phase): number {
  return phase.since + phase.limit;
}
