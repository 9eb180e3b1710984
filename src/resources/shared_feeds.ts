import type { Docker } from "../docker/client.ts";
import type { EngineEvent } from "../docker/types.ts";
import { RefusedError } from "../tools/refused.ts";
import { ContainerFeed } from "./container_feed.ts";
import type { EngineWatch, Watching } from "./engine_watch.ts";
import { Pace } from "./pace.ts";
import type { Resource } from "./resource.ts";

/** Of all clients: each may hold a connection to the Engine open. */
const OVERALL = 256;

/** Events after which the list of resources is another one; those of running containers have stats. */
const LISTED = ["create", "start", "die", "pause", "unpause", "rename", "destroy", "remove"];

/** One client's interest in one resource; its functions must not throw. */
export interface Subscription {
  /** The container as the client names it. */
  readonly value: string;
  /** Tells the client that the resource may be different now. */
  readonly updated: () => void;
  /** The container is gone, or no longer has that name; the client was told. */
  readonly ended: () => void;
}

/** What the feeds are made over. */
export interface SharedFeedsOptions {
  readonly docker: Docker;
  readonly watch: EngineWatch;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
  /** Told why something cannot be followed for the moment. */
  readonly failed: (error: unknown) => void;
}

interface SharedFeed {
  readonly feed: ContainerFeed;
  readonly containerId: string;
  readonly subscribers: Set<Subscription>;
}

/** One feed for each container and kind of resource, however many clients subscribed to it. */
export class SharedFeeds implements Disposable {
  readonly #options: SharedFeedsOptions;
  readonly #feeds = new Map<string, SharedFeed>();
  /** The key of each one's feed; undefined while its container is looked up. */
  readonly #subscriptions = new Map<Subscription, string | undefined>();
  /** Those whose container was renamed: they end with the next notification. */
  readonly #renamed = new WeakSet<Subscription>();
  readonly #listWatchers = new Set<() => void>();
  readonly #listPace: Pace;
  #watching: Watching | undefined;

  constructor(options: SharedFeedsOptions) {
    this.#options = options;
    this.#listPace = new Pace(() => this.#listWatchers.forEach((tell) => tell()), options.now);
  }

  /**
   * Joins the feed of the container that the subscription names, and waits until no change is overlooked any more.
   *
   * @throws {RefusedError} `too_many_calls` @throws {DockerError} `not_found` and others
   */
  async join(subscription: Subscription, resource: Resource, signal?: AbortSignal): Promise<void> {
    if (this.#subscriptions.size >= OVERALL) throw tooMany(`there are ${OVERALL} already`);
    this.#subscriptions.set(subscription, undefined);
    // Without events, changes are still found by looking now and then.
    await this.#watch().opened(signal).catch(() => signal?.throwIfAborted());
    const { containers } = this.#options.docker;
    const { Id: containerId = "" } = await containers.inspect(subscription.value, { signal });
    if (!this.#subscriptions.has(subscription)) return; // the client has left meanwhile
    const key = `${resource.name} ${containerId}`;
    const shared = this.#feeds.get(key) ?? this.#follow(key, { resource, containerId });
    shared.subscribers.add(subscription);
    this.#subscriptions.set(subscription, key);
    await shared.feed.ready;
  }

  /** Whether the subscription ends with the next notification. */
  isEnding(subscription: Subscription): boolean {
    const key = this.#subscriptions.get(subscription);
    const shared = key === undefined ? undefined : this.#feeds.get(key);
    return this.#renamed.has(subscription) || shared?.feed.isGone === true;
  }

  /** Ends a subscription; one that has ended is fine. */
  leave(subscription: Subscription): void {
    const key = this.#subscriptions.get(subscription);
    this.#subscriptions.delete(subscription);
    const shared = key === undefined ? undefined : this.#feeds.get(key);
    shared?.subscribers.delete(subscription);
    if (key !== undefined && shared?.subscribers.size === 0) {
      shared.feed[Symbol.dispose]();
      this.#feeds.delete(key);
    }
    this.#unwatch();
  }

  /** Calls `tell` when the list of resources changes, at most once a second. */
  watchList(tell: () => void): void {
    this.#listWatchers.add(tell);
    this.#watch();
  }

  /** Ends {@linkcode watchList}. */
  unwatchList(tell: () => void): void {
    this.#listWatchers.delete(tell);
    if (this.#listWatchers.size === 0) this.#listPace[Symbol.dispose]();
    this.#unwatch();
  }

  [Symbol.dispose](): void {
    for (const subscription of [...this.#subscriptions.keys()]) this.leave(subscription);
    for (const tell of [...this.#listWatchers]) this.unwatchList(tell);
  }

  #follow(
    key: string,
    { resource, containerId }: { resource: Resource; containerId: string },
  ): SharedFeed {
    const { docker, now, failed } = this.#options;
    const subscribers = new Set<Subscription>();
    const changed = (): void => this.#tell(shared);
    const feed = new ContainerFeed({ docker, id: containerId, resource, now, changed, failed });
    const shared: SharedFeed = { feed, containerId, subscribers };
    this.#feeds.set(key, shared);
    return shared;
  }

  #tell({ feed, subscribers }: SharedFeed): void {
    for (const subscription of [...subscribers]) {
      subscription.updated();
      if (!feed.isGone && !this.#renamed.has(subscription)) continue;
      this.leave(subscription);
      subscription.ended();
    }
  }

  #watch(): Watching {
    return this.#watching ??= this.#options.watch.listen({
      event: (event) => this.#take(event),
      missed: () => {
        for (const { feed } of this.#feeds.values()) feed.look();
        if (this.#listWatchers.size > 0) this.#listPace.touch();
      },
    });
  }

  #unwatch(): void {
    if (this.#subscriptions.size > 0 || this.#listWatchers.size > 0) return;
    this.#watching?.[Symbol.dispose]();
    this.#watching = undefined;
  }

  #take({ Type, Action = "", Actor }: EngineEvent): void {
    if (Type !== "container") return;
    const oldName = Action === "rename" ? Actor?.Attributes?.["oldName"] : undefined;
    for (const { feed, containerId, subscribers } of [...this.#feeds.values()]) {
      if (containerId !== Actor?.ID) continue;
      for (const subscription of subscribers) {
        if (`/${subscription.value}` === oldName) this.#renamed.add(subscription);
      }
      feed.take(Action);
    }
    if (this.#listWatchers.size > 0 && LISTED.includes(Action)) this.#listPace.touch();
  }
}

/** A refusal to subscribe to more. */
export function tooMany(reason: string): RefusedError {
  const message = `Cannot subscribe to another resource: ${reason}`;
  const remedy = "Unsubscribe from what is not watched any more, or read resources when needed";
  return new RefusedError("too_many_calls", message, remedy);
}
