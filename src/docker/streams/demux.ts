import { DockerError } from "../errors.ts";

/** Which output of a program a piece comes from; a terminal has only `stdout`. */
export type OutputStream = "stdout" | "stderr";

/** Some bytes of output, cut anywhere: a piece may end in the middle of a line or a character. */
export interface OutputPiece {
  readonly stream: OutputStream;
  /** Valid until the next piece is asked for; copy what is kept. */
  readonly data: Uint8Array;
}

/** `[stream, 0, 0, 0, length as big-endian 32 bit]`, then as many bytes. */
const HEADER_LENGTH = 8;

/**
 * Takes the Engine's multiplexed stream apart.
 *
 * Bytes are passed on as they come, whatever length a frame claims, so memory stays constant.
 *
 * @throws {DockerError} `incomplete` after the last good piece, for a frame of unknown type or a stream that
 * ends inside a frame
 */
export async function* demux(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<OutputPiece, void, void> {
  const header = new Uint8Array(HEADER_LENGTH);
  let headerBytes = 0;
  let stream: OutputStream = "stdout";
  let left = 0;
  for await (const piece of pieces) {
    let position = 0;
    while (position < piece.length) {
      if (left === 0) {
        const part = piece.subarray(position, position + HEADER_LENGTH - headerBytes);
        header.set(part, headerBytes);
        headerBytes += part.length;
        position += part.length;
        if (headerBytes < HEADER_LENGTH) break;
        headerBytes = 0;
        stream = streamOf(header);
        left = lengthOf(header);
        continue;
      }
      const data = piece.subarray(position, position + left);
      position += data.length;
      left -= data.length;
      yield { stream, data };
    }
  }
  if (headerBytes > 0 || left > 0) {
    throw broken("it ends inside a frame");
  }
}

/** A terminal's output, which is not multiplexed: all of it is `stdout`. */
export async function* rawOutput(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<OutputPiece, void, void> {
  for await (const data of pieces) yield { stream: "stdout", data };
}

function streamOf(header: Uint8Array): OutputStream {
  const type = header[0];
  // Type 0 is stdin, which attach may echo; it was shown as output ever since.
  if (type === 0 || type === 1) return "stdout";
  if (type === 2) return "stderr";
  throw broken(`a frame has the unknown type ${type}`);
}

function lengthOf(header: Uint8Array): number {
  const [, , , , first = 0, second = 0, third = 0, fourth = 0] = header;
  return first * 2 ** 24 + (second << 16) + (third << 8) + fourth;
}

function broken(state: string): DockerError {
  return new DockerError("incomplete", `Cannot read the output to its end: ${state}`, {
    remedy: "Use what arrived; the Engine may have been stopped, or the container has a terminal",
  });
}
