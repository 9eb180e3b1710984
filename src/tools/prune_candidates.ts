import type { Docker } from "../docker/client.ts";
import type { ContainerSummary, VolumeDetails } from "../docker/types.ts";
import { plainName } from "./container_view.ts";
import type { PruneRules } from "./prune_filters.ts";
import type { PlannedObject } from "./tool.ts";

/** What a prune would delete, by kind. */
export interface Candidates {
  readonly containers: PlannedObject[];
  readonly images: PlannedObject[];
  readonly networks: PlannedObject[];
  readonly volumes: PlannedObject[];
}

/** Containers in these states do nothing and can be deleted without force. */
const STOPPED = new Set(["created", "exited", "dead"]);
/** The Engine makes these itself and refuses to delete them. */
const PREDEFINED_NETWORKS = new Set([
  "bridge",
  "host",
  "none",
  "ingress",
  "docker_gwbridge",
  "podman",
]);
const ANONYMOUS_LABEL = "com.docker.volume.anonymous";

interface Search {
  readonly rules: PruneRules;
  readonly volumes: boolean;
  readonly signal: AbortSignal;
}

/**
 * Finds what nothing would use once the stopped containers are gone. More careful than the Engine's own prune: a network or
 * volume that any remaining container names, even a stopped one, stays.
 */
export async function findCandidates(docker: Docker, search: Search): Promise<Candidates> {
  const { rules, signal } = search;
  const all = await docker.containers.list({ all: true, size: true, signal });
  const isCandidate = ({ State, Labels, Created }: ContainerSummary): boolean =>
    STOPPED.has(State ?? "") && rules.matches(Labels, Created ?? undefined);
  const remaining = all.filter((container) => !isCandidate(container));
  return {
    containers: all.filter(isCandidate).map(({ Id, Names, SizeRw }) => ({
      kind: "container",
      id: Id ?? "",
      name: plainName(Names?.[0]),
      size: SizeRw ?? 0,
    })),
    images: await danglingImages(docker, remaining, search),
    networks: await unusedNetworks(docker, remaining, search),
    volumes: search.volumes ? await anonymousVolumes(docker, remaining, search) : [],
  };
}

async function danglingImages(
  docker: Docker,
  remaining: readonly ContainerSummary[],
  { rules, signal }: Search,
): Promise<PlannedObject[]> {
  const used = new Set(remaining.map(({ ImageID }) => ImageID));
  const images = await docker.images.list({ filters: { dangling: ["true"] }, signal });
  return images
    .filter(({ Id, Labels, Created }) =>
      !used.has(Id) && rules.matches(Labels, Created ?? undefined)
    )
    .map(({ Id, Size }) => ({ kind: "image", id: Id ?? "", size: Size ?? 0 }));
}

async function unusedNetworks(
  docker: Docker,
  remaining: readonly ContainerSummary[],
  { rules, signal }: Search,
): Promise<PlannedObject[]> {
  const used = new Set(
    remaining.flatMap(({ NetworkSettings }) =>
      Object.entries(NetworkSettings?.Networks ?? {}).flatMap(([name, at]) => [name, at?.NetworkID])
    ),
  );
  const networks = await docker.networks.list({ signal });
  return networks
    .filter(({ Id, Name, Labels, Created }) =>
      !PREDEFINED_NETWORKS.has(Name ?? "") && !used.has(Id) && !used.has(Name ?? undefined) &&
      rules.matches(Labels, unixSeconds(Created))
    )
    .map(({ Id, Name }) => ({ kind: "network", id: Id ?? "", name: Name ?? "" }));
}

async function anonymousVolumes(
  docker: Docker,
  remaining: readonly ContainerSummary[],
  { rules, signal }: Search,
): Promise<PlannedObject[]> {
  const used = new Set(remaining.flatMap(({ Mounts }) => (Mounts ?? []).map(({ Name }) => Name)));
  const usage = await docker.system.diskUsage({ types: ["volume"], signal });
  const found = await docker.volumes.list({ signal });
  const size = (name: string | null | undefined): number =>
    Math.max(0, usage.Volumes?.find((volume) => volume.Name === name)?.UsageData?.Size ?? 0);
  return found
    .filter((volume) =>
      isAnonymous(volume) && !used.has(volume.Name) && rules.matches(volume.Labels, undefined)
    )
    .map(({ Name }) => ({ kind: "volume", id: Name ?? "", size: size(Name) }));
}

/** Engines before 23 do not label them, but name them with 64 hexadecimal digits, as nobody else does. */
function isAnonymous({ Name, Labels }: VolumeDetails): boolean {
  return Object.hasOwn(Labels ?? {}, ANONYMOUS_LABEL) || /^[0-9a-f]{64}$/.test(Name ?? "");
}

function unixSeconds(time: string | null | undefined): number | undefined {
  const milliseconds = Date.parse(time ?? "");
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}
