import type { z } from "zod";

type Members = Record<PropertyKey, unknown>;

/** More notes than this cost the model tokens and tell it nothing new. */
const MAXIMUM_NOTES = 10;

/** Arguments in which strings were read, and one sentence for each of them. */
export interface ReadStrings {
  readonly read: Readonly<Record<string, unknown>>;
  readonly notes: string[];
}

/**
 * Reads the strings at which a schema wanted something else as JSON, at any depth; `given` stays as it is.
 *
 * @param nameOf A path for people.
 */
export function readStrings(
  given: Readonly<Record<string, unknown>>,
  issues: readonly z.core.$ZodIssue[],
  nameOf: (path: readonly PropertyKey[]) => string,
): ReadStrings {
  const read = { ...given };
  const copied = new Set<unknown>([read]);
  const names: string[] = [];
  for (const { code, path } of issues.flatMap(closestIssues)) {
    if ((code !== "invalid_type" && code !== "invalid_union") || path.length === 0) continue;
    const text = valueAt(given, path);
    const value = typeof text === "string" ? fromJson(text.trim()) : undefined;
    if (value === undefined || value === null || typeof value === "string") continue;
    put(read, path, { value, copied });
    names.push(nameOf(path));
  }
  const notes = names.slice(0, MAXIMUM_NOTES)
    .map((name) => `${name} was sent as a string and read as JSON`);
  const more = names.length - notes.length;
  if (more > 0) notes.push(`${more} more were sent as strings and read as JSON`);
  return { read, notes };
}

/** What is wrong by the one form of a union that the value has; the issue itself where it has none of them. */
export function closestIssues(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const hasForm = (form: readonly z.core.$ZodIssue[]): boolean =>
    form.every(({ code, path }) =>
      path.length > 0 || (code !== "invalid_type" && code !== "invalid_value")
    );
  const closest = issue.errors.find(hasForm);
  return closest?.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })) ?? [issue];
}

/** What stands at a path; undefined where nothing does. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Members | null | undefined)?.[key], value);
}

/** Sets what stands at a path; each object on the way is copied once, however many paths lead through it. */
function put(
  root: Members,
  path: readonly PropertyKey[],
  { value, copied }: { readonly value: unknown; readonly copied: Set<unknown> },
): void {
  let at = root;
  for (const key of path.slice(0, -1)) {
    const inner = at[key];
    if (!copied.has(inner)) {
      at[key] = Array.isArray(inner) ? [...inner] : { ...inner as Members };
      copied.add(at[key]);
    }
    at = at[key] as Members;
  }
  const last = path.at(-1);
  if (last !== undefined) at[last] = value;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema's own complaint about a string follows
  }
}
