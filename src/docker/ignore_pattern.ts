/** One step of a pattern; a text matches when the steps, taken in order, consume all of it. */
type Token =
  | { readonly kind: "character"; readonly accepts: (character: string) => boolean }
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
  return tokens === undefined ? undefined : (path) => matches(tokens, path);
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
      const rest = characters.slice(at + 1).join("");
      // Docker takes a leading "**" before plain text as "ends with", even in the middle of a name.
      const endsWith = start === 0 && !beforeSlash && !/[*?[\]\\]/.test(rest);
      if (rest === "" || endsWith) tokens.push({ kind: "anything" });
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
      tokens.push({ kind: "character", accepts: (given) => given === literal });
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

/** Follows every way through the tokens at once. */
function matches(tokens: readonly Token[], path: string): boolean {
  let states = new Set<number>();
  reach(tokens, 0, states);
  for (const character of path) {
    const following = new Set<number>();
    for (const state of states) {
      const token = tokens[state];
      if (token?.kind === "character") {
        if (token.accepts(character)) reach(tokens, state + 1, following);
      } else if (token?.kind === "star") {
        if (character !== "/") reach(tokens, state, following);
      } else if (token?.kind === "inside") {
        following.add(state);
        if (character === "/") reach(tokens, state + 1, following);
      } else if (token?.kind === "anything") {
        reach(tokens, state, following);
      }
    }
    if (following.size === 0) return false;
    states = following;
  }
  return states.has(tokens.length);
}

/** Adds a state and those that follow it without a character. */
function reach(tokens: readonly Token[], state: number, states: Set<number>): void {
  if (states.has(state)) return;
  states.add(state);
  const kind = tokens[state]?.kind;
  if (kind === "star" || kind === "anything" || kind === "folders") {
    reach(tokens, state + 1, states);
  }
  if (kind === "folders") reach(tokens, state + 2, states);
}
