import type { ContainerDetails, NetworkDetails } from "../docker/types.ts";
import { fieldsOf, objectsOf, textOf, textsOf } from "../tools/security_values.ts";
import { shownList } from "./material.ts";
import { nameOf, namesAt, type NetworkFacts, type Target } from "./network_facts.ts";
import { sharedContainer } from "./network_peers.ts";
import { isLoopback, isSilent, networkOf } from "./network_lines.ts";

/** Names by which Docker lets containers call the host, where it is told to. */
const HOST_NAMES = ["host.docker.internal", "gateway.docker.internal", "host.containers.internal"];

/** What the Engine knows of the way from a container to a target, from layer 3 to layer 7, one line each. */
export function reachability(facts: NetworkFacts): string[] {
  const { target, other, details } = facts;
  if (target === undefined) return [];
  const mode = textOf(fieldsOf(details.HostConfig).NetworkMode);
  if (details.State?.Running !== true) {
    return ["It does not run, so that it reaches nothing now", ...way(facts, target, mode)];
  }
  if (other?.State !== undefined && other.State?.Running !== true) {
    return [
      `${nameOf(other)} does not run (${textOf(other.State?.Status)}): nothing answers there`,
      ...way(facts, target, mode),
    ];
  }
  return way(facts, target, mode);
}

function way(facts: NetworkFacts, target: Target, mode: string): string[] {
  const { details, other } = facts;
  if (isLoopback(target.host) || target.host === "localhost") return loopbackLines(mode);
  if (HOST_NAMES.includes(target.host)) return hostLines(details, target);
  if (mode === "none") return ["Layer 3: its network mode is none: it reaches nothing but itself"];
  if (other === undefined) return outsideLines(facts, target, mode);
  if (other.Id === details.Id || isSameNamespace(details, other)) {
    return [
      `Layer 3: ${nameOf(other)} is in the same network: it is reached as localhost`,
      ...portLine(other, target),
    ];
  }
  const otherMode = textOf(fieldsOf(other.HostConfig).NetworkMode);
  if (mode === "host") return fromHostLines(other, target);
  if (otherMode === "host") {
    return [
      `Layer 3: ${
        nameOf(other)
      } uses the host's network: it is reached at an address of the host, e.g. the gateway ${
        gatewayOf(details)
      }, unless a firewall forbids it`,
      ...portLine(other, target),
    ];
  }
  if (otherMode === "none") {
    return [`Layer 3: the network mode of ${nameOf(other)} is none: nobody reaches it`];
  }
  return pairLines(facts, other, target);
}

function loopbackLines(mode: string): string[] {
  return [
    mode === "host"
      ? "Layer 3: localhost is the host itself, because it uses the host's network"
      : "Layer 3: localhost is this container itself (or those that share its network), never the host or another container: use the name of the other one",
  ];
}

function hostLines(details: ContainerDetails, { host }: Target): string[] {
  const extra = textsOf(fieldsOf(details.HostConfig).ExtraHosts).find((entry) =>
    entry.toLowerCase().startsWith(host)
  );
  const gateway = gatewayOf(details);
  return [
    extra === undefined
      ? `Layer 3: on Linux "${host}" is known only with --add-host ${host}:host-gateway; Docker Desktop knows it by itself`
      : `Layer 3: "${host}" is given by an extra host: ${extra}`,
    `Layer 4: the program on the host must listen on the gateway's address (${gateway}) or on all, not on 127.0.0.1 only`,
  ];
}

/** A target that is no container that is known. */
function outsideLines(
  { details, networks, rows }: NetworkFacts,
  { host }: Target,
  mode: string,
): string[] {
  const places = Object.entries(fieldsOf(details.NetworkSettings?.Networks));
  const isShut = mode !== "host" && places.length > 0 &&
    places.every(([name, place]) => networkOf(fieldsOf(place), name, networks)?.Internal === true);
  const isWord = /^[a-z][\w-]*$/.test(host);
  const extra = textsOf(fieldsOf(details.HostConfig).ExtraHosts).find((entry) =>
    entry.toLowerCase().startsWith(`${host}:`)
  );
  return [
    rows === undefined
      ? "The containers could not be listed: whether the target is one is not known"
      : `"${host}" is no container by name, service, alias on its networks, address or id`,
    ...(extra === undefined ? [] : [`Layer 3: its extra hosts give the name an address: ${extra}`]),
    ...(isShut
      ? ["Layer 3: all its networks are internal: it reaches nothing outside of them"]
      : []),
    ...(isWord && extra === undefined
      ? [
        "Layer 3: a name of one word is resolved by Docker only for containers on a common network; check the spelling and that it was created",
      ]
      : []),
    "Whether the host's resolver knows the name and a firewall lets the way be: not seen",
  ];
}

/** From the host's own network: any address of a bridge, but no names. */
function fromHostLines(other: ContainerDetails, target: Target): string[] {
  const addresses = Object.values(fieldsOf(other.NetworkSettings?.Networks)).map((place) =>
    textOf(fieldsOf(place).IPAddress)
  ).filter((address) => address !== "");
  return [
    `Layer 3: from the host's network ${nameOf(other)} is reached at ${
      shownList(addresses) || "no address"
    } on Linux, or at its published ports; never by name`,
    ...portLine(other, target),
    ...publishedLines(other, target),
  ];
}

