import type { Docker } from "../docker/client.ts";
import type { ContainerDetails, MountPoint, VolumeDetails } from "../docker/types.ts";
import { type Protection, volumeSubject } from "../tools/protection.ts";
import { RefusedError } from "../tools/refused.ts";
import type { HostFacts } from "./host_paths.ts";
import { judgeBind, type MountPolicy, NO_MOUNTS } from "./mount_policy.ts";
import { lookUp } from "./object_lookup.ts";
import { mountControl } from "./privileged_target.ts";

/** What judging the volumes of a container takes. */
export interface VolumeSource {
  /** Reads from the Engine past the guard. */
  readonly engine: Docker;
  /** @default {no path of the host may be mounted} */
  readonly mounts?: MountPolicy | undefined;
  /** @default {nothing is protected} */
  readonly protection?: Protection | undefined;
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
  { engine, mounts = NO_MOUNTS, protection, signal }: VolumeSource,
): Promise<void> {
  await Promise.all(
    volumeMounts(body).map(async ({ Source, Target, ReadOnly }) => {
      const volume = await lookUp(() => engine.volumes.inspect(Source, { signal }));
      if (volume === undefined) return;
      if (!ReadOnly) refuseWriting(volume, protection);
      const disguise = disguiseOf(volume);
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

/** A volume of a container that exists, which is something of the host. */
export interface DisguisedVolume extends Disguise {
  readonly name: string;
  readonly writable: boolean;
}

/**
 * The volumes of a container that are something of the host in disguise.
 *
 * Every volume is looked up: one whose name looks as if the Engine had made it may have been made by somebody, with options.
 */
export async function disguisedVolumes(
  { Mounts }: ContainerDetails,
  { engine, signal }: Omit<VolumeSource, "mounts">,
): Promise<DisguisedVolume[]> {
  const volumes = (Array.isArray(Mounts) ? Mounts as MountPoint[] : []).filter((mount) =>
    mount?.Type === "volume" && mount.Name
  );
  const found = await Promise.all(volumes.map(async ({ Name: name = "", RW }) => {
    const volume = await lookUp(() => engine.volumes.inspect(name, { signal }));
    const disguise = volume && disguiseOf(volume);
    return disguise && { ...disguise, name, writable: RW !== false };
  }));
  return found.filter((volume) => volume !== undefined);
}

/** How a container controls its host through such a volume, as the end of "because …"; undefined where it does not. */
export function volumeControl(
  { name, path, what, writable }: DisguisedVolume,
  facts: HostFacts,
): string | undefined {
  return path === undefined
    ? `the options of its volume "${name}" make it ${what}`
    : mountControl({ source: path, writable }, facts);
}

interface Disguise {
  readonly what: string;
  /** Of the host, as the Engine mounts it; undefined where it mounts a whole file system. */
  readonly path: string | undefined;
}

const HOST_PATH = "a path of the host";

/** What a volume really is; undefined for an ordinary one, one in memory, and a share. */
function disguiseOf({ Driver, Options }: VolumeDetails): Disguise | undefined {
  const options = Options ?? {};
  if ((Driver ?? "local") !== "local") return disguiseOfOther(options);
  const { device = "", type = "", o = "" } = options;
  // Without the two nothing is mounted, whatever else is there, such as a limit of its size.
  if (device === "" && type === "") return undefined;
  if (BIND.test(o)) return { what: HOST_PATH, path: device };
  if (NETWORK_TYPE.test(type) || type === "tmpfs") return undefined;
  return type === "" || type === "none"
    ? { what: HOST_PATH, path: device }
    : { what: `a file system of type ${JSON.stringify(type)}`, path: undefined };
}

/** Of a driver whose options nobody here knows, a path may be what it mounts; one to a file of keys or settings is not. */
function disguiseOfOther(options: Readonly<Record<string, unknown>>): Disguise | undefined {
  const [, path] =
    Object.entries(options).find(([name, value]) =>
      typeof value === "string" && value.startsWith("/") && !/file$/i.test(name)
    ) ?? [];
  return typeof path === "string" ? { what: HOST_PATH, path } : undefined;
}

function volumeMounts(body: unknown): VolumeMount[] {
  const { HostConfig } = body as { HostConfig?: { Mounts?: readonly unknown[] | null } };
  return (HostConfig?.Mounts ?? []).flatMap((item) => {
    const { Type, Source, Target, ReadOnly } = item as Readonly<Record<string, unknown>>;
    if (Type !== "volume" || typeof Source !== "string" || Source === "") return [];
    return [{ Source, Target: String(Target), ReadOnly: ReadOnly === true }];
  });
}

/** A container that may write to a volume may empty it, which is as good as its removal. */
function refuseWriting(volume: VolumeDetails, protection: Protection | undefined): void {
  const reason = protection?.reason(volumeSubject(volume));
  if (reason === undefined) return;
  throw new RefusedError(
    "policy",
    `volumes: volume "${volume.Name}" cannot be mounted writable: ${reason}`,
    'Use mode "ro", or another volume; only the operator can change this, outside of this server',
  );
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
