import { DockerError } from "../errors.ts";

/** Bytes one line may have: 1 MiB, far beyond any event or sample. */
export const LINE_LIMIT = 1024 * 1024;

const LINE_FEED = 0x0a;

/**
 * The JSON values of a stream that holds one per line; blank lines are skipped and the last one may lack its
 * line end.
 *
 * @throws {DockerError} `incomplete` for a line that is not JSON, `too_large` for one beyond `limit` bytes
 */
export async function* jsonLines(
  pieces: AsyncIterable<Uint8Array>,
  limit: number = LINE_LIMIT,
): AsyncGenerator<unknown, void, void> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for await (const piece of pieces) {
    let start = 0;
    while (start < piece.length) {
      const found = piece.indexOf(LINE_FEED, start);
      const end = found < 0 ? piece.length : found;
      length += end - start;
      if (length > limit) throw tooLarge(limit);
      text += decoder.decode(piece.subarray(start, end), { stream: true });
      start = end + 1;
      if (found < 0) break;
      text += decoder.decode();
      if (text.trim() !== "") yield parse(text);
      text = "";
      length = 0;
    }
  }
  text += decoder.decode();
  if (text.trim() !== "") yield parse(text);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new DockerError("incomplete", "Cannot read the stream: a line is not complete JSON", {
      cause: error,
      remedy: "Use what arrived; the Engine may have been stopped",
    });
  }
}

function tooLarge(limit: number): DockerError {
  return new DockerError("too_large", `Cannot read the stream: a line exceeds ${limit} bytes`, {
    remedy: "Ask for less, e.g. with a filter",
  });
}
