import { isVolumeName } from "../docker/reference.ts";
import { RefusedError } from "../tools/refused.ts";

/** What a container may be given beyond the ordinary. */
export interface CreatePolicy {
  /** Whether exec may run with all privileges. */
  readonly allowPrivileged: boolean;
}

/** A JSON object of a body. */
export type Json = Readonly<Record<string, unknown>>;

/** Fields of the body of `POST /containers/create` that decide nothing about the host. */
const CONTAINER_FIELDS = new Set(["Image", "Cmd", "Env", "ExposedPorts", "Labels", "HostConfig"]);
const HOST_FIELDS = new Set(["AutoRemove", "CpuShares", "Memory", "Mounts", "PortBindings"]);
const MOUNT_FIELDS = new Set(["Type", "Source", "Target", "ReadOnly"]);
const EXEC_FIELDS = new Set([
  "AttachStdin",
  "AttachStdout",
  "AttachStderr",
  "Cmd",
  "Env",
  "Privileged",
  "Tty",
  "User",
  "WorkingDir",
]);

/**
 * Judges the final body of a container create. A field that is not known here is refused, not passed.
 *
 * @throws {RefusedError} `policy`, naming the field or mount.
 */
export function judgeContainer(body: unknown): void {
  const container = object(body, "container");
  onlyKnown(container, CONTAINER_FIELDS, "container");
  const host = object(container.HostConfig ?? {}, "HostConfig");
  onlyKnown(host, HOST_FIELDS, "HostConfig");
  const mounts = host.Mounts ?? [];
  if (!Array.isArray(mounts)) throw unknown("HostConfig.Mounts");
  for (const mount of mounts) judgeMount(object(mount, "Mounts"));
}

/**
 * Judges the final body of an exec create.
 *
 * @throws {RefusedError} `policy` for a privileged exec that is not allowed, or an unknown field.
 */
export function judgeExec(body: unknown, { allowPrivileged }: CreatePolicy): void {
  const exec = object(body, "exec");
  onlyKnown(exec, EXEC_FIELDS, "exec");
  if ((exec.Privileged ?? false) !== false && !allowPrivileged) {
    throw new RefusedError(
      "policy",
      "privileged: Privileged exec is not allowed: it has full control of the host",
      "Run the command without privileged; only the operator can change this, with SAFETY_ALLOW_PRIVILEGED_CONTAINERS=true",
    );
  }
}

function judgeMount(mount: Json): void {
  if (mount.Type === "bind") {
    throw new RefusedError(
      "policy",
      `volumes: host path ${
        JSON.stringify(mount.Source)
      } cannot be mounted: this server mounts named volumes only`,
      'Name a volume instead, e.g. {"data": {"bind": "/data", "mode": "rw"}}',
    );
  }
  if (mount.Type !== "volume") {
    throw unknown(`HostConfig.Mounts type ${JSON.stringify(mount.Type)}`);
  }
  onlyKnown(mount, MOUNT_FIELDS, "HostConfig.Mounts");
  if (typeof mount.Source !== "string" || !isVolumeName(mount.Source)) {
    throw unknown(`HostConfig.Mounts source ${JSON.stringify(mount.Source)}`);
  }
}

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
