import { type Attack, character, type Control, type Family } from "../attack_case.ts";

function create(input: Readonly<Record<string, unknown>>) {
  return { tool: "docker_create_network", input: { name: "shop_net", ...input } };
}

function pool(Subnet: string, more: Readonly<Record<string, string>> = {}) {
  return create({ ipam: { Config: [{ Subnet, ...more }] } });
}

const SUBNETS: readonly (readonly [what: string, subnet: string])[] = [
  ["every address", "0.0.0.0/0"],
  ["half of all addresses", "128.0.0.0/1"],
  ["a range larger than /8", "10.0.0.0/7"],
  ["loopback", "127.0.0.0/8"],
  ["a part of loopback", "127.0.0.0/24"],
  ["link-local, where clouds answer", "169.254.0.0/16"],
  ["the metadata address", "169.254.169.248/29"],
  ["this host", "0.0.0.0/8"],
  ["multicast", "224.0.0.0/24"],
  ["reserved addresses", "240.0.0.0/24"],
  ["a range too small", "10.1.2.0/30"],
  ["one address", "10.1.2.3/32"],
  ["an address with bits of a host", "10.1.2.3/24"],
  ["octal numbers", "010.1.2.0/24"],
  ["a hexadecimal number", "0x0a.1.2.0/24"],
  ["one number", "167772160/24"],
  ["two numbers", "10.1/16"],
  ["fullwidth digits", `1${character(0xff10)}.1.2.0/24`],
  ["a blank", "10.1.2.0/24 "],
  ["no prefix", "10.1.2.0"],
  ["a negative prefix", "10.1.2.0/-1"],
  ["a prefix with zeros", "10.1.2.0/024"],
  ["a mask", "10.1.2.0/255.255.255.0"],
  ["all of IPv6", "::/0"],
  ["IPv6 loopback", "::1/128"],
  ["IPv6 link-local", "fe80::/64"],
  ["IPv6 multicast", "ff00::/16"],
  ["IPv4 in IPv6", "::ffff:127.0.0.0/104"],
  ["IPv6 with a zone", "fd00::%eth0/64"],
  ["a name", "localhost/24"],
  ["public addresses", "6.6.6.0/24"],
  ["public resolvers", "8.8.8.0/24"],
  ["Azure's metadata", "168.63.129.0/24"],
  ["Alibaba's metadata", "100.100.100.0/24"],
  ["a range around Alibaba's metadata", "100.96.0.0/11"],
  ["Amazon's metadata", "fd00:ec2::/64"],
  ["public IPv6 addresses", "2001:4860::/32"],
];

const OPTIONS: readonly (readonly [string, string])[] = [
  ["com.docker.network.bridge.name", "docker0"],
  ["com.docker.network.bridge.name", "eth0"],
  ["parent", "eth0"],
  ["com.docker.network.bridge.gateway_mode_ipv4", "nat-unprotected"],
  ["com.docker.network.bridge.gateway_mode_ipv6", "routed"],
  ["com.docker.network.driver.overlay.vxlanid_list", "1"],
  ["com.docker.network.bridge.trusted_host_interfaces", "eth0"],
  ["Com.Docker.Network.Bridge.Name", "docker0"],
  ["com.docker.network.host_ipv4", "192.0.2.1"],
];

const ID_NAMES = ["host", "none", "bridge", "default", "ingress", "docker_gwbridge"];

