/**
 * A scripted HTTP server on a real Unix socket, for faults that no real Engine can be made to show. What an Engine
 * does when all is well is tested on a real one.
 */

/** One request as it came over the wire. */
export interface FakeRequest {
  readonly method: string;
  /** Path and query, without host and API version. */
  readonly path: string;
  /** `1.41` of `/v1.41/info`; undefined for an unversioned path. */
  readonly apiVersion: string | undefined;
  readonly headers: Headers;
  readonly body: string;
  /** Which connection it came over, counted from 0. */
  readonly connection: number;
}

/** The wire, as an answer sees it. */
export interface FakeWire {
  readonly request: FakeRequest;
  write(data: string | Uint8Array): Promise<void>;
  /** Resolves when the client has gone. */
  gone(): Promise<void>;
  /** Drops the connection. */
  close(): void;
}

/** Answers one request, well or badly. */
export type FakeAnswer = (wire: FakeWire) => Promise<void> | void;

const REASONS: Readonly<Record<number, string>> = { 200: "OK", 404: "Not Found" };

/** A complete answer. */
export function text(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): FakeAnswer {
  return async (wire) => {
    const length = new TextEncoder().encode(body).length;
    await wire.write(head(status, { "content-length": `${length}`, ...headers }) + body);
  };
}

/** A complete JSON answer. */
export function json(value: unknown, status = 200): FakeAnswer {
  return text(status, JSON.stringify(value), { "content-type": "application/json" });
}

/** An answer without an end of its own: these pieces, then the connection closes. */
export function stream(
  pieces: readonly (string | Uint8Array)[],
  headers: Readonly<Record<string, string>> = {},
): FakeAnswer {
  return async (wire) => {
    await wire.write(head(200, { connection: "close", ...headers }));
    for (const piece of pieces) await wire.write(piece);
    wire.close();
  };
}

/** Takes the request and says nothing more until the client goes. */
export function hang(...begin: readonly string[]): FakeAnswer {
  return async (wire) => {
    for (const piece of begin) await wire.write(piece);
    await wire.gone();
  };
}

/** Takes the request and drops the connection. */
export function drop(...begin: readonly string[]): FakeAnswer {
  return async (wire) => {
    for (const piece of begin) await wire.write(piece);
    wire.close();
  };
}

