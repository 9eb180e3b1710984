/** Values that complete what was typed, as MCP's `completion/complete` answers them. */
export interface Completion {
  /** The best first, at most 100. */
  readonly values: string[];
  /** All that match. */
  readonly total: number;
  readonly hasMore: boolean;
}

/** What MCP allows in one answer. */
const MAXIMUM_VALUES = 100;
/** Names kept of one kind: what the longest list that is read holds. Beyond it the newest are not offered. */
const MAXIMUM_NAMES = 20_000;
const LONGEST_NAME = 512;
/** Digits of an id as `docker ps` shows it. */
const SHORT_ID = 12;
const DIGEST = "sha256:";
/** All that the grammars of names allow is among it; a name made by a plugin may be anything. */
const PRINTABLE = /^[!-~]+$/;

/** The names of objects of one kind by their ids; what matches is found by looking at all of them. */
export class NameIndex {
  readonly #names = new Map<string, readonly string[]>();
  readonly #offersIds: boolean;

  /** @param offersIds Whether ids complete as well; those of volumes are names. */
  constructor(offersIds: boolean) {
    this.#offersIds = offersIds;
  }

  /** Names an object, anew where it was known. */
  set(id: string, names: readonly string[]): void {
    const bare = bareId(id);
    if (this.#names.size >= MAXIMUM_NAMES && !this.#names.has(bare)) return;
    this.#names.set(bare, names.filter(isPlain));
  }

  /** Forgets an object. */
  delete(id: string): void {
    this.#names.delete(bareId(id));
  }

  /** Forgets everything. */
  clear(): void {
    this.#names.clear();
  }

  /** Names that begin with what was typed, then ids that do, then names that hold it; each in alphabetical order. */
  complete(typed: string): Completion {
    const found = { begin: new Set<string>(), ids: new Set<string>(), hold: new Set<string>() };
    for (const [id, names] of this.#names) {
      for (const name of names) {
        if (name.startsWith(typed)) found.begin.add(name);
        else if (name.includes(typed)) found.hold.add(name);
      }
      const completed = this.#offersIds ? completedId(id, typed) : undefined;
      if (completed !== undefined) found.ids.add(completed);
    }
    const values = [found.begin, found.ids, found.hold].flatMap((set) => [...set].sort());
    const shown = values.slice(0, MAXIMUM_VALUES);
    return { values: shown, total: values.length, hasMore: values.length > shown.length };
  }
}

/** An id as it goes on from what was typed: short where that is enough, with the algorithm where that was typed. */
function completedId(id: string, typed: string): string | undefined {
  if (typed.length > DIGEST.length && typed.startsWith(DIGEST)) {
    return id.startsWith(typed.slice(DIGEST.length)) ? DIGEST + id : undefined;
  }
  if (typed === "" || !id.startsWith(typed)) return undefined;
  return typed.length > SHORT_ID ? id : id.slice(0, SHORT_ID);
}

function bareId(id: string): string {
  return id.startsWith(DIGEST) ? id.slice(DIGEST.length) : id;
}

function isPlain(name: string): boolean {
  return name.length <= LONGEST_NAME && PRINTABLE.test(name);
}
