/** No record is longer; what is longer is passed on in parts, so that no file takes more memory than this. */
const MAXIMUM_LINE = 1024 * 1024;
/** Bytes that are read at a time. */
const PIECE_BYTES = 1024 * 1024;

/** A line of a file without its line end, or a part of one that is longer than any record. */
export interface LinePart {
  /** From 1. */
  readonly line: number;
  readonly text: string;
  /** Where it is in its line; `whole` is a line that may be a record. */
  readonly part: "whole" | "first" | "next";
  /** Whether the file ends here without a line end. */
  readonly isOpen: boolean;
}

/** Takes a text that comes in pieces apart into its lines. */
export function* lineParts(pieces: Iterable<string>): Generator<LinePart> {
  let line = 1;
  let text = "";
  let isLong = false;
  const part = (isLast: boolean): LinePart["part"] =>
    isLong ? "next" : isLast && text.length <= MAXIMUM_LINE ? "whole" : "first";
  for (const piece of pieces) {
    const [end = "", ...lines] = piece.split("\n");
    text += end;
    for (const next of lines) {
      yield { line, text, part: part(true), isOpen: false };
      text = next;
      isLong = false;
      line++;
    }
    if (text.length <= MAXIMUM_LINE) continue;
    yield { line, text, part: part(false), isOpen: false };
    text = "";
    isLong = true;
  }
  if (text !== "" || isLong) yield { line, text, part: part(true), isOpen: true };
}

/** The text of a file in pieces, each byte as one character: a torn line may be anything. */
export function* piecesOf(path: string): Generator<string> {
  using file = Deno.openSync(path);
  const decoder = new TextDecoder("latin1");
  const bytes = new Uint8Array(PIECE_BYTES);
  for (let read; (read = file.readSync(bytes)) !== null;) {
    yield decoder.decode(bytes.subarray(0, read));
  }
}
