import type { Docker } from "../docker/client.ts";
import type { ContainerDetails, MountPoint, VolumeDetails } from "../docker/types.ts";
import { RefusedError } from "../tools/refused.ts";
import type { HostFacts } from "./host_paths.ts";
import { judgeBind, type MountPolicy, NO_MOUNTS } from "./mount_policy.ts";
import { lookUp } from "./object_lookup.ts";
import { mountControl } from "./privileged_target.ts";
import { isTmpfs } from "./volume_policy.ts";

/** What judging the volumes of a container takes. */
export interface VolumeSource {
  /** Reads from the Engine past the guard. */
  readonly engine: Docker;
  /** @default {no path of the host may be mounted} */
  readonly mounts?: MountPolicy | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Shares of other machines; whoever made the volume gave the Engine the way there. */
const NETWORK_TYPE = /^(?:nfs4?|cifs|smb3)$/;
const BIND = /(?:^|,)\s*r?bind\s*(?:,|$)/;

interface VolumeMount {
  readonly Source: string;
  readonly Target: string;
  readonly ReadOnly: boolean;
}

/**
 * Judges the named volumes in the body of a container create, which has passed its own judge: a volume that exists may have
 * been made with options that mount a path or disk of the host, which this server's own volumes cannot have.
 *
 * @throws {RefusedError} `policy`, unless the path is one that may be mounted
 */
export async function judgeMountedVolumes(
  body: unknown,
  { engine, mounts = NO_MOUNTS, signal }: VolumeSource,
): Promise<void> {
  await Promise.all(
    volumeMounts(body).map(async ({ Source, Target, ReadOnly }) => {
      const volume = await lookUp(() => engine.volumes.inspect(Source, { signal }));
      const disguise = volume && disguiseOf(volume);
      if (disguise === undefined) return;
      const { path, what } = disguise;
      if (path === undefined) throw disguised(Source, what, undefined);
      try {
        await judgeBind({ source: path, target: Target, readOnly: ReadOnly }, mounts);
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        throw disguised(Source, what, error);
      }
    }),
  );
}

/**
 * How a container that exists controls its host through its volumes, as the end of "because …"; undefined where it does not.
 *
 * Every volume of the local driver is looked up: one whose name looks as if the Engine had made it may have been made by
 * somebody, with options.
 */
export async function volumeControl(
  { Mounts }: ContainerDetails,
  { engine, facts, signal }: Omit<VolumeSource, "mounts"> & { readonly facts: HostFacts },
): Promise<string | undefined> {
  const volumes = (Array.isArray(Mounts) ? Mounts as MountPoint[] : []).filter((mount) =>
    mount?.Type === "volume" && (mount.Driver ?? "local") === "local" && mount.Name
  );
  const reasons = await Promise.all(volumes.map(async ({ Name = "", RW }) => {
    const volume = await lookUp(() => engine.volumes.inspect(Name, { signal }));
    const disguise = volume && disguiseOf(volume);
    if (disguise === undefined) return undefined;
    const { path, what } = disguise;
    if (path === undefined) return `the options of its volume "${Name}" make it ${what}`;
    return mountControl({ source: path, writable: RW !== false }, facts);
  }));
  return reasons.find((reason) => reason !== undefined);
}

interface Disguise {
  readonly what: string;
  /** Of the host, as the Engine mounts it; undefined where it mounts a whole file system. */
  readonly path: string | undefined;
}

/** What a volume really is; undefined for an ordinary one, one in memory, a share, and those of other drivers. */
function disguiseOf({ Driver, Options }: VolumeDetails): Disguise | undefined {
  const options = Options ?? {};
  const isLocal = (Driver ?? "local") === "local";
  if (!isLocal || Object.keys(options).length === 0 || isTmpfs(options)) return undefined;
  const { device = "", type = "", o = "" } = options;
  if (BIND.test(o)) return { what: "a path of the host", path: device };
  if (NETWORK_TYPE.test(type)) return undefined;
  return type === "" || type === "none"
    ? { what: "a path of the host", path: device }
    : { what: `a file system of type ${JSON.stringify(type)}`, path: undefined };
}

function volumeMounts(body: unknown): VolumeMount[] {
  const { HostConfig } = body as { HostConfig?: { Mounts?: readonly unknown[] | null } };
  return (HostConfig?.Mounts ?? []).flatMap((item) => {
    const { Type, Source, Target, ReadOnly } = item as Readonly<Record<string, unknown>>;
    if (Type !== "volume" || typeof Source !== "string" || Source === "") return [];
    return [{ Source, Target: String(Target), ReadOnly: ReadOnly === true }];
  });
}

function disguised(volume: string, what: string, cause: RefusedError | undefined): RefusedError {
  const because = cause === undefined ? "" : ` (${cause.message.replace(/^volumes: /, "")})`;
  const refusal = new RefusedError(
    "policy",
    `volumes: volume "${volume}" cannot be mounted: its options make it ${what}${because}`,
    cause?.remedy ?? "Create another volume with docker_create_volume and use that",
  );
  refusal.cause = cause;
  return refusal;
}
