import { type HereDocumentEnd, hereDocuments } from "./dockerfile_heredoc.ts";

/** One instruction of a Dockerfile. */
export interface Instruction {
  /** Upper case. */
  readonly name: string;
  readonly rest: string;
  /** Where it begins, counted from 1. */
  readonly line: number;
}

/** What a Dockerfile says, and what not every builder reads alike. */
export interface DockerfileText {
  /** The image of the frontend that shall read it. */
  readonly syntax: string | undefined;
  readonly instructions: readonly Instruction[];
  /** Each begins with its line, e.g. `line 3: a blank that is not ASCII`. */
  readonly doubts: readonly string[];
  /** Whether it holds here-documents, which older builders read as instructions. */
  readonly hasHereDocuments: boolean;
}

/** What a builder takes for a blank between words; it strips others at the ends of lines too. */
const BLANKS = "[\\t\\v\\f\\r ]";
const LEADING = new RegExp(`^${BLANKS}+`);
const WORD = new RegExp(`^[^\\t\\v\\f\\r ]+`);
const BLANK_OR_COMMENT = new RegExp(`^${BLANKS}*(?:#|$)`);
const DIRECTIVE = /^#[ \t]*([A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*(\S.*)$/;
const DIRECTIVES = ["syntax", "escape", "check"];
/** A blank outside of ASCII, and characters that nobody sees. */
const STRANGE_START = /^[^\P{White_Space}\t-\r ]|^\p{Cf}/u;

/**
 * Reads the instructions of a Dockerfile as BuildKit does.
 *
 * @param ignoresHereDocuments As builders do that do not know them, so that their lines are instructions. @default {false}
 * @see https://docs.docker.com/reference/dockerfile/
 */
export function readDockerfile(text: string, ignoresHereDocuments = false): DockerfileText {
  const lines = text.replace(/^\uFEFF/, "").split("\n").map((line) => line.replace(/\r$/, ""));
  const { escape, doubts } = escapeOf(lines);
  const reader = new Reader(lines, { escape, doubts, ignoresHereDocuments });
  reader.read();
  if (text.trimStart().startsWith("{")) doubts.push('line 1: it begins with "{"');
  const { instructions, hasHereDocuments } = reader;
  return { syntax: syntaxOf(lines, text), instructions, doubts, hasHereDocuments };
}

/** The text from its first word on, and that word. */
export function firstWord(text: string): { readonly word: string; readonly rest: string } {
  const trimmed = text.replace(LEADING, "");
  const word = WORD.exec(trimmed)?.[0] ?? "";
  return { word, rest: trimmed.slice(word.length).replace(LEADING, "") };
}

interface ReaderOptions {
  readonly escape: string;
  readonly doubts: string[];
  readonly ignoresHereDocuments: boolean;
}

class Reader {
  readonly instructions: Instruction[] = [];
  hasHereDocuments = false;
  readonly #lines: readonly string[];
  readonly #options: ReaderOptions;
  readonly #continued: RegExp;
  #at = 0;
  #whole = "";
  #line = 0;

  constructor(lines: readonly string[], options: ReaderOptions) {
    this.#lines = lines;
    this.#options = options;
    const escape = options.escape === "`" ? "`" : "\\\\";
    // Two of them at the end of a line are not a continuation.
    this.#continued = new RegExp(`(^|[^${escape}])${escape}[ \\t]*$`);
  }

  read(): void {
    while (this.#at < this.#lines.length) {
      const line = this.#lines[this.#at++] ?? "";
      if (BLANK_OR_COMMENT.test(line)) continue; // also in the middle of an instruction
      if (line.includes("\r")) this.#doubt("a carriage return within it");
      if (STRANGE_START.test(line.replace(LEADING, ""))) {
        this.#doubt("a blank that is not ASCII, or a character that cannot be seen");
      }
      if (this.#whole === "") this.#line = this.#at;
      const isContinued = this.#continued.test(line);
      // Joined as they are: a name may be split between two lines.
      this.#whole += isContinued ? line.replace(this.#continued, "$1") : line;
      if (!isContinued) this.#end();
    }
    this.#end();
  }

  #end(): void {
    const { word, rest } = firstWord(this.#whole);
    this.#whole = "";
    if (word === "") return;
    const name = word.toUpperCase();
    this.instructions.push({ name, rest: rest.trim(), line: this.#line });
    if (this.#options.ignoresHereDocuments) return;
    const { ends, isDoubtful } = hereDocuments(name, rest, this.#options.escape);
    if (isDoubtful) this.#doubt("a here-document behind quotes or escapes", this.#line);
    for (const end of ends) this.#skipTo(end);
  }

  #skipTo({ word, mayBeIndented }: HereDocumentEnd): void {
    this.hasHereDocuments = true;
    while (this.#at < this.#lines.length) {
      const line = this.#lines[this.#at++] ?? "";
      if ((mayBeIndented ? line.replace(/^\t+/, "") : line) === word) return;
    }
  }

  #doubt(what: string, line = this.#at): void {
    this.#options.doubts.push(`line ${line}: ${what}`);
  }
}

/** Directives are the first lines, up to one that does not look like one; builders differ in what does. */
function escapeOf(lines: readonly string[]): { escape: string; doubts: string[] } {
  let escape = "\\";
  let isDirective = true;
  let isPlain = true;
  const doubts: string[] = [];
  for (const [index, line] of lines.entries()) {
    if (!BLANK_OR_COMMENT.test(line)) break;
    const [, name = "", rest = ""] = DIRECTIVE.exec(line) ?? [];
    const value = rest.trim();
    isDirective &&= name !== "";
    isPlain &&= isDirective && DIRECTIVES.includes(name.toLowerCase());
    if (isDirective && name.toLowerCase() === "escape") escape = value;
    if (!/^\s*#[\s\x85]*escape[\s\x85]*=/i.test(line)) continue;
    if (isPlain && ["`", "\\"].includes(value)) continue;
    doubts.push(
      `line ${index + 1}: what looks like "# escape=" and is not, or not for every builder`,
    );
  }
  return { escape, doubts };
}

/** BuildKit also takes it from a `//` comment, behind a `#!` line and from a Dockerfile that is JSON. */
function syntaxOf(lines: readonly string[], text: string): string | undefined {
  for (const line of lines) {
    const value = /^\s*(?:#|\/\/)\s*syntax\s*=\s*(\S+)/i.exec(line)?.[1];
    if (value !== undefined) return value;
    if (!/^\s*(?:#|\/\/|$)/.test(line)) break;
  }
  return text.trimStart().startsWith("{") ? syntaxOfJson(text) : undefined;
}

function syntaxOfJson(text: string): string | undefined {
  try {
    const { syntax } = JSON.parse(text);
    return typeof syntax === "string" ? syntax : undefined;
  } catch {
    return undefined; // no builder reads it either
  }
}
