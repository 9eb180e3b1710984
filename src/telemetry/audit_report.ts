import { AuditCheck, type AuditFindings } from "./audit_check.ts";
import { AuditError, auditError } from "./audit_error.ts";
import { piecesOf } from "./audit_lines.ts";
import { type AuditPlace, directoryFiles, rotatedFiles } from "./audit_place.ts";
import { loadSha256 } from "./sha256.ts";

/** What a check says to a person, and to the shell. */
export interface AuditReport {
  readonly text: string;
  /** Whether every log was found, read and in order. */
  readonly isSound: boolean;
}

/** What to check besides the chain. */
export interface AuditReportOptions {
  /** The hash of a record that must be there. */
  readonly expected?: string | undefined;
}

/** Checks the log at a place, with the files it was rotated to; in a directory every log. */
export async function verifyAuditLogs(
  place: AuditPlace,
  { expected }: AuditReportOptions = {},
): Promise<AuditReport> {
  await loadSha256();
  if (place.kind === "stderr") return failed("The audit log goes to stderr; name a file to check");
  const paths = place.kind === "file" ? [place.path] : directoryFiles(place.path);
  const reports: string[] = [];
  const found: AuditFindings[] = [];
  for (const path of paths) {
    const check = new AuditCheck(expected);
    const read = readLog(check, path);
    if (read instanceof AuditError) return failed(`Cannot read ${read.path}: ${read.reason}`);
    if (read === 0) continue;
    const findings = check.findings();
    found.push(findings);
    reports.push(describe(path, read, findings));
  }
  if (found.length === 0) return failed(`There is no audit log at ${place.path}`);
  const isMissed = expected !== undefined && !found.some(({ hasExpected }) => hasExpected);
  if (isMissed) {
    reports.push(`No record has the hash ${expected}: its log was cut off or replaced\n`);
  }
  const isSound = !isMissed && found.every((findings) => isInOrder(findings));
  return { text: `${reports.join("")}${isSound ? sound(expected) : ""}`, isSound };
}

function failed(sentence: string): AuditReport {
  return { text: `${sentence}\n`, isSound: false };
}

/** Reads the files of a log, oldest first; how many there are. */
function readLog(check: AuditCheck, log: string): number | AuditError {
  let files = 0;
  for (const path of [...rotatedFiles(log).reverse(), log]) {
    try {
      check.file(path, piecesOf(path));
      files++;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) return auditError(path, error);
    }
  }
  return files;
}

function isInOrder({ problems, records }: AuditFindings): boolean {
  return problems.length === 0 && records > 0;
}

function describe(path: string, files: number, findings: AuditFindings): string {
  const { first, head, moreProblems, notes, problems, records } = findings;
  if (head === undefined && problems.length === 0) return `${path}: holds no record\n`;
  return [
    `${path}: ${records} records in ${files} ${files === 1 ? "file" : "files"}`,
    head === undefined ? "\n" : `, number ${first} to ${head.seq}\n  last hash: ${head.hash}\n`,
    ...notes.map((note) => `  note: ${note}\n`),
    ...problems.map((problem) => `  problem: ${problem}\n`),
    ...(moreProblems > 0 ? [`  and ${moreProblems} more problems\n`] : []),
  ].join("");
}

function sound(expected: string | undefined): string {
  const kept = "No record was changed, dropped, added or moved";
  return expected === undefined
    ? `${kept}, as far as the chain tells: lines cut off at the end show only where a last hash\n` +
      "was noted elsewhere and is given with --expect, and who may write the file can make a new chain.\n"
    : `${kept} up to the record with the hash given.\n`;
}
