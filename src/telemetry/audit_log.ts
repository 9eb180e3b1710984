import { type AuditError, auditError } from "./audit_error.ts";
import { type AuditFields, CHAIN_START, linked } from "./audit_chain.ts";
import { AuditFile } from "./audit_file.ts";
import { type AuditPlace, directoryFiles } from "./audit_place.ts";
import { log, writeAuditLine } from "./log.ts";

/** Whoever checks captured output knows by `to` that other lines belong there, and that each server begins anew. */
const OPENING = { kind: "admin", name: "log_opened", to: "stderr" };

/** Where records are written, once SHA-256 is loaded. */
export interface AuditLog extends Disposable {
  /** Opens what has to be opened; why it cannot, where that matters. */
  readonly open: () => AuditError | undefined;
  /** Records that it is open, where that is not recorded yet; a failure shows with the next record. */
  readonly begin: () => void;
  /** Writes one record; why it is lost, where it is. */
  readonly write: (fields: AuditFields) => AuditError | undefined;
}

/** The log at a place; in the user's directory the first file that no other server writes, and stderr where there is none. */
export function auditLog(place: AuditPlace): AuditLog {
  if (place.kind === "stderr") return stderrLog(place);
  if (place.kind === "file") return fileLog(new AuditFile(place.path, { onTrouble }));
  const file = openedIn(place.path);
  return file instanceof AuditFile ? fileLog(file) : stderrLog({ reason: file?.message ?? "" });
}

function openedIn(directory: string): AuditFile | AuditError | undefined {
  let trouble: AuditError | undefined;
  for (const path of directoryFiles(directory)) {
    const file = new AuditFile(path, { onTrouble });
    try {
      file.open();
      return file;
    } catch (error) {
      file[Symbol.dispose]();
      trouble = auditError(path, error);
      if (trouble.code !== "in_use") return trouble;
    }
  }
  return trouble;
}

function fileLog(file: AuditFile): AuditLog {
  let lost = 0;
  return {
    open: () => attempt(() => file.open()),
    begin: () => void attempt(() => file.append(undefined, lost)),
    write(fields) {
      const error = attempt(() => file.append(fields, lost));
      if (error !== undefined && lost === 0) log.error("{reason}", { reason: error.message });
      if (error === undefined && lost > 0) {
        log.warn("The audit log is written again; {lost} records are missing from it", { lost });
      }
      lost = error === undefined ? 0 : lost + 1;
      return error;
    },
    [Symbol.dispose]: () => file[Symbol.dispose](),
  };
}

function attempt(act: () => void): AuditError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return error as AuditError; // both throw nothing else
  }
}

function stderrLog({ reason }: { readonly reason: string }): AuditLog {
  let head = CHAIN_START;
  const write = (fields: AuditFields): undefined => {
    if (head.seq === 0 && fields.name !== OPENING.name) write(OPENING);
    const next = linked(head, fields);
    head = next.head;
    writeAuditLine(next.line);
  };
  log.info("The audit log goes to stderr: {reason}", { reason });
  return {
    open: () => undefined,
    begin: () => {},
    write,
    [Symbol.dispose]: () => {},
  };
}

function onTrouble({ message }: AuditError): void {
  log.warn("{message}; it grows on without rotation", { message });
}
