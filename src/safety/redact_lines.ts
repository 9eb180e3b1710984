import type { Pair } from "./redact_pair.ts";
import type { Span } from "./redact_pem.ts";

/** Values that stand below their key, or run on over several lines. */

const BLOCK_SCALAR = /[|>][+-]?\d?[+-]?[ \t]*(?=\n|$)/y;
/** Items of a list below their key, each a lone word. */
const NEXT_LINES = /(?:\r?\n[ \t]{0,40}-[ \t]{1,4}[^\s:{}[\]#][^\s:]{0,1023}(?=\r?\n|$)){1,64}/y;
/** A lone word on the next line, as JSON and YAML may be broken. */
const NEXT_LINE =
  /\r?\n([ \t]{0,40})(\\{0,7}["']?)((?:(?:basic|bearer|token)[ \t]+)?[^\s"'`[\]{}#,-][^\s"'`[\]{},]{0,1023})\2[,}\]]{0,8}[ \t]*(?=\r?\n|$)/iy;
/** What is no further line of a value, although the line before ends with a backslash: a variable, an option, a command. */
const STARTS_ANEW = /^[ \t]*(?:[A-Za-z_][\w.-]{0,127}[=:]|-|&&|\|\||[|;])/;
/** No value is continued on more lines, save private keys, which have a rule of their own. */
const MAXIMUM_CONTINUATIONS = 16;

/** A value below its key: in JSON wherever it stands, in YAML indented deeper. */
export function nextLineSpan(
  text: string,
  pair: Pair,
  indent: string | undefined,
): Span | undefined {
  const { at, kind, quoted, separator, lineEnd } = pair;
  if (separator !== ":" || at < lineEnd - 1 || text.slice(at, lineEnd).trim() !== "") {
    return undefined;
  }
  NEXT_LINES.lastIndex = NEXT_LINE.lastIndex = text[lineEnd - 1] === "\r" ? lineEnd - 1 : lineEnd;
  const list = kind === "password" && indent !== undefined ? NEXT_LINES.exec(text)?.[0] : undefined;
  if (list !== undefined) return { start: lineEnd, end: lineEnd + list.length };
  const [whole, deeper = "", quote = "", value = ""] = NEXT_LINE.exec(text) ?? [];
  if (whole === undefined || value.endsWith(":")) return undefined;
  const isBelow = quoted ? quote !== "" : indent !== undefined && deeper.length > indent.length;
  if (!isBelow) return undefined;
  const start = text.indexOf(value, lineEnd + 1 + deeper.length + quote.length);
  return { start, end: start + value.length };
}

/** Whether the lines below are the value, as YAML writes it. */
export function isBlockScalar(text: string, at: number): boolean {
  BLOCK_SCALAR.lastIndex = at;
  return BLOCK_SCALAR.test(text);
}

/** The lines of a YAML block: those indented deeper than its key. */
export function blockSpan(text: string, lineEnd: number, indent: number): Span {
  const line = new RegExp(String.raw`\n(?:[ \t]{${indent + 1}}[^\n]*|[ \t]*(?=\n))`, "y");
  let end = lineEnd;
  for (;;) {
    line.lastIndex = end;
    const length = line.exec(text)?.[0].length;
    if (length === undefined) return { start: Math.min(lineEnd + 1, end), end };
    end += length;
  }
}

/** The span with the lines after it that a backslash at its end adds, as in `.properties` files and shells. */
export function withContinuation(text: string, span: Span, lineEnd: number): Span {
  let end = lineEnd;
  if (span.end !== end) return span;
  for (let times = 0; times < MAXIMUM_CONTINUATIONS; times++) {
    if (text[end - 1] !== "\\" || end >= text.length) break;
    const newline = text.indexOf("\n", end + 1);
    const nextEnd = newline < 0 ? text.length : newline;
    const isEmpty = text.slice(span.start, end) === "\\";
    // A blank ahead of the backslash ends the value, save where there is none yet.
    const isBlank = !isEmpty && /\s/.test(text[end - 2] ?? "");
    if (!isEmpty && (isBlank || STARTS_ANEW.test(text.slice(end + 1, nextEnd)))) break;
    end = nextEnd;
  }
  return { start: span.start, end };
}
