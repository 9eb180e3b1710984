import { isSecretKey, SECRET_HINT, secretKind } from "./redact_keys.ts";
import { type Pair, secretSpan } from "./redact_values.ts";

/** A key and what separates it from its value; a key starts where a word starts, so that each word is read once. */
const PAIR =
  /(?<![\w.-])(\\{0,7}["'`]|)([\w.-]+)\1\]?([ \t]{0,8})(=>|:=|=(?!=)|:(?!:|\/\/)|,(?=[ \t]{0,8}\\{0,7}["'`]))([ \t]{0,8})/g;
const XML_ELEMENT = /(?<=<([A-Za-z_][\w.:-]{0,63})>)[^<>\n]+(?=<\/)/g;
/** The older form of a Dockerfile's ENV, without an equals sign. */
const ENV_INSTRUCTION = /(?<=\bENV[ \t]{1,4}([A-Za-z_]\w{0,127})[ \t]{1,4})[^\s=][^\n]*/g;
/** `{"name": "DB_PASSWORD", "value": "…"}`, in JSON, YAML or attributes: how far apart the two may stand. */
const MAXIMUM_NAME_DISTANCE = 64;
const NAME = /\\{0,7}["'`]?([\w.-]{1,128})/y;
/** Words before "key" in running text count as part of it: `API key: …`. */
const WORD_BEFORE = /([A-Za-z]{2,20}) $/;
/** Query parameters whose names say too little elsewhere, and how their values are judged. */
const QUERY_KEYS: Readonly<Record<string, string>> = {
  sig: "signature",
  code: "code_key",
  key: "query_key",
};

interface Named {
  readonly name: string;
  readonly until: number;
}

/**
 * Replaces values by their keys: `KEY=value`, `"key": "value"`, YAML, INI, logfmt, headers, query parameters, connection
 * strings, XML elements and Dockerfile instructions. `[redacted:env]` stands for variables, `[redacted:field]` for the rest.
 */
export function redactPairs(text: string): string {
  if (!SECRET_HINT.test(text) && !/[?&](?:sig|code)=/i.test(text)) return text;
  const pairs = redactSeparated(text);
  const elements = pairs.includes("</") ? pairs.replace(XML_ELEMENT, replaceByKey("field")) : pairs;
  return elements.includes("ENV")
    ? elements.replace(ENV_INSTRUCTION, replaceByKey("env"))
    : elements;
}

function replaceByKey(kind: string): (value: string, key: string) => string {
  return (value, key) => isSecretKey(key, value) ? `[redacted:${kind}]` : value;
}

function redactSeparated(text: string): string {
  const pattern = new RegExp(PAIR);
  let result = "";
  let done = 0;
  let lineEnd = -1;
  let named: Named | undefined;
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    const at = pattern.lastIndex;
    const key = keyOf(text, found, named);
    named = nameAt(text, found, at) ?? named;
    const kind = secretKind(key);
    if (kind === undefined || (found[4] === "," && !takesComma(text, found))) continue;
    if (at > lineEnd) lineEnd = endOfLine(text, at);
    const span = secretSpan(text, toPair(found, { key, kind, at, lineEnd }));
    if (span === undefined) continue;
    result += `${text.slice(done, span.start)}[redacted:${markerKind(found)}]`;
    done = pattern.lastIndex = span.end;
  }
  return done === 0 ? text : result + text.slice(done);
}

/** The words by which the value is judged. */
function keyOf(text: string, found: RegExpExecArray, named: Named | undefined): string {
  const [, quote, key = ""] = found;
  const { index } = found;
  if (/^value$/i.test(key) && named !== undefined && index <= named.until) return named.name;
  if (/[?&]/.test(text[index - 1] ?? "")) return QUERY_KEYS[key.toLowerCase()] ?? key;
  if (quote !== "" || !/^(?:keys?|string|phrase)$/i.test(key)) return key;
  const word = WORD_BEFORE.exec(text.slice(Math.max(0, index - 24), index))?.[1];
  return word === undefined ? key : `${word}_${key}`;
}

/** `["--password", "…"]` and `("password", "…")` hold a value; `["password", "email"]` holds names. */
function takesComma(text: string, { 1: quote, 2: key = "", index }: RegExpExecArray): boolean {
  return quote !== "" && (key.startsWith("-") || text[index - 1] === "(");
}

/** The name that a following `value` belongs to. */
function nameAt(text: string, found: RegExpExecArray, at: number): Named | undefined {
  if (!/^(?:name|key)$/i.test(found[2] ?? "")) return undefined;
  NAME.lastIndex = at;
  const [whole, name] = NAME.exec(text) ?? [];
  if (whole === undefined || name === undefined) return undefined;
  return { name, until: at + whole.length + MAXIMUM_NAME_DISTANCE };
}

function toPair(
  found: RegExpExecArray,
  known: Pick<Pair, "key" | "kind" | "at" | "lineEnd">,
): Pair {
  const [, quote, , blankBefore, separator = "", blankAfter] = found;
  return {
    ...known,
    quoted: quote !== "",
    separator,
    blankBefore: blankBefore !== "",
    blankAfter: blankAfter !== "",
    start: found.index,
  };
}

function markerKind([, , key = "", , separator]: RegExpExecArray): "env" | "field" {
  return separator === "=" && !/[a-z]/.test(key) ? "env" : "field";
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}
