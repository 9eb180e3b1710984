import type { ContainerDetails, ContainerSummary, NetworkDetails } from "../docker/types.ts";
import { containerRow, portTexts, shortId } from "../tools/container_view.ts";
import { fieldsOf, objectsOf, textOf, textsOf } from "../tools/security_values.ts";
import { shownList } from "./material.ts";
import { namesAt } from "./network_facts.ts";

/** Words of a log that speak of the network, as in the contract. */
const NETWORK_WORDS =
  /connection refused|timed? ?out|timeout|no route|unreachable|\bdns\b|resolv|connect|dial (?:tcp|udp)|name or service|bad address|\bE(?:CONN|HOST|NET|ADDR)[A-Z]+\b|\bENOTFOUND\b|\bEAI_AGAIN\b/i;
/** As in the contract. */
const MOST_LOG_LINES = 20;
const MOST_NETWORKS = 10;
const MOST_NEIGHBOURS = 12;

/** Each network of a container: what it is, and the container's own place in it. */
export function placeLines(
  { NetworkSettings }: ContainerDetails,
  networks: readonly NetworkDetails[] | undefined,
): string[] {
  const places = Object.entries(fieldsOf(NetworkSettings?.Networks));
  if (places.length === 0) return ["It is on no network of its own"];
  return places.slice(0, MOST_NETWORKS).flatMap(([name, value]) => {
    const place = fieldsOf(value);
    const network = networkOf(place, name, networks);
    const address = [textOf(place.IPAddress), textOf(place.GlobalIPv6Address)].filter((ip) =>
      ip !== ""
    );
    const names = namesAt(place);
    return [
      `${name}: ${network === undefined ? "its settings could not be read" : networkText(network)}`,
      `${name}: address ${address.join(", ") || "none (it does not run)"}, gateway ${
        textOf(place.Gateway) || "none"
      }, MAC ${textOf(place.MacAddress) || "none"}`,
      `${name}: further names ${names.length > 0 ? shownList(names) : "none"}`,
    ];
  });
}

/** The network that a place belongs to; one that never started knows it by name only. */
export function networkOf(
  { NetworkID }: Readonly<Record<string, unknown>>,
  name: string,
  networks: readonly NetworkDetails[] | undefined,
): NetworkDetails | undefined {
  return networks?.find(({ Id }) => Id === NetworkID) ??
    networks?.find(({ Name }) => Name === name);
}

function networkText(
  { Driver, Scope, Internal, IPAM, Options, EnableIPv6 }: NetworkDetails,
): string {
  const options = fieldsOf(Options);
  const subnets = objectsOf(fieldsOf(IPAM).Config).map(({ Subnet }) => textOf(Subnet));
  const mtu = textOf(options["com.docker.network.driver.mtu"]);
  return [
    `driver ${textOf(Driver)}, scope ${textOf(Scope)}`,
    subnets.length > 0 ? `subnets ${shownList(subnets, 4)}` : "no subnet",
    ...(Internal === true ? ["internal: no way out"] : []),
    ...(EnableIPv6 === true ? ["IPv6 on"] : []),
    ...(mtu === "" ? [] : [`MTU ${mtu}`]),
    ...(isSilent(options) ? ["containers on it cannot reach each other (enable_icc=false)"] : []),
  ].join(", ");
}

/** Whether the options of a bridge keep its containers apart. */
export function isSilent(options: unknown): boolean {
  return fieldsOf(options)["com.docker.network.bridge.enable_icc"] === "false";
}

