import type { Docker } from "../docker/client.ts";
import { SharedTask, untilAborted } from "../docker/shared_task.ts";
import type { EngineEvent } from "../docker/types.ts";
import type { EngineWatch, Watching } from "./engine_watch.ts";
import { type Completion, NameIndex } from "./name_index.ts";
import { applyEvent, listNames, type NameKind } from "./named_objects.ts";

/** Milliseconds after the last completion for which the names are kept current. */
const KEPT_FOR = 300_000;
/** Events kept while a list is on its way; with more, the list is asked for again. */
const MAXIMUM_WAITING = 1000;

/** Completes the names and ids of what is on the Engine. */
export interface NameSnapshot extends Disposable {
  /**
   * What completes `typed`. The first answer of a kind costs one list; after it the events keep the names current.
   *
   * @throws {DockerError} why the Engine cannot be asked; the signal's reason
   */
  complete(kind: NameKind, typed: string, signal?: AbortSignal): Promise<Completion>;
}

/** Takes names from the Engine behind `docker`; nothing is sent before the first completion. */
export function nameSnapshot(docker: Docker, watch: EngineWatch): NameSnapshot {
  return new WatchedNames(docker, watch);
}

class WatchedNames implements NameSnapshot {
  readonly #docker: Docker;
  readonly #watch: EngineWatch;
  #watching: Watching | undefined;
  #kinds = new Map<NameKind, KindNames>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(docker: Docker, watch: EngineWatch) {
    this.#docker = docker;
    this.#watch = watch;
  }

  async complete(kind: NameKind, typed: string, signal?: AbortSignal): Promise<Completion> {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this[Symbol.dispose](), KEPT_FOR);
    const watching = this.#watching ??= this.#watch.listen({
      event: (event) => this.#kinds.forEach((names) => names.take(event)),
      missed: () => this.#kinds.forEach((names) => names.forget()),
    });
    // Listed only once the stream is open, so that nothing is lost between the two.
    const isOpen = await watching.opened(signal).then(() => true, () => false);
    signal?.throwIfAborted();
    const names = this.#kinds.get(kind) ?? new KindNames(this.#docker, kind);
    // An Engine behind a proxy may answer lists and no events: then each completion asks it.
    if (isOpen && this.#watching === watching) this.#kinds.set(kind, names);
    else names.forget();
    return await names.complete(typed, signal);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#watching?.[Symbol.dispose]();
    this.#watching = undefined;
    this.#kinds = new Map();
  }
}

/** The names of one kind, from a list and the events behind it. */
class KindNames {
  readonly #kind: NameKind;
  readonly #index: NameIndex;
  readonly #list: SharedTask<void>;
  /** Events since the list was asked for, which it may or may not know; undefined while none is on its way. */
  #waiting: EngineEvent[] | undefined;
  #isStale = false;

  constructor(docker: Docker, kind: NameKind) {
    this.#kind = kind;
    this.#index = new NameIndex(kind !== "volume");
    this.#list = new SharedTask((signal) => this.#load(docker, signal));
  }

  async complete(typed: string, signal: AbortSignal | undefined): Promise<Completion> {
    if (this.#isStale) this.#list.drop();
    await untilAborted(this.#list.join(signal), signal);
    return this.#index.complete(typed);
  }

  take(event: EngineEvent): void {
    if (event.Type !== this.#kind) return;
    if (this.#waiting === undefined) return this.#apply(event);
    this.#waiting.push(event);
    if (this.#waiting.length <= MAXIMUM_WAITING) return;
    this.#waiting.length = 0;
    this.#isStale = true;
  }

  /** The next completion lists anew. */
  forget(): void {
    this.#isStale = true;
  }

  async #load(docker: Docker, signal: AbortSignal): Promise<void> {
    this.#isStale = false;
    const waiting: EngineEvent[] = this.#waiting = [];
    try {
      const found = await listNames(docker, this.#kind, signal);
      this.#index.clear();
      for (const [id, names] of found) this.#index.set(id, names);
      // Each event says how things are, not what changed: applied again to a list that knows it, it does no harm.
      for (const event of waiting) this.#apply(event);
    } finally {
      // An abandoned list may end after the next one was begun.
      if (this.#waiting === waiting) this.#waiting = undefined;
    }
  }

  #apply(event: EngineEvent): void {
    if (applyEvent(this.#kind, this.#index, event) === "stale") this.#isStale = true;
  }
}
