import type { Docker } from "../docker/client.ts";
import type { ContainerSummary } from "../docker/types.ts";
import { plainName } from "./container_view.ts";
import { findImages } from "./image_candidates.ts";
import { isUnused } from "./network_usage.ts";
import { createdAt, type PlannedObject } from "./plan.ts";
import {
  containerSubject,
  networkSubject,
  type Protection,
  spare,
  sparedObjects,
} from "./protection.ts";
import type { PruneRules } from "./prune_filters.ts";
import { findVolumes, plannedVolume, volumeSizes } from "./volume_candidates.ts";

/** What a prune would delete, by kind. */
export interface Candidates {
  readonly containers: PlannedObject[];
  readonly images: PlannedObject[];
  readonly networks: PlannedObject[];
  readonly volumes: PlannedObject[];
  /** What matches but is protected, one sentence each. */
  readonly spared: string[];
}

const STOPPED = new Set(["created", "exited", "dead"]);

interface Search {
  readonly rules: PruneRules;
  readonly volumes: boolean;
  /** @default {nothing is protected} */
  readonly protection?: Protection | undefined;
  readonly signal: AbortSignal;
}

/**
 * Finds what nothing would use once the stopped containers are gone. More careful than the Engine's own prune: a network or
 * volume that any remaining container names, even a stopped one, stays.
 */
export async function findCandidates(docker: Docker, search: Search): Promise<Candidates> {
  const { rules, protection, signal } = search;
  const all = await docker.containers.list({ all: true, size: true, signal });
  const matching = all.filter((container) =>
    isStopped(container) && rules.matches(container.Labels, container.Created ?? undefined)
  );
  const { free: candidates, spared } = spare(matching, containerSubject, protection);
  const going = new Set(candidates);
  const remaining = all.filter((container) => !going.has(container));
  const dangling = { rules, danglingOnly: true, users: remaining, protection, signal };
  const images = await findImages(docker, dangling);
  const networks = await unusedNetworks(docker, remaining, search);
  const volumes = await anonymousVolumes(docker, remaining, search);
  return {
    containers: candidates.map(({ Id, Names, SizeRw, Created }) => ({
      kind: "container",
      id: Id ?? "",
      name: plainName(Names?.[0]),
      size: SizeRw ?? 0,
      ...createdAt(Created),
    })),
    images: images.images,
    networks: networks.planned,
    volumes: volumes.planned,
    spared: [
      ...spared,
      ...sparedObjects("image", images.spared),
      ...networks.spared,
      ...volumes.spared,
    ],
  };
}

/** Whether a container does nothing and can be deleted without force. */
export function isStopped({ State }: ContainerSummary): boolean {
  return STOPPED.has(State ?? "");
}

async function unusedNetworks(
  docker: Docker,
  remaining: readonly ContainerSummary[],
  { rules, protection, signal }: Search,
): Promise<Part> {
  const unused = isUnused(remaining);
  const matching = (await docker.networks.list({ signal })).filter((network) =>
    unused(network) && rules.matches(network.Labels, unixSeconds(network.Created))
  );
  const { free, spared } = spare(matching, networkSubject, protection);
  const planned = free.map(({ Id = "", Name = "", Created }) => ({
    kind: "network" as const,
    id: Id,
    name: Name,
    ...createdAt(Created),
  }));
  return { planned, spared };
}

interface Part {
  readonly planned: PlannedObject[];
  readonly spared: readonly string[];
}

async function anonymousVolumes(
  docker: Docker,
  remaining: readonly ContainerSummary[],
  { rules, volumes: wanted, protection, signal }: Search,
): Promise<Part> {
  if (!wanted) return { planned: [], spared: [] };
  const search = { rules, named: false, users: remaining, protection, signal };
  const { volumes, spared } = await findVolumes(docker, search);
  const sizes = await volumeSizes(docker, signal);
  const planned = volumes.map((volume) => plannedVolume(volume, sizes));
  return { planned, spared: sparedObjects("volume", spared) };
}

function unixSeconds(time: string | null | undefined): number | undefined {
  const milliseconds = Date.parse(time ?? "");
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}
