import {
  type AuditLine,
  CHAIN_START,
  type ChainHead,
  readAuditLine,
  resemblesRecord,
} from "./audit_chain.ts";
import { lineParts } from "./audit_lines.ts";
import { sha256, startSha256 } from "./sha256.ts";

/** What checking an audit log found. */
export interface AuditFindings {
  readonly records: number;
  /** The number of the first record; `undefined` where there is none. */
  readonly first: number | undefined;
  /** The last record; whoever notes its hash elsewhere finds out later whether the end was cut off. */
  readonly head: ChainHead | undefined;
  /** Whether a record has the hash that was asked for. */
  readonly hasExpected: boolean;
  /** What can only be tampering or damage, one line each; the first twenty. */
  readonly problems: readonly string[];
  /** Problems beyond those. */
  readonly moreProblems: number;
  /** What is in order but worth knowing; the first twenty. */
  readonly notes: readonly string[];
}

/** More are counted only: a foreign file may have one in each line. */
const MAXIMUM_REMARKS = 20;

/** Remarks, one line each. */
class Remarks {
  readonly first: string[] = [];
  more = 0;

  push(remark: string): void {
    if (this.first.length < MAXIMUM_REMARKS) this.first.push(remark);
    else this.more++;
  }
}

/** Lines that are no records, until a record accounts for them; only their hash is kept, because they may be gigabytes. */
interface Torn {
  /** Where the first of them is. */
  readonly place: string;
  readonly hash: ReturnType<typeof startSha256>;
  lines: number;
  /** Where the first is that begins as a record does. */
  broken: string | undefined;
}

/**
 * Follows the hash chain through the files of one log, which it is given oldest first and each line by line. A changed,
 * dropped, added or reordered line breaks the chain. A log that was cut at its end is a shorter log: only a hash that was
 * noted elsewhere shows it. The chain has no key, so who may write the file can also make a new chain.
 *
 * A file whose first record is the first of a server that records on stderr is captured output: other lines are passed over
 * in it, and every server that was started begins a chain of its own.
 */
export class AuditCheck {
  readonly #expected: string | undefined;
  readonly #problems = new Remarks();
  readonly #notes = new Remarks();
  #torn: Torn | undefined;
  #head: ChainHead | undefined;
  #first: number | undefined;
  #records = 0;
  #hasExpected = false;
  #isCaptured = false;
  /** Lines of captured output that are not about calls. */
  #passedOver = 0;

  /** @param expected A hash that one of the records must have. */
  constructor(expected?: string) {
    this.#expected = expected;
  }

  /** Reads the next file, which comes in pieces of any length; each byte is one character. */
  file(name: string, pieces: Iterable<string>): void {
    for (const { text, line, part, isOpen } of lineParts(pieces)) {
      const place = `${name}:${line}`;
      const record = part === "whole" ? readAuditLine(text) : undefined;
      if (record === undefined) this.#tear(part === "next" ? text : `\n${text}`, place);
      else this.#record(record, place);
      if (isOpen && this.#torn === undefined) {
        this.#problems.push(`${place} breaks off without a line end`);
      }
    }
  }

  /** What was found, when there is nothing more to read. */
  findings(): AuditFindings {
    if (this.#isCaptured) this.#passOver();
    else if (this.#torn !== undefined) this.#problems.push(notWhole(this.#torn.place));
    this.#torn = undefined;
    const passedOver = `other lines of captured output, passed over: ${this.#passedOver}`;
    return {
      records: this.#records,
      first: this.#first,
      head: this.#head,
      hasExpected: this.#hasExpected,
      problems: this.#problems.first,
      moreProblems: this.#problems.more,
      notes: [...(this.#passedOver > 0 ? [passedOver] : []), ...this.#notes.first],
    };
  }

  /** @param text A part of a line that is no record, after the line end before it. */
  #tear(text: string, place: string): void {
    if (this.#torn !== undefined) this.#torn.hash.update(text);
    else {
      const hash = startSha256().update(text.slice(1));
      this.#torn = { place, hash, lines: 0, broken: undefined };
    }
    if (!text.startsWith("\n")) return;
    this.#torn.lines++;
    if (resemblesRecord(text.slice(1))) this.#torn.broken ??= place;
  }

  #record(line: AuditLine, place: string): void {
    if (this.#head === undefined) this.#isCaptured = line.beginsOnStderr;
    if (this.#isCaptured) this.#passOver();
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
    const found = this.#torn;
    this.#torn = undefined;
    if (found === undefined) {
      if (torn === undefined) return;
      this.#problems.push(`${place} tells of an incomplete line before it, which is missing`);
    } else if (found.hash.digest("hex") === torn) {
      this.#notes.push(`${found.place} is incomplete; the server noted that and went on`);
    } else {
      this.#problems.push(`${found.place} is no record, and no record tells of it`);
    }
  }

  /** In captured output only what begins as a record should have been one. */
  #passOver(): void {
    if (this.#torn === undefined) return;
    const { lines, broken } = this.#torn;
    this.#torn = undefined;
    this.#passedOver += lines;
    if (broken !== undefined) this.#problems.push(notWhole(broken));
  }

  #begin(line: AuditLine, place: string): void {
    this.#first = line.seq;
    if (line.seq > 1 && line.event === "admin log_rotated") {
      this.#notes.push(`records before number ${line.seq} are in files that are no longer kept`);
    } else if (line.seq !== 1 || line.prev !== CHAIN_START.hash) {
      this.#problems.push(`${place} is number ${line.seq}: records before it are missing`);
    }
  }

  #follow(head: ChainHead, { seq, prev, beginsOnStderr }: AuditLine, place: string): void {
    if (this.#isCaptured && beginsOnStderr) {
      this.#notes.push(
        `${place} begins a new chain: a server was started; lines cut off before it do not show`,
      );
    } else if (seq !== head.seq + 1) {
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

function notWhole(place: string): string {
  return `${place} is no whole record: a write was interrupted, or the line was changed`;
}
