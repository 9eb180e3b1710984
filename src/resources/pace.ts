/** Milliseconds between two notifications about one thing. */
export const INTERVAL = 1000;

/** Turns many changes into few notifications: the first at once, the others together, one a second. */
export class Pace implements Disposable {
  readonly #tell: () => void;
  readonly #now: () => number;
  #toldAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(tell: () => void, now: () => number) {
    this.#tell = tell;
    this.#now = now;
  }

  /** Something changed. */
  touch(): void {
    if (this.#timer !== undefined) return;
    const left = this.#toldAt + INTERVAL - this.#now();
    if (left > 0) this.#timer = setTimeout(() => this.#ring(), left);
    else this.#ring();
  }

  /** What was not told yet is not told any more. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #ring(): void {
    this.#timer = undefined;
    this.#toldAt = this.#now();
    this.#tell();
  }
}
