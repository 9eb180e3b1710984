import { demux, type OutputPiece, rawOutput } from "./demux.ts";

const MULTIPLEXED = "application/vnd.docker.multiplexed-stream";
const RAW = "application/vnd.docker.raw-stream";

/**
 * What a content type says about an output stream: `multiplexed`, `raw` or nothing that can be relied on.
 *
 * Engines before API 1.42 say `raw` of multiplexed streams too; so does every Engine of an exec that was not
 * upgraded. Those who know of a terminal must not ask here.
 */
export function framingOf(
  contentType: string | null | undefined,
): "multiplexed" | "raw" | undefined {
  const type = contentType?.split(";", 1)[0]?.trim().toLowerCase();
  if (type === MULTIPLEXED) return "multiplexed";
  return type === RAW ? "raw" : undefined;
}

/** Output as it is framed: taken apart, or all of it as `stdout` where a terminal wrote it. */
export function outputPieces(
  pieces: AsyncIterable<Uint8Array>,
  framing: "multiplexed" | "raw",
): AsyncGenerator<OutputPiece, void, void> {
  return framing === "multiplexed" ? demux(pieces) : rawOutput(pieces);
}
