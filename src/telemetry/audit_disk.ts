import { AuditError } from "./audit_error.ts";
import { lockFile } from "./audit_place.ts";

const OWNER_ONLY = 0o600;
/** Group may read, e.g. to collect logs; nobody else may do anything. */
const TOO_OPEN = 0o027;
/** Where the last record is looked for; no record is longer than half of it. */
const TAIL_BYTES = 256 * 1024;

const isWindows = Deno.build.os === "windows";

/** Makes the directory of a file, for its owner only. */
export function makeDirectory(path: string): void {
  const [directory] = /^.*[/\\](?=[^/\\]+$)/.exec(path) ?? [];
  if (directory === undefined) return;
  try {
    Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    // Narrow grants name files only, and a file may be in the way: opening says what is wrong.
    const { AlreadyExists, NotCapable } = Deno.errors;
    if (!(error instanceof NotCapable) && !(error instanceof AlreadyExists)) throw error;
  }
}

/** Whether Deno's own permissions let this program write a file. */
export function mayWrite(path: string): boolean {
  return Deno.permissions.querySync({ name: "write", path }).state === "granted";
}

/** Locks the log for this process; the system gives the lock back when the process ends, however it ends. */
export function locked(path: string): Deno.FsFile {
  const file = Deno.openSync(lockFile(path), { create: true, write: true, mode: OWNER_ONLY });
  try {
    if (file.tryLockSync(true)) return file;
    throw new AuditError("in_use", path, "another server writes it");
  } catch (error) {
    file.close();
    throw error;
  }
}

/**
 * Opens or makes a regular file that belongs to its owner alone, for writing at its end.
 *
 * No link is followed, as with `O_NOFOLLOW`, which Deno does not offer and `node:fs` takes 20 ms to load for: what is not there
 * is made with `O_EXCL`, and what is there is used only if it is itself what the path names.
 */
export function openedForAppending(path: string): Deno.FsFile {
  const before = statusOf(path);
  refuseUnsafe(path, before);
  const file = Deno.openSync(path, {
    read: true,
    append: true,
    createNew: before === undefined,
    mode: OWNER_ONLY,
  });
  try {
    refuseUnsafe(path, file.statSync());
    if (!isInPlace(path, file)) throw new AuditError("unsafe", path, "it was exchanged meanwhile");
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

function refuseUnsafe(path: string, status: Deno.FileInfo | undefined): void {
  if (status === undefined) return;
  const fault = status.isSymlink
    ? "it is a symbolic link"
    : !status.isFile
    ? "it is not a regular file"
    : !isWindows && ((status.mode ?? 0) & TOO_OPEN) !== 0
    ? "other users may write or read it; chmod 600 keeps them out"
    : undefined;
  if (fault !== undefined) throw new AuditError("unsafe", path, fault);
}

/** Of the path itself, not of what it may lead to. */
function statusOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Whether the path itself names the open file; someone may have moved or deleted it, e.g. to rotate it. */
export function isInPlace(path: string, file: Deno.FsFile): boolean {
  if (isWindows) return true; // an open file cannot be moved there
  const there = statusOf(path);
  const { dev, ino } = file.statSync();
  return there !== undefined && there.ino === ino && there.dev === dev;
}

/** Appends all or nothing to a file of this size. @throws what the system says */
export function writeWhole(file: Deno.FsFile, bytes: Uint8Array, size: number): void {
  try {
    // Once, save on a disk that fills up: then the second attempt says why.
    for (let written = 0; written < bytes.length;) {
      written += file.writeSync(bytes.subarray(written));
    }
  } catch (error) {
    file.truncateSync(size);
    throw error;
  }
}

/** The end of an open file, each byte as one character: a torn line may be anything. */
export function tailOf(file: Deno.FsFile): string {
  const { size } = file.statSync();
  file.seekSync(Math.max(0, size - TAIL_BYTES), Deno.SeekMode.Start);
  const bytes = new Uint8Array(Math.min(size, TAIL_BYTES));
  let length = 0;
  let read: number | null = 0;
  do {
    length += read;
    read = file.readSync(bytes.subarray(length));
  } while (read); // null at the end, 0 when full
  return new TextDecoder("latin1").decode(bytes.subarray(0, length));
}

/** As {@linkcode tailOf}, of a file by its path; `undefined` where there is no such file. */
export function tailOfFile(path: string): string | undefined {
  if (statusOf(path)?.isFile !== true) return undefined;
  using file = Deno.openSync(path);
  return tailOf(file);
}

/** Renames a file over another where there is one to rename. */
export function renameIfThere(from: string, to: string): void {
  if (statusOf(from) !== undefined) Deno.renameSync(from, to);
}
