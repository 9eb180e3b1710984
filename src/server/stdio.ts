import type { JSONRPCMessage, MessageExtraInfo, Transport } from "@modelcontextprotocol/server";
import { messageLines } from "./message_lines.ts";

/** How long requests that are being answered when stdin ends may still take. */
const GRACE_MILLISECONDS = 1000;
/** Bytes written that the client has not taken: eight answers of the default limit. With more, nothing further is read. */
const MAXIMUM_UNTAKEN = 16 * 1024 * 1024;
/** With more bytes untaken, a client is not told of further changes: what it has not read yet makes it look again anyway. */
const MAXIMUM_UNTAKEN_HINTS = 1024 * 1024;
/** Requests that are being answered; with more, nothing further is read. No client asks so much at once. */
const MAXIMUM_OPEN = 256;

type Id = string | number;
type ErrorResponse = { jsonrpc: "2.0"; id: Id | null; error: { code: number; message: string } };

/**
 * MCP over a pair of byte streams, one JSON-RPC message a line. Unlike the SDK's own transport it answers lines that are
 * no valid message with the error JSON-RPC names, so that a client never waits for an answer that will not come.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#stdio
 */
export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: <Message extends JSONRPCMessage>(message: Message, extra?: MessageExtraInfo) => void;

  readonly #input: ReadableStream<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #stop = new AbortController();
  readonly #open = new Set<Id>();
  /** Bytes that the client has not taken yet; an answer is not given before it has. */
  #untaken = 0;
  /** Called when less is open or untaken than before. */
  #onLess: (() => void) | undefined;
  #closed = false;
  #onAnswered: (() => void) | undefined;

  /** @param options.onAnswered Called once, when the client has taken the first message. */
  constructor(
    input: ReadableStream<Uint8Array>,
    output: WritableStream<Uint8Array>,
    options: { readonly onAnswered?: (() => void) | undefined } = {},
  ) {
    this.#input = input;
    this.#writer = output.getWriter();
    this.#onAnswered = options.onAnswered;
  }

  /** Starts reading; returns at once. */
  start(): Promise<void> {
    this.#read().catch((error) => this.onerror?.(error)).finally(() => this.close());
    return Promise.resolve();
  }

  /** Writes one message; waits while the client reads more slowly than we write. */
  async send(message: JSONRPCMessage | ErrorResponse): Promise<void> {
    if (this.#closed) throw new Error("Cannot send: the client is gone");
    if (isHint(message) && this.#untaken > MAXIMUM_UNTAKEN_HINTS) return;
    if ("id" in message && !("method" in message) && message.id != null) {
      this.#open.delete(message.id);
    }
    try {
      await this.#write(message);
    } catch (cause) {
      await this.close();
      throw new Error("Cannot send: the client no longer reads", { cause });
    }
    const onAnswered = this.#onAnswered;
    this.#onAnswered = undefined;
    onAnswered?.();
  }

  /** Stops reading; safe to call twice. */
  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#stop.abort();
      this.#writer.releaseLock();
      this.#onLess?.();
      this.onclose?.();
    }
    return Promise.resolve();
  }

  async #read(): Promise<void> {
    for await (const line of messageLines(this.#input, this.#stop.signal)) {
      const answer = "error" in line ? line : this.#accept(line.message);
      if (answer !== undefined) await this.#refuse(answer);
      await this.#until(() => this.#open.size < MAXIMUM_OPEN && this.#untaken < MAXIMUM_UNTAKEN);
      if (this.#closed) return;
    }
    await this.#answersOrGrace();
  }

  #accept(message: JSONRPCMessage): { id: Id | null; error: ErrorResponse["error"] } | undefined {
    if ("method" in message && "id" in message) {
      if (this.#open.has(message.id)) {
        const text = "Invalid request: another request with this id is still being answered";
        return { id: message.id, error: { code: -32600, message: text } };
      }
      // A stream of notifications has no answer while the client listens.
      if (message.method !== "subscriptions/listen") this.#open.add(message.id);
    } else if ("method" in message && message.method === "notifications/cancelled") {
      const id = message.params?.requestId;
      if (typeof id === "string" || typeof id === "number") this.#settle(id);
    }
    this.onmessage?.(message);
    return undefined;
  }

  async #refuse({ id, error }: { id: Id | null; error: ErrorResponse["error"] }): Promise<void> {
    await this.#write({ jsonrpc: "2.0", id, error });
  }

  async #write(message: JSONRPCMessage | ErrorResponse): Promise<void> {
    const bytes = new TextEncoder().encode(JSON.stringify(message) + "\n");
    this.#untaken += bytes.length;
    try {
      await this.#writer.write(bytes);
    } finally {
      this.#untaken -= bytes.length;
      this.#onLess?.();
    }
  }

  #settle(id: Id): void {
    this.#open.delete(id);
    this.#onLess?.();
  }

  /** Waits for the condition, or for the end; only one may wait at a time. */
  async #until(condition: () => boolean): Promise<void> {
    while (!this.#closed && !condition()) {
      await new Promise<void>((resolve) => this.#onLess = resolve);
    }
  }

  async #answersOrGrace(): Promise<void> {
    const grace = Promise.withResolvers<void>();
    const timer = setTimeout(grace.resolve, GRACE_MILLISECONDS);
    const idle = this.#until(() => this.#open.size === 0 && this.#untaken === 0);
    await Promise.race([grace.promise, idle]);
    clearTimeout(timer);
  }
}

function isHint(message: JSONRPCMessage | ErrorResponse): boolean {
  return "method" in message && message.method.startsWith("notifications/resources/");
}
