import type { Step } from "../compose.ts";
import type { Operation, Progress, ToolCall, ToolOutput } from "../tools/tool.ts";
import { addCounts, withCounts } from "./counts.ts";
import {
  isContainer,
  MAXIMUM_DEPTH,
  rewriteArray,
  rewriteError,
  rewriteObject,
  TOO_DEEP,
} from "./json_rewrite.ts";
import { isSecretKey, isSecretWithin, mayBeSecret } from "./redact_keys.ts";
import { redactName } from "./redact_names.ts";
import { redactArgument } from "./redact_options.ts";
import { redactKeyLines } from "./redact_pem.ts";
import { redactPositioned } from "./redact_positions.ts";
import { redactShapes } from "./redact_shapes.ts";
import { countMarkers, type Redaction, type RedactionCounts, redactText } from "./redact_text.ts";
import { redactUrls } from "./redact_urls.ts";

export { isSecretKey } from "./redact_keys.ts";
export { type RedactionCounts, redactText } from "./redact_text.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/** Too short for any token or without anything a rule needs: most keys, states, ids and times, which lists have by the thousand. */
const PLAIN_WORD = /^(?:\w[\w-]{0,13}|[\dTZ.:/-]{0,32}|(?:sha256:)?[0-9a-f]{1,64})$/;
/** Keys of labels, addresses and references. */
const NAME_LIKE = /^[\w.\-/:@]+$/;
/** A variable, or an option with its value. */
const VARIABLE = /^((?:--?)?[A-Za-z_][\w.-]*)=([^]*)$/;
/** Arguments in front of an option that are searched for its program. */
const ARGUMENTS_BEFORE = 16;
/** Fields whose `KEY=value` entries, or fields, are the variables of an environment or of a build. */
const VARIABLES_FIELD = /^(?:env|environment|build_?args?)$/i;
const MARKER = "[redacted:field]";
/** A line for a person, which some steps of a build would make as long as a program. */
const LONGEST_MESSAGE = 500;

/** Which secrets to replace: those told by name or form, every variable as well, or none. */
export type RedactionMode = "standard" | "all" | "off";

/**
 * Replaces secrets in a JSON value: fields and `KEY=value` entries by their keys, arguments by the option before them, all other
 * strings as {@linkcode redactText} does. Ids, digests and image references under their usual names stay.
 *
 * @returns The same object where nothing changed; levels deeper than 64 are left out.
 */
export function redactValue(value: unknown, redaction: Redaction = {}): unknown {
  return redactField(value, "", { depth: 0, secret: false, variables: false, redaction });
}

/** What `redact(mode)` does to one text; where that is nothing, as in `standard`: for what must have no secrets in any mode. */
export function textRedactor(mode: RedactionMode = "standard"): (text: string) => string {
  return (text) => redactText(text, { allVariables: mode === "all" });
}

/**
 * Redacts outputs, errors and progress, unless `mode` is `off`; what was replaced is counted in the call's facts, and in the
 * output's `redactions`.
 */
export function redact(mode: RedactionMode = "standard"): Step<ToolCall, ToolOutput> {
  if (mode === "off") return (call, next) => next(call);
  const allVariables = mode === "all";
  return async function redact(call, next) {
    const counts: RedactionCounts = new Map();
    const redaction = { counts, allVariables };
    const progress = (told: Progress): void =>
      call.progress(redactProgress(told, { allVariables }));
    try {
      const output = redactOutput(call.operation, await next({ ...call, progress }), redaction);
      return withCounts(output, "redactions", counts);
    } catch (error) {
      throw rewriteError(error, (text) => redactText(text, redaction));
    } finally {
      addCounts(call.facts.redactions, counts);
    }
  };
}

/** Leaves the texts of a prompt alone that say of themselves that they were redacted field by field. */
function redactOutput({ kind }: Operation, output: ToolOutput, redaction: Redaction): ToolOutput {
  const { data } = output;
  if (kind !== "prompt" || !Array.isArray(data)) {
    return redactValue(output, redaction) as ToolOutput;
  }
  const open = data.map((item) => item.isRedacted === true ? { ...item, text: "" } : item);
  const redacted = redactValue({ ...output, data: open }, redaction) as { data: typeof data };
  const texts = redacted.data.map((item, index) =>
    item.isRedacted === true ? { ...item, text: data[index].text } : item
  );
  return { ...redacted, data: texts };
}

/** Not counted: the same text comes again with every notification. */
function redactProgress(progress: Progress, redaction: Redaction): Progress {
  if (progress.message === undefined) return progress;
  return {
    ...progress,
    message: redactText(progress.message, redaction).slice(0, LONGEST_MESSAGE),
  };
}

interface Place {
  readonly depth: number;
  /** Whether a key above says that all of this is secret. */
  readonly secret: boolean;
  /** Whether all of this are variables that are to be hidden. */
  readonly variables: boolean;
  readonly redaction: Redaction;
}

