/** One program that a script runs, as far as can be told without running it. */
export interface ScriptCommand {
  /** The program and its arguments, unquoted; variables and patterns stay as they are written. */
  readonly words: string[];
  /** Files that its input or output is redirected to. */
  readonly redirects: string[];
  /** Scripts in its command and process substitutions. */
  readonly inner: string[];
  /** Whether the next command reads its output. */
  isPiped: boolean;
}

/** Words that begin or join commands and are none themselves. */
const RESERVED = new Set("if then elif else while until do ! { } time fi done esac".split(" "));
const ASSIGNMENT = /^[A-Za-z_]\w*\+?=/;

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
  #isTarget = false;
  #inDouble = false;

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
      return true;
    }
    this.#at += found === "&>" ? 1 : found.length; // the redirection is read next
    if (found === "&>" || /^\s+$/.test(found) && found !== "\n") this.#endWord();
    else this.#endCommand(found === "|" || found === "|&");
    return true;
  }

  #redirection(): boolean {
    const redirection = /[<>]{1,3}[&|]?/y;
    redirection.lastIndex = this.#at;
    const [found] = this.#inDouble ? [] : redirection.exec(this.#script) ?? [];
    if (found === undefined) return false;
    if (/^\d+$/.test(this.#word ?? "")) this.#word = undefined; // the number of a stream
    this.#endWord();
    this.#isTarget = true;
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
    const { words, redirects } = this.#command;
    if (this.#isTarget) redirects.push(word);
    else if (words.length > 0 || !(RESERVED.has(word) || ASSIGNMENT.test(word))) words.push(word);
    this.#isTarget = false;
  }

  #endCommand(isPiped = false): void {
    this.#endWord();
    this.#isTarget = false;
    const { words, redirects, inner } = this.#command;
    if (words.length + redirects.length + inner.length === 0) return;
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
  return { words: [], redirects: [], inner: [], isPiped: false };
}
