import {
  type AuditLine,
  CHAIN_START,
  type ChainHead,
  readAuditLine,
  tornHash,
} from "./audit_chain.ts";
import { sha256 } from "./sha256.ts";

/** What checking an audit log found. */
export interface AuditFindings {
  readonly records: number;
  /** The number of the first record; `undefined` where there is none. */
  readonly first: number | undefined;
  /** The last record; whoever notes its hash elsewhere finds out later whether the end was cut off. */
  readonly head: ChainHead | undefined;
  /** Whether a record has the hash that was asked for. */
  readonly hasExpected: boolean;
  /** What can only be tampering or damage, one line each. */
  readonly problems: readonly string[];
  /** What is in order but worth knowing. */
  readonly notes: readonly string[];
}

/**
 * Follows the hash chain through the files of one log, which it is given oldest first and each line by line. A changed,
 * dropped, added or reordered line breaks the chain. A log that was cut at its end is a shorter log: only a hash that was
 * noted elsewhere shows it. The chain has no key, so who may write the file can also make a new chain.
 */
export class AuditCheck {
  readonly #expected: string | undefined;
  readonly #problems: string[] = [];
  readonly #notes: string[] = [];
  /** Lines that are no records, until a record accounts for them. */
  #torn: string[] = [];
  #tornPlace = "";
  #head: ChainHead | undefined;
  #first: number | undefined;
  #records = 0;
  #hasExpected = false;

  /** @param expected A hash that one of the records must have. */
  constructor(expected?: string) {
    this.#expected = expected;
  }

  /** Reads the next file; each byte is one character. */
  file(name: string, text: string): void {
    const lines = text.split("\n");
    const last = lines.pop();
    for (const [index, line] of lines.entries()) this.#line(line, `${name}:${index + 1}`);
    if (last === undefined || last === "") return;
    const place = `${name}:${lines.length + 1}`;
    this.#line(last, place);
    if (this.#torn.length === 0) this.#problems.push(`${place} breaks off without a line end`);
  }

  /** What was found, when there is nothing more to read. */
  findings(): AuditFindings {
    const open = this.#torn.length > 0
      ? [`${this.#tornPlace} is no whole record: a write was interrupted, or the line was changed`]
      : [];
    return {
      records: this.#records,
      first: this.#first,
      head: this.#head,
      hasExpected: this.#hasExpected,
      problems: [...this.#problems, ...open],
      notes: this.#notes,
    };
  }

  #line(text: string, place: string): void {
    const line = readAuditLine(text);
    if (line === undefined) {
      if (this.#torn.length === 0) this.#tornPlace = place;
      this.#torn.push(text);
      return;
    }
    this.#accountForTorn(line, place);
    const isIntact = sha256(line.text) === line.hash;
    if (!isIntact) this.#problems.push(`${place} was changed: its hash is another`);
    if (this.#head === undefined) this.#begin(line, place);
    else this.#follow(this.#head, line, place);
    this.#head = { seq: line.seq, hash: line.hash };
    this.#records++;
    if (isIntact && line.hash === this.#expected) this.#hasExpected = true;
  }

  #accountForTorn({ torn }: AuditLine, place: string): void {
    const found = tornHash(this.#torn);
    this.#torn = [];
    if (torn === found) {
      if (found === undefined) return;
      this.#notes.push(`${this.#tornPlace} is incomplete; the server noted that and went on`);
    } else if (found === undefined) {
      this.#problems.push(`${place} tells of an incomplete line before it, which is missing`);
    } else {
      this.#problems.push(`${this.#tornPlace} is no record, and no record tells of it`);
    }
  }

  #begin(line: AuditLine, place: string): void {
    this.#first = line.seq;
    if (line.seq > 1 && line.event === "admin log_rotated") {
      this.#notes.push(`records before number ${line.seq} are in files that are no longer kept`);
    } else if (line.seq !== 1 || line.prev !== CHAIN_START.hash) {
      this.#problems.push(`${place} is number ${line.seq}: records before it are missing`);
    }
  }

  #follow(head: ChainHead, { seq, prev }: AuditLine, place: string): void {
    if (seq !== head.seq + 1) {
      this.#problems.push(
        `${place} is number ${seq} where ${
          head.seq + 1
        } belongs: lines are missing, added or in another order`,
      );
    } else if (prev !== head.hash) {
      this.#problems.push(`${place} follows another record than the one before it`);
    }
  }
}
