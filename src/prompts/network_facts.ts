import type { ContainerDetails, ContainerSummary, NetworkDetails } from "../docker/types.ts";
import { plainName } from "../tools/container_view.ts";
import { fieldsOf, textOf, textsOf } from "../tools/security_values.ts";
import { type LogLines, readLogLines } from "./log_excerpt.ts";
import { type PromptContext, Unseen } from "./material.ts";
import { namesOf, sharedContainer } from "./network_peers.ts";

/** As in the contract. */
const TAIL = 100;

/** Where somebody wants to go, as told by a name, an address, `host:port` or a URL. */
export interface Target {
  /** In small letters; an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number | undefined;
  /** `http`, `postgres` …, where a URL told it. */
  readonly scheme: string | undefined;
}

/** What is known of the networks of a container; undefined is what could not be read. */
export interface NetworkFacts {
  readonly details: ContainerDetails;
  /** Every container there is. */
  readonly rows: readonly ContainerSummary[] | undefined;
  readonly networks: readonly NetworkDetails[] | undefined;
  readonly log: LogLines | undefined;
  /** The container whose network it shares, where it shares one. */
  readonly owner: ContainerDetails | undefined;
  readonly target: Target | undefined;
  /** The container that the target is. */
  readonly other: ContainerDetails | undefined;
  readonly unseen: Unseen;
}

const TARGET =
  /^(?:([a-z][a-z0-9+.-]{0,31}):\/\/)?(?:[^\s/@]{0,256}@)?(\[[0-9a-f:]+\]|[^\s/:?#@]{1,253})(?::(\d{1,5}))?(?:[/?#]\S*)?$/i;
const BARE_IPV6 = /^(?=.*::)[0-9a-f:.]{2,45}$|^(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}$/i;

/** Reads a target; undefined for what is none. */
export function parseTarget(text: string): Target | undefined {
  const plain = text.trim();
  if (BARE_IPV6.test(plain)) {
    return { host: plain.toLowerCase(), port: undefined, scheme: undefined };
  }
  const [, scheme, host, port] = TARGET.exec(plain) ?? [];
  if (host === undefined || Number(port ?? 1) < 1 || Number(port ?? 1) > 65_535) return undefined;
  return {
    host: host.replace(/^\[|\]$/g, "").toLowerCase(),
    port: port === undefined ? undefined : Number(port),
    scheme: scheme?.toLowerCase(),
  };
}

/**
 * Gathers a container's networks, who else is on them, and its log, in four requests; one more for the target where that is a
 * container, and for the container whose network it shares.
 *
 * @throws {DockerError} where the container cannot be inspected, e.g. `not_found`
 */
export async function readNetworkFacts(
  context: PromptContext,
  containerId: string,
  target: Target | undefined,
): Promise<NetworkFacts> {
  const { docker, signal } = context;
  const unseen = new Unseen();
  const details = await docker.containers.inspect(containerId, { signal });
  const id = textOf(details.Id) || containerId;
  const shared = sharedContainer(fieldsOf(details.HostConfig).NetworkMode);
  const inspect = (what: string, id: string) =>
    unseen.attempt(what, docker.containers.inspect(id, { signal }));
  const [rows, networks, log, owner] = await Promise.all([
    unseen.attempt("the other containers", docker.containers.list({ all: true, signal })),
    unseen.attempt("the networks", docker.networks.list({ signal })),
    unseen.attempt(
      "the log",
      readLogLines(context, id, { tail: TAIL, tty: details.Config?.Tty === true }),
    ),
    shared === undefined ? undefined : inspect("the container whose network it shares", shared),
  ]);
  const row = target === undefined ? undefined : findTarget(target, rows ?? []);
  const other = row === undefined || textOf(row.Id) === id
    ? row && details
    : await inspect("the target", textOf(row.Id));
  // Lists tell no aliases before Engine 29: a name that is nowhere else may be one.
  const found = other ??
    (target === undefined ? undefined : await findAlias(context, facts(details, rows), target));
  return { details, rows, networks, log, owner, target, other: found, unseen };
}

interface Neighbourhood {
  readonly details: ContainerDetails;
  readonly rows: readonly ContainerSummary[];
}

function facts(
  details: ContainerDetails,
  rows: readonly ContainerSummary[] | undefined,
): Neighbourhood {
  return { details, rows: rows ?? [] };
}

/** Containers on its networks that are asked for their aliases. */
const MOST_ASKED = 10;

async function findAlias(
  { docker, signal }: PromptContext,
  { details, rows }: Neighbourhood,
  { host }: Target,
): Promise<ContainerDetails | undefined> {
  if (!/^[a-z][\w.-]*$/.test(host) || host === "localhost") return undefined;
  const own = new Set(Object.keys(fieldsOf(details.NetworkSettings?.Networks)));
  const near = rows.filter(({ NetworkSettings, Id }) =>
    Id !== details.Id &&
    Object.keys(fieldsOf(NetworkSettings?.Networks)).some((name) => own.has(name))
  ).slice(0, MOST_ASKED);
  const silent = new Unseen();
  const found = await Promise.all(
    near.map(({ Id }) => silent.attempt("", docker.containers.inspect(textOf(Id), { signal }))),
  );
  return [details, ...found].find((other) =>
    other !== undefined &&
    Object.values(fieldsOf(other.NetworkSettings?.Networks)).flatMap(namesAt).includes(host)
  );
}

/** The names that a network gives a container, in small letters. */
export function namesAt(place: unknown): string[] {
  const { Aliases, DNSNames } = fieldsOf(place);
  return [...new Set([...textsOf(Aliases), ...textsOf(DNSNames)])].map((name) =>
    name.toLowerCase()
  );
}

function findTarget(
  { host }: Target,
  rows: readonly ContainerSummary[],
): ContainerSummary | undefined {
  const isId = /^[0-9a-f]{12,64}$/.test(host);
  return rows.find((row) =>
    namesOf(row).includes(host) || (isId && textOf(row.Id).startsWith(host))
  ) ?? rows.find(({ NetworkSettings }) =>
    Object.values(fieldsOf(NetworkSettings?.Networks)).map(fieldsOf).some((
      { IPAddress, GlobalIPv6Address },
    ) =>
      IPAddress === host || GlobalIPv6Address === host
    )
  );
}

/** How messages call a container. */
export function nameOf({ Name }: ContainerDetails): string {
  return plainName(textOf(Name));
}