/** The head of an answer. */
export function head(status: number, headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${REASONS[status] ?? "Status"}\r\n${lines.join("")}\r\n`;
}

/** One frame of a multiplexed stream. */
export function frame(type: number, data: string | Uint8Array, claimed?: number): Uint8Array {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const whole = new Uint8Array(8 + bytes.length);
  whole[0] = type;
  new DataView(whole.buffer).setUint32(4, claimed ?? bytes.length);
  whole.set(bytes, 8);
  return whole;
}

/** The server; dispose it. */
export class FakeEngine implements AsyncDisposable {
  /** Everything that was asked, in order. */
  readonly requests: FakeRequest[] = [];
  /** Connections that were opened so far. */
  connections = 0;
  /** Answers what {@linkcode FakeEngine.answer} says nothing about. */
  otherwise: FakeAnswer = json({ message: "page not found" }, 404);
  readonly #answers = new Map<string, FakeAnswer[]>();
  readonly #open = new Set<Deno.Conn>();
  #running: Promise<unknown> = Promise.resolve();
  #listener: Deno.Listener | undefined;

  private constructor(readonly directory: string) {}

  /** Starts one that answers pings with `apiVersion` and everything else with 404. */
  static async start(apiVersion = "1.51"): Promise<FakeEngine> {
    const engine = new FakeEngine(await Deno.makeTempDir({ prefix: "fake-engine-" }));
    engine.answer("GET /_ping", text(200, "OK", { "api-version": apiVersion }));
    engine.listen();
    return engine;
  }

  get socketPath(): string {
    return `${this.directory}/docker.sock`;
  }

  /** Scripts an endpoint, e.g. `GET /containers/json`; each answer is used once, the last for ever. */
  answer(endpoint: string, ...answers: readonly FakeAnswer[]): void {
    this.#answers.set(endpoint, [...answers]);
  }

  /** How often an endpoint was asked. */
  count(endpoint: string): number {
    return this.requests.filter((request) => endpointOf(request) === endpoint).length;
  }

  /** Stops like an Engine that is shut down: nobody listens, all connections are closed. */
  async stop(): Promise<void> {
    this.#listener?.close();
    this.#listener = undefined;
    for (const connection of this.#open) close(connection);
    await this.#running;
  }

  /** Starts again after {@linkcode stop}. */
  listen(): void {
    const listener = Deno.listen({ transport: "unix", path: this.socketPath });
    this.#listener = listener;
    this.#running = this.#accept(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await Deno.remove(this.directory, { recursive: true });
  }

  async #accept(listener: Deno.Listener): Promise<void> {
    const serving: Promise<void>[] = [];
    for await (const connection of listener) {
      serving.push(this.#serve(connection, this.connections++));
    }
    await Promise.all(serving);
  }

  async #serve(connection: Deno.Conn, number: number): Promise<void> {
    this.#open.add(connection);
    const reader = new WireReader(connection);
    try {
      for (;;) {
        const request = await reader.request(number);
        if (request === undefined) return;
        this.requests.push(request);
        await this.#next(request)({
          request,
          write: (data) => writeAll(connection, data),
          gone: () => reader.end(),
          close: () => close(connection),
        });
      }
    } catch (error) {
      if (!isDisconnect(error)) throw error;
    } finally {
      this.#open.delete(connection);
      close(connection);
    }
  }

  #next(request: FakeRequest): FakeAnswer {
    const answers = this.#answers.get(endpointOf(request)) ?? [];
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    return answer ?? this.otherwise;
  }
}

function endpointOf({ method, path }: FakeRequest): string {
  return `${method} ${path.split("?", 1)[0]}`;
}

class WireReader {
  #buffered = new Uint8Array(0);

  constructor(readonly connection: Deno.Conn) {}

  async request(connection: number): Promise<FakeRequest | undefined> {
    const raw = await this.#until("\r\n\r\n");
    if (raw === undefined) return undefined;
    const [first = "", ...lines] = raw.split("\r\n");
    const [method = "", target = ""] = first.split(" ");
    const headers = new Headers();
    for (const line of lines) {
      const colon = line.indexOf(":");
      headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
    }
    const full = target.replace(/^http:\/\/[^/]+/, "");
    const [, apiVersion, path = full] = /^\/v(\d+\.\d+)(\/.*)$/.exec(full) ?? [];
    const body = await this.#body(headers);
    return { method, path, apiVersion, headers, body, connection };
  }

  /** Reads until the client closes or resets the connection. */
  async end(): Promise<void> {
    try {
      while (await this.#more());
    } catch (error) {
      if (!isDisconnect(error)) throw error;
    }
  }

  async #body(headers: Headers): Promise<string> {
    if (headers.get("transfer-encoding") === "chunked") return await this.#chunks();
    const length = Number(headers.get("content-length") ?? 0);
    while (this.#buffered.length < length && await this.#more());
    return this.#take(length);
  }

  async #chunks(): Promise<string> {
    let body = "";
    for (;;) {
      const length = parseInt(await this.#until("\r\n") ?? "0", 16);
      while (this.#buffered.length < length + 2 && await this.#more());
      body += this.#take(length);
      this.#take(2);
      if (length === 0) return body;
    }
  }

  async #until(mark: string): Promise<string | undefined> {
    for (;;) {
      const found = new TextDecoder("latin1").decode(this.#buffered).indexOf(mark);
      if (found >= 0) return this.#take(found + mark.length).slice(0, -mark.length);
      if (!await this.#more()) return undefined;
    }
  }

  #take(length: number): string {
    const taken = new TextDecoder().decode(this.#buffered.subarray(0, length));
    this.#buffered = this.#buffered.slice(length);
    return taken;
  }

  async #more(): Promise<boolean> {
    const chunk = new Uint8Array(16_384);
    const length = await this.connection.read(chunk);
    if (length === null) return false;
    this.#buffered = new Uint8Array([...this.#buffered, ...chunk.subarray(0, length)]);
    return true;
  }
}

async function writeAll(connection: Deno.Conn, data: string | Uint8Array): Promise<void> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error; // closed already
  }
}

function isDisconnect(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.NotConnected;
}
