/** One program that a script runs, as far as can be told without running it. */
export interface ScriptCommand {
  /** The program and its arguments, unquoted; variables and patterns stay as they are written. */
  readonly words: string[];
  /** Files that its input or output is redirected to. */
  readonly redirects: string[];
  /** Scripts in its command and process substitutions, and in those of its here-documents. */
  readonly inner: string[];
  /** Texts that it reads as its input: here-documents and here-strings. */
  readonly input: string[];
  /** Whether the next command reads its output. */
  isPiped: boolean;
}

/** Words that begin or join commands and are none themselves. */
const RESERVED = new Set("if then elif else while until do ! { } time fi done esac".split(" "));
const ASSIGNMENT = /^[A-Za-z_]\w*\+?=/;

/** A here-document of which the body is still to come. */
interface Pending {
  readonly command: ScriptCommand;
  readonly delimiter: string;
  /** Tabs in front of its lines, and of the last one, do not count. */
  readonly isIndented: boolean;
  /** Variables and substitutions stay as they are written. */
  readonly isLiteral: boolean;
}

/** Splits a shell script into the commands it runs, in time that grows with its length; what is no shell splits somehow. */
export function scriptCommands(script: string): ScriptCommand[] {
  return new ScriptReader(script).read();
}

class ScriptReader {
  readonly #commands: ScriptCommand[] = [];
  readonly #script: string;
  #at = 0;
  #command = newCommand();
  #word: string | undefined;
  /** The redirection whose target the next word is. */
  #redirected: string | undefined;
  #inDouble = false;
  /** Whether a part of the target is quoted. */
  #isQuoted = false;
  #isAwaiting = false;
  #pending: Pending[] = [];
  #lastLines: ReadonlyMap<string, number> | undefined;

  constructor(script: string) {
    this.#script = script;
  }

  read(): ScriptCommand[] {
    while (this.#at < this.#script.length) {
      if (!this.#quoting() && !this.#substitution() && !this.#separator() && !this.#redirection()) {
        this.#addPlain();
      }
    }
    this.#endCommand();
    return this.#commands;
  }

  /** The scripts that a shell runs while it reads a text that is no script. */
  readSubstitutions(): string[] {
    this.#inDouble = true;
    while (this.#at < this.#script.length) {
      if (this.#script.charAt(this.#at) === "\\") this.#at += 2;
      else if (!this.#substitution()) this.#at++;
    }
    return this.#command.inner;
  }

  #quoting(): boolean {
    const character = this.#script.charAt(this.#at);
    if (character === "\\") {
      const next = this.#script.charAt(this.#at + 1);
      if (next !== "\n") this.#add(next);
      this.#at += 2;
    } else if (character === '"') {
      this.#inDouble = !this.#inDouble;
      this.#add("");
      this.#at++;
    } else if (character === "'" && !this.#inDouble) {
      this.#add(this.#upTo("'", this.#at + 1));
    } else {
      return false;
    }
    this.#isQuoted = true;
    return true;
  }

  #substitution(): boolean {
    const opening = this.#inDouble ? /\$\(|`/y : /[$<>]\(|`/y;
    opening.lastIndex = this.#at;
    const [found] = opening.exec(this.#script) ?? [];
    if (found === undefined) return false;
    this.#add("");
    this.#command.inner.push(
      found === "`" ? this.#upTo("`", this.#at + 1) : this.#upToParenthesis(this.#at + 2),
    );
    return true;
  }

