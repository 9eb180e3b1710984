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

/** What a command takes that others do not; names of flags without dashes. */
export interface CommandShape {
  /** @default {[]} */
  readonly switches?: readonly string[];
  /** Flags with a value. @default {[]} */
  readonly values?: readonly string[];
  /** How many words may follow its name. @default {0} */
  readonly words?: number;
}

/** The commands of the program; a name may have two words. */
export type Commands = Readonly<Record<string, CommandShape>>;

/** What the command line says. */
export interface CommandLine {
  /** `"serve"` when no command is named. */
  readonly command: string;
  /** The words after it. */
  readonly words: readonly string[];
  /** The command's own switches that were given, without dashes. */
  readonly switches: ReadonlySet<string>;
  /** The command's own flags with their values, without dashes. */
  readonly options: ReadonlyMap<string, string>;
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
  const tokens = tokenize(args, commands);
  const positional = tokens.flatMap((token) => token.kind === "positional" ? [token.value] : []);
  const { command, words, mistakes } = readCommand(positional, commands);
  const options = new OptionReader(commands[command] ?? {});
  for (const token of tokens) if (token.kind === "option") options.read(token);
  const { switches, texts } = options;
  const envFile = texts.get("env-file");
  return {
    command,
    words,
    switches,
    options: texts,
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

function tokenize(args: readonly string[], commands: Commands) {
  const own = Object.values(commands).flatMap(({ values = [] }) => values);
  const withValue = [...FLAGS_WITH_VALUE, ...own].map((name) =>
    [name, { type: "string" }] as const
  );
  return parseArgs({
    args: [...args],
    options: { ...Object.fromEntries(withValue), help: { type: "boolean", short: "h" } },
    strict: false, // strict mode throws at the first mistake, and all of them are wanted
    allowPositionals: true,
    tokens: true,
  }).tokens;
}

function readCommand(
  positional: readonly string[],
  commands: Commands,
): Pick<CommandLine, "command" | "words" | "mistakes"> {
  const known = new Set(["serve", ...Object.keys(commands)]);
  const two = positional.slice(0, 2).join(" ");
  const [first = "serve"] = positional;
  const command = known.has(two) ? two : first;
  if (!known.has(command)) {
    const line = `${quoted(command)}: is not a command; ${hint(command, known)}`;
    return { command: "serve", words: [], mistakes: [{ code: "bad_argument", line }] };
  }
  const rest = positional.slice(command.split(" ").length);
  const words = rest.slice(0, commands[command]?.words ?? 0);
  const mistakes = rest.slice(words.length).map((word): Mistake => ({
    code: "bad_argument",
    line: `${quoted(word)}: is one word too many after ${quoted(command)}`,
  }));
  return { command, words, mistakes };
}

class OptionReader {
  readonly switches = new Set<string>();
  readonly texts = new Map<string, string>();
  readonly mistakes: Mistake[] = [];
  readonly #withoutValue: ReadonlySet<string>;
  readonly #withValue: ReadonlySet<string>;

  constructor({ switches = [], values = [] }: CommandShape) {
    this.#withoutValue = new Set([...SWITCHES, ...switches]);
    this.#withValue = new Set([...FLAGS_WITH_VALUE, ...values]);
  }

  read({ rawName, name, value, inlineValue }: OptionToken): void {
    if (this.#withoutValue.has(name)) {
      if (inlineValue) this.#refuse(rawName, "takes no value");
      else this.switches.add(name);
    } else if (!this.#withValue.has(name)) {
      const known = [...this.#withoutValue, ...this.#withValue].map((flag) => `--${flag}`);
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
