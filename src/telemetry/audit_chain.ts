import { sha256 } from "./sha256.ts";

/** What a record says, in this order; what is `undefined` is left out. */
export type AuditFields = Readonly<
  Record<string, string | number | readonly string[] | undefined>
>;

/** The last record of a chain: its number and its hash. */
export interface ChainHead {
  /** 0 before the first record. */
  readonly seq: number;
  /** 64 hexadecimal digits. */
  readonly hash: string;
}

/** One line of an audit log as it was read. */
export interface AuditLine extends ChainHead {
  /** The hash of the record before, as this one says. */
  readonly prev: string;
  /** `kind` and `name` in one, e.g. `admin log_rotated`. */
  readonly event: string;
  /** The SHA-256 of an incomplete line before this one, where the server found such a line and went on. */
  readonly torn: string | undefined;
  /** Whether a server began here to write among the rest of its stderr. */
  readonly beginsOnStderr: boolean;
  /** What its hash should be of. */
  readonly text: string;
}

/** What comes before the first record. */
export const CHAIN_START: ChainHead = { seq: 0, hash: "0".repeat(64) };

const FIRST_CHARACTERS = '{"ts":"';
/** Everything but the hash, then the hash; written by {@linkcode linked} and in ASCII only. */
const LINE = /^(\{"ts":"[ -~]*),"hash":"([0-9a-f]{64})"\}$/;

/** The line that continues a chain, with its line end, and the chain's new head. */
export function linked(
  { seq: last, hash: prev }: ChainHead,
  fields: AuditFields,
): { readonly line: string; readonly head: ChainHead } {
  const seq = last + 1;
  const ts = new Date().toISOString();
  const text = asciiJson({ ts, seq, prev, ...fields });
  const hash = sha256(text);
  return { line: `${text.slice(0, -1)},"hash":"${hash}"}\n`, head: { seq, hash } };
}

/** JSON in printable ASCII, so that no reader takes a character of it for the end of a line. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Whether a line was a record once, or is the beginning of one. */
export function resemblesRecord(line: string): boolean {
  return line.startsWith(FIRST_CHARACTERS);
}

/** Reads one line without its line end; `undefined` where it is no record. */
export function readAuditLine(line: string): AuditLine | undefined {
  const [, start, hash = ""] = LINE.exec(line) ?? [];
  if (start === undefined) return undefined;
  const text = `${start}}`;
  const record = parsed(text);
  if (record === undefined) return undefined;
  const { seq, prev, kind, name, to, torn } = record;
  if (!Number.isSafeInteger(seq) || typeof prev !== "string") return undefined;
  return {
    seq: seq as number,
    prev,
    hash,
    event: `${kind} ${name}`,
    beginsOnStderr: kind === "admin" && name === "log_opened" && to === "stderr" && seq === 1 &&
      prev === CHAIN_START.hash,
    torn: typeof torn === "string" ? torn : undefined,
    text,
  };
}

/** Where a chain stands at the end of a file. */
export interface ChainEnd {
  /** `undefined` in a file that breaks off within its first record. */
  readonly head: ChainHead | undefined;
  /** What follows the last record, e.g. half a line that a crash left. */
  readonly torn: readonly string[];
  /** Whether the text breaks off without a line end. */
  readonly isOpen: boolean;
}

/** Finds the last record in the end of a file; `undefined` in a file that is no audit log. */
export function chainEnd(text: string): ChainEnd | undefined {
  const isOpen = !text.endsWith("\n");
  const lines = (isOpen ? text : text.slice(0, -1)).split("\n");
  for (let index = lines.length - 1; index >= 0; index--) {
    const record = readAuditLine(lines[index] ?? "");
    if (record === undefined) continue;
    const { seq, hash } = record;
    return { head: { seq, hash }, torn: lines.slice(index + 1), isOpen };
  }
  const isFirst = lines.length === 1 && text.startsWith(FIRST_CHARACTERS.slice(0, text.length));
  return isOpen && isFirst ? { head: undefined, torn: lines, isOpen } : undefined;
}

/** The hash by which a record names the lines before it that are no records. */
export function tornHash(lines: readonly string[]): string | undefined {
  return lines.length === 0 ? undefined : sha256(lines.join("\n"));
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // what is not JSON is no record
  }
}
