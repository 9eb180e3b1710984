import type { z } from "zod";

/** The families of environment variables, each the lower-case form of its prefix. */
export const settingGroups = ["docker", "safety", "security", "mcp"] as const;

/** A family of settings: `"safety"` holds the variables that start with `SAFETY_`. */
export type SettingGroup = typeof settingGroups[number];

interface SettingBase<Value> {
  /** One sentence for the docs and `--help`, without a full stop at its end. */
  readonly description: string;
  /** Text to value; a function, so that nothing is built for a variable nobody set. Its `.describe()` words what is expected. */
  readonly schema: () => z.ZodType<Value, string>;
  /** The value when nothing is set; `undefined` when "not set" means something of its own. */
  readonly default: Value | undefined;
  /** The environment variable, upper case, starting with the group's prefix. */
  readonly env: string;
  /** The command line flag without its dashes. */
  readonly flag?: string;
  readonly group: SettingGroup;
  /** A good value for messages and docs, where the default is not one. */
  readonly example?: string;
  /** The value is never shown, not even when it is wrong. */
  readonly secret?: true;
  /** A path or several: a leading `~/` stands for the home directory. */
  readonly path?: true;
  /** Set but empty is a value; for every other setting it is the same as not set. */
  readonly emptyIsValue?: true;
}

/** One thing an operator may change: what it means, what it may be and where it is read from. */
export type Setting<Value = unknown> =
  & SettingBase<Value>
  & (
    | { readonly effect: "now" }
    /** Accepted and checked, not yet in force; `meanwhile` says what happens instead. */
    | { readonly effect: "later"; readonly meanwhile: string }
  );

/** The value a setting has once the configuration is loaded. */
export type SettingValue<S extends Setting> =
  | z.output<ReturnType<S["schema"]>>
  | (S["default"] extends undefined ? undefined : never);
