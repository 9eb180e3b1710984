import { RefusedError } from "./refused.ts";

/** What only a shell gives a meaning to; quoted or escaped it is ordinary text. */
const OPERATOR = /[;&|<>`\n]|\$\(/;

/**
 * Splits a command line into words as a POSIX shell would, with quotes and backslashes but without any expansion.
 *
 * @throws {RefusedError} `invalid_arguments` for an open quote, nothing at all, or an unquoted shell operator: no shell
 * will ever see the line, so the operator would silently become an argument.
 */
export function shellWords(line: string, field = "command"): string[] {
  const words: string[] = [];
  let word: string | undefined;
  // Group 1: single quotes, 2: double quotes, 3: escaped character, 4: blanks, 5: anything else.
  const token = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|(\s+)|([^\s'"\\]+|.)/gsy;
  for (const [all, single, double, escaped, blank, plain] of line.matchAll(token)) {
    if (blank !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
      if (!blank.includes("\n")) continue;
    }
    if (plain === "'" || plain === '"' || plain === "\\") throw openQuote(field);
    const operator = OPERATOR.exec(plain ?? blank ?? "");
    if (operator !== null) throw needsShell(operator[0], field);
    const text = single ?? double?.replace(/\\(["\\$`])/g, "$1") ?? escaped ?? plain;
    word = (word ?? "") + (text ?? all);
  }
  if (word !== undefined) words.push(word);
  if (words.length === 0) throw new RefusedError("invalid_arguments", `${field}: is empty`);
  return words;
}

/** A command as an argument list: a list as it is, a string split into words; `field` is the argument it came in. */
export function argumentList(
  command: string | readonly string[],
  field = "command",
): string[] {
  if (typeof command !== "string") return [...command];
  return encodedList(command) ?? shellWords(command, field);
}

/** Some clients send a list as its JSON text. */
function encodedList(text: string): string[] | undefined {
  if (!text.startsWith('["')) return undefined;
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((item) => typeof item === "string") ? list : undefined;
  } catch {
    return undefined; // not JSON after all, so an ordinary command line
  }
}

function openQuote(field: string): RefusedError {
  return new RefusedError(
    "invalid_arguments",
    `${field}: has an open quote or a trailing backslash`,
    "Close it, or pass the command as a list of strings",
  );
}

function needsShell(operator: string, field: string): RefusedError {
  const shown = operator === "\n" ? "a line break" : `"${operator}"`;
  return new RefusedError(
    "invalid_arguments",
    `${field}: contains ${shown}, which only a shell understands, and no shell is used`,
    'Quote it if it is plain text, or run a shell: ["sh", "-c", "…"]',
  );
}
