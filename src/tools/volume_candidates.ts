import type { Docker } from "../docker/client.ts";
import type { ContainerSummary, VolumeDetails } from "../docker/types.ts";
import { containerRow } from "./container_view.ts";
import { type KeptObject, throwIfCancelled } from "./prune_deletion.ts";
import { createdAt, type PlannedObject } from "./plan.ts";
import { type Protection, volumeSubject } from "./protection.ts";
import type { PruneRules } from "./prune_filters.ts";

/** Which volumes a prune looks at: anonymous ones, or named ones too. */
export interface VolumeSearch {
  readonly rules: PruneRules;
  readonly named: boolean;
  /** Volumes of these containers stay. */
  readonly users: readonly ContainerSummary[];
  /** @default {nothing is protected} */
  readonly protection?: Protection | undefined;
  readonly signal: AbortSignal;
}

/** The volumes that a prune would delete, and what matches but stays. */
export interface VolumeCandidates {
  readonly volumes: VolumeDetails[];
  readonly kept: KeptObject[];
  /** What would go but is protected. */
  readonly spared: KeptObject[];
}

const ANONYMOUS_LABEL = "com.docker.volume.anonymous";
const SIZE_MILLISECONDS = 2000;

/** Finds volumes to prune with one request. */
export async function findVolumes(
  docker: Docker,
  { rules, named, users, protection, signal }: VolumeSearch,
): Promise<VolumeCandidates> {
  const usedBy = new Map(
    users.flatMap((container) =>
      (container.Mounts ?? []).map(({ Name }) => [Name, containerRow(container).name])
    ),
  );
  const volumes: VolumeDetails[] = [];
  const kept: KeptObject[] = [];
  const spared: KeptObject[] = [];
  for (const volume of await docker.volumes.list({ signal })) {
    const { Name = "", Labels } = volume;
    if (!rules.matches(Labels, undefined)) continue;
    const user = usedBy.get(Name);
    if (user !== undefined) kept.push({ id: Name, reason: `used by container ${user}` });
    else if (!named && !isAnonymous(volume)) kept.push({ id: Name, reason: "has a name" });
    else {
      const reason = protection?.reason(volumeSubject(volume));
      if (reason === undefined) volumes.push(volume);
      else spared.push({ id: Name, reason });
    }
  }
  return { volumes, kept, spared };
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

/** The size of one volume where the Engine tells it within 2 s: it counts the bytes of all of them, and nobody waits long for one figure. */
export async function volumeSizeSoon(
  docker: Docker,
  name: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), SIZE_MILLISECONDS);
  try {
    return (await volumeSizes(docker, AbortSignal.any([signal, late.signal]))).get(name);
  } catch {
    throwIfCancelled(signal);
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** A volume as a plan names it. */
export function plannedVolume(
  { Name = "", CreatedAt }: VolumeDetails,
  sizes: ReadonlyMap<string, number>,
): PlannedObject {
  return { kind: "volume", id: Name, size: sizes.get(Name) ?? 0, ...createdAt(CreatedAt) };
}

/** Engines before 23 do not label them, but name them with 64 hexadecimal digits, as nobody else does. */
function isAnonymous({ Name, Labels }: VolumeDetails): boolean {
  return Object.hasOwn(Labels ?? {}, ANONYMOUS_LABEL) || /^[0-9a-f]{64}$/.test(Name ?? "");
}
