import type { Setting, SettingGroup } from "../config/setting.ts";
import { commandLineFlags } from "../config/command_line.ts";
import { settingEntries } from "../config/settings.ts";
import { GENERATED_HEADER, table } from "./markdown.ts";

const GROUP_TITLES: Readonly<Record<SettingGroup, string>> = {
  docker: "The Engine",
  safety: "Safety",
  security: "Security",
  mcp: "The server",
};

/** docs/configuration.md: every setting with its variable, flag, default and meaning. */
export function configurationPage(): string {
  const groups = Object.entries(GROUP_TITLES) as [SettingGroup, string][];
  const flags = Object.entries(commandLineFlags).map(([name, flag]) => [
    `\`--${name}${"value" in flag ? ` ${flag.value}` : ""}\``,
    flag.description,
  ]);
  return `${GENERATED_HEADER}
# Configuration

Settings come from flags, the environment and, on request, a file: \`--env-file PATH\`. A flag goes before the environment, the
environment before the file. A \`.env\` file in the working directory is never read. Lists are written with commas or as a JSON
array. All mistakes are reported together, and the program ends with status 2.

${table(["Flag", "Meaning"], flags)}
${groups.map(([group, title]) => section(group, title)).join("\n")}`;
}

function section(group: SettingGroup, title: string): string {
  const rows = settingEntries.filter(([, setting]) => setting.group === group).map((
    [, setting],
  ) => [
    `\`${setting.env}\`${setting.flag === undefined ? "" : `, \`--${setting.flag}\``}`,
    shownDefault(setting),
    setting.description +
    (setting.effect === "later" ? ` (not in force yet: ${setting.meanwhile})` : ""),
  ]);
  return `## ${title}\n\n${table(["Variable", "Default", "Meaning"], rows)}`;
}

function shownDefault({ default: value }: Setting): string {
  if (value === undefined) return "not set";
  return Array.isArray(value) ? value.join(",") || "empty" : `\`${String(value)}\``;
}
