import type { Docker } from "../docker/client.ts";
import type { EngineWatch } from "./engine_watch.ts";
import { type Resource, resourceAt, resourceError } from "./resource.ts";
import { SharedFeeds, type Subscription, tooMany } from "./shared_feeds.ts";

/** Subscriptions of one client. */
const PER_CLIENT = 64;

/** How a client is told; must not throw and must not wait. */
export interface ResourceClient {
  /** A resource it subscribed to may be different now, or gone. */
  updated(uri: string): void;
  /** Containers came, went, started or stopped. */
  listChanged(): void;
}

/** What one client subscribed to: a connection of the older protocols, one `subscriptions/listen` of the newest. */
export interface ClientSubscriptions extends Disposable {
  /**
   * Tells the client when the resource changes, at most once a second. When the container is removed, or renamed where the
   * URI has its name, the client is told once more and the subscription ends. Subscribing twice is subscribing once.
   *
   * @throws {ResourceNotFoundError | RefusedError | DockerError} nothing of that kind, too many, the Engine's reason
   */
  subscribe(uri: string, signal?: AbortSignal): Promise<void>;
  /** Ends a subscription, if there is one. */
  unsubscribe(uri: string): void;
  /** Tells the client from now on when the list changes, at most once a second. */
  watchList(): void;
  /** Ends {@linkcode watchList}. */
  unwatchList(): void;
}

/** All subscriptions of all clients. */
export interface Subscriptions extends Disposable {
  /** Dispose it when the client leaves. */
  client(told: ResourceClient): ClientSubscriptions;
}

/** What subscriptions are made over. */
export interface SubscriptionsOptions {
  readonly docker: Docker;
  readonly watch: EngineWatch;
  readonly resources: readonly Resource[];
  /** A monotonic clock in milliseconds. @default {performance.now} */
  readonly now?: () => number;
  /** Told why something cannot be followed for the moment; it is tried again. @default {nothing} */
  readonly failed?: (error: unknown) => void;
}

/** Subscriptions to resources; the Engine is asked for nothing while there is none. */
export function createSubscriptions(options: SubscriptionsOptions): Subscriptions {
  const { docker, watch, now = () => performance.now(), failed = () => {} } = options;
  const feeds = new SharedFeeds({ docker, watch, now, failed });
  return {
    client: (told) => new Client(feeds, options.resources, told),
    [Symbol.dispose]: () => feeds[Symbol.dispose](),
  };
}

class Client implements ClientSubscriptions {
  readonly #feeds: SharedFeeds;
  readonly #resources: readonly Resource[];
  readonly #told: ResourceClient;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #listChanged = (): void => this.#told.listChanged();
  #hasLeft = false;

  constructor(feeds: SharedFeeds, resources: readonly Resource[], told: ResourceClient) {
    this.#feeds = feeds;
    this.#resources = resources;
    this.#told = told;
  }

  async subscribe(uri: string, signal?: AbortSignal): Promise<void> {
    const { resource, value } = resourceAt(this.#resources, uri);
    const known = this.#subscriptions.get(uri);
    if (this.#hasLeft || (known !== undefined && !this.#feeds.isEnding(known))) return;
    this.unsubscribe(uri);
    if (this.#subscriptions.size >= PER_CLIENT) throw tooMany(`you have ${PER_CLIENT} already`);
    const subscription: Subscription = {
      value,
      updated: () => this.#told.updated(uri),
      ended: () => this.#forget(uri, subscription),
    };
    this.#subscriptions.set(uri, subscription);
    try {
      await this.#feeds.join(subscription, resource, signal);
    } catch (error) {
      this.#feeds.leave(subscription);
      this.#forget(uri, subscription);
      throw resourceError(error, uri);
    }
  }

  unsubscribe(uri: string): void {
    const subscription = this.#subscriptions.get(uri);
    this.#subscriptions.delete(uri);
    if (subscription !== undefined) this.#feeds.leave(subscription);
  }

  watchList(): void {
    if (!this.#hasLeft) this.#feeds.watchList(this.#listChanged);
  }

  unwatchList(): void {
    this.#feeds.unwatchList(this.#listChanged);
  }

  [Symbol.dispose](): void {
    this.#hasLeft = true;
    for (const uri of [...this.#subscriptions.keys()]) this.unsubscribe(uri);
    this.unwatchList();
  }

  #forget(uri: string, subscription: Subscription): void {
    if (this.#subscriptions.get(uri) === subscription) this.#subscriptions.delete(uri);
  }
}
