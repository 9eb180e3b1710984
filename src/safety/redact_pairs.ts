import { isSecretKey, SECRET_HINT, secretKind } from "./redact_keys.ts";
import { KnownRuns } from "./redact_runs.ts";
import type { Pair } from "./redact_pair.ts";
import type { Span } from "./redact_pem.ts";
import { redactTables } from "./redact_tables.ts";
import { secretSpan } from "./redact_values.ts";

/** A key and what separates it from its value; a key starts where a word starts, so that each word is read once. */
const PAIR =
  /(?:(?<![\w.-])|(?=\\{0,7}["'`]))(\\{0,7}["'`]|)([\w.-]+)\1\]?([ \t\u00a0]{0,40})(=>|:=|[+?]=|[＝：]|=(?!==?[ \t]|=?>)|%3d|\\u003d|:(?!:|\/\/)|,(?=[ \t]{0,8}\\{0,7}["'`]))([ \t\u00a0]{0,40})/gi;
const XML_ELEMENT = /(?<=<([A-Za-z_][\w.:-]{0,63})(?:\s[^<>]{0,256})?>)[^<>\n]+(?=<\/)/g;
/** `<entry key="password">…</entry>` */
const XML_KEYED =
  /(?<=<[A-Za-z_][\w.:-]{0,63}\s(?:[^<>]{0,128}\s)?(?:key|name|id)=["']([\w.-]{1,128})["'][^<>]{0,128}>)[^<>\n]+(?=<\/)/g;
/** The older form of a Dockerfile's ENV, and Apache's SetEnv, have no equals sign. */
const ENV_INSTRUCTION =
  /(?<=\b(?:ENV|SetEnv)[ \t]{1,4}([A-Za-z_]\w{0,127})[ \t]{1,4})[^\s=][^\n]*/g;
/** A word after "the password is" that no word of a sentence looks like, and no name of a hash. */
const IN_PROSE =
  /(?<=\b(?:password|token|api[ _-]?key) ["'])(?=[\w+/=.-]{0,64}\d)(?=[\w+/=.-]{0,64}[a-z])[\w+/=.-]{8,}(?=["'])|(?<=\b(?:password(?: for \S{1,64})? (?:is|was)(?: now| set to)?|(?:and|with|using) (?:the )?password) )(?!(?:scram-)?(?:sha|md|base|utf|pbkdf|argon)-?\d)(?=[^\s\d]{0,64}\d)(?=\S{0,64}[a-z])[^\s[\]"'`]{6,}/gi;
/** `{"name": "DB_PASSWORD", "value": "…"}`, in JSON, YAML or attributes: how far apart the two may stand. */
const MAXIMUM_NAME_DISTANCE = 64;
/** An object without further ones in it, and with a text. */
const OBJECT = /\{(?=[^{}]{0,1024}:\s{0,8}\\{0,7}["'])[^{}]{0,4096}\}/y;
const HOLDS_NUMBER = /^(?:code|current|data|new|old|pin|plain|value)$/i;
const QUOTE = /\\{0,7}["'`]/y;
const NAME = /\\{0,7}["'`]?([\w.-]{1,128})/y;
/** Words before these in running text count as part of the key: `API key: …`, `the password is: …`, `Unseal Key 1: …`. */
const CONTINUES_KEY = /^(?:is|keys?|phrase|string|\d{1,2})$/i;
/** Looked for once, because looking before each key costs as much as finding the keys. */
const ASKS = /pass(?:word|phrase|code) (?:for|of) /i;
/** `Password for ann: …`, unless it failed. */
const PASSWORD_FOR =
  /(?<!\b(?:bad|failed|incorrect|invalid|no|wrong) )\bpass(?:word|phrase|code) (?:for|of) (?:user )?["']?$/i;
const WORDS_BEFORE = /(?<![A-Za-z])(?:[A-Za-z]{2,20} ){1,3}$/;
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
  const pairs = redactTables(redactSeparated(text));
  const elements = pairs.includes("</")
    ? pairs.replace(XML_ELEMENT, replaceByKey("field")).replace(XML_KEYED, replaceByKey("field"))
    : pairs;
  return /ENV|SetEnv/.test(elements)
    ? elements.replace(ENV_INSTRUCTION, replaceByKey("env"))
    : elements;
}

/** Replaces what follows "the password is"; last of all, because such a word may run on into what another rule reads. */
export function redactProse(text: string): string {
  return /password|token ["']|key ["']/i.test(text)
    ? text.replace(IN_PROSE, "[redacted:field]")
    : text;
}

function replaceByKey(kind: string): (value: string, key: string) => string {
  return (value, key) => isSecretKey(key, value) ? `[redacted:${kind}]` : value;
}

function redactSeparated(text: string): string {
  const pattern = new RegExp(PAIR);
  const runs = new KnownRuns();
  const asks = ASKS.test(text);
  let result = "";
  let done = 0;
  let lineEnd = -1;
  let objectEnd = -1;
  let named: Named | undefined;
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    const at = pattern.lastIndex;
    const key = keyOf(text, found, { named, asks });
    named = nameAt(text, found, at) ?? named;
    const own = isResult(found) ? undefined : secretKind(key);
    const within = own === undefined && at < objectEnd && startsSecret(text, at, key);
    const kind = within ? "credential" : own;
    if (kind === undefined || (found[4] === "," && !takesComma(text, found))) continue;
    if (text[at] === "{") objectEnd = Math.max(objectEnd, endOfObject(text, at, { key, kind }));
    if (at > lineEnd) lineEnd = endOfLine(text, at);
    const span = secretSpan(text, toPair(found, { key, kind, within, at, lineEnd, runs }));
    if (span === undefined) continue;
    result += text.slice(done, span.start) + markerOf(text, found, span);
    done = pattern.lastIndex = span.end;
  }
  return done === 0 ? text : result + text.slice(done);
}

/** `PASS: name of a test`, as test runners print it. */
function isResult({ 2: key, 4: separator }: RegExpExecArray): boolean {
  return key === "PASS" && separator === ":";
}

/** The words by which the value is judged. */
function keyOf(
  text: string,
  found: RegExpExecArray,
  { named, asks }: { readonly named: Named | undefined; readonly asks: boolean },
): string {
  const [, quote, key = ""] = found;
  const { index } = found;
  if (named !== undefined && index <= named.until && /^value$/i.test(key)) return named.name;
  const before = text[index - 1];
  if (before === "?" || before === "&") return QUERY_KEYS[key.toLowerCase()] ?? key;
  if (asks && quote === "" && PASSWORD_FOR.test(text.slice(Math.max(0, index - 64), index))) {
    return "password";
  }
  // Times and numbers are the keys that look so most often, and have no word ahead of them.
  if (quote !== "" || before !== " " || !CONTINUES_KEY.test(key)) return key;
  if (!/[A-Za-z]/.test(text[index - 2] ?? "")) return key;
  const words = WORDS_BEFORE.exec(text.slice(Math.max(0, index - 64), index))?.[0] ?? "";
  return words.replaceAll(" ", "_") + key;
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
  known: Pick<Pair, "key" | "kind" | "within" | "at" | "lineEnd" | "runs">,
): Pair {
  const [, quote, , blankBefore, written = "", blankAfter] = found;
  const separator = written.replace("：", ":").replace(/[+?＝]=?/, "=");
  return {
    ...known,
    quoted: quote !== "",
    separator,
    blankBefore: blankBefore !== "",
    blankAfter: blankAfter !== "",
    start: found.index,
  };
}

/** The marker, in the quotes that it needs where the value had none and the key has: JSON has to stay JSON. */
function markerOf(text: string, found: RegExpExecArray, { start }: Span): string {
  const [whole, quote = "", key = "", , separator] = found;
  const marker = `[redacted:${separator === "=" && !/[a-z]/.test(key) ? "env" : "field"}]`;
  const isBare = separator === ":" && start === found.index + whole.length &&
    !/["'`]/.test(text[start - 1] ?? "");
  return isBare ? quote + marker + quote : marker;
}

/** Texts, and numbers where they are no times and lengths: what an object under a secret's key may hold it in. */
function startsSecret(text: string, at: number, key: string): boolean {
  QUOTE.lastIndex = at;
  return QUOTE.test(text) || (HOLDS_NUMBER.test(key) && /\d/.test(text[at] ?? ""));
}

/** Where an object ends all of whose texts are secret, as the key above them leaves no doubt. */
function endOfObject(
  text: string,
  at: number,
  { key, kind }: Pick<Pair, "key" | "kind">,
): number {
  if ((kind !== "password" && kind !== "credential") || !isSecretKey(key, "x")) return -1;
  OBJECT.lastIndex = at;
  return at + (OBJECT.exec(text)?.[0].length ?? 0);
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}
