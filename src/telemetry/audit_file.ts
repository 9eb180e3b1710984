import {
  type AuditFields,
  CHAIN_START,
  chainEnd,
  type ChainHead,
  linked,
  tornHash,
} from "./audit_chain.ts";
import {
  isInPlace,
  locked,
  makeDirectory,
  openedForAppending,
  renameIfThere,
  tailOf,
  tailOfFile,
  writeWhole,
} from "./audit_disk.ts";
import { AuditError, auditError } from "./audit_error.ts";
import { rotatedFiles } from "./audit_place.ts";

/** A file is rotated when it has grown to this. */
const MAXIMUM_BYTES = 10 * 1024 * 1024;

/** How a file is kept. */
export interface AuditFileOptions {
  /** @default {10 MiB} */
  readonly maximumBytes?: number;
  /** Hears of a rotation that failed; the file just grows on. */
  readonly onTrouble?: (error: AuditError) => void;
}

/** A file that is open for writing. */
interface Open {
  readonly file: Deno.FsFile;
  size: number;
  /** What the first record after opening says; `undefined` once that is written. */
  opening: AuditFields | undefined;
  /** Lines that are no records, which that record tells of. */
  readonly torn: readonly string[];
  /** A line end in front of the next record, where the file breaks off without one. */
  separator: "" | "\n";
}

/**
 * An audit log with one writer. After a failure the next record opens the file anew, which finds what is incomplete in it and
 * says so in the chain: the way after a full disk is the way after a crash.
 */
export class AuditFile implements Disposable {
  readonly path: string;
  readonly #maximumBytes: number;
  readonly #onTrouble: (error: AuditError) => void;
  #lock: Deno.FsFile | undefined;
  #open: Open | undefined;
  /** Kept while the process lives, so that a file that lost its end meanwhile does not fit the chain. */
  #head: ChainHead | undefined;
  #rotateAt: number;

  constructor(path: string, options: AuditFileOptions = {}) {
    this.path = path;
    this.#maximumBytes = this.#rotateAt = options.maximumBytes ?? MAXIMUM_BYTES;
    this.#onTrouble = options.onTrouble ?? (() => {});
  }

  /** Locks and opens the file, making it and its directory; writes nothing. @throws {AuditError} */
  open(): void {
    if (this.#open !== undefined) return;
    try {
      makeDirectory(this.path);
      this.#open = this.#opened();
    } catch (error) {
      throw auditError(this.path, error);
    }
  }

  /**
   * Writes one record in one piece.
   *
   * @param fields What it says; without, only the opening of the file is recorded, where it is not yet.
   * @param lost How many records could not be written before this one.
   * @throws {AuditError} when it is not written, or not whole
   */
  append(fields: AuditFields | undefined, lost = 0): void {
    try {
      if (this.#open !== undefined && !isInPlace(this.path, this.#open.file)) this.#close();
      if (this.#open !== undefined && this.#open.size >= this.#rotateAt) this.#rotate();
      this.open();
      this.#writeOpening(lost);
      if (fields !== undefined) this.#write(fields);
    } catch (error) {
      this.#close();
      throw auditError(this.path, error);
    }
  }

  [Symbol.dispose](): void {
    this.#close();
    this.#lock?.close();
    this.#lock = undefined;
  }

  #writeOpening(lost: number): void {
    const { opening, torn = [] } = this.#open ?? {};
    if (opening === undefined) return;
    this.#write({ ...opening, torn: tornHash(torn), lost: lost > 0 ? lost : undefined });
  }

  #write(fields: AuditFields): void {
    const open = this.#open;
    if (open === undefined || this.#head === undefined) throw new Error("it is not open");
    const { line, head } = linked(this.#head, fields);
    const bytes = new TextEncoder().encode(open.separator + line);
    writeWhole(open.file, bytes, open.size);
    open.size += bytes.length;
    open.separator = "";
    open.opening = undefined;
    this.#head = head;
  }

  #opened(): Open {
    const file = openedForAppending(this.path);
    try {
      this.#lock ??= locked(this.path); // not before the path was found to be fit: a lock file stays
      const { size } = file.statSync();
      const end = size === 0 ? undefined : chainEnd(tailOf(file));
      if (size > 0 && end === undefined) {
        const reason = "it holds something else than an audit log";
        throw new AuditError("foreign", this.path, reason);
      }
      this.#head ??= end?.head ?? headOfRotated(this.path) ?? CHAIN_START;
      const isContinued = end?.head === undefined && this.#head.seq > 0;
      const opening = {
        kind: "admin",
        name: isContinued ? "log_rotated" : "log_opened",
      };
      const { torn = [], isOpen = false } = end ?? {};
      return { file, size, opening, torn, separator: isOpen ? "\n" : "" };
    } catch (error) {
      file.close();
      throw error;
    }
  }

  #rotate(): void {
    const size = this.#open?.size ?? 0;
    this.#close();
    try {
      const names = [this.path, ...rotatedFiles(this.path)];
      for (let index = names.length - 2; index >= 0; index--) {
        renameIfThere(names[index] ?? "", names[index + 1] ?? "");
      }
      this.#rotateAt = this.#maximumBytes;
    } catch (error) {
      this.#rotateAt = size + this.#maximumBytes;
      this.#onTrouble(auditError(this.path, error));
    }
  }

  #close(): void {
    if (this.#open === undefined) return;
    const { file } = this.#open;
    this.#open = undefined;
    file.close();
  }
}

/** A process may have ended between moving the old file away and writing the new one. */
function headOfRotated(path: string): ChainHead | undefined {
  const [newest = ""] = rotatedFiles(path);
  const tail = tailOfFile(newest);
  return tail === undefined ? undefined : chainEnd(tail)?.head;
}
