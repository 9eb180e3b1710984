/** Replaces the timers of this process until it is disposed, so that no test waits for real time. */
export class FakeTime implements Disposable {
  /** Milliseconds that have passed. */
  now = 0;
  readonly #timers = new Map<number, { readonly at: number; readonly ring: () => void }>();
  readonly #setTimeout = globalThis.setTimeout;
  readonly #clearTimeout = globalThis.clearTimeout;
  #last = 0;

  constructor() {
    const set = (ring: () => void, milliseconds = 0): number => {
      this.#timers.set(++this.#last, { at: this.now + milliseconds, ring });
      return this.#last;
    };
    globalThis.setTimeout = set as unknown as typeof globalThis.setTimeout;
    globalThis.clearTimeout = (id) => void this.#timers.delete(Number(id));
  }

  /** Timers that were set and have neither rung nor been cleared. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets time pass, rings what falls due in order, and lets promises settle behind each. */
  async pass(milliseconds: number): Promise<void> {
    const until = this.now + milliseconds;
    for (;;) {
      await this.settle();
      const [due] = [...this.#timers].filter(([, { at }]) => at <= until)
        .sort(([, left], [, right]) => left.at - right.at);
      if (due === undefined) break;
      const [id, { at, ring }] = due;
      this.#timers.delete(id);
      this.now = at;
      ring();
    }
    this.now = until;
  }

  /** Lets promises that can settle do so. */
  settle(): Promise<void> {
    return new Promise((resolve) => void this.#setTimeout.call(globalThis, resolve, 0));
  }

  [Symbol.dispose](): void {
    globalThis.setTimeout = this.#setTimeout;
    globalThis.clearTimeout = this.#clearTimeout;
  }
}
