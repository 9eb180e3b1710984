import type { ContainerFacts } from "./security_subjects.ts";
import { textsOf } from "./security_values.ts";

/** As Go's strconv.ParseBool reads it, which decides in the Engine. */
const TRUE = new Set(["1", "t", "T", "true", "TRUE", "True"]);

/**
 * The value of one of a container's security options, `""` for one without a value; undefined where it is not given.
 *
 * The Engine takes `name=value` and, from older times, `name:value`; the last one counts.
 */
export function securityOption({ host }: ContainerFacts, name: string): string | undefined {
  let found: string | undefined;
  for (const option of textsOf(host.SecurityOpt)) {
    const [, key, value = ""] = /^([^=:]*)(?:[=:]([^]*))?$/.exec(option) ?? [];
    if (key === name) found = value;
  }
  return found;
}

/** Whether a container says `no-new-privileges`: yes, no, or nothing, in which case the daemon decides. */
export function noNewPrivileges(container: ContainerFacts): boolean | undefined {
  const value = securityOption(container, "no-new-privileges");
  if (value === undefined) return undefined;
  return value === "" || TRUE.has(value);
}

/** Which seccomp profile a container asks for; a privileged one gets none, whatever it asks for. */
export function seccompOf(container: ContainerFacts): "default" | "unconfined" | "custom" {
  const value = securityOption(container, "seccomp");
  if (value === "unconfined") return "unconfined";
  // "builtin" asks for the Engine's own profile where the daemon was given another one.
  return value === undefined || value === "builtin" ? "default" : "custom";
}

/** Capabilities without `CAP_`, in capital letters. */
export function capabilities(names: unknown): string[] {
  return textsOf(names).map((name) => name.toUpperCase().replace(/^CAP_/, ""));
}