function pairLines(
  { details, networks }: NetworkFacts,
  other: ContainerDetails,
  target: Target,
): string[] {
  const theirs = fieldsOf(other.NetworkSettings?.Networks);
  const common = Object.keys(fieldsOf(details.NetworkSettings?.Networks)).filter((name) =>
    Object.hasOwn(theirs, name)
  );
  if (common.length === 0) {
    return [
      `Layer 3: no common network: it is on ${networkNames(details)}, ${nameOf(other)} on ${
        networkNames(other)
      }; connect one of them (docker network connect)`,
      ...publishedLines(other, target),
    ];
  }
  return [
    ...common.flatMap((name) => commonLines(name, { other, networks, target })),
    ...portLine(other, target),
    ...healthLine(other),
  ];
}

function commonLines(
  name: string,
  { other, networks, target }: {
    readonly other: ContainerDetails;
    readonly networks: readonly NetworkDetails[] | undefined;
    readonly target: Target;
  },
): string[] {
  const place = fieldsOf(fieldsOf(other.NetworkSettings?.Networks)[name]);
  const network = networkOf(place, name, networks);
  const names = [nameOf(other).toLowerCase(), ...namesAt(place)];
  const address = textOf(place.IPAddress) || textOf(place.GlobalIPv6Address);
  const isNamed = name !== "bridge";
  const isAddress = /^[\d.]+$|:/.test(target.host);
  return [
    `Layer 3: both are on ${name}; ${nameOf(other)} has ${address || "no address now"} there`,
    ...(network !== undefined && isSilent(network.Options)
      ? [
        `Layer 3: ${name} keeps its containers apart (enable_icc=false): only links let them through`,
      ]
      : []),
    isAddress
      ? "DNS: an address was asked for; it changes when the container is made anew, a name does not"
      : !isNamed
      ? "DNS: the default bridge resolves no names: use an address, or put both on a network of your own"
      : names.includes(target.host)
      ? `DNS: "${target.host}" is known on ${name}`
      : `DNS: "${target.host}" is not a name there; known are ${shownList([...new Set(names)])}`,
  ];
}

/** Whether the asked port is one that the target exposes; the Engine does not know what listens. */
function portLine(other: ContainerDetails, { port, scheme }: Target): string[] {
  const exposed = Object.keys(fieldsOf(other.Config?.ExposedPorts));
  const known = exposed.length > 0 ? `it exposes ${shownList(exposed)}` : "it exposes none";
  if (port === undefined) return [`Layer 4: no port was named; ${known}`];
  const isExposed = exposed.some((text) => text.split("/")[0] === String(port));
  return [
    isExposed
      ? `Layer 4: ${port} is exposed; whether its program listens on 0.0.0.0 or on 127.0.0.1 only is not seen`
      : `Layer 4: ${port} is not among the ports that it exposes (${known}); that forbids nothing, but a published port of the host is another number`,
    ...(scheme === undefined
      ? []
      : [`Layer 7: ${scheme}: whether the program speaks it, and TLS, is not seen`]),
  ];
}

/** The way by the host, for containers that share no network. */
function publishedLines(other: ContainerDetails, { port }: Target): string[] {
  const published = Object.entries(fieldsOf(other.NetworkSettings?.Ports)).flatMap((
    [inside, bindings],
  ) =>
    objectsOf(bindings).map(({ HostIp, HostPort }) => ({
      inside,
      ip: textOf(HostIp),
      out: textOf(HostPort),
    }))
  );
  const wanted = published.filter(({ inside, out }) =>
    port === undefined || inside.split("/")[0] === String(port) || out === String(port)
  );
  if (wanted.length === 0) {
    return ["Layer 4: no published port of it leads there by the host either"];
  }
  return wanted.slice(0, 5).map(({ inside, ip, out }) =>
    isLoopback(ip)
      ? `Layer 4: ${inside} is published at ${ip}:${out}, which only the host itself reaches, no container`
      : `Layer 4: by the host: its address, port ${out} leads to ${inside}, unless a firewall forbids it`
  );
}

function healthLine(other: ContainerDetails): string[] {
  const status = textOf(other.State?.Health?.Status);
  return status === "" || status === "none"
    ? []
    : [`Layer 7: the health check of ${nameOf(other)} says ${status}`];
}

function isSameNamespace(one: ContainerDetails, other: ContainerDetails): boolean {
  const [first, second] = [one, other].map(({ HostConfig }) =>
    textOf(fieldsOf(HostConfig).NetworkMode)
  );
  if (first === "host" && second === "host") return true;
  const is = (mode: string | undefined, { Id, Name }: ContainerDetails) => {
    const shared = sharedContainer(mode);
    return shared !== undefined && (shared === Id || `/${shared}` === Name);
  };
  const shared = sharedContainer(first);
  return is(first, other) || is(second, one) ||
    (shared !== undefined && shared === sharedContainer(second));
}

function gatewayOf({ NetworkSettings }: ContainerDetails): string {
  const gateways = Object.values(fieldsOf(NetworkSettings?.Networks)).map((place) =>
    textOf(fieldsOf(place).Gateway)
  );
  return gateways.find((gateway) => gateway !== "") ?? "none";
}

function networkNames({ NetworkSettings }: ContainerDetails): string {
  return shownList(Object.keys(fieldsOf(NetworkSettings?.Networks))) || "none";
}
