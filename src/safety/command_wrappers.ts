/** What stands between a program that runs another and that other. */
interface Wrapper {
  /** Options whose value is the next word. */
  readonly valued: readonly string[];
  /** Words before the command that are no options. */
  readonly skips: number;
}

const WRAPPERS: ReadonlyMap<string, Wrapper> = new Map(
  ([
    ["env", "-u --unset -C --chdir", 0],
    ["sudo", "-u --user -g --group -h --host -p --prompt -C -r -t -T -U -D --chdir", 0],
    ["doas", "-u -C", 0],
    ["gosu", "", 1],
    ["su-exec", "", 1],
    ["chroot", "", 1],
    ["flock", "-w -E", 1],
    ["timeout", "-s --signal -k --kill-after", 1],
    ["nice", "-n --adjustment", 0],
    ["ionice", "-c -n --class --classdata", 0],
    ["stdbuf", "-i -o -e", 0],
    ["xargs", "-I -n -P -L -d -E -s -a --max-args --max-procs --delimiter --arg-file", 0],
    ["exec", "-a", 0],
    ["watch", "-n --interval", 0],
    ...["nohup", "setsid", "time", "command", "builtin", "busybox", "toybox", "tini", "dumb-init"]
      .map((name) => [name, "", 0] as const),
  ] as const).map(([name, valued, skips]) => [name, { valued: valued.split(" "), skips }]),
);

const SHELLS = new Set("sh ash bash dash zsh ksh mksh fish csh tcsh".split(" "));
const ASSIGNMENT = /^[A-Za-z_]\w*=/;

/** The name of a program without its folder. */
export function programOf(words: readonly string[]): string {
  return words[0]?.replace(/^.*\//s, "") ?? "";
}

/** Whether a program runs scripts in the language of the shell. */
export function isShell(program: string): boolean {
  return SHELLS.has(program);
}

/** The command that a program such as `env` or `sudo` runs; undefined where the program is what runs. */
export function wrapped(words: readonly string[]): readonly string[] | undefined {
  const wrapper = WRAPPERS.get(programOf(words));
  if (wrapper === undefined) return undefined;
  let at = 1;
  for (; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--") {
      at++;
      break;
    }
    if (wrapper.valued.includes(word)) at++;
    else if (!word.startsWith("-") && !ASSIGNMENT.test(word)) break;
  }
  return words.slice(at + wrapper.skips);
}

/** The scripts that a command hands to a shell in its arguments. */
export function scriptsIn(words: readonly string[]): string[] {
  const program = programOf(words);
  if (isShell(program)) return shellScript(words);
  if (program === "eval") return [words.slice(1).join(" ")];
  if (program === "su" || program === "runuser") return valuesOf(words, ["-c", "--command"]);
  if (program === "env") return valuesOf(words, ["-S", "--split-string"]);
  if (program === "tar" || program === "bsdtar") return valuesOf(words, ["--to-command"]);
  return [];
}

/** Words of a `find` that leave out none, or hardly any, of what it would find. */
const TAKES_ALL =
  /^-(?:delete|depth|xdev|mount|print0?|exec(?:dir)?|ok(?:dir)?|type|m(?:in|ax)depth)$/;

/** What a `find` does to all that it finds: the commands it runs, with where it starts in the place of `{}`. */
export function commandsOfFind(words: readonly string[]): string[][] {
  const end = words.findIndex((word, at) => at > 0 && /^[-(!]/.test(word));
  const starts = words.slice(1, end < 0 ? words.length : end);
  const commands: string[][] = [];
  let current: string[] | undefined;
  let isNarrowed = false;
  for (const word of words.slice(1 + starts.length)) {
    if (current !== undefined && (word === ";" || word === "+")) current = undefined;
    else if (current !== undefined) current.push(word);
    else if (/^-(?:exec|ok)(?:dir)?$/.test(word)) commands.push(current = []);
    else if (word === "-delete") commands.push(["rm", "-r", "{}"]);
    isNarrowed ||= current === undefined && word.startsWith("-") && !TAKES_ALL.test(word);
  }
  if (isNarrowed) return commands;
  // Once for all places, which says as much: a find inside a find would multiply them.
  return commands.map((command) => {
    const first = command.indexOf("{}");
    return command.flatMap((word, at) => word !== "{}" ? [word] : at === first ? starts : []);
  });
}

/** `-c` may stand among other letters and options; the script is the first word that is no option. */
function shellScript(words: readonly string[]): string[] {
  let isGiven = false;
  for (let at = 1; at < words.length; at++) {
    const word = words[at] ?? "";
    if (!/^[-+]./.test(word)) return isGiven ? [word] : [];
    isGiven ||= /^-[A-Za-z]*c/.test(word);
    if (/^[-+][A-Za-z]*[oO]$/.test(word)) at++; // its value is the name of an option
  }
  return [];
}

function valuesOf(words: readonly string[], options: readonly string[]): string[] {
  return words.flatMap((word, at) => {
    const option = options.find((option) => word === option || word.startsWith(`${option}=`));
    if (option === undefined) return [];
    return [word === option ? words[at + 1] ?? "" : word.slice(option.length + 1)];
  });
}
