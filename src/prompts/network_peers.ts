import type { ContainerDetails, ContainerSummary } from "../docker/types.ts";
import { containerRow } from "../tools/container_view.ts";
import { fieldsOf, textOf, textsOf } from "../tools/security_values.ts";
import { shownList } from "./material.ts";
import { isContainerLike, type NamedHost, namedHosts } from "./named_hosts.ts";

/** Networks without names: containers on them are no neighbours in any sense. */
const NO_NAMES = new Set(["bridge", "host", "none", "podman"]);
/** Label with which Compose tells the name by which the others reach a container. */
export const COMPOSE_SERVICE = "com.docker.compose.service";

/** The networks with names that a container is on, or will be once it starts. */
export function userNetworks(
  { NetworkSettings }: Pick<ContainerDetails, "NetworkSettings">,
): string[] {
  return Object.keys(fieldsOf(NetworkSettings?.Networks)).filter((name) => !NO_NAMES.has(name));
}

/** The container in `container:<name or id>`, as modes of namespaces have it. */
export function sharedContainer(mode: unknown): string | undefined {
  return /^container:(.+)$/.exec(textOf(mode))?.[1];
}

/** The names by which others on its networks reach a container, as far as a list tells: not its aliases. */
export function namesOf(row: ContainerSummary): string[] {
  const names = [containerRow(row).name, textOf(fieldsOf(row.Labels)[COMPOSE_SERVICE])];
  const aliases = Object.values(fieldsOf(row.NetworkSettings?.Networks)).flatMap((place) => {
    const { Aliases, DNSNames } = fieldsOf(place);
    return [...textsOf(Aliases), ...textsOf(DNSNames)];
  });
  return [...new Set([...names, ...aliases])].filter((name) => name !== "").map((name) =>
    name.toLowerCase()
  );
}

/**
 * What a container may be waiting for: neighbours on its networks that are down or ill, those it names first, and hosts that
 * it names and nobody has.
 *
 * @param rows The containers on its networks, itself among them or not.
 */
export function dependencyLines(
  container: ContainerDetails,
  rows: readonly ContainerSummary[],
): string[] {
  const others = rows.filter(({ Id }) => Id !== container.Id);
  const hosts = namedHosts(container.Config?.Env).filter(({ host }) => isContainerLike(host));
  const naming = (row: ContainerSummary): NamedHost[] => {
    const names = namesOf(row);
    return hosts.filter(({ host }) => names.includes(host));
  };
  const down = others.filter(isDown).map((row) => ({ row, by: naming(row) }))
    .toSorted((a, b) => b.by.length - a.by.length)
    .map(({ row, by }) => downLine(row, by));
  const up = others.filter((row) => !isDown(row) && naming(row).length > 0)
    .map((row) => `${containerRow(row).name}, which ${variablesOf(naming(row))} names, is running`);
  return [...down, ...missing(container, { hosts, others }), ...up];
}

function downLine(row: ContainerSummary, by: readonly NamedHost[]): string {
  const { name, status } = containerRow(row);
  const why = status === "running" ? textOf(row.Status) : `${status} (${textOf(row.Status)})`;
  return by.length > 0
    ? `${name}, which ${variablesOf(by)} names, is down: ${why}`
    : `${name} on a common network is down: ${why}`;
}

/** One that works but is ill counts as down. */
function isDown(row: ContainerSummary): boolean {
  const { status, health } = containerRow(row);
  return status !== "running" || health === "unhealthy";
}

function missing(
  { Config, Name }: ContainerDetails,
  { hosts, others }: {
    readonly hosts: readonly NamedHost[];
    readonly others: readonly ContainerSummary[];
  },
): string[] {
  const known = new Set(others.flatMap(namesOf));
  const own = [textOf(Name).replace("/", ""), textOf(Config?.Hostname)];
  const gone = hosts.filter(({ host, isCertain }) =>
    isCertain && !known.has(host) && !own.includes(host)
  );
  return [...Map.groupBy(gone, ({ host }) => host)].map(([host, by]) =>
    `"${host}", which ${
      variablesOf(by)
    } names, is no container on its networks, unless as an alias that lists do not tell`
  );
}

function variablesOf(hosts: readonly NamedHost[]): string {
  return shownList([...new Set(hosts.map(({ variable }) => variable))], 3);
}