/** T4, T19: a network must not reach the host's interfaces nor take addresses of others. */
export const networks: Family = {
  code: "NET",
  title: "the host's network through networks",
  attacks: [
    ...SUBNETS.map(([what, subnet]): Attack => ({
      name: `create with the subnet of ${what}`,
      call: pool(subnet),
      stopped: { refused: /ipam/ },
    })),
    ...OPTIONS.map(([option, value]): Attack => ({
      name: `create with ${option}=${value}`,
      call: create({ options: { [option]: value } }),
      stopped: { refused: /options/ },
    })),
    ...ID_NAMES.map((name): Attack => ({
      name: `create of a network named ${name}`,
      call: create({ name }),
      stopped: { refused: /name/ },
    })),
    {
      name: "a gateway outside of the subnet",
      call: pool("10.1.2.0/24", { Gateway: "10.1.3.1" }),
      stopped: { refused: /ipam/ },
    },
    {
      name: "a range outside of the subnet",
      call: pool("10.1.2.0/24", { IPRange: "10.1.0.0/16" }),
      stopped: { refused: /ipam/ },
    },
    {
      name: "an auxiliary address",
      call: create({
        ipam: { Config: [{ Subnet: "10.1.2.0/24", AuxiliaryAddresses: { a: "10.1.2.9" } }] },
      }),
      stopped: { refused: /ipam/ },
    },
    {
      name: "an address management of a plugin",
      call: create({ ipam: { Driver: "evil", Config: [] } }),
      stopped: { refused: /ipam/ },
    },
    {
      name: "the network's scope",
      call: create({ scope: "swarm" }),
      stopped: { refused: /scope: is not an argument/ },
    },
    {
      name: "an ingress network",
      call: create({ Ingress: true }),
      stopped: { refused: /Ingress: is not an argument/ },
    },
    {
      name: "a configuration of another network",
      call: create({ config_from: { Network: "host" } }),
      stopped: { refused: /config_from: is not an argument/ },
    },
    {
      name: "a connect with an address that is none",
      call: {
        tool: "docker_connect_container",
        input: { network_id: "shop", container_id: "web", ipv4_address: "10.1.2.3; id" },
      },
      stopped: { refused: /ipv4_address/ },
    },
    {
      name: "a connect with an IPv6 address with a zone",
      call: {
        tool: "docker_connect_container",
        input: { network_id: "shop", container_id: "web", ipv6_address: "fe80::1%eth0" },
      },
      stopped: { refused: /ipv6_address/ },
    },
    {
      name: "a connect with options of the driver",
      call: {
        tool: "docker_connect_container",
        input: { network_id: "shop", container_id: "web", driver_opts: { x: "y" } },
      },
      stopped: { refused: /driver_opts: is not an argument/ },
    },
    {
      name: "a driver that is a path",
      call: create({ driver: "../../host" }),
      stopped: { refused: /driver/ },
    },
    {
      name: "the driver of the host's network",
      call: create({ driver: "host" }),
      stopped: { refused: /driver|host/ },
    },
  ],
  controls: [
    ...[
      "10.211.0.0/24",
      "172.31.250.0/24",
      "192.168.213.0/28",
      "10.212.0.0/16",
      "198.18.7.0/29",
      "203.0.113.0/24",
    ]
      .map((
        subnet,
      ): Control => ({
        name: `create with the subnet ${subnet}`,
        call: create({
          name: `net_${subnet.replaceAll(/[./]/g, "_")}`,
          ipam: { Config: [{ Subnet: subnet }] },
        }),
        passed: { sends: [new RegExp(`^POST /networks/create .*"Subnet":"${subnet}"`)] },
      })),
    {
      name: "create of an IPv6 network",
      call: create({ enable_ipv6: true, ipam: { Config: [{ Subnet: "fd00:20::/64" }] } }),
      passed: { sends: [/"EnableIPv6":true.*"fd00:20::\/64"/] },
    },
    {
      name: "create of an ordinary network",
      call: create({}),
      passed: { sends: [/"Driver":"bridge"/] },
    },
    {
      name: "a gateway and a range inside",
      call: pool("10.1.2.0/24", { Gateway: "10.1.2.1", IPRange: "10.1.2.128/25" }),
      passed: { sends: [/"Gateway":"10\.1\.2\.1"/] },
    },
    {
      name: "an internal network with labels",
      call: create({ internal: true, labels: { app: "shop" } }),
      passed: { sends: [/"Internal":true/] },
    },
    {
      name: "a smaller packet size",
      call: create({ options: { "com.docker.network.driver.mtu": "1400" } }),
      passed: { sends: [/"com\.docker\.network\.driver\.mtu":"1400"/] },
    },
    {
      name: "containers kept apart",
      call: create({ options: { "com.docker.network.bridge.enable_icc": "false" } }),
      passed: { sends: [/enable_icc/] },
    },
    {
      name: "an interface of the host where the operator allows it",
      call: create({ driver: "macvlan", options: { parent: "eth0" } }),
      on: "privileged",
      passed: { sends: [/"parent":"eth0"/] },
    },
    {
      name: "public addresses where the operator allows it",
      call: pool("8.8.9.0/24"),
      on: "privileged",
      passed: { sends: [/"Subnet":"8\.8\.9\.0\/24"/] },
    },
    {
      name: "a name that begins like a built-in one",
      call: create({ name: "host_net" }),
      passed: { sends: [/"Name":"host_net"/] },
    },
    {
      name: "a connect with an alias and an address",
      call: {
        tool: "docker_connect_container",
        input: {
          network_id: "shop",
          container_id: "web",
          aliases: ["frontend"],
          ipv4_address: "10.1.2.9",
        },
      },
      passed: { sends: [/^POST \/networks\/\w+\/connect .*"IPv4Address":"10\.1\.2\.9"/] },
    },
    {
      name: "a disconnect",
      call: {
        tool: "docker_disconnect_container",
        input: { network_id: "shop", container_id: "web" },
      },
      passed: { sends: [/^POST \/networks\/\w+\/disconnect/] },
    },
  ],
};
