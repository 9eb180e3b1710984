/** One step of a pattern; a text matches when the steps, taken in order, consume all of it. */
type Token =
  | {
    readonly kind: "character";
    readonly accepts: (character: string) => boolean;
    /** The only one it accepts. */
    readonly literal?: string;
  }
  /** `*`: any characters but "/". */
  | { readonly kind: "star" }
  /** Two steps that stand for a `**` with something behind it: nothing, or anything that ends in "/". */
  | { readonly kind: "folders" }
  | { readonly kind: "inside" }
  /** A `**` at the end, or ahead of plain text: anything. */
  | { readonly kind: "anything" };

/**
 * Compiles one pattern of a `.dockerignore`, cleaned and without its "!", to a test of relative paths with "/".
 *
 * It means what moby/patternmatcher makes of it, but takes time proportional to the path, whatever the pattern: a regular
 * expression with several `**` could be made to take for ever.
 *
 * @returns undefined for what is not a pattern: an open class or a backslash at the end
 * @see https://github.com/moby/patternmatcher/blob/main/patternmatcher.go
 */
export function compileIgnorePattern(pattern: string): ((path: string) => boolean) | undefined {
  if (!/[*?[\]\\]/.test(pattern)) return (path) => path === pattern;
  const tokens = tokensOf(pattern);
  return tokens === undefined ? undefined : matcher(tokens);
}

function tokensOf(pattern: string): Token[] | undefined {
  const characters = [...pattern];
  const tokens: Token[] = [];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? "";
    if (character === "*" && characters[at + 1] === "*") {
      const start = at++;
      const beforeSlash = characters[at + 1] === "/";
      if (beforeSlash) at++;
      // Docker takes a leading "**" before plain text as "ends with", even in the middle of a name.
      const endsWith = start === 0 && !beforeSlash && !/[*?[\]\\]/.test(pattern.slice(2));
      if (at + 1 >= characters.length || endsWith) tokens.push({ kind: "anything" });
      else tokens.push({ kind: "folders" }, { kind: "inside" });
    } else if (character === "*") {
      tokens.push({ kind: "star" });
    } else if (character === "?") {
      tokens.push({ kind: "character", accepts: (given) => given !== "/" });
    } else if (character === "[") {
      const found = classAt(characters, at + 1);
      if (found === undefined) return undefined;
      tokens.push({ kind: "character", accepts: found.accepts });
      at = found.end;
    } else {
      const literal = character === "\\" ? characters[++at] : character;
      if (literal === undefined) return undefined;
      tokens.push({ kind: "character", accepts: (given) => given === literal, literal });
    }
  }
  return tokens;
}

interface CharacterClass {
  readonly accepts: (character: string) => boolean;
  /** Where the closing bracket stands. */
  readonly end: number;
}

/** `abc]`, `a-z]` or `^a-z]`, the opening bracket left out. */
function classAt(characters: readonly string[], start: number): CharacterClass | undefined {
  const negated = characters[start] === "^";
  const ranges: (readonly [string, string])[] = [];
  let at = negated ? start + 1 : start;
  const next = (): string | undefined => {
    const character = characters[at++];
    return character === "\\" ? characters[at++] : character;
  };
  while (characters[at] !== "]" || ranges.length === 0) {
    if (characters[at] === "]" || characters[at] === "-") return undefined;
    const low = next();
    if (low === undefined) return undefined;
    let high: string | undefined = low;
    if (characters[at] === "-") {
      at++;
      if (characters[at] === "]") return undefined;
      high = next();
    }
    if (high === undefined || high < low) return undefined;
    ranges.push([low, high]);
  }
  const accepts = (given: string): boolean =>
    ranges.some(([low, high]) => low <= given && given <= high) !== negated;
  return { accepts, end: at };
}

/** Follows every way through the tokens at once, where the path's length, beginning and end leave one at all. */
function matcher(tokens: readonly Token[]): (path: string) => boolean {
  const least = tokens.filter(({ kind }) => kind === "character").length;
  const [beginning, end] = [literalEnd(tokens, 1), literalEnd(tokens, -1)];
  return (path) =>
    path.length >= least && path.startsWith(beginning) && path.endsWith(end) &&
    new Match(tokens).takes(path);
}

/** The plain text that a pattern begins with, or ends with. */
function literalEnd(tokens: readonly Token[], direction: 1 | -1): string {
  const ordered = direction === 1 ? tokens : tokens.toReversed();
  const plain = ordered.findIndex((token) => token.kind !== "character" || !token.literal);
  const literals = ordered.slice(0, plain < 0 ? undefined : plain)
    .map((token) => token.kind === "character" ? token.literal : "");
  return (direction === 1 ? literals : literals.toReversed()).join("");
}

/** One path on its way through the tokens. */
class Match {
  readonly #tokens: readonly Token[];
  /** For every state the number of characters after which it was last reached. */
  readonly #reached: Int32Array;
  #states: number[] = [];
  #taken = 1;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
    this.#reached = new Int32Array(tokens.length + 1);
  }

  takes(path: string): boolean {
    this.#reach(0);
    for (const character of path) {
      const states = this.#states;
      this.#states = [];
      this.#taken++;
      for (const state of states) this.#step(state, character);
      if (this.#states.length === 0) return false;
    }
    return this.#reached[this.#tokens.length] === this.#taken;
  }

  #step(state: number, character: string): void {
    const token = this.#tokens[state];
    if (token?.kind === "character") {
      if (token.accepts(character)) this.#reach(state + 1);
    } else if (token?.kind === "star") {
      if (character !== "/") this.#reach(state);
    } else if (token?.kind === "inside") {
      this.#add(state);
      if (character === "/") this.#reach(state + 1);
    } else if (token?.kind === "anything") {
      this.#reach(state);
    }
  }

  /** Adds a state and those that follow it without a character. */
  #reach(first: number): void {
    for (let state = first; this.#add(state); state++) {
      const kind = this.#tokens[state]?.kind;
      if (kind === "folders") this.#add(++state); // and what is behind both
      else if (kind !== "star" && kind !== "anything") return;
    }
  }

  #add(state: number): boolean {
    if (this.#reached[state] === this.#taken) return false;
    this.#reached[state] = this.#taken;
    this.#states.push(state);
    return true;
  }
}
