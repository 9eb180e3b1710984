import { DockerError } from "./errors.ts";

declare const enginePath: unique symbol;

/** A path below the API version, made by {@linkcode path} only. */
export type EnginePath = string & { readonly [enginePath]: true };

/** Filters of a list, as `{"label": ["a=b"], "status": ["running"]}`; values of one key are alternatives. */
export type Filters = Readonly<Record<string, readonly string[]>>;

/** Query parameters; undefined ones are left out, arrays are repeated, filters are sent as JSON. */
export type Query = Readonly<
  Record<string, string | number | boolean | readonly string[] | Filters | undefined>
>;

/**
 * Builds a path of the Engine's API; every value becomes exactly one segment.
 *
 * @example
 * ```ts
 * import { path } from "./path.ts";
 *
 * const id = "a/b";
 * if (path`/containers/${id}/json` !== "/containers/a%2Fb/json") throw new Error("Not one segment");
 * ```
 *
 * @throws {DockerError} `invalid_argument` for a value that could not be a segment: empty, `.`, `..`,
 * control characters, half a surrogate pair
 */
export function path(strings: TemplateStringsArray, ...values: readonly string[]): EnginePath {
  const segments = values.map(segment);
  return String.raw({ raw: strings }, ...segments) as EnginePath;
}

function segment(value: string): string {
  const control = [...value].some((character) => character < " " || character === "\x7f");
  if (control || value === "" || value === "." || value === ".." || !value.isWellFormed()) {
    const shown = JSON.stringify(value.slice(0, 64));
    throw new DockerError("invalid_argument", `Cannot name an object ${shown}: not a name or id`, {
      remedy: "Give the name or id as a list shows it",
    });
  }
  return encodeURIComponent(value);
}

/** The query string with its question mark, or nothing. */
export function queryString(query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    if (typeof value !== "object") parameters.set(name, String(value));
    else if (isArray(value)) { for (const item of value) parameters.append(name, item); }
    else if (Object.keys(value).length > 0) parameters.set(name, JSON.stringify(value));
  }
  return parameters.size === 0 ? "" : `?${parameters}`;
}

function isArray(value: object): value is readonly string[] {
  return Array.isArray(value);
}
