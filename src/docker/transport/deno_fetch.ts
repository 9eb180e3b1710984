import { type FailureContext, transportFailure } from "./failure.ts";
import { isRead, type TransportRequest } from "./transport.ts";

/** Connections kept for the next read: as many as the client opens at a time. */
const IDLE_CONNECTIONS = 16;

/** Deno's fetch, kept from following redirects and from sending a change twice. */
export class DenoFetch implements Disposable {
  readonly #reads: Deno.HttpClient;
  readonly #writes: Deno.HttpClient;
  readonly #base: string;
  readonly #context: FailureContext;

  /** @throws {Deno.errors.NotCapable} where a grant is missing */
  constructor(base: string, client: Deno.CreateHttpClientOptions, context: FailureContext) {
    this.#base = base;
    this.#context = context;
    this.#reads = Deno.createHttpClient({
      ...client,
      http2: false,
      poolMaxIdlePerHost: IDLE_CONNECTIONS,
    });
    // fetch resends any request, POST too, when a reused connection dies under it; so a change never reuses one.
    this.#writes = Deno.createHttpClient({ ...client, http2: false, poolMaxIdlePerHost: 0 });
  }

  async fetch(path: string, init: TransportRequest = {}): Promise<Response> {
    const client = isRead(init.method) ? this.#reads : this.#writes;
    try {
      return await fetch(this.#base + path, {
        client,
        redirect: "manual",
        method: init.method ?? "GET",
        headers: init.headers ?? {},
        body: init.body ?? null,
        signal: init.signal ?? null,
      });
    } catch (error) {
      init.signal?.throwIfAborted();
      throw await transportFailure(error, this.#context);
    }
  }

  [Symbol.dispose](): void {
    this.#reads.close();
    this.#writes.close();
  }
}
