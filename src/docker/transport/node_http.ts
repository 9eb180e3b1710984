import type { Agent as HttpAgent, ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type FailureContext, transportFailure } from "./failure.ts";
import { byteStream, hijackedSocket } from "./node_streams.ts";
import { type Hijacked, isRead, type TransportRequest, UpgradeRefused } from "./transport.ts";

// A static import would be hoisted to the beginning of the bundled program: 20 ms of every start.
const { Agent, request } = await import("node:http");

/** Milliseconds until a connection must stand, TLS included; the same for every endpoint. */
export const CONNECT_TIMEOUT = 3_000;

/** How node:http gets its connections. */
export interface NodeConnector {
  /** Starts a connection. */
  readonly connect: () => Socket;
  /** The event that says it stands. @default {"connect"} */
  readonly ready?: "connect" | "secureConnect";
  /** Sent as `Host`. */
  readonly host: string;
  /** Put before every path. @default {""} */
  readonly basePath?: string;
}

/** HTTP over any socket that node can open: what Deno's fetch cannot do, which is pipes and upgrades. */
export class NodeHttp implements Disposable {
  readonly #connector: NodeConnector;
  readonly #context: FailureContext;
  readonly #reads: HttpAgent;
  readonly #writes: HttpAgent;

  constructor(connector: NodeConnector, context: FailureContext) {
    this.#connector = connector;
    this.#context = context;
    this.#reads = new SocketAgent(connector, true);
    // A change never goes over a reused connection: whether a dead one took it could not be told.
    this.#writes = new SocketAgent(connector, false);
  }

  async fetch(path: string, init: TransportRequest = {}): Promise<Response> {
    const agent = isRead(init.method) ? this.#reads : this.#writes;
    return await this.#exchange(init, () => this.#request(path, init, agent), {
      response: (message, release) => responseOf(message, release),
    });
  }

  async hijack(path: string, init: TransportRequest = {}): Promise<Hijacked> {
    const headers = { ...init.headers, connection: "Upgrade", upgrade: "tcp" };
    const start = () => this.#request(path, { ...init, headers }, this.#writes);
    return await this.#exchange<Hijacked>(init, start, {
      response: (message, release) => {
        throw new UpgradeRefused(responseOf(message, release));
      },
      upgrade: hijackedSocket,
    });
  }

  [Symbol.dispose](): void {
    this.#reads.destroy();
    this.#writes.destroy();
  }

  #request(path: string, init: TransportRequest, agent: HttpAgent): ClientRequest {
    const { host, basePath = "" } = this.#connector;
    return request({
      agent,
      path: basePath + path,
      method: init.method ?? "GET",
      headers: { host, ...init.headers },
    });
  }

  async #exchange<Answer>(
    { body, signal }: TransportRequest,
    start: () => ClientRequest,
    on: AnswerHandlers<Answer>,
  ): Promise<Answer> {
    signal?.throwIfAborted();
    let release = () => {};
    try {
      const sent = start();
      const abort = () => void sent.destroy();
      signal?.addEventListener("abort", abort, { once: true });
      release = () => signal?.removeEventListener("abort", abort);
      const answer = answerOf(sent, on, release);
      const [result] = await Promise.all([answer, sendBody(sent, body)]);
      return result;
    } catch (error) {
      if (error instanceof UpgradeRefused) throw error;
      release();
      signal?.throwIfAborted();
      throw await transportFailure(error, this.#context);
    }
  }
}

interface AnswerHandlers<Answer> {
  response(message: IncomingMessage, release: () => void): Answer;
  upgrade?(message: IncomingMessage, socket: Duplex, release: () => void): Answer;
}

function answerOf<Answer>(
  sent: ClientRequest,
  on: AnswerHandlers<Answer>,
  release: () => void,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    sent.on("error", reject);
    sent.on("close", () => reject(new Error("The connection closed before an answer came")));
    sent.on("response", (message) => {
      try {
        resolve(on.response(message, release));
      } catch (error) {
        reject(error);
      }
    });
    sent.on("upgrade", (message, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      if (on.upgrade === undefined) sent.destroy();
      else resolve(on.upgrade(message, socket, release));
    });
  });
}

async function sendBody(sent: ClientRequest, body: TransportRequest["body"]): Promise<void> {
  if (!(body instanceof ReadableStream)) {
    sent.end(body ?? undefined);
    return;
  }
  for await (const chunk of body) {
    if (sent.write(chunk)) continue;
    await new Promise<void>((resolve, reject) => {
      sent.once("drain", resolve);
      sent.once("close", () => reject(new Error("The connection closed while sending")));
    });
  }
  sent.end();
}

function responseOf(message: IncomingMessage, release: () => void): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  const status = message.statusCode ?? 0;
  if (status === 204 || status === 304) {
    message.resume();
    release();
    return new Response(null, { status, headers });
  }
  return new Response(byteStream(message, release), { status, headers });
}

/** Connects asynchronously: on Windows a missing pipe fails before http would listen for its error. */
class SocketAgent extends Agent {
  readonly #connector: NodeConnector;

  constructor(connector: NodeConnector, keepAlive: boolean) {
    super({ keepAlive });
    this.#connector = connector;
  }

  override createConnection(
    _options: unknown,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Socket {
    const socket = this.#connector.connect();
    const ready = this.#connector.ready ?? "connect";
    const finish = (error: Error | null) => {
      clearTimeout(timer);
      socket.off("error", finish).off(ready, succeed);
      callback?.(error, socket);
    };
    const succeed = () => finish(null);
    const timer = setTimeout(() => {
      socket.destroy();
      finish(new Error(`connect ETIMEDOUT: no connection within ${CONNECT_TIMEOUT} ms`));
    }, CONNECT_TIMEOUT);
    socket.once("error", finish).once(ready, succeed);
    // "Nothing yet, wait for the callback"; the types know only the other way.
    return undefined as never;
  }
}
