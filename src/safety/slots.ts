import { RefusedError } from "../tools/refused.ts";
import type { ToolCall } from "../tools/tool.ts";

/** How many may run at once. */
export interface SlotLimits {
  readonly total: number;
  readonly perCaller: number;
}

/** Who waits beyond this would not get a turn in time anyway. */
const MAXIMUM_WAITING = 1000;

/** The calls of one caller. */
interface Line {
  running: number;
  /** Wakes those who wait, in the order in which they came. */
  readonly waiting: Set<() => void>;
}

/** Places for calls that run; free ones go round the callers who wait, so that a long line of one delays no other. */
export class Slots {
  readonly #limits: SlotLimits;
  #running = 0;
  /** Only callers who have a call here; whose turn came last is last. */
  readonly #lines = new Map<string, Line>();

  constructor(limits: SlotLimits) {
    this.#limits = limits;
  }

  /** Callers who have a call that runs or waits. */
  get callers(): number {
    return this.#lines.size;
  }

  /**
   * Waits for a place, at most `patience` milliseconds; the answer gives it back, and has to be called once.
   *
   * @throws {RefusedError} `too_many_calls`; the signal's reason once that aborts
   */
  async enter({ caller: { id }, signal }: ToolCall, patience: number): Promise<() => void> {
    signal.throwIfAborted();
    const line = this.#lines.get(id) ?? { running: 0, waiting: new Set() };
    this.#lines.set(id, line);
    if (this.#hasRoom(line)) this.#occupy(line);
    else await this.#turn(id, line, { signal, patience });
    return () => this.#leave(id, line);
  }

  /** Whoever waits does so because one of the two is full, so that nobody is passed over here. */
  #hasRoom(line: Line): boolean {
    return this.#running < this.#limits.total && line.running < this.#limits.perCaller;
  }

  #occupy(line: Line): void {
    this.#running++;
    line.running++;
  }

  #leave(id: string, line: Line): void {
    this.#running--;
    line.running--;
    this.#callNext();
    this.#forget(id, line);
  }

  /** One place became free, for its caller and for all, so that at most one who waits can take it. */
  #callNext(): void {
    for (const [id, line] of this.#lines) {
      const [wake] = line.waiting;
      if (wake === undefined || !this.#hasRoom(line)) continue;
      this.#lines.delete(id);
      this.#lines.set(id, line);
      this.#occupy(line); // before anybody else can come in between
      wake();
      return;
    }
  }

  #forget(id: string, line: Line): void {
    if (line.running === 0 && line.waiting.size === 0) this.#lines.delete(id);
  }

  #turn(
    id: string,
    line: Line,
    { signal, patience }: { readonly signal: AbortSignal; readonly patience: number },
  ): Promise<void> {
    if (line.waiting.size >= MAXIMUM_WAITING) return Promise.reject(this.#refusal(line));
    return new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        line.waiting.delete(wake);
        clearTimeout(timer);
        signal.removeEventListener("abort", cancelled);
      };
      const giveUp = (reason: unknown): void => {
        leave();
        this.#forget(id, line);
        reject(reason);
      };
      const wake = (): void => (leave(), resolve());
      const cancelled = (): void => giveUp(signal.reason);
      const timer = setTimeout(() => giveUp(this.#refusal(line)), patience);
      line.waiting.add(wake);
      signal.addEventListener("abort", cancelled);
    });
  }

  #refusal(line: Line): RefusedError {
    const { perCaller, total } = this.#limits;
    const state = line.running >= perCaller && perCaller < total
      ? `${perCaller} of your calls of this kind are running already (SECURITY_RATE_LIMIT_CONCURRENT)`
      : `${total} calls of this kind are running already (SAFETY_MAX_CONCURRENT_OPERATIONS)`;
    const remedy = "Wait until one of them has ended, then call again, e.g. in 5 s";
    return new RefusedError("too_many_calls", state, remedy);
  }
}
