import type { ClientSubscriptions } from "./subscriptions.ts";

/** What a `subscriptions/listen` asks for, as far as it is about resources; the rest is ignored. */
export interface ListenFilter {
  readonly resourceSubscriptions?: readonly string[] | undefined;
  readonly resourcesListChanged?: boolean | undefined;
}

/** Names a request of one connection. */
type RequestId = string | number;

/** The `subscriptions/listen` streams of one connection, which together are one client's subscriptions. */
export class ListenStreams implements Disposable {
  readonly #client: ClientSubscriptions;
  readonly #failed: (error: unknown) => void;
  readonly #filters = new Map<RequestId, ListenFilter>();

  /** @param failed Told why a resource could not be subscribed to; the stream has been acknowledged by then. */
  constructor(client: ClientSubscriptions, failed: (error: unknown) => void) {
    this.#client = client;
    this.#failed = failed;
  }

  /** A stream was asked for. */
  open(id: RequestId, filter: ListenFilter): void {
    this.close(id);
    this.#filters.set(id, filter);
    if (filter.resourcesListChanged === true) this.#client.watchList();
    for (const uri of new Set(filter.resourceSubscriptions)) {
      this.#client.subscribe(uri).catch(this.#failed);
    }
  }

  /** A stream was cancelled; one that is not open is fine. What other streams want goes on. */
  close(id: RequestId): void {
    const filter = this.#filters.get(id);
    this.#filters.delete(id);
    const others = [...this.#filters.values()];
    for (const uri of new Set(filter?.resourceSubscriptions)) {
      const isWanted = others.some((other) => other.resourceSubscriptions?.includes(uri));
      if (!isWanted) this.#client.unsubscribe(uri);
    }
    const isListWanted = others.some((other) => other.resourcesListChanged === true);
    if (filter?.resourcesListChanged === true && !isListWanted) this.#client.unwatchList();
  }

  /** The connection ended. */
  [Symbol.dispose](): void {
    this.#filters.clear();
    this.#client[Symbol.dispose]();
  }
}
