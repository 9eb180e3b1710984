import { join } from "node:path";
import { tarEnd, tarHeader, tarPadding } from "../docker/streams/tar.ts";
import { type BuildContext, type ContextEntry, unreadable } from "./build_context.ts";
import { RefusedError } from "./refused.ts";

/** Bytes handed over at once: fewer cost time, more cost memory. */
const PIECE = 256 * 1024;

/** A build context as a tar archive that is made while it is sent. */
export class ContextArchive {
  /** Bytes of files that were read so far. */
  readBytes = 0;
  /** Why the archive ended early; whoever sends it only sees that it broke off. */
  failure: unknown;
  readonly #context: BuildContext;
  readonly #onPiece: () => void;

  constructor(context: BuildContext, onPiece: () => void) {
    this.#context = context;
    this.#onPiece = onPiece;
  }

  /** Reads no further than it is asked to; cancelling it closes what is open. */
  stream(): ReadableStream<Uint8Array> {
    return ReadableStream.from(this.#pieces());
  }

  async *#pieces(): AsyncGenerator<Uint8Array, void, void> {
    try {
      const pieces = new Pieces();
      for (const entry of this.#context.entries) {
        yield* pieces.put(tarHeader(entry.header));
        if (entry.header.kind === "file") yield* this.#content(entry, pieces);
        this.#onPiece();
      }
      yield* pieces.put(tarEnd());
      yield* pieces.rest();
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  async *#content(entry: ContextEntry, pieces: Pieces): AsyncGenerator<Uint8Array, void, void> {
    const { path, size = 0 } = entry.header;
    if (size === 0) return;
    if (entry.content !== undefined) {
      this.readBytes += size;
      yield* pieces.put(entry.content);
      yield* pieces.put(new Uint8Array(tarPadding(size)));
      return;
    }
    using file = await open(join(this.#context.folder, path), entry);
    for (let left = size; left > 0;) {
      const read = await file.read(pieces.room().subarray(0, left)).catch((error) => {
        throw unreadable(path, error);
      });
      if (read === null) throw changed(path);
      left -= read;
      this.readBytes += read;
      yield* pieces.filled(read);
      this.#onPiece();
    }
    yield* pieces.put(new Uint8Array(tarPadding(size)));
  }
}

/** Opens the file that was found, and no other: a link put in its place could lead anywhere. */
async function open(path: string, { device, header, inode }: ContextEntry): Promise<Deno.FsFile> {
  try {
    const file = await Deno.open(path);
    try {
      const info = await file.stat();
      if (!info.isFile || info.dev !== device || info.ino !== inode) throw changed(header.path);
      return file;
    } catch (error) {
      file.close();
      throw error;
    }
  } catch (error) {
    if (error instanceof RefusedError) throw error;
    throw unreadable(header.path, error);
  }
}

function changed(path: string): RefusedError {
  return new RefusedError(
    "invalid_arguments",
    `Cannot use the build context: ${JSON.stringify(path)} changed while it was read`,
    "Build again once nothing writes there, or leave it out with a .dockerignore",
  );
}

/** Collects bytes of many small files into pieces of one size. */
class Pieces {
  #piece = new Uint8Array(PIECE);
  #length = 0;

  /** Where the next bytes go; never empty. */
  room(): Uint8Array {
    return this.#piece.subarray(this.#length);
  }

  /** So many bytes of the room were filled. */
  *filled(count: number): Generator<Uint8Array, void, void> {
    this.#length += count;
    if (this.#length < PIECE) return;
    yield this.#piece;
    this.#piece = new Uint8Array(PIECE);
    this.#length = 0;
  }

  *put(bytes: Uint8Array): Generator<Uint8Array, void, void> {
    for (let offset = 0; offset < bytes.length;) {
      const part = bytes.subarray(offset, offset + this.room().length);
      this.room().set(part);
      offset += part.length;
      yield* this.filled(part.length);
    }
  }

  *rest(): Generator<Uint8Array, void, void> {
    if (this.#length > 0) yield this.#piece.subarray(0, this.#length);
  }
}
