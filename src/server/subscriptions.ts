import type { Server } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { LiveResources } from "../resources/live_resources.ts";
import type { Resource } from "../resources/resource.ts";
import { tooMany } from "../resources/shared_feeds.ts";
import type { ClientSubscriptions } from "../resources/subscriptions.ts";
import { log } from "../telemetry/log.ts";
import { once, type Operation } from "../tools/tool.ts";
import { findResource, type Run } from "./resources.ts";

/** Room for opening two streams on a busy Engine. */
const SECONDS = 30;
/** As many as one client may have; more at once are not even recorded. */
const MAXIMUM_PENDING = 64;

const input = once(() => z.strictObject({ container_id: z.string(), subscribe: z.literal(true) }));
const output = once(() => z.object({}));

/** A subscription that is on its way through the pipeline. */
interface Pending {
  readonly uri: string;
  readonly unsubscribed: AbortController;
}

/** What a connection's subscriptions are made over. */
export interface ServedSubscriptionsOptions {
  readonly live: LiveResources;
  readonly run: Run;
}

/** A connection's subscriptions; each new one is a call of its own, so that policy, limits and audit hold for it. */
export class ServedSubscriptions implements ClientSubscriptions {
  readonly #live: LiveResources;
  readonly #run: Run;
  readonly #client: ClientSubscriptions;
  readonly #pending = new Set<Pending>();

  constructor(server: Server, { live, run }: ServedSubscriptionsOptions) {
    this.#live = live;
    this.#run = run;
    this.#client = live.subscriptions.client({
      updated: (uri) => send(server.sendResourceUpdated({ uri })),
      listChanged: () => send(server.sendResourceListChanged()),
    });
  }

  async subscribe(uri: string, signal?: AbortSignal): Promise<void> {
    const { size } = this.#pending;
    if (size >= MAXIMUM_PENDING) throw tooMany(`${size} are on their way`);
    const own: Pending = { uri, unsubscribed: new AbortController() };
    const either = [own.unsubscribed.signal, ...(signal === undefined ? [] : [signal])];
    this.#pending.add(own);
    try {
      await this.#call(uri, AbortSignal.any(either));
    } finally {
      this.#pending.delete(own);
    }
  }

  unsubscribe(uri: string): void {
    for (const pending of this.#pending) if (pending.uri === uri) cancel(pending);
    this.#client.unsubscribe(uri);
  }

  watchList(): void {
    this.#client.watchList();
  }

  unwatchList(): void {
    this.#client.unwatchList();
  }

  [Symbol.dispose](): void {
    this.#pending.forEach(cancel);
    this.#client[Symbol.dispose]();
  }

  async #call(uri: string, signal: AbortSignal): Promise<void> {
    const run = this.#run;
    const { resource, value } = await findResource(this.#live.resources, { uri, run, signal });
    const operation = subscribing(resource, (signal) => this.#client.subscribe(uri, signal));
    await run(operation, { container_id: value, subscribe: true }, signal);
  }
}

function cancel({ unsubscribed }: Pending): void {
  unsubscribed.abort(new Error("Cannot subscribe: the client does not want it any more"));
}

function subscribing(
  { read }: Resource,
  subscribe: (signal: AbortSignal) => Promise<void>,
): Operation {
  return {
    ...read,
    untrusted: [],
    seconds: SECONDS,
    input,
    output,
    async run({ signal }) {
      await subscribe(signal);
      return {};
    },
  };
}

/** A client that has left needs no telling. */
function send(sending: Promise<void>): void {
  sending.catch((error) => log.debug("Cannot tell of a changed resource: {error}", { error }));
}
