interface Work<Value> {
  readonly promise: Promise<Value>;
  readonly controller: AbortController;
  waiting: number;
}

/**
 * One piece of work that concurrent callers share, whose result is kept and whose failure is not.
 *
 * A caller whose signal aborts leaves with the signal's reason; the work goes on for the others, and is
 * aborted when nobody waits for it any more.
 */
export class SharedTask<Value> {
  readonly #run: (signal: AbortSignal) => Promise<Value>;
  #current: Work<Value> | undefined;
  #done = false;

  constructor(run: (signal: AbortSignal) => Promise<Value>) {
    this.#run = run;
  }

  /** The kept result, or that of the work under way or started now. */
  async join(signal?: AbortSignal): Promise<Value> {
    signal?.throwIfAborted();
    const current = this.#current ??= this.#start();
    current.waiting++;
    try {
      return await untilAborted(current.promise, signal);
    } finally {
      current.waiting--;
      if (current.waiting === 0 && this.#current === current && !this.#done) {
        this.#current = undefined;
        current.controller.abort(signal?.reason);
      }
    }
  }

  /** Forgets a kept result; the next caller starts the work anew. */
  drop(): void {
    if (this.#done) this.#current = undefined;
    this.#done = false;
  }

  #start(): Work<Value> {
    const controller = new AbortController();
    this.#done = false;
    const promise = this.#run(controller.signal);
    const current = { promise, controller, waiting: 0 };
    promise.then(
      () => {
        if (this.#current === current) this.#done = true;
      },
      () => {
        if (this.#current === current) this.#current = undefined;
      },
    );
    return current;
  }
}

/** Waits for `promise`, or rejects with the signal's reason as soon as it aborts. */
export async function untilAborted<Value>(
  promise: Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  if (signal === undefined) return await promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    if (signal.aborted) abort();
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
