import { RefusedError } from "../tools/refused.ts";
import { type Danger, dangerOf, writing } from "./command_dangers.ts";
import { commandsOfFind, isShell, programOf, scriptsIn, wrapped } from "./command_wrappers.ts";
import { type ScriptCommand, scriptCommands } from "./shell_script.ts";
import { setVariables, unsetFolder, type Variables } from "./shell_variables.ts";

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
 * @param environment What is set before it starts, as `NAME=value`.
 * @throws {RefusedError} `policy`, with what the command would do and what to do instead.
 */
export function judgeCommand(
  entrypoint: readonly string[],
  command: readonly string[],
  environment: readonly string[] = [],
): void {
  const outside = { depth: 0, environment };
  const first = entrypoint.filter((word) => word !== "");
  refuse("entrypoint", dangerIn(first, outside));
  refuse("command", dangerIn([...first, ...command], outside));
  // The entrypoint of the image may be a shell.
  if (first.length === 0 && command.length === 1) {
    refuse("command", dangerInScript(command[0], outside));
  }
}

/**
 * As {@linkcode judgeCommand}, for the test of a health check.
 *
 * @param environment As for a command.
 * @throws {RefusedError} `policy`
 */
export function judgeHealthcheck(
  [kind, ...words]: readonly string[],
  environment: readonly string[] = [],
): void {
  const outside = { depth: 0, environment };
  refuse(
    "healthcheck",
    kind === "CMD-SHELL" ? dangerInScript(words.join(" "), outside) : dangerIn(words, outside),
  );
}

function refuse(field: string, danger: Danger | undefined): void {
  if (danger === undefined) return;
  throw new RefusedError("policy", `${field}: ${danger.what}`, danger.remedy);
}

/** Where a command stands. */
interface Place {
  /** Shells and wrappers around it. */
  readonly depth: number;
  readonly environment: readonly string[];
  /** Those of the outermost script; absent outside of any, where nothing stands for a variable. */
  readonly variables?: Variables;
}

function deeper(place: Place): Place {
  return { ...place, depth: place.depth + 1 };
}

function dangerIn(words: readonly string[], place: Place): Danger | undefined {
  if (words.length === 0 || place.depth > MAXIMUM_DEPTH) return undefined;
  const program = programOf(words);
  const commands = program === "find" ? commandsOfFind(words) : [wrapped(words) ?? []];
  return dangerOf(program, words.slice(1)) ??
    firstOf(commands, (inner) => dangerIn(inner, deeper(place))) ??
    firstOf(scriptsIn(words), (script) => dangerInScript(script, deeper(place)));
}

function dangerInScript(script = "", outside: Place): Danger | undefined {
  if (outside.depth > MAXIMUM_DEPTH) return undefined;
  const { environment, variables = setVariables(script, environment) } = outside;
  const place = deeper({ ...outside, variables });
  if (FORK_BOMB.test(script.replace(/\s/g, ""))) {
    return { what: "is a fork bomb", remedy: "Leave it out" };
  }
  const commands = scriptCommands(script);
  return unseen(commands) ??
    firstOf(
      commands,
      ({ words, redirects, inner }) =>
        writing(programOf(words) || "a redirection", redirects) ??
          unsetFolder(innermost(words), variables) ??
          dangerIn(words, place) ??
          firstOf(inner, (script) => dangerInScript(script, place)),
    ) ??
    firstOf(fedScripts(commands), (script) => dangerInScript(script, place));
}

/** The texts that a shell reads as its script: its own here-documents, or those of what is piped into it. */
function fedScripts(commands: readonly ScriptCommand[]): string[] {
  const scripts: string[] = [];
  let passed: readonly string[] = [];
  for (const { words, input, isPiped } of commands) {
    const read = input.length > 0 ? input : passed;
    const [program = ""] = innermost(words);
    const isReading = (isShell(program) || /^(?:su|runuser)$/.test(program)) &&
      scriptsIn(innermost(words)).length === 0;
    if (isReading) scripts.push(...read);
    passed = isPiped && !isReading ? read : [];
  }
  return scripts;
}

/** A shell that runs what was just downloaded: from a pipe, or from a substitution. */
function unseen(commands: readonly ScriptCommand[]): Danger | undefined {
  let source: string | undefined;
  for (const { words, inner, isPiped } of commands) {
    const [program = ""] = innermost(words);
    if (isShell(program) || program === "eval") {
      const given = scriptsIn(words).length > 0;
      const substituted = inner.flatMap(scriptCommands).map(({ words }) =>
        innermost(words)[0] ?? ""
      )
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

/** The program that runs in the end, without its folder, and its arguments. */
function innermost(words: readonly string[]): readonly string[] {
  let current = words;
  for (let depth = 0; depth < MAXIMUM_DEPTH; depth++) {
    const inner = wrapped(current);
    if (inner === undefined || inner.length === 0) break;
    current = inner;
  }
  return current.length === 0 ? [] : [programOf(current), ...current.slice(1)];
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
