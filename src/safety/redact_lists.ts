import type { Pair } from "./redact_pair.ts";
import type { Span } from "./redact_pem.ts";

const LIST = /\[(?:\[redacted:[a-z]{1,16}\]|[^\][{])*\]/y;
/** The quotes around the first and the last text of a list, which stay, so that the rest is still JSON. */
const OPENING = /^\[(?:\s|\\{1,7}[nrt])*\\{0,7}["'`]/;
const CLOSING = /\\{0,7}["'`](?:\s|\\{1,7}[nrt])*\]$/;
/** What lists under names such as `auth` have as often as a secret. */
const WORDS = /^[a-z][a-z_-]{0,15}(?:\\{0,7}["'`]\s*,\s*\\{0,7}["'`][a-z][a-z_-]{0,15})*$/;

/** Where the texts of a list stand, empty where they are no secrets, or `undefined` where there are none. */
export function listSpan(text: string, { at, kind, quoted }: Pair): Span | undefined {
  if (text[at] !== "[" || text.startsWith("[redacted:", at) || kind === "key") return undefined;
  LIST.lastIndex = at;
  const list = LIST.exec(text)?.[0];
  if (list === undefined) return undefined;
  const opening = OPENING.exec(list)?.[0].length;
  const closing = CLOSING.exec(list)?.[0].length;
  if (opening === undefined || closing === undefined || opening + closing > list.length) {
    return quoted && !/["'`]/.test(list) ? undefined : { start: at, end: at + list.length };
  }
  const span = { start: at + opening, end: at + list.length - closing };
  return kind === "context" && WORDS.test(text.slice(span.start, span.end))
    ? { start: at, end: at }
    : span;
}
