/**
 * Why the audit log cannot be used.
 *
 * - `in_use`: another server writes it. `not_granted`: Deno's own permissions forbid it.
 * - `unsafe`: a link, no regular file, or open to others. `foreign`: it holds something else.
 * - `failed`: the system refused to open or to write it.
 */
export type AuditErrorCode = "in_use" | "not_granted" | "unsafe" | "foreign" | "failed";

/** The audit log cannot be opened or written. */
export class AuditError extends Error {
  override readonly name = "AuditError";

  /** @param reason What is wrong, without the name of the file: a caller may see it. */
  constructor(
    readonly code: AuditErrorCode,
    readonly path: string,
    readonly reason: string,
    options: ErrorOptions = {},
  ) {
    super(`Cannot write the audit log ${JSON.stringify(path)}: ${reason}`, options);
  }
}

/** Makes an {@linkcode AuditError} of what Deno or the system threw. */
export function auditError(path: string, error: unknown): AuditError {
  if (error instanceof AuditError) return error;
  const { code, message } = error as { readonly code?: string; readonly message: string };
  if (error instanceof Deno.errors.NotCapable) {
    return new AuditError("not_granted", path, "this program was not granted to write there", {
      cause: error,
    });
  }
  if (error instanceof Deno.errors.NotFound) {
    const reason = "its folder does not exist; create the folder";
    return new AuditError("failed", path, reason, { cause: error });
  }
  if (code === "ELOOP") {
    return new AuditError("unsafe", path, "it is a symbolic link", { cause: error });
  }
  // Node's "ENOSPC: no space left on device, write" and Deno's "Permission denied (os error 13): open '…'".
  const reason = message.replace(/^[A-Z]+: /, "").replace(/(?:, | \(os error).*$/s, "")
    .replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
  return new AuditError("failed", path, reason, { cause: error });
}
