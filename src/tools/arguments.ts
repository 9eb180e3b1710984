import type { z } from "zod";
import { closestIssues, readStrings, valueAt } from "./argument_strings.ts";
import { nearest } from "./nearest.ts";
import { RefusedError } from "./refused.ts";
import type { Operation } from "./tool.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** What is read of a JSON Schema here. */
interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly additionalProperties?: unknown;
  readonly propertyNames?: { readonly enum?: readonly unknown[] };
}

/** More mistakes than this help nobody, and they cost the model tokens. */
const MAXIMUM_MISTAKES = 10;
/** Keys and items in all arguments together: a large build has some hundred, and checking each takes time. */
const MAXIMUM_MEMBERS = 20_000;

/** Arguments a tool can run with, and what was changed to get there. */
export interface ParsedArguments {
  readonly input: Record<string, unknown>;
  /** One sentence for each argument that had to be read from a string. */
  readonly notes: readonly string[];
}

/**
 * Checks what a client sent against the tool's schema. Objects, numbers and booleans sent as strings, at any depth, are read
 * and noted, because some clients encode twice; null for an optional argument means it is absent.
 *
 * @throws {RefusedError} `invalid_arguments` with every mistake, the argument's name first; values are never echoed.
 */
export function parseArguments(operation: Operation, raw: Arguments): ParsedArguments {
  const given = Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== null));
  const schema = operation.input();
  refuseStrange(operation, given);
  const first = schema.safeParse(given);
  const { read, notes } = readStrings(given, first.error?.issues ?? [], nameOf);
  if (notes.length > 0) refuseStrange(operation, read);
  if (first.success) return { input: first.data, notes: [] };
  const second = notes.length > 0 ? schema.safeParse(read) : first;
  if (second.success) return { input: second.data, notes };
  const mistakes: string[] = [];
  for (const issue of second.error.issues.flatMap(closestIssues)) {
    if (mistakes.length >= MAXIMUM_MISTAKES) break;
    mistakes.push(...describe(issue, read, operation));
  }
  throw refusal(operation, mistakes);
}

function refusal(operation: Operation, mistakes: readonly string[]): RefusedError {
  return new RefusedError(
    "invalid_arguments",
    mistakes.slice(0, MAXIMUM_MISTAKES).join("\n"),
    `Correct the arguments of ${operation.name} and call it again`,
  );
}

/** Refuses what the schema would drop without a word, and what it would take seconds to check. */
function refuseStrange(operation: Operation, given: Arguments): void {
  let members = 0;
  const strange = new Set<string>();
  for (const [name, value] of Object.entries(given)) {
    // Level by level, so that depth costs no stack.
    for (let level = [value]; level.length > 0; level = level.flatMap(membersOf)) {
      members += level.length;
      if (members > MAXIMUM_MEMBERS) {
        throw refusal(operation, [`arguments: more than ${MAXIMUM_MEMBERS} keys and items`]);
      }
      if (level.some((item) => item instanceof Object && Object.hasOwn(item, "__proto__"))) {
        strange.add(`${shown(name)}: has a key "__proto__"`);
      }
    }
  }
  if (strange.size > 0) throw refusal(operation, [...strange]);
}

function membersOf(value: unknown): unknown[] {
  return typeof value === "object" && value !== null ? Object.values(value) : [];
}

function describe(issue: z.core.$ZodIssue, given: Arguments, operation: Operation): string[] {
  if (issue.code === "unrecognized_keys") {
    // One more than are told would cost as much again: each looks for the key that was meant.
    const keys = issue.keys.slice(0, MAXIMUM_MISTAKES);
    return keys.map((key) => unknownKey(key, issue.path, operation));
  }
  const name = nameOf(issue.path);
  const value = valueAt(given, issue.path);
  if (value === undefined && issue.code !== "custom") {
    return [`${name}: is missing${example(operation, issue.path)}`];
  }
  return [`${name}: ${complaint(issue, value)}${example(operation, issue.path)}`];
}

function unknownKey(key: string, path: readonly PropertyKey[], operation: Operation): string {
  const known = path.length === 0
    ? Object.keys(operation.input().shape)
    : knownKeys(operation, path);
  const close = nearest(key, known);
  const where = path.length === 0 ? `an argument of ${operation.name}` : `a key of ${nameOf(path)}`;
  const hint = close === undefined
    ? `known: ${known.join(", ") || "none"}`
    : `did you mean "${close}"?`;
  return `${shown(key)}: is not ${where}; ${hint}`;
}

function nameOf(path: readonly PropertyKey[]): string {
  return path.map(shown).join(".") || "arguments";
}

/** A key that the caller made up, unless it could hold anything. */
function shown(key: PropertyKey): string {
  return /^[\x21-\x7e]{1,64}$/.test(String(key)) ? String(key) : "an argument";
}

/** The keys that the object at `path` takes, read from the JSON Schema: fixed ones, or those of a record. */
function knownKeys(operation: Operation, path: readonly PropertyKey[]): string[] {
  let schema = operation.input().toJSONSchema({ io: "input" }) as Schema | undefined;
  for (const key of path) {
    const inner: unknown = schema?.properties?.[String(key)] ?? schema?.additionalProperties;
    schema = typeof inner === "object" && inner !== null ? inner : undefined;
  }
  return schema?.propertyNames?.enum?.map(String) ?? Object.keys(schema?.properties ?? {});
}

function complaint(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === "custom") return issue.message;
  if (
    typeof value === "string" && (issue.code === "invalid_type" || issue.code === "invalid_union")
  ) {
    return `is text that cannot be read as ${expectation(issue)}`;
  }
  if (issue.code === "invalid_type" || issue.code === "invalid_union") {
    return `expected ${expectation(issue)}`;
  }
  return issue.message.replace(/^Invalid (?:input|option): /, "");
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  record: "an object",
  object: "an object",
  array: "a list",
  tuple: "a list",
  int: "a whole number",
  number: "a number",
  boolean: "true or false",
  string: "a string",
};

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_union") {
    const kinds = issue.errors.map(([inner]) =>
      inner === undefined ? "another value" : expectation(inner)
    );
    return [...new Set(kinds)].join(" or ");
  }
  if (issue.code === "invalid_value") {
    return issue.values.map((value) => JSON.stringify(value)).join(" or ");
  }
  if (issue.code === "invalid_type") return TYPE_WORDS[issue.expected] ?? issue.expected;
  return issue.message;
}

/** What the whole argument can look like, as its description shows it or the tool's example. */
function example(operation: Operation, [name, ...inner]: readonly PropertyKey[]): string {
  const value = operation.example[String(name)];
  const shape = value === undefined || inner.length > 0 ? shapeOf(operation, name) : undefined;
  if (shape === undefined && value === undefined) return "";
  const whole = inner.length === 0 ? "" : `${String(name)}: `;
  return `, e.g. ${whole}${shape ?? JSON.stringify(value)}`;
}

function shapeOf(operation: Operation, name: PropertyKey = ""): string | undefined {
  const schema = operation.input().toJSONSchema({ io: "input" }) as Schema;
  const { description = "" } = schema.properties?.[String(name)] as Schema | undefined ?? {};
  return /[[{]"/.test(description) ? description.replace(/^E\.g\. /, "") : undefined;
}
