import { cutText } from "./cut_text.ts";
import { compileIgnorePattern } from "./ignore_pattern.ts";

/** One line of a `.dockerignore`. */
interface Rule {
  /** Starts with "!": what matches stays in. */
  readonly isException: boolean;
  /** The pattern without its "!". */
  readonly pattern: string;
  readonly matches: (path: string) => boolean;
}

/** Which rules a folder has matched; what is in it matches them too. */
export type IgnoreState = readonly boolean[];

/** What a `.dockerignore` says about one path. */
export interface Ignored {
  readonly ignored: boolean;
  /** For what is in the folder of this path. */
  readonly state: IgnoreState;
}

/** The rules of one `.dockerignore`. */
export interface DockerIgnore {
  /**
   * Judges a path relative to the context, with "/"; the last rule that matches decides.
   *
   * @param state What {@linkcode judge} said of the folder it is in; undefined at the top
   */
  judge(path: string, state?: IgnoreState): Ignored;
  /** Whether something in an ignored folder may be kept by an exception, so that it has to be looked through. */
  mayKeepBelow(folder: string): boolean;
}

/** Far beyond what people write; every path is held against all of them. */
const MAXIMUM_PATTERNS = 1000;
const LONGEST_SHOWN = 500;

/** A line that is not a pattern, or one too many. */
export class DockerIgnoreError extends Error {
  override readonly name = "DockerIgnoreError";

  constructor(
    /** As it stands in the file. */
    readonly line: string,
    state = "is not a pattern",
  ) {
    super(`"${cutText(line, LONGEST_SHOWN)}" ${state}`);
  }
}

/**
 * Reads a `.dockerignore` as Docker does: "#" begins a comment only as the first character, blanks around a pattern, a
 * leading "/" and a trailing "/" do not count, "!" makes an exception.
 *
 * An exception that begins with `**` also keeps what is in an ignored folder, as BuildKit has it; the classic docker command
 * did not look into such folders.
 *
 * @throws {DockerIgnoreError}
 * @see https://docs.docker.com/build/concepts/context/#dockerignore-files
 */
export function parseDockerIgnore(text: string): DockerIgnore {
  const lines = text.replace(/^\ufeff/, "").split("\n").filter(isPattern);
  const [first] = lines.slice(MAXIMUM_PATTERNS);
  if (first !== undefined) {
    throw new DockerIgnoreError(first.trim(), `is behind ${MAXIMUM_PATTERNS} other patterns`);
  }
  const rules = lines.map(ruleOf);
  return {
    judge: (path, state) => judge(rules, path, state),
    mayKeepBelow: (folder) =>
      rules.some(({ isException, pattern }) => isException && reachesBelow(pattern, folder)),
  };
}

function isPattern(line: string): boolean {
  return !line.startsWith("#") && line.trim() !== "";
}

function ruleOf(line: string): Rule {
  const trimmed = line.trim();
  const isException = trimmed.startsWith("!");
  const pattern = cleanPattern(isException ? trimmed.slice(1).trim() : trimmed);
  const matches = pattern === "" ? undefined : compileIgnorePattern(pattern);
  if (matches === undefined) throw new DockerIgnoreError(trimmed);
  return { isException, pattern, matches };
}

/** As Go's `filepath.Clean`, then without the leading "/". */
function cleanPattern(pattern: string): string {
  if (pattern === "") return "";
  const parts: string[] = [];
  for (const part of pattern.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== ".." || !pattern.startsWith("/")) parts.push(part);
  }
  return parts.join("/") || ".";
}

function judge(rules: readonly Rule[], path: string, above: IgnoreState | undefined): Ignored {
  let ignored = false;
  const state = rules.map(({ isException, matches }, index) => {
    let matched = above?.[index] ?? false;
    // A rule that could not change anything is not asked, as in Docker, which shows in what is below.
    if (!matched && isException === ignored) matched = matches(path);
    if (matched) ignored = !isException;
    return matched;
  });
  return { ignored, state };
}

/** Whether a pattern could match something in a folder, by what stands ahead of its first wildcard. */
function reachesBelow(pattern: string, folder: string): boolean {
  const plain = /^[^*?[\\]*/.exec(pattern)?.[0] ?? "";
  const below = `${folder}/`;
  return plain === pattern
    ? `${pattern}/`.startsWith(below) || below.startsWith(`${pattern}/`)
    : plain.startsWith(below) || below.startsWith(plain);
}
