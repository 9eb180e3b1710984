import type { ContainerSummary, NetworkDetails } from "../docker/types.ts";

/** The Engine makes these itself and refuses to delete them. */
const PREDEFINED_NETWORKS = new Set([
  "bridge",
  "host",
  "none",
  "ingress",
  "docker_gwbridge",
  "podman",
]);

/** A test for networks that nobody would miss: no container names them, even a stopped one, and they are not built in. */
export function isUnused(
  containers: readonly ContainerSummary[],
): (network: NetworkDetails) => boolean {
  // A container that never started knows its networks by name only.
  const used = new Set(
    containers.flatMap(({ NetworkSettings }) =>
      Object.entries(NetworkSettings?.Networks ?? {}).flatMap(([name, at]) => [name, at?.NetworkID])
    ),
  );
  return ({ Id, Name }) =>
    !PREDEFINED_NETWORKS.has(Name ?? "") && !used.has(Id) && !used.has(Name ?? undefined);
}
