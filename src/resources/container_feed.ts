import type { Docker } from "../docker/client.ts";
import { DockerError } from "../docker/errors.ts";
import { Pace } from "./pace.ts";
import type { Resource } from "./resource.ts";
import { Rest } from "./rest.ts";

/** Milliseconds until a container is looked at again after its stream ended too early; they double each time. */
const FIRST_PAUSE = 1000;
/** Also how often one that does not run is looked at, should the events not tell of it. */
const LONGEST_PAUSE = 30_000;
/** Milliseconds after which a stream counts as steady. */
const STEADY = 10_000;

/** Events after which a reader of a container's log or stats may see something else. */
const TELLING = ["start", "die", "oom", "pause", "unpause", "update", "rename"];
/** Docker's event of a removed container, and Podman's. */
const GONE = ["destroy", "remove"];

/** What a feed needs to know. */
export interface FeedOptions {
  readonly docker: Docker;
  /** Its full id. */
  readonly id: string;
  readonly resource: Resource;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
  /** Told at most once a second that the resource changed; must not throw. */
  readonly changed: () => void;
  /** Told why the container cannot be followed for the moment. */
  readonly failed: (error: unknown) => void;
}

/** Follows one container for all who subscribed to one of its resources. */
export class ContainerFeed implements Disposable {
  /** Whether the container is gone, so that there will be no more changes. */
  isGone = false;
  readonly #options: FeedOptions;
  readonly #pace: Pace;
  readonly #ended = new AbortController();
  readonly #rest = new Rest();
  readonly #ready = Promise.withResolvers<void>();
  /** When it was last started and stopped, as far as it was looked at. */
  #seen: string | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#pace = new Pace(options.changed, options.now);
    void this.#keepFollowing();
  }

  /** Resolves once no change is overlooked any more, as far as the Engine lets us. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Takes an event of this container. */
  take(action: string): void {
    if (GONE.includes(action)) return this.#end();
    if (!TELLING.includes(action)) return;
    this.#pace.touch();
    this.#rest.end();
  }

  /** Looks at the container again, because events may have been missed. */
  look(): void {
    this.#rest.end();
  }

  [Symbol.dispose](): void {
    this.#ended.abort(new Error("Cannot go on following a container: nobody wants to know"));
    this.#rest.end();
    this.#pace[Symbol.dispose]();
    this.#ready.resolve();
  }

  async #keepFollowing(): Promise<void> {
    const { signal } = this.#ended;
    let pause = FIRST_PAUSE;
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      const startedAt = this.#options.now();
      const hasStopped = await this.#follow(isFirst, signal).catch((error) => this.#fail(error));
      this.#ready.resolve();
      if (signal.aborted) return;
      if (this.#options.now() - startedAt >= STEADY) pause = FIRST_PAUSE;
      await this.#rest.for(hasStopped ? LONGEST_PAUSE : pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
  }

  /** Follows the container while it runs; whether it did not run at all. */
  async #follow(isFirst: boolean, signal: AbortSignal): Promise<boolean> {
    const { docker, id, resource } = this.#options;
    const container = await docker.containers.inspect(id, { signal });
    const { StartedAt, FinishedAt, Running } = container.State ?? {};
    const seen = `${StartedAt} ${FinishedAt}`;
    if (this.#seen !== undefined && this.#seen !== seen) this.#pace.touch();
    this.#seen = seen;
    if (Running !== true) return true;
    const opened = () => this.#ready.resolve();
    const changed = () => this.#pace.touch();
    await resource.follow({ docker, container, signal, isResumed: !isFirst, opened, changed });
    changed(); // its last words, or that it stopped
    return false;
  }

  #fail(error: unknown): boolean {
    if (this.#ended.signal.aborted) return true;
    if (error instanceof DockerError && error.code === "not_found") this.#end();
    else this.#options.failed(error);
    return false;
  }

  #end(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.#ended.abort(new Error("Cannot go on following a container: it is gone"));
    this.#rest.end();
    this.#pace.touch();
  }
}
