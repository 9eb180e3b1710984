import type {
  Hijacked,
  Transport,
  TransportRequest,
} from "../../src/docker/transport/transport.ts";

/** One request as a tool sent it. */
export interface SentRequest {
  readonly method: string;
  /** Without version and query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Parsed, where there was one. */
  readonly body: unknown;
  readonly signal: AbortSignal | undefined;
}

/** A JSON value, a `Response`, or a function that makes either. */
export type FakeReply = unknown | ((request: SentRequest) => unknown);

/** An Engine in memory, without connections: for what tools and steps make of its answers. */
export class FakeTransport implements Transport {
  readonly endpoint = "unix:///fake/docker.sock";
  /** Everything that was asked but pings, in order. */
  readonly requests: SentRequest[] = [];
  /** Requests that are being answered. */
  open = 0;
  disposed = false;
  readonly #replies: readonly (readonly [RegExp, FakeReply])[];

  /** Replies by endpoint, e.g. `GET /containers/{}/json`; what is not named is answered with 404. */
  constructor(replies: Readonly<Record<string, FakeReply>> = {}) {
    this.#replies = Object.entries(replies).map(([endpoint, reply]) =>
      [new RegExp(`^${endpoint.replaceAll("{}", "[^/]+")}$`), reply] as const
    );
  }

  async fetch(path: string, init: TransportRequest = {}): Promise<Response> {
    init.signal?.throwIfAborted();
    const url = new URL(path, "http://fake");
    const request = {
      method: init.method ?? "GET",
      path: url.pathname.replace(/^\/v\d+\.\d+/, ""),
      query: url.searchParams,
      body: typeof init.body === "string" ? JSON.parse(init.body) : undefined,
      signal: init.signal,
    };
    const endpoint = `${request.method} ${request.path}`;
    if (endpoint === "GET /_ping") {
      return new Response("OK", { headers: { "api-version": "1.51" } });
    }
    this.requests.push(request);
    const found = this.#replies.find(([pattern]) => pattern.test(endpoint));
    if (found === undefined) return Response.json({ message: "page not found" }, { status: 404 });
    const [, reply] = found;
    this.open++;
    try {
      const answer = await (typeof reply === "function" ? reply(request) : reply);
      return answer instanceof Response ? answer : Response.json(answer);
    } finally {
      this.open--;
    }
  }

  hijack(): Promise<Hijacked> {
    return Promise.reject(new Error("Cannot hijack: the fake Engine has no connections"));
  }

  [Symbol.dispose](): void {
    this.disposed = true;
  }
}

/** A reply that never comes; rejects with the signal's reason. */
export function hang({ signal }: SentRequest): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** Frames of a multiplexed stream, one for each text. */
export function frames(...texts: readonly string[]): Response {
  const parts = texts.map((text) => {
    const bytes = new TextEncoder().encode(text);
    const whole = new Uint8Array(8 + bytes.length);
    whole[0] = 1;
    new DataView(whole.buffer).setUint32(4, bytes.length);
    whole.set(bytes, 8);
    return whole;
  });
  const headers = { "content-type": "application/vnd.docker.multiplexed-stream" };
  return new Response(new Blob(parts), { headers });
}

/** One JSON value a line, as events and statistics come. */
export function lines(...values: readonly unknown[]): Response {
  return new Response(values.map((value) => `${JSON.stringify(value)}\n`).join(""));
}
