import type { Docker } from "../docker/client.ts";
import type { ContainerSummary, VolumeDetails } from "../docker/types.ts";
import { containerRow } from "./container_view.ts";
import type { KeptObject } from "./prune_deletion.ts";
import type { PruneRules } from "./prune_filters.ts";

/** Which volumes a prune looks at: anonymous ones, or named ones too. */
export interface VolumeSearch {
  readonly rules: PruneRules;
  readonly named: boolean;
  /** Volumes of these containers stay. */
  readonly users: readonly ContainerSummary[];
  readonly signal: AbortSignal;
}

/** Names of the volumes that a prune would delete, and what matches but stays. */
export interface VolumeCandidates {
  readonly volumes: string[];
  readonly kept: KeptObject[];
}

const ANONYMOUS_LABEL = "com.docker.volume.anonymous";

/** Finds volumes to prune with one request. */
export async function findVolumes(
  docker: Docker,
  { rules, named, users, signal }: VolumeSearch,
): Promise<VolumeCandidates> {
  const usedBy = new Map(
    users.flatMap((container) =>
      (container.Mounts ?? []).map(({ Name }) => [Name, containerRow(container).name])
    ),
  );
  const volumes: string[] = [];
  const kept: KeptObject[] = [];
  for (const volume of await docker.volumes.list({ signal })) {
    const { Name = "", Labels } = volume;
    if (!rules.matches(Labels, undefined)) continue;
    const user = usedBy.get(Name);
    if (user !== undefined) kept.push({ id: Name, reason: `used by container ${user}` });
    else if (named || isAnonymous(volume)) volumes.push(Name);
    else kept.push({ id: Name, reason: "has a name" });
  }
  return { volumes, kept };
}

/** Bytes by volume name, as `docker system df` counts them; slow where there is much. */
export async function volumeSizes(
  docker: Docker,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const { Volumes } = await docker.system.diskUsage({ types: ["volume"], signal });
  return new Map(
    (Volumes ?? []).map(({ Name = "", UsageData }) => [Name, Math.max(0, UsageData?.Size ?? 0)]),
  );
}

/** Engines before 23 do not label them, but name them with 64 hexadecimal digits, as nobody else does. */
function isAnonymous({ Name, Labels }: VolumeDetails): boolean {
  return Object.hasOwn(Labels ?? {}, ANONYMOUS_LABEL) || /^[0-9a-f]{64}$/.test(Name ?? "");
}
