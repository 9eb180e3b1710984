import { looksRandom } from "./redact_keys.ts";

const MARKER = "[redacted:url]";
const URL_ENDS = /[\s"'`<>]|$/g;
const AUTHORITY_ENDS = /[/?#]|$/;
const WEB_SCHEME = /(?:https?|wss?|ftps?)$/i;

/**
 * Replaces the user and password of every URL by `[redacted:url]`; scheme and host stay. A lone user stays where it is a name
 * (`ssh://git@host`), and goes where it is usually a token (`https://token@host`).
 */
export function redactUrls(text: string): string {
  if (!text.includes("@")) return text;
  let result = "";
  let done = 0;
  let runEnd = 0;
  let lastAt = -1;
  for (let at = text.indexOf("://"); at >= 0; at = text.indexOf("://", Math.max(at + 3, done))) {
    const start = at + 3;
    if (start >= runEnd) {
      runEnd = endOfRun(text, start);
      lastAt = start + text.slice(start, runEnd).lastIndexOf("@");
    }
    if (lastAt < start) continue;
    const web = WEB_SCHEME.test(text.slice(Math.max(0, at - 8), at));
    const end = web
      ? webUserEnd(text.slice(start, lastAt + 1))
      : userEnd(text.slice(start, lastAt + 1));
    if (end <= 0 || text.slice(start, start + end) === MARKER) continue;
    result += text.slice(done, start) + MARKER;
    done = start + end;
  }
  return done === 0 ? text : result + text.slice(done);
}

function endOfRun(text: string, start: number): number {
  URL_ENDS.lastIndex = start;
  return URL_ENDS.exec(text)?.index ?? text.length;
}

/** Where the user part of a web address ends: at the last `@` before its path. */
function webUserEnd(rest: string): number {
  return rest.slice(0, rest.search(AUTHORITY_ENDS)).lastIndexOf("@");
}

/** Where the user part of another URL ends: passwords of databases are often written with `/`, `?` or `@` unencoded. */
function userEnd(rest: string): number {
  const separator = rest.search(/[:@/?#[]/);
  if (rest[separator] === "@") return looksRandom(rest.slice(0, separator)) ? separator : -1;
  if (rest[separator] !== ":" || /^:\d{1,5}[/?#,]/.test(rest.slice(separator, separator + 7))) {
    return -1;
  }
  const next = rest.indexOf("://");
  return rest.slice(0, next < 0 ? rest.length : next).lastIndexOf("@");
}
