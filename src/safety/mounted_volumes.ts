import type { Docker } from "../docker/client.ts";
import { RefusedError } from "../tools/refused.ts";
import { judgeBind, type MountPolicy, NO_MOUNTS } from "./mount_policy.ts";
import { lookUp } from "./target_guard.ts";
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
      const options = volume?.Options ?? {};
      const { Driver = "local" } = volume ?? {};
      if (Driver !== "local" || Object.keys(options).length === 0 || isTmpfs(options)) return;
      const { device = "", type = "", o = "" } = options;
      if (NETWORK_TYPE.test(type) && !BIND.test(o)) return;
      if (type !== "" && type !== "none" && !BIND.test(o)) {
        throw disguised(Source, `a file system of type ${JSON.stringify(type)}`, undefined);
      }
      try {
        await judgeBind({ source: device, target: Target, readOnly: ReadOnly }, mounts);
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        throw disguised(Source, "a path of the host", error);
      }
    }),
  );
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
