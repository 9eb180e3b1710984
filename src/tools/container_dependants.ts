import type { ContainerDetails, ContainerSummary } from "../docker/types.ts";
import { containerRow, shortId } from "./container_view.ts";

/** Volumes without a name of their own are named with 64 hexadecimal digits, as nobody else does. */
const ANONYMOUS = /^[0-9a-f]{64}$/;

/** What removing a container does besides, one sentence each. */
export function containerSideEffects(
  container: ContainerDetails,
  all: readonly ContainerSummary[],
  { volumes }: { readonly volumes: boolean },
): string[] {
  const others = all.filter(({ Id }) => Id !== container.Id);
  return [
    ...runs(container),
    ...others.filter(sharesNetworkOf(container)).map((other) =>
      `Container ${nameOf(other)} loses its network: it shares that of this container`
    ),
    ...(volumes ? anonymousVolumes(container, others) : []).map((name) =>
      `Its anonymous volume ${shortId(name)} goes with all data in it`
    ),
  ];
}

function runs({ State }: ContainerDetails): string[] {
  if (State?.Running !== true) return [];
  return ["The container is running and will be killed"];
}

function sharesNetworkOf({ Id = "" }: ContainerDetails): (other: ContainerSummary) => boolean {
  return ({ HostConfig }) => HostConfig?.NetworkMode === `container:${Id}`;
}

/** The Engine leaves a volume that another container mounts. */
function anonymousVolumes(
  { Mounts }: ContainerDetails,
  others: readonly ContainerSummary[],
): string[] {
  const used = new Set(others.flatMap(({ Mounts }) => (Mounts ?? []).map(({ Name }) => Name)));
  return (Mounts ?? [])
    .flatMap(({ Type, Name = "" }) => Type === "volume" && ANONYMOUS.test(Name) ? [Name] : [])
    .filter((name) => !used.has(name));
}

function nameOf(container: ContainerSummary): string {
  return containerRow(container).name || shortId(container.Id);
}
