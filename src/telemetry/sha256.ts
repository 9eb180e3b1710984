import type { createHash, Hash } from "node:crypto";

let create: typeof createHash | undefined;

/** Loads what {@linkcode sha256} needs; an import at its beginning would cost a program every start. */
export async function loadSha256(): Promise<void> {
  create ??= (await import("node:crypto")).createHash;
}

/**
 * The SHA-256 of a text in UTF-8, as 64 hexadecimal digits. Not that of Web Crypto, which takes a turn of the event loop: a
 * chain is written link by link.
 *
 * @throws {TypeError} before {@linkcode loadSha256}
 */
export function sha256(text: string): string {
  return startSha256().update(text).digest("hex");
}

/** As {@linkcode sha256}, of a text that comes in parts. */
export function startSha256(): Hash {
  if (create === undefined) throw new TypeError("Cannot hash: SHA-256 is not loaded");
  return create("sha256");
}
