import { commandLineFlags } from "../config/command_line.ts";
import type { Setting } from "../config/setting.ts";
import { settingEntries } from "../config/settings.ts";

/** What `--help` prints: commands, flags, and the variables that most people need. */
export function helpText(version: string): string {
  const own = Object.entries(commandLineFlags).map(([name, flag]) =>
    row(`--${name}${"value" in flag ? ` ${flag.value}` : ""}`, flag.description)
  );
  const flagged = settingEntries.flatMap((
    [, { flag, description, effect }]: readonly [string, Setting],
  ) => flag === undefined || effect === "later" ? [] : [row(`--${flag} VALUE`, description)]);
  const variables = settingEntries.flatMap(([, { env, description, effect, default: value }]) =>
    effect === "later" ? [] : [row(env, `${description}${shownDefault(value)}`)]
  );
  return `mcp-docker ${version}: Docker for AI assistants over the Model Context Protocol

Usage: mcp-docker [command] [flags]

Commands:
${COMMAND_ROWS.join("")}
Flags:
${[...own, ...flagged].join("")}
Environment variables in force (docs/configuration.md has all of them):
${variables.join("")}`;
}

const COMMAND_ROWS = [
  row("serve", "Serve MCP on stdin and stdout (the default)"),
  row(
    "doctor",
    "Say which Engine is used and why, whether it answers, and where calls are recorded",
  ),
  row("tools", "List the tools and whether this configuration offers them"),
  row("config", "Show the configuration in force; --deno-flags: the narrowest permissions for it"),
  row(
    "audit verify [FILE]",
    "Check the audit log; --expect HASH: it must have the record with this hash",
  ),
  row("help", "Show this help"),
];

function row(name: string, description: string): string {
  return `  ${name.padEnd(44)} ${description}\n`;
}

function shownDefault(value: unknown): string {
  return value === undefined || (Array.isArray(value) && value.length === 0)
    ? ""
    : ` [${String(value)}]`;
}
