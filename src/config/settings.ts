import type { Setting, SettingValue } from "./setting.ts";
import { createSettings } from "./settings_create.ts";
import { dockerSettings } from "./settings_docker.ts";
import { mcpSettings } from "./settings_mcp.ts";
import { objectSettings } from "./settings_objects.ts";
import { safetySettings } from "./settings_safety.ts";
import { securitySettings } from "./settings_security.ts";

/** Every setting, once, in the order the docs list them. */
export const settings = {
  ...dockerSettings,
  ...safetySettings,
  ...objectSettings,
  ...createSettings,
  ...securitySettings,
  ...mcpSettings,
} as const satisfies Record<string, Setting>;

/** The name of a setting in `Config`. */
export type SettingName = keyof typeof settings;

/** The configuration: every setting with its value, checked and frozen. */
export type Config = {
  readonly [Name in SettingName]: SettingValue<(typeof settings)[Name]>;
};

/** Every setting with its name, in the order of the table. */
export const settingEntries: readonly (readonly [SettingName, Setting])[] = Object.entries(
  settings,
) as [SettingName, Setting][];

/** The configuration when nothing is set. */
export const defaultConfig: Config = Object.freeze(
  Object.fromEntries(settingEntries.map(([name, setting]) => [name, setting.default])),
) as Config;
