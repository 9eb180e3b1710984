import type { Docker } from "../docker/client.ts";
import { untilAborted } from "../docker/shared_task.ts";
import type { EngineEvent } from "../docker/types.ts";
import { EventMemory } from "./event_memory.ts";
import { Rest } from "./rest.ts";

/** Milliseconds until a broken stream is opened again; they double with each failure. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 30_000;
/** Milliseconds after which a stream counts as steady, so that the pauses begin anew. */
const STEADY = 10_000;
/** Milliseconds for the question whether the Engine still knows an event. */
const LOOKUP_TIME = 5000;

/** Who wants to know what happens on the Engine; what it does must not throw. */
export interface WatchListener {
  /** Something happened; told in the Engine's order, and once. */
  event(event: EngineEvent): void;
  /** Something may have happened unseen: look at what is there now. */
  missed(): void;
}

/** One listener's part in the shared stream; disposing it, which can be done twice, leaves. */
export interface Watching extends Disposable {
  /**
   * Waits until the stream is open: what happens from then on is told. A stream that rests after a failure is tried at once.
   *
   * @throws why the stream cannot be opened, or the signal's reason
   */
  opened(signal?: AbortSignal): Promise<void>;
}

/** The Engine's events, read once for all who want them, and only while somebody does. */
export interface EngineWatch extends Disposable {
  /** Opens the stream where it is not open yet. */
  listen(listener: WatchListener): Watching;
}

/** How the stream is kept. */
export interface EngineWatchOptions {
  /** A monotonic clock in milliseconds. @default {performance.now} */
  readonly now?: () => number;
  /** Told why a stream could not be opened or broke; it is opened again in any case. @default {nothing} */
  readonly failed?: (error: unknown) => void;
}

/**
 * Watches the Engine behind `docker`; nothing is sent before somebody listens.
 *
 * A stream that breaks is opened again, from the last event on. Where the Engine does not remember that event, because it
 * was restarted or much happened, listeners are told that they have missed something.
 */
export function watchEngine(docker: Docker, options: EngineWatchOptions = {}): EngineWatch {
  const listeners = new Set<WatchListener>();
  let stream: EventStream | undefined;
  const leave = (listener: WatchListener): void => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    stream?.[Symbol.dispose]();
    stream = undefined;
  };
  return {
    listen(asked) {
      const listener = { ...bound(asked) }; // an object of its own: one may listen twice
      listeners.add(listener);
      const current = stream ??= new EventStream(docker, listeners, options);
      return {
        opened: (signal) => current.opened(signal),
        [Symbol.dispose]: () => {
          if (listeners.has(listener)) leave(listener);
        },
      };
    },
    [Symbol.dispose]: () => [...listeners].forEach(leave),
  };
}

function bound(listener: WatchListener): WatchListener {
  return { event: (event) => listener.event(event), missed: () => listener.missed() };
}

/** The stream from its first listener to its last. */
class EventStream implements Disposable {
  readonly #docker: Docker;
  readonly #listeners: ReadonlySet<WatchListener>;
  readonly #now: () => number;
  readonly #failed: (error: unknown) => void;
  readonly #memory = new EventMemory();
  readonly #ended = new AbortController();
  readonly #rest = new Rest();
  #opening = opening();

  constructor(
    docker: Docker,
    listeners: ReadonlySet<WatchListener>,
    { now = () => performance.now(), failed = () => {} }: EngineWatchOptions,
  ) {
    this.#docker = docker;
    this.#listeners = listeners;
    this.#now = now;
    this.#failed = failed;
    void this.#keepOpen();
  }

  async opened(signal: AbortSignal | undefined): Promise<void> {
    this.#rest.interrupt();
    await untilAborted(this.#opening.promise, signal);
  }

  [Symbol.dispose](): void {
    this.#ended.abort(new Error("Cannot go on watching the Engine: nobody listens any more"));
    this.#rest.end();
  }

  async #keepOpen(): Promise<void> {
    const { signal } = this.#ended;
    let pause = FIRST_PAUSE;
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      const startedAt = this.#now();
      const error = await this.#follow(isFirst, signal).catch((error: unknown) => error);
      const { reject } = this.#opening;
      this.#opening = opening();
      reject(error);
      if (signal.aborted) break;
      this.#failed(error);
      if (this.#now() - startedAt >= STEADY) pause = FIRST_PAUSE;
      await this.#rest.for(pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
    this.#opening.reject(signal.reason);
  }

  /** Reads one stream to its end, which is always too early. */
  async #follow(isFirst: boolean, signal: AbortSignal): Promise<Error> {
    const continues = isFirst || await this.#isRemembered(signal);
    let isKnown = isFirst;
    const opened = () => {
      this.#opening.resolve();
      if (!continues) this.#tellMissed();
    };
    const since = this.#memory.window()?.since;
    for await (const event of this.#docker.system.events({ since, signal, opened })) {
      // One that continues begins with the last event; the Engine may have forgotten it since it was asked.
      if (!isKnown && continues && !this.#memory.has(event)) this.#tellMissed();
      isKnown = true;
      if (this.#memory.add(event)) this.#tell(event);
    }
    return new Error("Cannot go on watching the Engine: it ended the stream of events");
  }

  /** Whether the Engine still knows the last event, so that nothing between it and now is lost. */
  async #isRemembered(signal: AbortSignal): Promise<boolean> {
    const window = this.#memory.window();
    if (window === undefined) return false;
    const timeouts = { total: LOOKUP_TIME };
    for await (const event of this.#docker.system.events({ ...window, signal, timeouts })) {
      if (this.#memory.has(event)) return true;
    }
    return false;
  }

  #tell(event: EngineEvent): void {
    for (const listener of [...this.#listeners]) listener.event(event);
  }

  #tellMissed(): void {
    for (const listener of [...this.#listeners]) listener.missed();
  }
}

function opening(): PromiseWithResolvers<void> {
  const opening = Promise.withResolvers<void>();
  opening.promise.catch(() => {}); // often nobody waits for it
  return opening;
}
