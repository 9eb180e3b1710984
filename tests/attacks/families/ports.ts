import { type Attack, character, type Control, type Family } from "../attack_case.ts";

function publish(ports: Readonly<Record<string, unknown>>) {
  return { tool: "docker_create_container", input: { image: "mcp-docker-test/busybox:1", ports } };
}

const REFUSED: readonly (readonly [what: string, ports: Readonly<Record<string, unknown>>])[] = [
  ["port 22 of the host", { "22/tcp": 22 }],
  ["port 53 of the host, by UDP", { "53/udp": 53 }],
  ["port 80 of the host", { "80/tcp": 80 }],
  ["port 1 of the host", { "80/tcp": 1 }],
  ["port 1023 of the host", { "80/tcp": 1023 }],
  ["port 443 on every address", { "443/tcp": ["0.0.0.0", 443] }],
  ["port 443 on loopback", { "443/tcp": ["127.0.0.1", 443] }],
  ["port 25 as a text", { "25/tcp": "25" }],
  ["port 65536", { "80/tcp": 65536 }],
  ["a negative port", { "80/tcp": -1 }],
  ["half a port", { "80/tcp": 8080.5 }],
  ["a port that is true", { "80/tcp": true }],
  ["a port with an address in one text", { "80/tcp": "0.0.0.0:8080" }],
  ["a range of ports", { "80-90/tcp": 8080 }],
  ["container port 0", { "0/tcp": 8080 }],
  ["container port 65536", { "65536/tcp": 8080 }],
  ["container port with a zero in front", { "080/tcp": 8080 }],
  ["another protocol", { "80/icmp": 8080 }],
  ["no container port", { "/tcp": 8080 }],
  ["fullwidth digits", { [`${character(0xff18)}0/tcp`]: 8080 }],
  ["a line feed behind the port", { "80/tcp\n": 8080 }],
  ["the same port twice", { "80": 8080, "80/tcp": 8081 }],
  ["an address with a number too large", { "80/tcp": ["999.1.1.1", 8080] }],
  ["an address of three numbers", { "80/tcp": ["127.0.1", 8080] }],
  ["an address in octal", { "80/tcp": ["0177.0.0.1", 8080] }],
  ["an address as one number", { "80/tcp": ["2130706433", 8080] }],
  ["a name in place of an address", { "80/tcp": ["localhost", 8080] }],
  ["an address with a port", { "80/tcp": ["127.0.0.1:80", 8080] }],
  ["an empty address", { "80/tcp": ["", 8080] }],
  ["an IPv6 address with a zone", { "80/tcp": ["fe80::1%eth0", 8080] }],
  ["a list with a third member", { "80/tcp": ["127.0.0.1", 8080, "x"] }],
  ["an object of the Engine", { "80/tcp": [{ HostIp: "0.0.0.0", HostPort: "80" }] }],
  ["a list of ports", { "80/tcp": [8080, 8081] }],
  [
    "a hundred and one ports",
    Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`${3000 + index}/tcp`, null])),
  ],
];

const PASSED: readonly (readonly [string, Readonly<Record<string, unknown>>, RegExp])[] = [
  ["port 8080, on loopback", { "80/tcp": 18080 }, /"HostIp":"127\.0\.0\.1","HostPort":"18080"/],
  ["port 1024", { "80/tcp": 1024 }, /"HostPort":"1024"/],
  ["port 65535", { "80/tcp": 65535 }, /"HostPort":"65535"/],
  ["a free port", { "80/tcp": 0 }, /"HostIp":"127\.0\.0\.1","HostPort":""/],
  ["a port that is only exposed", { "80/tcp": null }, /"ExposedPorts":\{"80\/tcp":\{\}\}/],
  ["a port without a protocol", { "8080": 18081 }, /"8080\/tcp"/],
  ["a protocol in capitals", { "80/TCP": 18082 }, /"80\/tcp"/],
  ["UDP", { "53/udp": 15353 }, /"53\/udp"/],
  ["SCTP", { "3868/sctp": 13868 }, /"3868\/sctp"/],
  [
    "loopback by name of its address",
    { "80/tcp": ["127.0.0.1", 18083] },
    /"HostIp":"127\.0\.0\.1"/,
  ],
  ["IPv6 loopback", { "80/tcp": ["::1", 18084] }, /"HostIp":"::1"/],
  ["an address of a network card", { "80/tcp": ["192.0.2.7", 18085] }, /"HostIp":"192\.0\.2\.7"/],
  ["two ports", { "80/tcp": 18086, "443/tcp": 18443 }, /"18086".*"18443"/],
  [
    "container port 22 on a high port",
    { "22/tcp": 10022 },
    /"22\/tcp":\[\{"HostIp":"127\.0\.0\.1"/,
  ],
];

/** T1: ports of the host that belong to its own services stay free, and nothing is published unasked. */
export const ports: Family = {
  code: "PRT",
  title: "the host's ports",
  attacks: REFUSED.map(([what, ports]): Attack => ({
    name: `publish on ${what}`,
    call: publish(ports),
    stopped: { refused: /ports/ },
  })),
  controls: [
    ...PASSED.map(([what, ports, sends]): Control => ({
      name: `publish on ${what}`,
      call: publish(ports),
      passed: { sends: [sends] },
      real: true,
    })),
    {
      name: "publish on port 80 where the operator allows it",
      call: publish({ "80/tcp": 80 }),
      on: "low_ports",
      passed: { sends: [/"HostPort":"80"/] },
      real: true,
    },
    {
      name: "publish as a JSON text",
      call: {
        tool: "docker_create_container",
        input: { image: "mcp-docker-test/busybox:1", ports: '{"80/tcp":18087}' },
      },
      passed: { sends: [/"HostPort":"18087"/] },
      real: true,
    },
  ],
};
