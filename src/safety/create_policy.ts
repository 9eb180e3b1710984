import type { CreateProfile } from "../tools/create_profile.ts";
import { RefusedError } from "../tools/refused.ts";
import type { MountPolicy } from "./mount_policy.ts";

/** What a container may be given beyond the ordinary. */
export interface CreatePolicy {
  /** Whether exec may run with all privileges, and containers share the network of the host or another container. */
  readonly allowPrivileged: boolean;
  /** Whether ports of the host below 1024 may be published. @default {false} */
  readonly allowPrivilegedPorts?: boolean;
  /** Host paths that may be mounted. @default {none} */
  readonly mounts?: MountPolicy;
  /** What every new container must be given. @default {nothing} */
  readonly profile?: CreateProfile;
}

/** A JSON object of a body. */
export type Json = Readonly<Record<string, unknown>>;

/**
 * Refuses an object with a field that is not known.
 *
 * @throws {RefusedError} `policy`, naming the field after `where`.
 */
export function onlyKnown(value: Json, known: ReadonlySet<string>, where: string): void {
  const stranger = Object.keys(value).find((field) => !known.has(field));
  if (stranger !== undefined) throw unknown(`${where}.${stranger}`);
}

/**
 * A part of a body that must be an object.
 *
 * @throws {RefusedError} `policy` for anything else.
 */
export function object(value: unknown, where: string): Json {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  throw unknown(where);
}

/** The refusal of a field that no policy has been thought of for. */
export function unknown(field: string): RefusedError {
  return new RefusedError("policy", `Cannot create: ${field} is not covered by the create policy`);
}
