import type { Step } from "../compose.ts";
import type { ToolCall, ToolOutput } from "../tools/tool.ts";
import {
  isContainer,
  MAXIMUM_DEPTH,
  rewriteArray,
  rewriteError,
  rewriteObject,
  TOO_DEEP,
} from "./json_rewrite.ts";
import { isSecretKey, mayBeSecret } from "./redact_keys.ts";
import { redactArgument, redactOptions } from "./redact_options.ts";
import { redactPairs, redactProse } from "./redact_pairs.ts";
import { redactKeyLines, redactPrivateKeys } from "./redact_pem.ts";
import { redactShapes } from "./redact_shapes.ts";
import { redactUrls } from "./redact_urls.ts";

export { isSecretKey } from "./redact_keys.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/** Fields whose values name things: the words of an image reference such as `auth:1.2` are no keys. */
const NAMING_FIELD =
  /^(?:digest|id|I[dD]|image|layer|name|parent|sha256)s?$|(?:_digest|_id|_image|Digest|(?<=[a-z])I[dD]|Image|Layer|Name|Parent|RepoTag)s?$/;
/** The grammars of ids, digests and image references together. */
const REFERENCE = /^\/?[\w][\w.\-/:@+]*$/;
/** Too short for any token and without anything a rule needs: most keys, states, short ids and times, which lists have by the thousand. */
const PLAIN_WORD = /^(?:\w[\w-]{0,13}|[\dTZ.:/-]{0,32})$/;
/** A variable, or an option with its value. */
const VARIABLE = /^((?:--?)?[A-Za-z_][\w.-]*)=([^]*)$/;
/** Arguments in front of an option that are searched for its program. */
const ARGUMENTS_BEFORE = 16;
/** Texts come to rest after one pass more than the one that changed them; few take another. */
const MAXIMUM_PASSES = 4;
const MARKER = "[redacted:field]";

/**
 * Replaces secrets in a text by markers such as `[redacted:url]`, which name the kind only: private keys, users in URLs, tokens
 * of known makers, values by their keys, and command line options. A text without secrets comes back as it is.
 */
export function redactText(text: string): string {
  let redacted = redactOnce(text);
  // A marker can make the words around it readable for a rule that could not read the secret.
  for (let pass = 1; pass < MAXIMUM_PASSES && redacted !== text; pass++) {
    text = redacted;
    redacted = redactOnce(text);
  }
  return redacted;
}

function redactOnce(text: string): string {
  const named = redactPairs(redactShapes(redactUrls(redactPrivateKeys(text))));
  return redactProse(redactOptions(named));
}

/**
 * Replaces secrets in a JSON value: fields and `KEY=value` entries by their keys, arguments by the option before them, all other
 * strings as {@linkcode redactText} does. Ids, digests and image references under their usual names stay.
 *
 * @returns The same object where nothing changed; levels deeper than 64 are left out.
 */
export function redactValue(value: unknown): unknown {
  return redactField(value, "", { depth: 0, secret: false });
}

/** Redacts outputs and errors, unless `mode` is `off`. */
export function redact(mode: "standard" | "off" = "standard"): Step<ToolCall, ToolOutput> {
  return async function redact(call, next) {
    if (mode === "off") return await next(call);
    try {
      return redactValue(await next(call)) as ToolOutput;
    } catch (error) {
      throw rewriteError(error, redactText);
    }
  };
}

interface Place {
  readonly depth: number;
  /** Whether a key above says that all of this is secret. */
  readonly secret: boolean;
}

function redactField(value: unknown, key: string, { depth, secret }: Place): unknown {
  if (typeof value === "string" || typeof value === "number") {
    if (secret || mayBeSecret(key)) {
      const text = String(value);
      if (isSecretKey(key, text) || (secret && isSecretKey("secret", text))) return MARKER;
    }
    return typeof value === "string" ? redactString(value, key) : value;
  }
  if (!isContainer(value)) return value;
  if (depth >= MAXIMUM_DEPTH) return TOO_DEEP;
  // Lists under "Authorization" name plugins in the Engine's own info, and hold whole headers elsewhere.
  const place = {
    depth: depth + 1,
    secret: secret || (isSecretKey(key) && key !== "Authorization"),
  };
  return Array.isArray(value)
    ? redactArray(value, key, place)
    : redactObject(value as JsonObject, place);
}

function redactString(value: string, key: string): string {
  if (PLAIN_WORD.test(value)) return value;
  const isReference = NAMING_FIELD.test(key) && REFERENCE.test(value) && !value.includes("://");
  return isReference ? redactShapes(value) : redactText(value);
}

function redactObject(object: JsonObject, place: Place): unknown {
  const name = object["name"] ?? object["Name"] ?? object["key"] ?? object["Key"];
  return rewriteObject(object, redactKey, (value, key) => {
    const named = /^value$/i.test(key) && typeof name === "string" ? name : key;
    return redactField(value, named, place);
  });
}

/** Keys such as registry addresses may hold a secret of their own; a key's words are none. */
function redactKey(key: string): string {
  return PLAIN_WORD.test(key) ? key : redactShapes(redactUrls(key));
}

function redactArray(array: readonly unknown[], key: string, place: Place): unknown {
  const lines = withoutPrivateKeys(array);
  return rewriteArray(lines, (element, index) => {
    if (typeof element !== "string" || place.secret) {
      return redactField(element, isContainer(element) ? "" : key, place);
    }
    const [, variable = "", value = ""] = VARIABLE.exec(element) ?? [];
    if (isSecretKey(variable, value)) return `${variable}=[redacted:env]`;
    // A variable's value is a text of its own, save where its option gives it a meaning.
    if (/^\w/.test(variable)) return `${variable}=${redactText(value)}`;
    return redactString(redactListed(element, lines, index), key);
  });
}

/** Redacts an element that belongs to an option, itself or the one before it. */
function redactListed(element: string, list: readonly unknown[], index: number): string {
  const previous = list[index - 1];
  if (typeof previous !== "string") return element;
  const before = list.slice(Math.max(0, index - ARGUMENTS_BEFORE), index)
    .filter((argument) => typeof argument === "string");
  const isOption = element.startsWith("-") || previous.startsWith("-");
  if (!isOption && !before.some((argument) => argument.endsWith("htpasswd"))) return element;
  return redactArgument(element, before);
}

/** Private keys may run over several elements of a list of lines. */
function withoutPrivateKeys(list: readonly unknown[]): readonly unknown[] {
  if (!list.some((line) => typeof line === "string" && line.includes("PRIVATE KEY"))) return list;
  const redacted = redactKeyLines(list.map((line) => typeof line === "string" ? line : ""));
  return rewriteArray(list, (line, index) => typeof line === "string" ? redacted[index] : line);
}
