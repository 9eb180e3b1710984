import { sanitizeText } from "./characters.ts";

/** An escaped ASCII character: without one, no rule can have been misled. */
const HINT = /%[0-7][0-9A-F]/i;
const ESCAPED_WORD = /(?<![^\s"<>`%])[^\s"<>`%]*%[0-9A-Fa-f]{2}[^\s"<>`]*/g;
const ESCAPES = /(?:%[0-9A-Fa-f]{2})+/g;
/** The characters of keys, quotes and separators as HTML writes them; others could only cut a value short. */
const ENTITY =
  /&(?:amp|apos|colon|equals|gt|lt|lowbar|quot|#0{0,4}(?:3[489]|4[5-9]|5[0-8]|6[0-24-9]|[78]\d|90|9[5789]|1[01]\d|12[0-2])|#x0{0,4}(?:2[267d-f]|3[0-9acdef]|40|[46][1-9a-f]|[57][0-9a]|5f));/gi;
const ENTITY_TEXT = /[^"<>\n]+/g;
const NAMED_ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  apos: "'",
  colon: ":",
  equals: "=",
  gt: ">",
  lt: "<",
  lowbar: "_",
  quot: '"',
};
/** Letters, digits, quotes and separators that JSON escapes without need. */
const JSON_ESCAPE = /(?<!\\)(\\+)u00(2[27de]|3[0-9ad]|[46][1-9a-f]|[57][0-9a]|5f)/gi;
const WIDE_LETTER =
  /[\uff10-\uff19\uff21-\uff3a\uff3f\uff41-\uff5a\u24b6-\u24e9]|\ud835[\udc00-\udfff]/;
const WIDE = /[\uff10-\uff5a\u24b6-\u24e9]+|(?:\ud835[\udc00-\udfff])+/g;
/** One look instead of one for each way to write a character. */
const ANY_HINT = /[%&\uff10-\uff5a\u24b6-\u24e9\ud835]|\\u00/;
const LINE = /[^\n]+/g;
/** JSON as base64, as `X-Registry-Auth` has it; with a dot behind it, it is the head of a token. */
const BASE64_JSON =
  /(?:(?<![\w+/.-])|(?<=\\[nrt]|\\u[0-9A-Fa-f]{4}))eyJ[\w+/-]{20,}={0,2}(?![\w.])/g;
const MARKERS = /(\[redacted:[a-z]+\])/;
/** How often texts are escaped on top of each other, at most. */
const MAXIMUM_LEVELS = 3;

/** One way to write characters so that rules do not know them. */
interface Encoding {
  readonly hint: RegExp;
  /** What is decoded as a whole. */
  readonly part: RegExp;
  readonly decode: (part: string) => string;
  /** Writes what was decoded and redacted as it was written before. */
  readonly encode: (redacted: string, part: string) => string;
}

const ENCODINGS: readonly Encoding[] = [
  {
    hint: HINT,
    part: ESCAPED_WORD,
    // What was escaped has not been sanitized yet.
    decode: (word) => HINT.test(word) ? sanitizeText(unescape(word)) : word,
    encode: escapeAgain,
  },
  {
    hint: new RegExp(ENTITY, "i"),
    part: ENTITY_TEXT,
    decode: decodeEntities,
    encode: encodeEntities,
  },
  {
    hint: new RegExp(JSON_ESCAPE, "i"),
    part: LINE,
    decode: decodeJson,
    encode: (redacted) => redacted,
  },
  { hint: WIDE_LETTER, part: LINE, decode: narrow, encode: (redacted) => redacted },
];

/**
 * Replaces secrets in what is escaped as in URLs, HTML or JSON, is written in full width, or is JSON in base64.
 *
 * @param redactPlain Replaces secrets in a text that is not encoded.
 * @param levels How often what is escaped may be escaped again.
 */
export function redactEncoded(
  text: string,
  redactPlain: (text: string) => string,
  levels = MAXIMUM_LEVELS,
): string {
  let result = text;
  for (const encoding of levels > 0 && ANY_HINT.test(text) ? ENCODINGS : []) {
    if (encoding.hint.test(result)) result = redactDecoded(result, encoding, redactPlain, levels);
  }
  if (!result.includes("eyJ")) return result;
  return result.replace(BASE64_JSON, (word) => {
    const json = decodeBase64(word);
    return json !== undefined && redactPlain(json) !== json ? "[redacted:token]" : word;
  });
}

function redactDecoded(
  text: string,
  encoding: Encoding,
  redactPlain: (text: string) => string,
  levels: number,
): string {
  return text.replace(encoding.part, (part) => {
    const plain = encoding.decode(part);
    if (plain === part) return part;
    const redacted = redactPlain(redactEncoded(plain, redactPlain, levels - 1));
    return redacted === plain ? part : encoding.encode(redacted, part);
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

function decodeEntities(text: string): string {
  let result = text;
  for (let level = 0; level < MAXIMUM_LEVELS && result.includes("&"); level++) {
    const decoded = result.replace(ENTITY, decodeEntity);
    if (decoded === result) break;
    result = decoded;
  }
  return result;
}

function decodeEntity(entity: string): string {
  const name = entity.slice(1, -1).toLowerCase();
  if (!name.startsWith("#")) return NAMED_ENTITIES[name] ?? entity;
  return String.fromCharCode(Number(name[1] === "x" ? `0${name.slice(1)}` : name.slice(1)));
}

/** The text around had none of these characters. */
function encodeEntities(text: string): string {
  return text.replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function decodeJson(text: string): string {
  return text.replace(JSON_ESCAPE, (_escape, backslashes: string, code: string) => {
    const character = String.fromCharCode(Number(`0x${code}`));
    // A quote stays escaped, as deep as it was.
    return /["']/.test(character) ? backslashes + character : character;
  });
}

function narrow(text: string): string {
  return text.replace(WIDE, (run) => run.normalize("NFKC"));
}
