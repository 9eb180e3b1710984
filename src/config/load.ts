import { checkFiles, checkTogether, checkToolNames } from "./checks.ts";
import { checkObjectLists } from "./checks_objects.ts";
import { type CommandLine, type Commands, readCommandLine } from "./command_line.ts";
import { ConfigError, type Mistake, quoted } from "./mistake.ts";
import type { Setting } from "./setting.ts";
import { type Config, defaultConfig, type SettingName, settings } from "./settings.ts";
import { expandHome, type RawValue, readSources } from "./sources.ts";

/** What a configuration is loaded from; only `main.ts` knows the real ones. */
export interface LoadSources {
  /** The command line without the program's own name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Reads the file of `--env-file`. */
  readonly readTextFile: (path: string) => Promise<string>;
  /** Tells whether a file a setting names is there; rejects when it is not. */
  readonly stat: (path: string) => Promise<{ readonly isFile: boolean }>;
}

/** What the configuration is checked against. */
export interface LoadOptions {
  /** Every tool name that may stand in an allow or deny list, also those this version does not offer. */
  readonly toolNames: Iterable<string>;
  /** The commands besides `serve`. @default {{}} */
  readonly commands?: Commands;
}

/** A configuration without mistakes. */
export interface LoadedConfig {
  readonly config: Config;
  /** One line each: what is set but has no effect, or is worth a second thought. */
  readonly warnings: readonly string[];
  readonly commandLine: CommandLine;
}

/**
 * Loads the configuration from flags, the environment and `--env-file`, in that order of precedence. A `.env` file in the
 * working directory is never read: a cloned repository must not switch on destructive tools.
 *
 * @throws {ConfigError} with every mistake at once.
 */
export async function loadConfig(
  { args, env, readTextFile, stat }: LoadSources,
  { toolNames, commands = {} }: LoadOptions,
): Promise<LoadedConfig> {
  const commandLine = readCommandLine(args, { commands });
  const raw = await readSources({ commandLine, env, readTextFile });
  const mistakes = [...raw.mistakes];
  const config: Partial<Record<SettingName, unknown>> = {};
  for (const [name, value] of raw.values) {
    const read = readValue(settings[name], value);
    if ("mistake" in read) mistakes.push(read.mistake);
    else config[name] = pathOf(settings[name], read.value, env);
  }
  const complete = { ...defaultConfig, ...config } as Config;
  mistakes.push(...checkToolNames(complete, raw.values, new Set(toolNames)));
  mistakes.push(...checkObjectLists(complete, raw.values));
  mistakes.push(...await checkFiles(complete, raw.values, stat));
  const together = checkTogether(complete, raw.values);
  mistakes.push(...together.mistakes);
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return {
    config: Object.freeze(complete),
    warnings: [...raw.warnings, ...notInForce(raw.values), ...together.warnings],
    commandLine,
  };
}

function readValue(
  setting: Setting,
  { text, origin }: RawValue,
): { value: unknown } | { mistake: Mistake } {
  const schema = setting.schema();
  const result = schema.safeParse(text);
  if (result.success) return { value: result.data };
  const shown = setting.secret ? "the value (not shown)" : quoted(text);
  const problem = result.error.issues[0]?.message ?? "is not valid";
  const example = exampleOf(setting);
  const line = `${origin}: ${shown} ${problem}; expected ${schema.description}` +
    (example === undefined ? "" : `, e.g. ${example}`);
  return { mistake: { code: "bad_value", line } };
}

function exampleOf(setting: Setting): string | undefined {
  if (setting.example !== undefined) return setting.example;
  return typeof setting.default === "number" ? String(setting.default) : undefined;
}

function pathOf(setting: Setting, value: unknown, env: LoadSources["env"]): unknown {
  if (!setting.path) return value;
  if (Array.isArray(value)) return value.map((path: string) => expandHome(path, env));
  return typeof value === "string" ? expandHome(value, env) : value;
}

function notInForce(values: ReadonlyMap<SettingName, RawValue>): string[] {
  return [...values].flatMap(([name, { origin }]) => {
    const setting: Setting = settings[name];
    if (setting.effect === "now") return [];
    return [`${origin} is set but not in force yet in this version: ${setting.meanwhile}`];
  });
}
