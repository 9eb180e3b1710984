import assert from "node:assert/strict";
import { judgeConnect, judgeDisconnect, judgeNetwork } from "../../src/safety/network_policy.ts";

const REFUSED = { name: "RefusedError", code: "policy" };
const ordinaryPolicy = { allowPrivileged: false };

const ordinary = {
  Name: "shop",
  CheckDuplicate: true,
  Driver: "bridge",
  Internal: false,
  Attachable: false,
  EnableIPv6: true,
  IPAM: { Config: [{ Subnet: "10.20.0.0/24", Gateway: "10.20.0.1" }, { Subnet: "fd00:2::/64" }] },
  Options: {
    "com.docker.network.driver.mtu": "1400",
    "com.docker.network.bridge.enable_icc": "false",
    "com.docker.network.bridge.host_binding_ipv4": "127.0.0.1",
  },
  Labels: { a: "b" },
};

Deno.test("judgeNetwork() accepts what the create tool can ask for", () => {
  judgeNetwork(ordinary, ordinaryPolicy);
  judgeNetwork({ Name: "a" }, ordinaryPolicy);
  judgeNetwork({ Name: "a", IPAM: null, Options: null }, ordinaryPolicy);
});

Deno.test("judgeNetwork() refuses options that reach the host, unless the operator allows them", () => {
  const options = [
    "com.docker.network.bridge.name",
    "com.docker.network.bridge.gateway_mode_ipv4",
    "com.docker.network.bridge.trusted_host_interfaces",
    "com.docker.network.windowsshim.interface",
    "parent",
    "COM.DOCKER.NETWORK.DRIVER.MTU",
    "",
    "x".repeat(1000),
  ];
  for (const option of options) {
    const body = { ...ordinary, Options: { ...ordinary.Options, [option]: "x" } };
    assert.throws(() => judgeNetwork(body, ordinaryPolicy), {
      ...REFUSED,
      message: /^options: ".{0,64}" is not allowed/,
      remedy: /SAFETY_ALLOW_PRIVILEGED_CONTAINERS/,
    }, option);
    judgeNetwork(body, { allowPrivileged: true });
  }
});

Deno.test("judgeNetwork() refuses fields, names and pools that it does not know", () => {
  const pools = (Config: unknown): unknown => ({ ...ordinary, IPAM: { Config } });
  const bodies: unknown[] = [
    { ...ordinary, ConfigFrom: { Network: "x" } },
    { ...ordinary, ConfigOnly: true },
    { ...ordinary, Scope: "swarm" },
    { ...ordinary, Ingress: true },
    { ...ordinary, Name: "host" },
    { ...ordinary, Name: "../x" },
    { ...ordinary, Name: undefined },
    { ...ordinary, IPAM: { Driver: "remote" } },
    { ...ordinary, IPAM: { Options: {} } },
    { ...ordinary, IPAM: [] },
    { ...ordinary, Options: [] },
    pools({}),
    pools(["10.20.0.0/24"]),
    pools([{}]),
    pools([{ Subnet: "10.20.0.0/24", AuxiliaryAddresses: {} }]),
    pools([{ Subnet: "10.20.0.0/24", Gateway: 1 }]),
    pools([{ Subnet: "127.0.0.0/8" }]),
    null,
    [],
    "x",
  ];
  for (const body of bodies) {
    const allowed = { allowPrivileged: true };
    assert.throws(() => judgeNetwork(body, allowed), REFUSED, JSON.stringify(body));
  }
});

Deno.test("judgeConnect() accepts names, aliases, links and addresses only", () => {
  judgeConnect({ Container: "web" });
  judgeConnect({
    Container: "web",
    EndpointConfig: {
      Aliases: ["a"],
      Links: ["db:db"],
      IPAMConfig: { IPv4Address: "10.20.0.5", IPv6Address: "fd00::5" },
    },
  });
  const bodies: unknown[] = [
    {},
    { Container: "../web" },
    { Container: 1 },
    { Container: "web", Force: true },
    { Container: "web", EndpointConfig: { DriverOpts: {} } },
    { Container: "web", EndpointConfig: { MacAddress: "02:42:ac:11:00:02" } },
    { Container: "web", EndpointConfig: { IPAMConfig: { LinkLocalIPs: ["169.254.0.1"] } } },
    { Container: "web", EndpointConfig: { IPAMConfig: { IPv4Address: "10.20.0.5/24" } } },
    { Container: "web", EndpointConfig: [] },
    null,
  ];
  for (const body of bodies) {
    assert.throws(() => judgeConnect(body), REFUSED, JSON.stringify(body));
  }
});

Deno.test("judgeDisconnect() accepts a name and force only", () => {
  judgeDisconnect({ Container: "web" });
  judgeDisconnect({ Container: "web", Force: true });
  for (const body of [{}, { Container: "a/b" }, { Container: "web", Network: "x" }, null]) {
    assert.throws(() => judgeDisconnect(body), REFUSED, JSON.stringify(body));
  }
});

Deno.test("judgeNetwork() refuses the drivers of the host's network and of none, whatever is allowed", () => {
  for (const Driver of ["host", "null"]) {
    for (const allowPrivileged of [false, true]) {
      assert.throws(() => judgeNetwork({ Name: "shop", Driver }, { allowPrivileged }), {
        code: "policy",
        message: new RegExp(`^driver: "${Driver}" is not allowed`),
      });
    }
  }
  judgeNetwork({ Name: "shop", Driver: "bridge" }, ordinaryPolicy);
});