  #separator(): boolean {
    if (this.#inDouble) return false;
    const separator = /[ \t\r]+|&>|\|\||\|&?|&&|[;&()\n]/y;
    separator.lastIndex = this.#at;
    const [found] = separator.exec(this.#script) ?? [];
    if (found === undefined) {
      if (this.#word !== undefined || this.#script.charAt(this.#at) !== "#") return false;
      this.#upTo("\n", this.#at); // a comment
      this.#endCommand();
      this.#readPending();
      return true;
    }
    this.#at += found === "&>" ? 1 : found.length; // the redirection is read next
    if (found === "&>" || /^\s+$/.test(found) && found !== "\n") this.#endWord();
    else this.#endCommand(found === "|" || found === "|&");
    if (found === "\n") this.#readPending();
    return true;
  }

  #redirection(): boolean {
    const redirection = /<<-|[<>]{1,3}[&|]?/y;
    redirection.lastIndex = this.#at;
    const [found] = this.#inDouble ? [] : redirection.exec(this.#script) ?? [];
    if (found === undefined) return false;
    if (/^\d+$/.test(this.#word ?? "")) this.#word = undefined; // the number of a stream
    this.#endWord();
    this.#redirected = found;
    this.#isQuoted = false;
    this.#at += found.length;
    return true;
  }

  /** One character, whatever it is, and all behind it that means nothing to a shell. */
  #addPlain(): void {
    const plain = /.[^\\"'`$<>|&;()#\s]*/sy;
    plain.lastIndex = this.#at;
    const [found = ""] = plain.exec(this.#script) ?? [];
    this.#add(found);
    this.#at += found.length;
  }

  #add(text: string): void {
    this.#word = (this.#word ?? "") + text;
  }

  #endWord(): void {
    const word = this.#word;
    this.#word = undefined;
    if (word === undefined) return;
    const { words, redirects, input } = this.#command;
    const redirected = this.#redirected;
    this.#redirected = undefined;
    if (redirected === "<<<") input.push(word);
    else if (redirected === "<<" || redirected === "<<-") this.#await(word, redirected === "<<-");
    else if (redirected !== undefined) redirects.push(word);
    else if (words.length > 0 || !(RESERVED.has(word) || ASSIGNMENT.test(word))) words.push(word);
  }

  #await(delimiter: string, isIndented: boolean): void {
    const isLiteral = this.#isQuoted;
    this.#isAwaiting = true;
    this.#pending.push({ command: this.#command, delimiter, isIndented, isLiteral });
  }

  /** Takes the bodies of the here-documents of the line that has ended; one without an end is read as commands. */
  #readPending(): void {
    for (const { command, delimiter, isIndented, isLiteral } of this.#pending.splice(0)) {
      this.#lastLines ??= lastLines(this.#script);
      const end = this.#lastLines.get(`${isIndented}:${delimiter}`) ?? -1;
      if (end < this.#at) continue;
      const body = this.#body(delimiter, isIndented);
      command.input.push(body);
      if (!isLiteral) command.inner.push(...new ScriptReader(body).readSubstitutions());
    }
  }

  #body(delimiter: string, isIndented: boolean): string {
    const lines: string[] = [];
    while (this.#at < this.#script.length) {
      const line = this.#upTo("\n", this.#at);
      const text = isIndented ? line.replace(/^\t+/, "") : line;
      if (text === delimiter) break;
      lines.push(text);
    }
    return lines.join("\n");
  }

  #endCommand(isPiped = false): void {
    this.#endWord();
    this.#redirected = undefined;
    const { words, redirects, inner, input } = this.#command;
    const isEmpty = words.length + redirects.length + inner.length + input.length === 0;
    if (isEmpty && !this.#isAwaiting) return;
    this.#isAwaiting = false;
    this.#command.isPiped = isPiped;
    this.#commands.push(this.#command);
    this.#command = newCommand();
  }

  /** The text from `from` to the closing character, or to the end where it is missing; goes on behind it. */
  #upTo(closing: string, from: number): string {
    const found = this.#script.indexOf(closing, from);
    const end = found < 0 ? this.#script.length : found;
    this.#at = end + 1;
    return this.#script.slice(from, end);
  }

  #upToParenthesis(from: number): string {
    const piece = /\\.|'[^']*'|"[^"\\]*(?:\\.[^"\\]*)*"|[^\\'"()]+|./gsy;
    piece.lastIndex = from;
    let depth = 1;
    let end = this.#script.length;
    for (let found = piece.exec(this.#script); found !== null; found = piece.exec(this.#script)) {
      if (found[0] === "(") depth++;
      if (found[0] !== ")" || --depth > 0) continue;
      end = found.index;
      break;
    }
    this.#at = end + 1;
    return this.#script.slice(from, end);
  }
}

function newCommand(): ScriptCommand {
  return { words: [], redirects: [], inner: [], input: [], isPiped: false };
}

/** Where each line of a script begins last, by whether tabs in front count as none. */
function lastLines(script: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  let at = 0;
  for (const line of script.split("\n")) {
    found.set(`false:${line}`, at).set(`true:${line.replace(/^\t+/, "")}`, at);
    at += line.length + 1;
  }
  return found;
}
