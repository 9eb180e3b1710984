/** A controller whose signal tells how many still listen to it, e.g. after what they waited for. */
export class WatchedController extends AbortController {
  readonly #listeners = new Set<unknown>();

  constructor() {
    super();
    const { signal } = this;
    const { addEventListener: add, removeEventListener: remove } = signal;
    signal.addEventListener = (type: string, listener: EventListener) => {
      this.#listeners.add(listener);
      add.call(signal, type, listener);
    };
    signal.removeEventListener = (type: string, listener: EventListener) => {
      this.#listeners.delete(listener);
      remove.call(signal, type, listener);
    };
  }

  /** Those who listen. */
  get listeners(): number {
    return this.#listeners.size;
  }
}
