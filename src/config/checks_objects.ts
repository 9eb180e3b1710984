import { deniedPath, hostPathMistake } from "../safety/host_paths.ts";
import { isProtectionEntry } from "../safety/protection_policy.ts";
import { registryEntryMistake } from "../safety/registry_policy.ts";
import { nearest } from "../tools/nearest.ts";
import { type Mistake, quoted } from "./mistake.ts";
import type { Config, SettingName } from "./settings.ts";
import { PROMPT_NAMES, RESOURCE_NAMES } from "./settings_objects.ts";
import type { RawValue } from "./sources.ts";

type Given = ReadonlyMap<SettingName, RawValue>;

/** Entries of the lists of paths, registries, objects, prompts and resources that cannot mean what the operator wants. */
export function checkObjectLists(config: Config, given: Given): Mistake[] {
  const mistakes = (
    setting: SettingName,
    entries: readonly string[] | undefined,
    mistakeOf: (entry: string) => string | undefined,
  ): Mistake[] =>
    (entries ?? []).flatMap((entry): Mistake[] => {
      const mistake = mistakeOf(entry);
      if (mistake === undefined) return [];
      const line = `${given.get(setting)?.origin}: ${quoted(entry)} ${mistake}`;
      return [{ code: "bad_value", line }];
    });
  return [
    ...mistakes("volumeMountAllowlist", config.volumeMountAllowlist, rootMistake),
    ...mistakes("volumeMountRwAllowlist", config.volumeMountRwAllowlist, rootMistake),
    ...mistakes("allowedRegistries", config.allowedRegistries, pullMistake),
    ...mistakes("allowedPushRegistries", config.allowedPushRegistries, registryEntryMistake),
    ...mistakes("protected", config.protected, protectionMistake),
    ...mistakes("allowedPrompts", config.allowedPrompts, unknownName("prompt", PROMPT_NAMES)),
    ...mistakes(
      "allowedResources",
      config.allowedResources,
      unknownName("resource", RESOURCE_NAMES),
    ),
  ];
}

function rootMistake(root: string): string | undefined {
  const path = root.replace(/(.)\/+$/, "$1");
  const mistake = hostPathMistake(path);
  if (mistake !== undefined) return mistake;
  const denied = deniedPath(path);
  return denied === undefined
    ? undefined
    : `can never be mounted: ${denied}; list folders that hold nothing else`;
}

function pullMistake(entry: string): string | undefined {
  const mistake = registryEntryMistake(entry);
  return mistake !== undefined && entry.toLowerCase() === "none"
    ? "is not a registry; to allow none, set it to nothing: SAFETY_ALLOWED_REGISTRIES="
    : mistake;
}

function protectionMistake(entry: string): string | undefined {
  return isProtectionEntry(entry)
    ? undefined
    : "is neither a name nor an id; expected one, or label=key or label=key=value";
}

function unknownName(kind: string, known: readonly string[]): (name: string) => string | undefined {
  return (name) => {
    if (known.includes(name)) return undefined;
    const close = nearest(name, known);
    return `is not a ${kind}${close === undefined ? "" : `; did you mean ${close}?`}`;
  };
}
