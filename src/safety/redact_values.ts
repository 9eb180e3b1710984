import { isSecretKey, isSecretWithin, looksRandom } from "./redact_keys.ts";
import { blockSpan, isBlockScalar, nextLineSpan, withContinuation } from "./redact_lines.ts";
import { listSpan } from "./redact_lists.ts";
import type { Pair } from "./redact_pair.ts";
import type { Span } from "./redact_pem.ts";

const OPENING_QUOTE = /(\\{0,7})("""|'''|["'`])/y;
const QUOTE_BEFORE = /(\\{0,7})(["'`])$/;
/** As far back as the beginning of a line is looked for: an indent, a log's time stamp, a list dash, a keyword. */
const LINE_PREFIX_LENGTH = 96;
const LINE_START =
  /\n(?:\d{4}-\d\d-\d\d[T ][\d:.,]{8,18}(?:Z|[+-][\d:]{4,5})?[ \t]+)?([ \t]*)(?:(?:[-*><+#$|]|export|declare -x|set|setenv|ENV|ARG|\|\d+)[ \t]+){0,3}$/;
const DOCKERFILE_KEYWORD = /\b(?:ENV|ARG)[ \t]{1,4}$/;
const NEXT_PAIR = /[\s,;&][\w.-]+=/;
const SCHEME =
  /(?:apikey|aws|aws4-hmac-sha256|basic|bearer|bot|digest|hawk|key|negotiate|ntlm|oauth|ssws|token)[ \t]+/iy;
/** One word; a mark ends it only where something else follows the mark. */
const WORD =
  /(?:\[redacted:[a-z]{1,16}\]|[^\s,;&)}\]"'`]|[,;&](?![\w.$-]{1,64}[=:]|\s|$)|[)}\]](?![\s,;)}\]"'`]|$)|["'`](?![\s,;)}\]]|$))+/iy;
const QUERY_VALUE = /[^\s&#"'<>`]+/y;
const CONNECTION_VALUE = /[^;"'`\n]+/y;
const JSON_VALUE = /(?:\[redacted:[a-z]{1,16}\]|[^\s,}\]])+/y;
/** What follows a name in a message about it: `secret: is not an argument`. */
const SENTENCE =
  /^(?:is|are|was|were|must|should|may|can|cannot|expected|expects|has|have|needs|not|takes|too|wants|(?:want|got)(?= ")) ["a-z]/;

const MAXIMUM_QUOTATION = 4096;
/** How much of a value is judged: no path, number or switch under a secret's key is longer, so that a longer value is the secret. */
const MAXIMUM_JUDGED = 1024;

/** Where the secret value of a pair stands, or `undefined` where the value is none. */
export function secretSpan(text: string, pair: Pair): Span | undefined {
  const found = quotedSpan(text, pair) ?? listSpan(text, pair) ?? plainSpan(text, pair);
  if (found === undefined || found.end <= found.start) return undefined;
  const span = withContinuation(text, found, pair.lineEnd);
  const value = firstPart(text, span.start, span.end);
  const isTooLong = span.end - span.start > MAXIMUM_JUDGED && pair.kind !== "key";
  const isSecret = pair.within ? isSecretWithin : isSecretKey;
  return isTooLong || isSecret(pair.key, value) ? span : undefined;
}

function firstPart(text: string, start: number, end: number): string {
  return text.slice(start, Math.min(end, start + MAXIMUM_JUDGED));
}

function quotedSpan(text: string, pair: Pair): Span | undefined {
  OPENING_QUOTE.lastIndex = pair.at;
  const [opening, escapes = "", quote = ""] = OPENING_QUOTE.exec(text) ?? [];
  if (opening === undefined) return undefined;
  // In "'password:', x" the quote closes the one before the key.
  if (!pair.quoted && !pair.blankAfter && text[pair.start - 1] === quote) return undefined;
  const start = pair.at + opening.length;
  return { start, end: closingQuote(text, { start, pair, escapes: escapes.length, quote }) };
}

interface Quotation {
  readonly start: number;
  readonly pair: Pair;
  readonly escapes: number;
  readonly quote: string;
}

/** Where the quote closes that was opened behind `escapes` backslashes: JSON inside JSON doubles them at each level. */
function closingQuote(text: string, quotation: Quotation): number {
  const { start, pair, escapes, quote } = quotation;
  return pair.runs.endOf(`${escapes}${quote}`, start, () => findQuote(text, quotation));
}

function findQuote(text: string, { start, pair, escapes, quote }: Quotation): number {
  // Only quotes of three marks may run over several lines.
  const line = text.slice(start, quote.length === 3 ? start + MAXIMUM_QUOTATION : pair.lineEnd);
  for (let at = line.indexOf(quote); at >= 0; at = line.indexOf(quote, at + 1)) {
    let backslashes = 0;
    while (backslashes < 64 && line[at - backslashes - 1] === "\\") backslashes++;
    const closes = (backslashes + 1) % (2 * (escapes + 1)) === escapes + 1;
    if (closes || backslashes < escapes) return start + at - Math.min(backslashes, escapes);
  }
  return pair.lineEnd;
}

function plainSpan(text: string, pair: Pair): Span | undefined {
  const { at, start, quoted } = pair;
  if (text[at] === "{") return undefined;
  if (quoted && text[at] === "[" && !text.startsWith("[redacted:", at)) return undefined;
  const before = text.slice(Math.max(0, start - LINE_PREFIX_LENGTH), start);
  const line = LINE_START.exec(start <= LINE_PREFIX_LENGTH ? `\n${before}` : before);
  const broken = nextLineSpan(text, pair, line?.[1]);
  if (broken !== undefined) return broken;
  if (quoted && line !== null && isBlockScalar(text, at)) {
    return blockSpan(text, pair.lineEnd, line[1]?.length ?? 0);
  }
  if (quoted) return runSpan(text, pair, JSON_VALUE);
  const enclosed = enclosedSpan(text, pair, before);
  if (enclosed !== undefined) return enclosed;
  if (pair.separator.startsWith(":") && pair.separator !== ":=") {
    return afterColon(text, pair, { before, indent: line?.[1] });
  }
  return afterEquals(text, pair, { before, startsLine: line !== null });
}

/** A pair that begins a quoted text, as `-H "X-Api-Key: …"` or `["DB_PASSWORD=…"]`, ends with it. */
function enclosedSpan(text: string, pair: Pair, before: string): Span | undefined {
  const [, escapes = "", quote] = QUOTE_BEFORE.exec(before) ?? [];
  if (quote === undefined) return undefined;
  const { at: start, lineEnd, key, separator } = pair;
  const end = closingQuote(text, { start, pair, escapes: escapes.length, quote });
  if (end >= lineEnd) return undefined;
  const whole = separator === ":" || !/[a-z]/.test(key) ||
    !NEXT_PAIR.test(firstPart(text, start, end));
  return whole ? { start, end } : undefined;
}

function afterColon(
  text: string,
  pair: Pair,
  { before, indent }: { readonly before: string; readonly indent: string | undefined },
): Span | undefined {
  const { at, kind, key, lineEnd } = pair;
  if (pair.blankAfter && SENTENCE.test(firstPart(text, at, lineEnd))) return undefined;
  const word = wordSpan(text, pair);
  const value = word === undefined ? "" : firstPart(text, word.start, word.end);
  if (!pair.blankAfter && at < lineEnd) {
    // "repository/token:1.2" is an image, "{User:bob Password:x}" a Go struct, "/password:x" an option of Windows.
    return !/(?:[^\s]\/|@)$/.test(before) && (kind === "password" || looksRandom(value))
      ? word
      : undefined;
  }
  if (indent !== undefined) {
    if (isBlockScalar(text, at)) return blockSpan(text, lineEnd, indent.length);
    const oneWord = word !== undefined && text.slice(word.end, lineEnd).trim() === "";
    if (kind !== "context" || oneWord || /cookie/i.test(key)) return { start: at, end: lineEnd };
  }
  return kind === "password" || looksRandom(value, 8) ? word : undefined;
}

function afterEquals(
  text: string,
  pair: Pair,
  { before, startsLine }: { readonly before: string; readonly startsLine: boolean },
): Span | undefined {
  const { at, key, lineEnd } = pair;
  if (/[?&]$/.test(before)) return runSpan(text, pair, QUERY_VALUE);
  if (/;[ \t]*$/.test(before)) return runSpan(text, pair, CONNECTION_VALUE);
  if (startsLine || DOCKERFILE_KEYWORD.test(before)) {
    const isVariable = startsLine && !/[a-z]/.test(key);
    if (isVariable || !NEXT_PAIR.test(firstPart(text, at, lineEnd))) {
      return { start: at, end: lineEnd };
    }
  }
  // "password= user=bob" has an empty value.
  if (pair.blankAfter && !pair.blankBefore) return undefined;
  // A password may begin like the next parameter of a form; hiding that too does less harm than showing the password.
  const isUnclear = startsLine && /[&;,]/.test(text[at] ?? "");
  return wordSpan(text, pair) ?? (isUnclear ? { start: at, end: lineEnd } : undefined);
}

/** A word, with the scheme of HTTP credentials in front of it. */
function wordSpan(text: string, pair: Pair): Span | undefined {
  const { at } = pair;
  SCHEME.lastIndex = at;
  const scheme = SCHEME.exec(text)?.[0].length ?? 0;
  const word = scheme > 0 ? runSpan(text, { ...pair, at: at + scheme }, WORD) : undefined;
  return word === undefined ? runSpan(text, pair, WORD) : { start: at, end: word.end };
}

/** What a pattern matches that reads on as long as it can, whatever stands before. */
function runSpan(text: string, { at, runs }: Pair, pattern: RegExp): Span | undefined {
  const end = runs.endOf(pattern, at, () => {
    pattern.lastIndex = at;
    return at + (pattern.exec(text)?.[0].length ?? 0);
  });
  if (end === at) return undefined;
  // The backslash of an escaped quote belongs to the quote.
  const last = /["'`]/.test(text[end] ?? "") ? text.slice(Math.max(at, end - 7), end) : "";
  return { start: at, end: end - (/\\*$/.exec(last)?.[0].length ?? 0) };
}
