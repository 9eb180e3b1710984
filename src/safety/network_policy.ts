import { isContainerLookup, isNetworkName } from "../docker/reference.ts";
import { poolMistake } from "../tools/ipam.ts";
import { RefusedError } from "../tools/refused.ts";
import { isPrivate, parseAddress, parseSubnet } from "../tools/subnet.ts";
import { type CreatePolicy, type Json, object, onlyKnown, unknown } from "./create_policy.ts";

const NETWORK_FIELDS = new Set([
  "Name",
  "CheckDuplicate",
  "Driver",
  "Internal",
  "Attachable",
  "EnableIPv6",
  "IPAM",
  "Options",
  "Labels",
]);
const IPAM_FIELDS = new Set(["Config"]);
const POOL_FIELDS = new Set(["Subnet", "Gateway", "IPRange"]);
/**
 * Options that decide nothing outside of the network. Others take over an interface of the host ("bridge.name" re-addresses
 * one that exists, "parent" joins its LAN) or open every port of the containers ("gateway_mode").
 */
const HARMLESS_OPTIONS = new Set([
  "com.docker.network.bridge.enable_icc",
  "com.docker.network.bridge.enable_ip_masquerade",
  "com.docker.network.bridge.host_binding_ipv4",
  "com.docker.network.bridge.inhibit_ipv4",
  "com.docker.network.container_iface_prefix",
  "com.docker.network.driver.mtu",
  "encrypted",
  "ipvlan_flag",
  "ipvlan_mode",
  "macvlan_mode",
]);

const CONNECT_FIELDS = new Set(["Container", "EndpointConfig"]);
const ENDPOINT_FIELDS = new Set(["Aliases", "Links", "IPAMConfig"]);
const ADDRESS_FIELDS = new Set(["IPv4Address", "IPv6Address"]);
const DISCONNECT_FIELDS = new Set(["Container", "Force"]);

/**
 * Judges the final body of a network create.
 *
 * @throws {RefusedError} `policy` for an option that reaches the host and is not allowed, or an unknown field.
 */
export function judgeNetwork(body: unknown, { allowPrivileged }: CreatePolicy): void {
  const network = object(body, "network");
  onlyKnown(network, NETWORK_FIELDS, "network");
  const { Name, Driver } = network;
  if (typeof Name !== "string" || !isNetworkName(Name)) throw unknown("network.Name");
  if (Driver === "host" || Driver === "null") throw takesHost(Driver);
  judgePools(object(network.IPAM ?? {}, "network.IPAM"), allowPrivileged);
  const options = Object.keys(object(network.Options ?? {}, "network.Options"));
  const reaching = options.find((option) => !HARMLESS_OPTIONS.has(option));
  if (reaching !== undefined && !allowPrivileged) {
    throw new RefusedError(
      "policy",
      `options: ${
        JSON.stringify(reaching.slice(0, 64))
      } is not allowed: it may reach a network interface of the host`,
      "Leave it out; only the operator can change this, with SAFETY_ALLOW_PRIVILEGED_CONTAINERS=true",
    );
  }
}

/** The Engine refuses them too, as long as its own networks of these drivers are there. */
function takesHost(driver: string): RefusedError {
  return new RefusedError(
    "policy",
    `driver: "${driver}" is not allowed: it makes no network of its own`,
    'Use "bridge", or another driver that docker_system_info names',
  );
}

/**
 * Judges the final body of a connect.
 *
 * @throws {RefusedError} `policy` for an unknown field, or what is no name or address.
 */
export function judgeConnect(body: unknown): void {
  const connect = object(body, "connect");
  onlyKnown(connect, CONNECT_FIELDS, "connect");
  judgeContainerName(connect);
  const endpoint = object(connect.EndpointConfig ?? {}, "EndpointConfig");
  onlyKnown(endpoint, ENDPOINT_FIELDS, "EndpointConfig");
  const addresses = object(endpoint.IPAMConfig ?? {}, "IPAMConfig");
  onlyKnown(addresses, ADDRESS_FIELDS, "IPAMConfig");
  for (const address of Object.values(addresses)) {
    if (typeof address !== "string" || !parseAddress(address)) throw unknown("IPAMConfig address");
  }
}

/**
 * Judges the final body of a disconnect.
 *
 * @throws {RefusedError} `policy` for an unknown field, or what is no name.
 */
export function judgeDisconnect(body: unknown): void {
  const disconnect = object(body, "disconnect");
  onlyKnown(disconnect, DISCONNECT_FIELDS, "disconnect");
  judgeContainerName(disconnect);
}

function judgeContainerName({ Container }: Json): void {
  if (typeof Container !== "string" || !isContainerLookup(Container)) throw unknown("Container");
}

function judgePools(ipam: Json, allowPrivileged: boolean): void {
  onlyKnown(ipam, IPAM_FIELDS, "network.IPAM");
  const pools = ipam.Config ?? [];
  if (!Array.isArray(pools)) throw unknown("network.IPAM.Config");
  for (const item of pools) {
    const pool = object(item, "network.IPAM.Config");
    onlyKnown(pool, POOL_FIELDS, "network.IPAM.Config");
    const { Subnet, ...others } = pool;
    const isText = Object.values(others).every((value) => typeof value === "string");
    if (typeof Subnet !== "string" || !isText || poolMistake({ Subnet, ...others }) !== undefined) {
      throw unknown("network.IPAM.Config");
    }
    const subnet = parseSubnet(Subnet);
    if (!allowPrivileged && !(subnet && isPrivate(subnet))) throw takesAddresses(Subnet);
  }
}

function takesAddresses(subnet: string): RefusedError {
  return new RefusedError(
    "policy",
    `ipam: ${subnet} is not allowed: it takes public addresses, or those where a cloud keeps credentials`,
    "Use a private range, e.g. 10.20.0.0/24 or fd00:20::/64; " +
      "only the operator can change this, with SAFETY_ALLOW_PRIVILEGED_CONTAINERS=true",
  );
}
