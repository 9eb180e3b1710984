import { RefusedError } from "../tools/refused.ts";
import { type Danger, dangerOf, writing } from "./command_dangers.ts";
import { commandsOfFind, isShell, programOf, scriptsIn, wrapped } from "./command_wrappers.ts";
import { type ScriptCommand, scriptCommands } from "./shell_script.ts";

/** Shells within wrappers within shells that are looked into; nobody goes so deep by a slip. */
const MAXIMUM_DEPTH = 8;
/** What puts out text that nobody has seen. */
const SOURCES = new Set(["curl", "wget", "fetch", "unzip", "base64"]);
/** A function that starts itself twice, in a script without blanks. */
const FORK_BOMB = /(?<![\w:.])([\w:.]{1,32})\(\)\{\1\|\1&?;?\}/;

/**
 * The tripwire of design: refuses a command that would ruin the container, or the host where it has the rights. It looks at
 * the programs that run, not at text, and catches slips, not ill will: whoever may run commands can write them in ways that
 * it does not see.
 *
 * @throws {RefusedError} `policy`, with what the command would do and what to do instead.
 */
export function judgeCommand(entrypoint: readonly string[], command: readonly string[]): void {
  const first = entrypoint.filter((word) => word !== "");
  refuse("entrypoint", dangerIn(first, 0));
  refuse("command", dangerIn([...first, ...command], 0));
  // The entrypoint of the image may be a shell.
  if (first.length === 0 && command.length === 1) refuse("command", dangerInScript(command[0], 0));
}

/**
 * As {@linkcode judgeCommand}, for the test of a health check.
 *
 * @throws {RefusedError} `policy`
 */
export function judgeHealthcheck([kind, ...words]: readonly string[]): void {
  refuse(
    "healthcheck",
    kind === "CMD-SHELL" ? dangerInScript(words.join(" "), 0) : dangerIn(words, 0),
  );
}

function refuse(field: string, danger: Danger | undefined): void {
  if (danger === undefined) return;
  throw new RefusedError("policy", `${field}: ${danger.what}`, danger.remedy);
}

function dangerIn(words: readonly string[], depth: number): Danger | undefined {
  if (words.length === 0 || depth > MAXIMUM_DEPTH) return undefined;
  const program = programOf(words);
  const commands = program === "find" ? commandsOfFind(words) : [wrapped(words) ?? []];
  return dangerOf(program, words.slice(1)) ??
    firstOf(commands, (inner) => dangerIn(inner, depth + 1)) ??
    firstOf(scriptsIn(words), (script) => dangerInScript(script, depth + 1));
}

function dangerInScript(script = "", depth: number): Danger | undefined {
  if (depth > MAXIMUM_DEPTH) return undefined;
  if (FORK_BOMB.test(script.replace(/\s/g, ""))) {
    return { what: "is a fork bomb", remedy: "Leave it out" };
  }
  const commands = scriptCommands(script);
  return unseen(commands) ??
    firstOf(
      commands,
      ({ words, redirects, inner }) =>
        writing(programOf(words) || "a redirection", redirects) ??
          dangerIn(words, depth + 1) ??
          firstOf(inner, (script) => dangerInScript(script, depth + 1)),
    );
}

/** A shell that runs what was just downloaded: from a pipe, or from a substitution. */
function unseen(commands: readonly ScriptCommand[]): Danger | undefined {
  let source: string | undefined;
  for (const { words, inner, isPiped } of commands) {
    const program = innermost(words);
    if (isShell(program) || program === "eval") {
      const given = scriptsIn(words).length > 0;
      const substituted = inner.flatMap(scriptCommands).map(({ words }) => innermost(words))
        .find((name) => SOURCES.has(name));
      const found = substituted ?? (given ? undefined : source);
      if (found !== undefined) return runsUnseen(found, program);
    }
    if (!isPiped) source = undefined;
    else if (SOURCES.has(program)) source = program;
  }
  return undefined;
}

function runsUnseen(source: string, shell: string): Danger {
  return {
    what: `what "${source}" puts out would run unseen in "${shell}"`,
    remedy: "Write it to a file, look at it, then run the file",
  };
}

/** The program that runs in the end. */
function innermost(words: readonly string[]): string {
  let current = words;
  for (let depth = 0; depth < MAXIMUM_DEPTH; depth++) {
    const inner = wrapped(current);
    if (inner === undefined || inner.length === 0) break;
    current = inner;
  }
  return programOf(current);
}

function firstOf<Item>(
  items: readonly Item[],
  judge: (item: Item) => Danger | undefined,
): Danger | undefined {
  for (const item of items) {
    const danger = judge(item);
    if (danger !== undefined) return danger;
  }
  return undefined;
}
