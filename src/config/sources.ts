import { nearest } from "../tools/nearest.ts";
import type { CommandLine } from "./command_line.ts";
import { readEnvFile } from "./env_file.ts";
import { fileTrouble, type Mistake } from "./mistake.ts";
import { type SettingGroup, settingGroups } from "./setting.ts";
import { settingEntries, type SettingName } from "./settings.ts";

/** The text of one setting and where it comes from. */
export interface RawValue {
  readonly text: string;
  /** As messages begin: `SAFETY_MAX_LOG_LINES`, `--port`, or `SAFETY_MAX_LOG_LINES (line 3 of prod.env)`. */
  readonly origin: string;
}

/** Everything that was set, before any value is judged. */
export interface RawValues {
  readonly values: ReadonlyMap<SettingName, RawValue>;
  readonly mistakes: readonly Mistake[];
  readonly warnings: readonly string[];
}

/** Where settings come from. */
export interface Sources {
  readonly commandLine: CommandLine;
  readonly env: Readonly<Record<string, string>>;
  readonly readTextFile: (path: string) => Promise<string>;
}

interface Entry extends RawValue {
  readonly name: string;
}

interface Unknown {
  readonly mistakes: Mistake[];
  readonly warnings: string[];
}

/** Python's `safety` scanner reads this one; every other unknown SAFETY_ name is a mistake. */
const FOREIGN_NAMES: ReadonlySet<string> = new Set(["SAFETY_API_KEY"]);

/**
 * Collects the texts of all settings: a flag goes before the environment, the environment before `--env-file`. Names of
 * variables match in any case, the exact spelling first. Empty is the same as not set, except where a setting says otherwise.
 */
export async function readSources({ commandLine, env, readTextFile }: Sources): Promise<RawValues> {
  const unknown: Unknown = { mistakes: [...commandLine.mistakes], warnings: [] };
  const fromFile = await readFileEntries(commandLine.envFile, { env, readTextFile, unknown });
  const fromEnv = Object.entries(env).map(([name, text]) => ({ name, text, origin: name }));
  const layers = [byName(fromEnv), byName(fromFile)];
  for (const entry of layers[0]?.values() ?? []) judgeEnvironment(entry, unknown);
  for (const entry of layers[1]?.values() ?? []) judgeFile(entry, unknown);
  const values = new Map<SettingName, RawValue>();
  for (const [name, setting] of settingEntries) {
    const flagText = commandLine.values.get(name);
    const flag = flagText === undefined ? [] : [{ text: flagText, origin: `--${setting.flag}` }];
    const candidates = [...flag, ...layers.flatMap((layer) => layer.get(setting.env) ?? [])];
    const found = candidates.find(({ text }) => setting.emptyIsValue || text.trim() !== "");
    if (found !== undefined) values.set(name, found);
  }
  if (commandLine.readOnly) {
    const off = { text: "false", origin: "--read-only" };
    values.set("allowModerateOperations", off).set("allowDestructiveOperations", off);
  }
  return { values, ...unknown };
}

/** A leading `~/` stands for the home directory, where there is one. */
export function expandHome(path: string, env: Readonly<Record<string, string>>): string {
  const home = env.HOME || env.USERPROFILE;
  return home !== undefined && /^~[/\\]/.test(path) ? `${home}${path.slice(1)}` : path;
}

async function readFileEntries(
  path: string | undefined,
  { env, readTextFile, unknown }: Pick<Sources, "env" | "readTextFile"> & { unknown: Unknown },
): Promise<Entry[]> {
  if (path === undefined) return [];
  const file = expandHome(path, env);
  try {
    const { entries, badLines } = readEnvFile(await readTextFile(file));
    for (const line of badLines) {
      const text = `--env-file: line ${line} of ${path} is not NAME=value`;
      unknown.mistakes.push({ code: "bad_file", line: text });
    }
    return entries.map(({ name, text, line }) => ({
      name,
      text,
      origin: `${name} (line ${line} of ${path})`,
    }));
  } catch (error) {
    unknown.mistakes.push({ code: "bad_file", line: `--env-file: ${fileTrouble(file, error)}` });
    return [];
  }
}

/** The last entry of a name wins, but an upper-case one goes before the same name in another case. */
function byName(entries: readonly Entry[]): Map<string, Entry> {
  const found = new Map<string, Entry>();
  for (const entry of entries) {
    const key = entry.name.toUpperCase();
    if (found.get(key)?.name !== key || entry.name === key) found.set(key, entry);
  }
  return found;
}

const KNOWN_NAMES: ReadonlySet<string> = new Set(settingEntries.map(([, { env }]) => env));

/** A name that is not a setting, the family it belongs to, and the setting it was probably meant to be. */
function unknownName(name: string): { family: SettingGroup; meant?: string } | undefined {
  const key = name.toUpperCase();
  if (!key.includes("_") || KNOWN_NAMES.has(key) || FOREIGN_NAMES.has(key)) return undefined;
  const prefix = key.slice(0, key.indexOf("_"));
  const spelled = settingGroups.find((group) => group.toUpperCase() === prefix);
  // Only the long names of our own: DOCKER and MCP belong to others too, and three letters resemble anything.
  const misspelt = nearest(prefix, ["SAFETY", "SECURITY"])?.toLowerCase();
  const family = spelled ?? settingGroups.find((group) => group === misspelt);
  if (family === undefined) return undefined;
  const meant = nearestIn(family, key.slice(prefix.length + 1));
  if (spelled === undefined && meant === undefined) return undefined;
  return { family, ...(meant === undefined ? {} : { meant }) };
}

/** Compares without the prefix, which would make every name of a family resemble every other. */
function nearestIn(family: SettingGroup, rest: string): string | undefined {
  const prefix = `${family.toUpperCase()}_`;
  const rests = [...KNOWN_NAMES].filter((known) => known.startsWith(prefix))
    .map((known) => known.slice(prefix.length));
  const close = nearest(rest, rests);
  return close === undefined ? undefined : `${prefix}${close}`;
}

/** A misspelt SAFETY_ variable would leave open what it should close; the other families only deserve a word. */
function judgeEnvironment({ name, origin }: Entry, { mistakes, warnings }: Unknown): void {
  const unknown = unknownName(name);
  if (unknown === undefined) return;
  const { family, meant } = unknown;
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  if (family === "safety") {
    mistakes.push({ code: "unknown_name", line: `${origin}: is not a setting${hint}` });
  } else if (family === "security" || meant !== undefined) {
    warnings.push(`${origin} is not a setting and has no effect${hint}`);
  }
}

/** The file was written for this program, so every name with one of our prefixes is meant for it. */
function judgeFile({ name, origin }: Entry, { mistakes }: Unknown): void {
  const unknown = unknownName(name);
  if (unknown === undefined) return;
  const hint = unknown.meant === undefined ? "" : `; did you mean ${unknown.meant}?`;
  mistakes.push({ code: "unknown_name", line: `${origin}: is not a setting${hint}` });
}
