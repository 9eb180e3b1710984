const MARKER = "[redacted:key]";
const EDGE = /-{4,5} ?(BEGIN|END) [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}/g;
/** A block with its END farther away than this is taken for one that was cut: the longest keys in use have 13 KB. */
const MAXIMUM_BLOCK = 32 * 1024;
/** No line of a key is longer, also behind what a log puts in front of it. */
const MAXIMUM_LINE = 512;
/** A line of base64, one that ends in base64 behind what a log puts in front of it, or a header of the block. */
const KEY_LINE =
  /^(?:[ \t]*[A-Za-z0-9+/=]*|.*[ \t|"'][A-Za-z0-9+/=]{32,}|(?:Proc-Type|DEK-Info|Comment|Version|Hash|Charset): .*)(?:\\n|[\s"',])*$/;
/** A key that stands on one line, its line ends written as `\n` or turned into blanks. */
const SAME_LINE = /^(?:[A-Za-z0-9+/=\r ]|\\+[nr])*/;
const SAME_LINE_CHARACTER = /[A-Za-z0-9+/=\r\\ ]/;

/** Part of a text, from `start` up to and without `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where a text holds private keys as PEM or PGP blocks, also blocks of which the beginning or the end was cut off. */
export function privateKeySpans(text: string): readonly Span[] {
  if (!text.includes("PRIVATE KEY")) return [];
  const edges = [...text.matchAll(EDGE)].map((match) => ({
    begins: match[1] === "BEGIN",
    start: match.index,
    end: match.index + match[0].length,
  }));
  const spans: Span[] = [];
  edges.forEach((edge, index) => {
    const done = spans.at(-1)?.end ?? 0;
    if (edge.start < done) return;
    if (!edge.begins) {
      spans.push({ start: startOfLostBlock(text, edge.start, done), end: edge.end });
      return;
    }
    const next = edges[index + 1];
    const closes = next !== undefined && !next.begins && next.end - edge.start <= MAXIMUM_BLOCK;
    spans.push({
      start: edge.start,
      end: closes ? next.end : endOfCutBlock(text, edge.end, next?.start),
    });
  });
  return spans;
}

/** Replaces private keys by `[redacted:key]`. */
export function redactPrivateKeys(text: string): string {
  return replaceSpans(text, privateKeySpans(text));
}

/** Replaces private keys that run over several lines of a list; as many lines come back. */
export function redactKeyLines(lines: readonly string[]): readonly string[] {
  const spans = privateKeySpans(lines.join("\n"));
  let start = 0;
  let next = 0;
  return lines.map((line) => {
    const end = start + line.length;
    while (next < spans.length && (spans[next]?.end ?? 0) <= start) next++;
    const inside: Span[] = [];
    for (let at = next; at < spans.length; at++) {
      const span = spans[at];
      if (span === undefined || span.start >= end) break;
      inside.push({
        start: Math.max(span.start, start) - start,
        end: Math.min(span.end, end) - start,
      });
    }
    start = end + 1;
    return replaceSpans(line, inside);
  });
}

function replaceSpans(text: string, spans: readonly Span[]): string {
  let result = "";
  let done = 0;
  for (const { start, end } of spans) {
    result += text.slice(done, start) + MARKER;
    done = end;
  }
  return done === 0 ? text : result + text.slice(done);
}

function endOfCutBlock(text: string, start: number, limit = text.length): number {
  const last = Math.min(limit, start + MAXIMUM_BLOCK);
  let end = start + (SAME_LINE.exec(text.slice(start, last))?.[0].length ?? 0);
  while (end < last && text[end] === "\n") {
    const newline = text.slice(end + 1, last).indexOf("\n");
    const lineEnd = newline < 0 ? last : end + 1 + newline;
    if (!isKeyLine(text.slice(end + 1, lineEnd))) break;
    end = lineEnd;
  }
  return end;
}

function startOfLostBlock(text: string, end: number, limit: number): number {
  const first = Math.max(limit, end - MAXIMUM_BLOCK);
  const lineStart = startOfLine(text, end, first);
  let start = lineStart;
  let at = lineStart;
  while (at > first) {
    const previous = startOfLine(text, at - 1, first);
    const line = text.slice(previous, at - 1);
    // The last line of a key may be too short to tell.
    const skipped = at === lineStart && line.length <= MAXIMUM_LINE;
    const isKey = line.trim().length >= 16 && isKeyLine(line);
    if (!isKey && !skipped) break;
    at = previous;
    if (isKey) start = previous;
  }
  if (start < lineStart) return start;
  let run = end;
  while (run > lineStart && SAME_LINE_CHARACTER.test(text[run - 1] ?? "")) run--;
  return end - run < 32 ? end : run;
}

function startOfLine(text: string, end: number, first: number): number {
  return first + text.slice(first, end).lastIndexOf("\n") + 1;
}

function isKeyLine(line: string): boolean {
  return line.length <= MAXIMUM_LINE && KEY_LINE.test(line);
}