function redactField(value: unknown, key: string, place: Place): unknown {
  const { depth, secret, redaction } = place;
  if (typeof value === "string" || typeof value === "number") {
    const redacted = redactLeaf(value, key, place);
    if (redacted !== value) count(String(value), String(redacted), redaction);
    return redacted;
  }
  if (!isContainer(value)) return value;
  if (depth >= MAXIMUM_DEPTH) return TOO_DEEP;
  const within = {
    depth: depth + 1,
    // Lists under "Authorization" name plugins in the Engine's own info, and hold whole headers elsewhere.
    secret: secret || (isSecretKey(key, "x") && key !== "Authorization"),
    variables: place.variables || (redaction.allVariables === true && VARIABLES_FIELD.test(key)),
    redaction,
  };
  return Array.isArray(value)
    ? redactArray(value, key, within)
    : redactObject(value as JsonObject, within);
}

function redactLeaf(
  value: string | number,
  key: string,
  { secret, variables, redaction: { allVariables = false } }: Place,
): string | number {
  if (variables && value !== "") return "[redacted:env]";
  if (secret || mayBeSecret(key)) {
    const text = String(value);
    if (isSecretKey(key, text) || (secret && isSecretWithin(key, text))) return MARKER;
  }
  return typeof value === "string" ? redactString(value, key, allVariables) : value;
}

function count(before: string, after: string, { counts }: Redaction): void {
  if (counts !== undefined) countMarkers(before, after, counts);
}

function redactString(value: string, key: string, allVariables: boolean): string {
  if (PLAIN_WORD.test(value)) return value;
  return redactName(value, key) ?? redactText(value, { allVariables });
}

function redactObject(object: JsonObject, place: Place): unknown {
  const name = object["name"] ?? object["Name"] ?? object["key"] ?? object["Key"];
  const renamed = (key: string): string => {
    const redacted = redactKey(key);
    if (redacted !== key) count(key, redacted, place.redaction);
    return redacted;
  };
  return rewriteObject(object, renamed, (value, key) => {
    const named = /^value$/i.test(key) && typeof name === "string" ? name : key;
    return redactField(value, named, place);
  });
}

/** Rows of a list have the same keys. */
const cleanKeys = new Set<string>();
const MAXIMUM_KEPT = 1000;
const LONGEST_KEPT = 128;

/** Keys such as registry addresses may hold a secret of their own; a key's words are none. */
function redactKey(key: string): string {
  if (cleanKeys.has(key)) return key;
  const redacted = NAME_LIKE.test(key) ? redactShapes(redactUrls(key)) : redactText(key);
  if (redacted !== key || key.length > LONGEST_KEPT) return redacted;
  if (cleanKeys.size >= MAXIMUM_KEPT) cleanKeys.clear();
  cleanKeys.add(key);
  return key;
}

function redactArray(array: readonly unknown[], key: string, place: Place): unknown {
  const lines = withoutPrivateKeys(array);
  return rewriteArray(lines, (element, index) => {
    if (typeof element !== "string" || place.secret) {
      return redactField(element, isContainer(element) ? "" : key, place);
    }
    const redacted = redactElement(element, { key, lines, index, place });
    if (redacted !== array[index]) count(String(array[index]), redacted, place.redaction);
    return redacted;
  });
}

interface Listed {
  readonly key: string;
  readonly lines: readonly unknown[];
  readonly index: number;
  readonly place: Place;
}

function redactElement(element: string, { key, lines, index, place }: Listed): string {
  const { allVariables = false } = place.redaction;
  const listed = redactListed(element, lines, index);
  if (listed !== element) return listed;
  const [, variable = "", value = ""] = VARIABLE.exec(element) ?? [];
  if (isSecretKey(variable, value)) return `${variable}=[redacted:env]`;
  if (place.variables && variable !== "" && value !== "") return `${variable}=[redacted:env]`;
  // A variable's value is a text of its own, save where its option gives it a meaning.
  if (/^\w/.test(variable)) return `${variable}=${redactText(value, { allVariables })}`;
  return redactString(element, key, allVariables);
}

/** Redacts an element that belongs to an option, itself or the one before it. */
function redactListed(element: string, list: readonly unknown[], index: number): string {
  const previous = list[index - 1];
  if (typeof previous !== "string") return element;
  const isOption = element.startsWith("-") || previous.startsWith("-");
  // Lists of lines are long, and none of their lines is an argument.
  if (!isOption && previous.includes(" ")) return element;
  const before = list.slice(Math.max(0, index - ARGUMENTS_BEFORE), index)
    .filter((argument) => typeof argument === "string");
  const redacted = redactPositioned(element, before);
  return isOption && redacted === element ? redactArgument(element, before) : redacted;
}

/** Private keys may run over several elements of a list of lines. */
function withoutPrivateKeys(list: readonly unknown[]): readonly unknown[] {
  if (!list.some((line) => typeof line === "string" && line.includes("PRIVATE KEY"))) return list;
  const redacted = redactKeyLines(list.map((line) => typeof line === "string" ? line : ""));
  return rewriteArray(list, (line, index) => typeof line === "string" ? redacted[index] : line);
}
