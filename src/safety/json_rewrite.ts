type JsonObject = Readonly<Record<string, unknown>>;

/** What a value is replaced by that is nested deeper than any Engine answers, before it exhausts the stack. */
export const TOO_DEEP = "[nested too deep]";
/** Levels of nesting that are walked; the deepest Engine answers have about ten. */
export const MAXIMUM_DEPTH = 64;

/** Whether a value has fields or elements to walk; bytes have not. */
export function isContainer(value: unknown): value is JsonObject | readonly unknown[] {
  return typeof value === "object" && value !== null && !ArrayBuffer.isView(value);
}

/** A copy with each element rewritten, or the same array where nothing changed. */
export function rewriteArray(
  array: readonly unknown[],
  rewrite: (element: unknown, index: number) => unknown,
): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (const [index, element] of array.entries()) {
    const rewritten = rewrite(element, index);
    if (rewritten !== element) (copy ??= [...array])[index] = rewritten;
  }
  return copy ?? array;
}

/** A copy with each key and value rewritten, or the same object where nothing changed; keys that fall together stay apart. */
export function rewriteObject(
  object: JsonObject,
  rewriteKey: (key: string) => string,
  rewriteValue: (value: unknown, key: string) => unknown,
): JsonObject {
  const keys = Object.keys(object);
  let values: unknown[] | undefined; // lists have rows by the thousand, in which nothing changes
  let names: string[] | undefined;
  for (const [index, key] of keys.entries()) {
    const value = object[key];
    const rewritten = rewriteValue(value, key);
    if (rewritten !== value) (values ??= keys.map((name) => object[name]))[index] = rewritten;
    const renamed = rewriteKey(key);
    if (renamed !== key) (names ??= [...keys])[index] = renamed;
  }
  if (values === undefined && names === undefined) return object;
  const apart = names === undefined ? keys : keptApart(names, keys);
  // Object.fromEntries() defines "__proto__" as a field; an assignment would set the prototype.
  return Object.fromEntries(
    apart.map((name, index) => [name, values ? values[index] : object[keys[index] ?? ""]]),
  );
}

/** A rewritten key must neither replace nor pass for one that was clean, so it gets a number where its name is taken. */
function keptApart(rewritten: readonly string[], keys: readonly string[]): readonly string[] {
  const taken = new Set(keys.filter((key, index) => key === rewritten[index]));
  const counts = new Map<string, number>();
  return rewritten.map((key, index) => {
    if (key === keys[index]) return key;
    let name = key;
    for (let count = counts.get(key) ?? 2; taken.has(name); count++) {
      name = `${key} (${count})`;
      counts.set(key, count + 1);
    }
    taken.add(name);
    return name;
  });
}

/** Rewrites an error's message and remedy in place, because a copy of an error loses its class or its stack. */
export function rewriteError(error: unknown, rewrite: (text: string) => string): unknown {
  if (typeof error === "string") return rewrite(error);
  if (!(error instanceof Error)) return error;
  for (const key of ["message", "remedy"] as const) {
    const text = (error as { remedy?: unknown; message: string })[key];
    if (typeof text !== "string") continue;
    const rewritten = rewrite(text);
    // A DOMException has its message on the prototype, without a setter.
    if (rewritten !== text) {
      Object.defineProperty(error, key, { value: rewritten, configurable: true, writable: true });
    }
  }
  return error;
}
