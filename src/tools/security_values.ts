/** An object of unknown form, as the Engine sends many. */
export type Fields = Readonly<Record<string, unknown>>;

/** A text; `""` for anything else. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A number; 0 for anything else. */
export function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

/** The texts in a list; none for anything else. */
export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** An object's fields; none for anything else. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? value as Fields : {};
}

/** The objects in a list; none for anything else. */
export function objectsOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

/** Longest list of names and longest name in evidence, so that no object can make an answer long. */
const MOST_NAMES = 5;
const LONGEST_NAME = 80;

/** Names for evidence: the first five, and how many more. */
export function shortList(names: readonly string[]): string {
  const unique = [...new Set(names)];
  const shown = unique.slice(0, MOST_NAMES).map(shortText).join(", ");
  const more = unique.length - MOST_NAMES;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** A text for evidence, cut where it is long. */
export function shortText(text: string): string {
  return text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME)}…` : text;
}
