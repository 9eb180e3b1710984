/** A pause that can be cut short, also before it begins. */
export class Rest {
  #isEnded = false;
  #wake: (() => void) | undefined;

  /** Waits so many milliseconds or, with `Infinity`, until it is ended; not at all where it was ended since the last one. */
  async for(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    if (this.#isEnded) resolve();
    const timer = milliseconds === Infinity ? undefined : setTimeout(resolve, milliseconds);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#wake = undefined;
      this.#isEnded = false;
    }
  }

  /** Ends the pause under way, or else the next one. */
  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  /** Ends the pause under way, if there is one. */
  interrupt(): void {
    this.#wake?.();
  }
}
