import type { Span } from "./redact_pem.ts";

/** Remembers how far the runs of one text go, so that the keys inside a long value do not each read it to its end again. */
export class KnownRuns {
  readonly #runs = new Map<unknown, Span>();

  /**
   * Where the run that starts at `at` ends.
   *
   * @param kind Names runs that end at the same place wherever in them the reading starts.
   * @param read Reads the run, where it is not known.
   */
  endOf(kind: unknown, at: number, read: () => number): number {
    const known = this.#runs.get(kind);
    if (known !== undefined && known.start <= at && at < known.end) return known.end;
    const end = read();
    this.#runs.set(kind, { start: at, end });
    return end;
  }
}
