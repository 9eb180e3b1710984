/** What kind of mistake a configuration has, for programs. */
export type MistakeCode =
  | "bad_argument"
  | "bad_file"
  | "bad_value"
  | "conflict"
  | "unknown_name";

/** One mistake in a configuration. */
export interface Mistake {
  readonly code: MistakeCode;
  /** One line for the operator: the setting as it was written, what is wrong, what is expected. */
  readonly line: string;
}

/** A configuration that cannot be used; its message has one line for each mistake. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  /** @param mistakes Every mistake found, at least one. */
  constructor(readonly mistakes: readonly Mistake[]) {
    super(mistakes.map(({ line }) => line).join("\n"));
  }
}

/** A value as messages show it: quoted, on one line, shortened, without the password of an address. */
export function quoted(text: string): string {
  const shown = text.replace(/(:\/\/)[^/\s]*@/g, "$1…@");
  return JSON.stringify(shown.length > 80 ? `${shown.slice(0, 80)}…` : shown);
}

/** Why a file could not be used, as the end of a sentence. */
export function fileTrouble(path: string, error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return `${quoted(path)} does not exist`;
  if (error instanceof Deno.errors.NotCapable) {
    return `this program was not granted to read ${
      quoted(path)
    }; deno run takes --allow-read=${path}`;
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return `${quoted(path)} may not be read by this user`;
  }
  const reason = error instanceof Error ? error.message : String(error);
  return `cannot read ${quoted(path)}: ${reason}`;
}
