import type { Fields } from "../tools/security_values.ts";

/** One part of a Compose file. */
export type ComposePart = Record<string, unknown>;

const MEBIBYTE = 1024 ** 2;
const NANOSECONDS = 1e9;

/** Without what is undefined. */
export function defined(part: ComposePart): ComposePart {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined));
}

/** The list; undefined for an empty one, so that it is left out. */
export function orNothing<Item>(list: readonly Item[]): readonly Item[] | undefined {
  return list.length === 0 ? undefined : list;
}

/** The object of these entries; undefined where there are none. */
export function objectOrNothing(
  entries: readonly (readonly [string, unknown])[],
): ComposePart | undefined {
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Bytes as Compose writes them: `64m` where that says all. */
export function byteValue(bytes: unknown): string | undefined {
  if (typeof bytes !== "number" || !Number.isSafeInteger(bytes) || bytes <= 0) return undefined;
  return bytes % MEBIBYTE === 0 ? `${bytes / MEBIBYTE}m` : `${bytes}b`;
}

/** Nanoseconds as Compose writes them, e.g. `30s`; undefined for 0, which is the default. */
export function durationValue(nanoseconds: unknown): string | undefined {
  if (typeof nanoseconds !== "number" || !(nanoseconds > 0 && Number.isFinite(nanoseconds))) {
    return undefined;
  }
  const milliseconds = Math.max(1, Math.round(nanoseconds / (NANOSECONDS / 1000)));
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}

/** A whole number above 0. */
export function positive(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : undefined;
}

/** The entries of an object whose values are texts. */
export function textEntries(fields: Fields): [string, string][] {
  return Object.entries(fields).filter((entry): entry is [string, string] =>
    typeof entry[1] === "string"
  );
}

/** Whether two values of JSON are the same, the order of keys apart; null, nothing and an empty list are. */
export function isSame(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other);
}

function canonical(value: unknown): string {
  const isEmpty = value === undefined || value === null ||
    (Array.isArray(value) && value.length === 0);
  if (isEmpty) return "[]";
  if (typeof value !== "object" || Array.isArray(value)) return JSON.stringify(value);
  return JSON.stringify(Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1));
}
