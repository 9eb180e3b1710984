import type { Danger } from "./command_dangers.ts";

/** What shells and images set without being asked. */
const ALWAYS_SET = "HOME PWD OLDPWD TMPDIR TMP TEMP PGDATA".split(" ");
/** Assignments, `${X:?}` and `${X:=…}`, loops, and tests of a variable. */
const SETTING =
  /(?<![$\w{])([A-Za-z_]\w*)\+?=|\$\{([A-Za-z_]\w*):?[?=]|\b(?:for|select)\s+([A-Za-z_]\w*)|(?:\[|\btest)\s+(?:!\s+)?-[a-z]\s+"?\$\{?([A-Za-z_]\w*)/g;
const READING = /\b(?:read|mapfile|readarray|getopts)\b([^\n;|&]*)/g;
/** A shell that stops at a variable that is not set. */
const STOPS_UNSET = /\bset\s+-[A-Za-z]*u|\bnounset\b/;
/** Everything below a variable: all there is where it is empty. */
const ALL_BELOW = /^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})\/+(?:\.?\*)?$/;

/** Which variables hold something, as far as a script and its environment tell. */
export type Variables = ReadonlySet<string> | "all";

/** The variables that a script sets or looks at first, and those that are set before it, as `NAME=value`. */
export function setVariables(script: string, environment: readonly string[]): Variables {
  if (STOPS_UNSET.test(script)) return "all";
  const names = new Set([...ALWAYS_SET, ...environment.map((entry) => entry.split("=")[0] ?? "")]);
  for (const [, ...found] of script.matchAll(SETTING)) {
    for (const name of found) if (name !== undefined) names.add(name);
  }
  for (const [, words = ""] of script.matchAll(READING)) {
    for (const name of words.split(/\W+/)) names.add(name);
  }
  return names;
}

/** A recursive `rm` below a variable that nobody has set, which is one of everything. */
export function unsetFolder(
  [program, ...words]: readonly string[],
  variables: Variables,
): Danger | undefined {
  if (variables === "all" || program !== "rm") return undefined;
  if (!words.some((word) => /^-[a-zA-Z]*[rR]|^--r/.test(word))) return undefined;
  for (const word of words) {
    const [, plain, braced] = ALL_BELOW.exec(word) ?? [];
    const name = plain ?? braced;
    if (name === undefined || variables.has(name)) continue;
    return {
      what: `"rm" would delete all of "/" where ${name} is not set`,
      remedy: `Write "\${${name}:?}/*", which stops there instead`,
    };
  }
  return undefined;
}
