import { parseArgs } from "node:util";
import { nearest } from "../tools/nearest.ts";
import { type Mistake, quoted } from "./mistake.ts";
import { settingEntries, type SettingName } from "./settings.ts";

/** A flag that belongs to no single setting. */
export interface CommandLineFlag {
  /** One sentence for `--help`, without a full stop. */
  readonly description: string;
  /** What to call its value in `--help`; a flag without one is a switch. */
  readonly value?: string;
}

/** The flags that every command takes besides those of the settings; names without dashes. */
export const commandLineFlags = {
  "env-file": {
    description: "Read environment variables from a file; the real environment goes before it",
    value: "PATH",
  },
  "read-only": {
    description: "Offer only tools that change nothing, whatever the environment says",
  },
  help: { description: "Show this help" },
  version: { description: "Show the version" },
} as const satisfies Record<string, CommandLineFlag>;

/** The commands of the program, each with the switches that only it takes, without dashes. */
export type Commands = Readonly<Record<string, readonly string[]>>;

/** What the command line says. */
export interface CommandLine {
  /** `"serve"` when no command is named. */
  readonly command: string;
  /** The command's own switches that were given, without dashes. */
  readonly switches: ReadonlySet<string>;
  readonly help: boolean;
  readonly version: boolean;
  readonly readOnly: boolean;
  readonly envFile?: string;
  /** The texts of flags that belong to a setting. */
  readonly values: ReadonlyMap<SettingName, string>;
  /** What was not understood; `loadConfig` reports it together with everything else. */
  readonly mistakes: readonly Mistake[];
}

const SETTING_FLAGS: ReadonlyMap<string, SettingName> = new Map(
  settingEntries.flatMap(([name, { flag }]) => flag === undefined ? [] : [[flag, name] as const]),
);
const OWN_FLAGS: readonly (readonly [string, CommandLineFlag])[] = Object.entries(commandLineFlags);
const FLAGS_WITH_VALUE: ReadonlySet<string> = new Set([
  ...OWN_FLAGS.flatMap(([name, { value }]) => value === undefined ? [] : [name]),
  ...SETTING_FLAGS.keys(),
]);
const SWITCHES = OWN_FLAGS.flatMap(([name, { value }]) => value === undefined ? [name] : []);

/** Reads the command line without judging the values of settings, and never throws: `--help` works whatever else is wrong. */
export function readCommandLine(
  args: readonly string[],
  { commands = {} }: { readonly commands?: Commands } = {},
): CommandLine {
  const tokens = tokenize(args);
  const words = tokens.flatMap((token) => token.kind === "positional" ? [token.value] : []);
  const { command, mistakes } = readCommand(words, commands);
  const options = new OptionReader(commands[command] ?? []);
  for (const token of tokens) if (token.kind === "option") options.read(token);
  const { switches, texts } = options;
  const envFile = texts.get("env-file");
  return {
    command,
    switches,
    help: switches.has("help"),
    version: switches.has("version"),
    readOnly: switches.has("read-only"),
    ...(envFile === undefined ? {} : { envFile }),
    values: new Map([...SETTING_FLAGS].flatMap(([flag, name]) => {
      const text = texts.get(flag);
      return text === undefined ? [] : [[name, text] as const];
    })),
    mistakes: [...mistakes, ...options.mistakes],
  };
}

interface OptionToken {
  readonly rawName: string;
  readonly name: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function tokenize(args: readonly string[]) {
  const withValue = [...FLAGS_WITH_VALUE].map((name) => [name, { type: "string" }] as const);
  return parseArgs({
    args: [...args],
    options: { ...Object.fromEntries(withValue), help: { type: "boolean", short: "h" } },
    strict: false, // strict mode throws at the first mistake, and all of them are wanted
    allowPositionals: true,
    tokens: true,
  }).tokens;
}

function readCommand(
  words: readonly string[],
  commands: Commands,
): { command: string; mistakes: Mistake[] } {
  const [command = "serve", ...surplus] = words;
  const known = new Set(["serve", ...Object.keys(commands)]);
  if (!known.has(command)) {
    const line = `${quoted(command)}: is not a command; ${hint(command, known)}`;
    return { command: "serve", mistakes: [{ code: "bad_argument", line }] };
  }
  const mistakes = surplus.map((word): Mistake => ({
    code: "bad_argument",
    line: `${quoted(word)}: is one word too many after ${quoted(command)}`,
  }));
  return { command, mistakes };
}

class OptionReader {
  readonly switches = new Set<string>();
  readonly texts = new Map<string, string>();
  readonly mistakes: Mistake[] = [];
  readonly #withoutValue: ReadonlySet<string>;

  constructor(own: readonly string[]) {
    this.#withoutValue = new Set([...SWITCHES, ...own]);
  }

  read({ rawName, name, value, inlineValue }: OptionToken): void {
    if (this.#withoutValue.has(name)) {
      if (inlineValue) this.#refuse(rawName, "takes no value");
      else this.switches.add(name);
    } else if (!FLAGS_WITH_VALUE.has(name)) {
      const known = [...this.#withoutValue, ...FLAGS_WITH_VALUE].map((flag) => `--${flag}`);
      this.#refuse(rawName, `is not a flag; ${hint(rawName, known)}`);
    } else if (value === undefined || (!inlineValue && value.startsWith("-"))) {
      this.#refuse(rawName, "needs a value");
    } else {
      this.texts.set(name, value);
    }
  }

  #refuse(rawName: string, reason: string): void {
    this.mistakes.push({ code: "bad_argument", line: `${rawName}: ${reason}` });
  }
}

function hint(name: string, known: Iterable<string>): string {
  const close = nearest(name, known);
  return close === undefined ? `expected ${[...known].join(", ")}` : `did you mean ${close}?`;
}
