const MARKER = "[redacted:text]";
/** Characters; V8 gives up some patterns on five million without an end, and an output has ten million at most. */
const MAXIMUM_PIECE = 2_000_000;
/** Nothing that decides about a secret is farther away: the longest keys in use have 13 KB. */
const CONTEXT = 32 * 1024;
/** Where a piece may end, the best first; behind these, so that a word stays whole. */
const ENDS = ["\n", " ", ","];
/** How far before the longest end of a piece to look, in turn, because what is there may belong together: 0 to 256 Ki. */
const DISTANCES = Array.from({ length: 19 }, (_, power) => 2 ** power - 1);

/**
 * Redacts a text of any length in pieces, which end where that makes no difference. Where there is no such place, as in a word of
 * millions of characters, `[redacted:text]` stands for it: nobody reads it, and no rule can.
 *
 * @param maximum Characters of a piece.
 */
export function redactPieces(
  text: string,
  redactPiece: (piece: string) => string,
  maximum = MAXIMUM_PIECE,
): string {
  const redacted: string[] = [];
  let start = 0;
  while (text.length - start > maximum) {
    const limit = start + maximum;
    const end = places(text, start, limit).find((place) => isHarmless(text, place, redactPiece));
    redacted.push(end === undefined ? MARKER : redactPiece(text.slice(start, end)));
    start = end ?? endOfWord(text, limit);
  }
  return [...redacted, redactPiece(text.slice(start))].join("");
}

/** Where a piece may end, the latest line ends first. */
function* places(text: string, start: number, limit: number): Generator<number> {
  for (const end of ENDS) {
    let last = limit + 1;
    for (const distance of DISTANCES) {
      const place = text.lastIndexOf(end, limit - distance - 1) + 1;
      if (place <= start) break;
      if (place < last) yield last = place;
    }
  }
}

/** Whether what is around a place is redacted in the same way when it is cut there. */
function isHarmless(text: string, end: number, redactPiece: (piece: string) => string): boolean {
  const before = text.slice(Math.max(0, end - CONTEXT), end);
  const after = text.slice(end, end + CONTEXT);
  return redactPiece(before) + redactPiece(after) === redactPiece(before + after);
}

function endOfWord(text: string, from: number): number {
  const places = ENDS.map((end) => text.indexOf(end, from)).filter((place) => place >= 0);
  return places.length === 0 ? text.length : Math.min(...places);
}