/** How names are resolved in a container. */
export function resolverLines({ HostConfig, NetworkSettings, Config }: ContainerDetails): string[] {
  const host = fieldsOf(HostConfig);
  const mode = textOf(host.NetworkMode);
  const networks = Object.keys(fieldsOf(NetworkSettings?.Networks));
  const hasNames = networks.some((name) => !["bridge", "host", "none"].includes(name));
  const list = (title: string, value: unknown) =>
    textsOf(value).length > 0 ? [`${title}: ${shownList(textsOf(value))}`] : [];
  const proxies = textsOf(Config?.Env).map((entry) => entry.split("=")[0] ?? "")
    .filter((name) => /^(?:https?|all|no|ftp)_proxy$/i.test(name));
  return [
    mode === "host"
      ? "It uses the host's resolver; names of containers mean nothing to it"
      : hasNames
      ? "Docker's own resolver (127.0.0.11) knows the names and aliases of containers on the same networks; the rest it asks the host's servers"
      : "The default bridge has no names: only addresses, links and extra hosts work, unless it is put on a network of the user's",
    ...list("DNS servers", host.Dns),
    ...list("DNS search", host.DnsSearch),
    ...list("DNS options", host.DnsOptions),
    ...list("Extra hosts", host.ExtraHosts),
    ...list("Links", host.Links),
    ...(proxies.length > 0
      ? [`Proxies are set by ${shownList(proxies)}: programs that heed them go elsewhere first`]
      : []),
  ];
}

/** Ports that a container exposes and publishes. */
export function portLines(
  { Config, NetworkSettings, HostConfig, State }: ContainerDetails,
): string[] {
  const exposed = Object.keys(fieldsOf(Config?.ExposedPorts));
  const live = Object.entries(fieldsOf(NetworkSettings?.Ports));
  const wanted = Object.entries(fieldsOf(fieldsOf(HostConfig).PortBindings));
  const published = (State?.Running === true ? live : wanted).flatMap(([port, bindings]) =>
    objectsOf(bindings).map((binding) => ({ port, ...binding }) as Binding)
  );
  return [
    exposed.length === 0
      ? "Exposes no port; that alone does not keep anyone on its networks out"
      : `Exposes ${shownList(exposed)}`,
    ...published.slice(0, 20).map(({ port, HostIp, HostPort }) =>
      `Publishes ${port} at ${textOf(HostIp) || "all addresses"}:${
        textOf(HostPort) || "a random port"
      } of the host${isLoopback(textOf(HostIp)) ? ", for the host itself only" : ""}`
    ),
    ...(published.length === 0
      ? ["Publishes no port: nobody outside of its networks reaches it"]
      : []),
  ];
}

interface Binding extends Readonly<Record<string, unknown>> {
  readonly port: string;
}

/** Whether an address of the host is reached from the host only. */
export function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}

/** The others on a container's networks, with their addresses, states and ports. */
export function neighbourLines(
  { Id, NetworkSettings }: ContainerDetails,
  rows: readonly ContainerSummary[] | undefined,
): string[] {
  const own = Object.keys(fieldsOf(NetworkSettings?.Networks)).filter((name) =>
    name !== "host" && name !== "none"
  );
  return own.slice(0, MOST_NETWORKS).flatMap((network) => {
    const near = (rows ?? []).filter((row) =>
      row.Id !== Id && Object.hasOwn(fieldsOf(row.NetworkSettings?.Networks), network)
    );
    const shown = near.slice(0, MOST_NEIGHBOURS).map((row) => {
      const { name, status } = containerRow(row);
      const place = fieldsOf(fieldsOf(row.NetworkSettings?.Networks)[network]);
      const ports = portTexts(row.Ports ?? []);
      return `${network}: ${name || shortId(row.Id)} (${status}) ${
        textOf(place.IPAddress) || "without address"
      }${ports.length > 0 ? `, ports ${shownList(ports, 4)}` : ""}`;
    });
    const more = near.length - shown.length;
    return [...shown, ...(more > 0 ? [`${network}: ${more} more containers`] : [])];
  });
}

/** The newest lines of a log that speak of the network. */
export function networkLog(lines: readonly string[]): string[] {
  return lines.filter((line) => NETWORK_WORDS.test(line)).slice(-MOST_LOG_LINES);
}
