import { sanitizeText } from "./characters.ts";

/** An escaped ASCII character: without one, no rule can have been misled. */
const HINT = /%[0-7][0-9A-F]/i;
// Only from the start of a word: tried from each of its characters, a long one would take quadratic time.
const ESCAPED_WORD = /(?<![^\s"<>`%])[^\s"<>`%]*%[0-9A-Fa-f]{2}[^\s"<>`]*/g;
const ESCAPES = /(?:%[0-9A-Fa-f]{2})+/g;
/** JSON as base64, as `X-Registry-Auth` has it; with a dot behind it, it is the head of a token. */
const BASE64_JSON =
  /(?:(?<![\w+/.-])|(?<=\\[nrt]|\\u[0-9A-Fa-f]{4}))eyJ[\w+/-]{20,}={0,2}(?![\w.])/g;
const MARKERS = /(\[redacted:[a-z]+\])/;
/** How often texts are escaped on top of each other, at most. */
const MAXIMUM_LEVELS = 3;

/**
 * Replaces secrets in what is escaped as in URLs, or is JSON in base64.
 *
 * @param redactPlain Replaces secrets in a text that is not encoded.
 * @param levels How often what is escaped may be escaped again.
 */
export function redactEncoded(
  text: string,
  redactPlain: (text: string) => string,
  levels = MAXIMUM_LEVELS,
): string {
  const escaped = levels > 0 && HINT.test(text) ? redactEscaped(text, redactPlain, levels) : text;
  if (!escaped.includes("eyJ")) return escaped;
  return escaped.replace(BASE64_JSON, (word) => {
    const json = decodeBase64(word);
    return json !== undefined && redactPlain(json) !== json ? "[redacted:token]" : word;
  });
}

function redactEscaped(
  text: string,
  redactPlain: (text: string) => string,
  levels: number,
): string {
  return text.replace(ESCAPED_WORD, (word) => {
    if (!HINT.test(word)) return word;
    // What was escaped has not been sanitized yet.
    const plain = sanitizeText(unescape(word));
    const redacted = redactPlain(redactEncoded(plain, redactPlain, levels - 1));
    return redacted === plain ? word : escapeAgain(redacted, word);
  });
}

function unescape(word: string): string {
  return word.replace(ESCAPES, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes; // no UTF-8
    }
  });
}

/** Escapes what the original had escaped, save the markers. */
function escapeAgain(redacted: string, original: string): string {
  const literal = new Set(original.replace(ESCAPES, ""));
  return redacted.split(MARKERS).map((part) =>
    MARKERS.test(part)
      ? part
      : Array.from(part, (character) =>
        literal.has(character) ? character : encodeURIComponent(character)).join("")
  ).join("");
}

function decodeBase64(word: string): string | undefined {
  try {
    const bytes = atob(word.replaceAll("-", "+").replaceAll("_", "/"));
    return /^\{\s*"/.test(bytes) ? bytes : undefined;
  } catch {
    return undefined;
  }
}
