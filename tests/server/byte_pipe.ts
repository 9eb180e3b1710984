/** Chunks that wait to be read, as in a pipe of the system. */
const BUFFERED = { highWaterMark: 8 };

/** The client's end of a server's standard input and output. */
export class BytePipe {
  /** For the server. */
  readonly stdin: ReadableStream<Uint8Array>;
  readonly stdout: WritableStream<Uint8Array>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #rest = "";

  constructor() {
    const input = new TransformStream<Uint8Array, Uint8Array>({}, BUFFERED, BUFFERED);
    const output = new TransformStream<Uint8Array, Uint8Array>({}, {}, BUFFERED);
    this.stdin = input.readable;
    this.stdout = output.writable;
    this.#input = input.writable.getWriter();
    this.#output = output.readable.getReader();
  }

  /** Sends messages, or lines as they are. */
  async send(...messages: readonly unknown[]): Promise<void> {
    for (const message of messages) {
      const line = typeof message === "string" ? message : JSON.stringify(message);
      await this.#input.write(new TextEncoder().encode(`${line}\n`));
    }
  }

  /** The server's next message. */
  async receive(): Promise<Record<string, unknown>> {
    for (;;) {
      const end = this.#rest.indexOf("\n");
      if (end >= 0) {
        const line = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 1);
        return JSON.parse(line);
      }
      const { value, done } = await this.#output.read();
      if (done) throw new Error("The server has closed its output");
      this.#rest += this.#decoder.decode(value, { stream: true });
    }
  }

  /** Ends the server's input. */
  hangUp(): Promise<void> {
    return this.#input.close();
  }

  /** No longer reads what the server writes. */
  stopReading(): Promise<void> {
    return this.#output.cancel();
  }
}
