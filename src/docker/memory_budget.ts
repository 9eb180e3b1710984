import { DockerError } from "./errors.ts";

/** Bytes of large answers that are held at a time: 64 MiB, four lists of the greatest length. */
const BUDGET = 64 * 1024 * 1024;
/** Bytes of an answer that is read in any case: 1 MiB; how many there are, the connections limit. */
const SMALL = 1024 * 1024;

/** Keeps the large answers that are read and parsed at the same time from taking all memory. */
export class MemoryBudget {
  #held = 0;

  /** Bytes of large answers that are held now. */
  get held(): number {
    return this.#held;
  }

  /** An account of one answer, to be disposed when it is parsed; `action` completes "Cannot …". */
  open(action: string): Disposable & { hold(bytes: number): void } {
    let own = 0;
    return {
      /** @throws {DockerError} `too_large` when a large answer would go beyond the budget */
      hold: (bytes) => {
        if (bytes <= SMALL) return;
        if (this.#held + bytes - own > BUDGET) throw tooMuch(action);
        this.#held += bytes - own;
        own = bytes;
      },
      [Symbol.dispose]: () => {
        this.#held -= own;
        own = 0;
      },
    };
  }
}

function tooMuch(action: string): DockerError {
  const message = `Cannot ${action}: other large answers are being read, ` +
    `which may take ${BUDGET / 1024 / 1024} MiB together`;
  const remedy = "Call again when they have ended, or ask for less, e.g. with a filter or a limit";
  return new DockerError("too_large", message, { remedy });
}
