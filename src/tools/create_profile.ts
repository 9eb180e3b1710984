import { capability } from "./container_grammar.ts";

/** What every new container is given unasked. */
export interface CreateProfile {
  /** Whether a container starts with an init, without a way to new privileges and with a limit of processes. */
  readonly hardened: boolean;
  /** Capabilities that it loses, without `CAP_`. */
  readonly dropCapabilities: readonly string[];
}

/** Nothing but what was asked for. */
export const COMPATIBLE: CreateProfile = { hardened: false, dropCapabilities: [] };

/** The only security option this server sets. */
export const NO_NEW_PRIVILEGES = "no-new-privileges:true";
/** Processes and threads of a hardened container; an ordinary service has some dozens. */
export const PIDS_LIMIT = 512;
/** Sends forged packets to neighbours; little but `ping` needs it. */
const LEAST_DROPPED = "NET_RAW";

/** The profile that the configuration asks for. */
export function createProfile(
  name: "compat" | "hardened",
  dropCapabilities: readonly string[] = [],
): CreateProfile {
  const hardened = name === "hardened";
  const names = dropCapabilities.map((name) => capability(name) ?? name);
  const dropped = new Set(hardened ? [LEAST_DROPPED, ...names] : names);
  return { hardened, dropCapabilities: [...dropped] };
}

/** The part of `HostConfig` that the profile decides, from what was asked for. */
export function profileFields(
  { hardened, dropCapabilities }: CreateProfile,
  asked: { readonly dropCapabilities: readonly string[]; readonly init: boolean | undefined },
): Record<string, unknown> {
  const dropped = [...new Set([...dropCapabilities, ...asked.dropCapabilities])];
  const init = asked.init ?? (hardened ? true : undefined);
  return {
    ...(dropped.length === 0 ? {} : { CapDrop: dropped }),
    ...(init === undefined ? {} : { Init: init }),
    ...(hardened ? { SecurityOpt: [NO_NEW_PRIVILEGES], PidsLimit: PIDS_LIMIT } : {}),
  };
}
