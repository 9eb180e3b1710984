import type { Docker } from "../docker/client.ts";
import type { ContainerSummary } from "../docker/types.ts";
import { plainName } from "./container_view.ts";
import { findImages } from "./image_candidates.ts";
import { isUnused } from "./network_usage.ts";
import type { PruneRules } from "./prune_filters.ts";
import type { PlannedObject } from "./tool.ts";
import { findVolumes, volumeSizes } from "./volume_candidates.ts";

/** What a prune would delete, by kind. */
export interface Candidates {
  readonly containers: PlannedObject[];
  readonly images: PlannedObject[];
  readonly networks: PlannedObject[];
  readonly volumes: PlannedObject[];
}

const STOPPED = new Set(["created", "exited", "dead"]);

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
  const isCandidate = (container: ContainerSummary): boolean =>
    isStopped(container) && rules.matches(container.Labels, container.Created ?? undefined);
  const remaining = all.filter((container) => !isCandidate(container));
  const dangling = { rules, danglingOnly: true, users: remaining, signal };
  return {
    containers: all.filter(isCandidate).map(({ Id, Names, SizeRw }) => ({
      kind: "container",
      id: Id ?? "",
      name: plainName(Names?.[0]),
      size: SizeRw ?? 0,
    })),
    images: (await findImages(docker, dangling)).images,
    networks: await unusedNetworks(docker, remaining, search),
    volumes: search.volumes ? await anonymousVolumes(docker, remaining, search) : [],
  };
}

/** Whether a container does nothing and can be deleted without force. */
export function isStopped({ State }: ContainerSummary): boolean {
  return STOPPED.has(State ?? "");
}

async function unusedNetworks(
  docker: Docker,
  remaining: readonly ContainerSummary[],
  { rules, signal }: Search,
): Promise<PlannedObject[]> {
  const unused = isUnused(remaining);
  return (await docker.networks.list({ signal }))
    .filter((network) =>
      unused(network) && rules.matches(network.Labels, unixSeconds(network.Created))
    )
    .map(({ Id, Name }) => ({ kind: "network", id: Id ?? "", name: Name ?? "" }));
}

async function anonymousVolumes(
  docker: Docker,
  remaining: readonly ContainerSummary[],
  { rules, signal }: Search,
): Promise<PlannedObject[]> {
  const search = { rules, named: false, users: remaining, signal };
  const { volumes } = await findVolumes(docker, search);
  const sizes = await volumeSizes(docker, signal);
  return volumes.map((id) => ({ kind: "volume", id, size: sizes.get(id) ?? 0 }));
}

function unixSeconds(time: string | null | undefined): number | undefined {
  const milliseconds = Date.parse(time ?? "");
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}
