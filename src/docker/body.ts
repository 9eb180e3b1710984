import type { Deadline } from "./deadline.ts";
import { DockerError } from "./errors.ts";

/** Large, because reading 4 KiB at a time costs two thirds of the throughput. */
const STREAM_BUFFER = 1024 * 1024;
/** For answers read whole; most fit. */
const TEXT_BUFFER = 64 * 1024;

/** How to read a body that is not read whole. */
export interface PiecesOptions {
  /** Bytes of the largest piece. @default {1 MiB} */
  readonly bufferSize?: number;
  /**
   * Bytes to wait for, unless the body ends: the Engine sends one chunk a log line, and each costs a turn of the event
   * loop. What is waited for is lost when the connection breaks. @default {1}
   */
  readonly atLeast?: number;
}

/** Reads one body, with the call's deadline; disposing gives the connection back or drops it. */
export class BodyReader implements AsyncDisposable {
  readonly #reader: ReadableStreamBYOBReader | ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly #deadline: Deadline;
  readonly #action: string;

  /** `action` completes "Cannot …" in messages. */
  constructor(body: ReadableStream<Uint8Array> | null, deadline: Deadline, action: string) {
    this.#deadline = deadline;
    this.#action = action;
    this.#reader = body === null ? undefined : readerOf(body);
    deadline.signal.addEventListener("abort", this.#cancel, { once: true });
  }

  /**
   * Everything, piece by piece; a piece is valid until the next one is asked for.
   *
   * @throws {DockerError} `timeout`, `incomplete`; or the caller's abort reason
   */
  async *pieces(
    { bufferSize = STREAM_BUFFER, atLeast = 1 }: PiecesOptions = {},
  ): AsyncGenerator<Uint8Array, void, void> {
    let buffer = new ArrayBuffer(this.#reader instanceof ReadableStreamBYOBReader ? bufferSize : 0);
    for (;;) {
      const piece = await this.#read(buffer, atLeast);
      if (piece === undefined) return;
      // A BYOB read takes the buffer away and returns it under the piece.
      if (buffer.detached && piece.buffer instanceof ArrayBuffer) buffer = piece.buffer;
      yield piece;
    }
  }

  /**
   * The whole body as text; what is not UTF-8 becomes U+FFFD. `hold` is told how many bytes there are so far.
   *
   * @throws {DockerError} `too_large` beyond `limit` bytes, without reading on; whatever `hold` throws
   */
  async text(limit: number, hold?: (bytes: number) => void): Promise<string> {
    const decoder = new TextDecoder();
    let text = "";
    let length = 0;
    for await (const piece of this.pieces({ bufferSize: TEXT_BUFFER, atLeast: TEXT_BUFFER })) {
      length += piece.byteLength;
      if (length > limit) throw this.#tooLarge(limit);
      hold?.(length);
      text += decoder.decode(piece, { stream: true });
    }
    return text + decoder.decode();
  }

  /** The beginning of the body as text, at most about `limit` bytes; a body that breaks off ends there. */
  async textUpTo(limit: number): Promise<string> {
    const decoder = new TextDecoder();
    let text = "";
    try {
      for await (const piece of this.pieces({ bufferSize: TEXT_BUFFER })) {
        text += decoder.decode(piece, { stream: true });
        if (text.length >= limit) break;
      }
    } catch (error) {
      if (!(error instanceof DockerError) || error.code !== "incomplete") throw error;
    }
    return text.slice(0, limit);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#deadline.signal.removeEventListener("abort", this.#cancel);
    await this.#cancel();
    this.#reader?.releaseLock();
  }

  // Also called on abort, because an abort between two reads does not always reach the body of a fetch.
  readonly #cancel = async (): Promise<void> => {
    // A body that broke was reported while reading; cancelling it only repeats the error.
    await this.#reader?.cancel().catch(() => {});
  };

  async #read(buffer: ArrayBuffer, atLeast: number): Promise<Uint8Array | undefined> {
    this.#deadline.signal.throwIfAborted();
    if (this.#reader === undefined) return undefined;
    this.#deadline.reading();
    try {
      const { value, done } = this.#reader instanceof ReadableStreamBYOBReader
        ? await this.#reader.read(new Uint8Array(buffer), { min: atLeast })
        : await this.#reader.read();
      this.#deadline.signal.throwIfAborted();
      // The last piece of a body that ended before there was enough comes together with its end.
      return done && !value?.byteLength ? undefined : value;
    } catch (error) {
      this.#deadline.signal.throwIfAborted();
      throw new DockerError("incomplete", `Cannot ${this.#action}: the answer broke off`, {
        cause: error,
        remedy: "Check that the Engine is still running, then try again",
      });
    } finally {
      this.#deadline.resting();
    }
  }

  #tooLarge(limit: number): DockerError {
    const message = `Cannot ${this.#action}: the answer is longer than ${limit} bytes`;
    return new DockerError("too_large", message, {
      remedy: "Ask for less, e.g. with a filter or a limit",
    });
  }
}

function readerOf(
  body: ReadableStream<Uint8Array>,
): ReadableStreamBYOBReader | ReadableStreamDefaultReader<Uint8Array> {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return body.getReader(); // not a byte stream: from node:http, or made without a connection
  }
}
