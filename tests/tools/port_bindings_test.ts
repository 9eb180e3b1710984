import assert from "node:assert/strict";
import { portBindings, type Publication } from "../../src/tools/port_bindings.ts";

Deno.test("portBindings() publishes on the loopback address unless another is given", () => {
  assert.deepEqual(
    portBindings({ "80": 8080, "53/UDP": ["0.0.0.0", 53], "443/tcp": ["::1", 8443] }),
    {
      exposed: ["80/tcp", "53/udp", "443/tcp"],
      bindings: {
        "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "8080" }],
        "53/udp": [{ HostIp: "0.0.0.0", HostPort: "53" }],
        "443/tcp": [{ HostIp: "::1", HostPort: "8443" }],
      },
    },
  );
});

Deno.test("portBindings() asks for a free port with 0, and only exposes with null", () => {
  assert.deepEqual(portBindings({ "80/tcp": 0, "81/sctp": null, "82/tcp": ["127.0.0.2", 0] }), {
    exposed: ["80/tcp", "81/sctp", "82/tcp"],
    bindings: {
      "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }],
      "82/tcp": [{ HostIp: "127.0.0.2", HostPort: "" }],
    },
  });
  assert.deepEqual(portBindings({}), { exposed: [], bindings: {} });
});

Deno.test("portBindings() refuses what is no port, no address, or too much", () => {
  const bad: Record<string, Publication>[] = [
    ...["0", "080", "65536", "99999", "-1", "80/icmp", "80/", "/tcp", "80-90", "80\n", "", "８０"]
      .map((port) => ({ [port]: 1 })),
    ...["", "999.1.1.1", "127.1", "localhost", "0", "1.1.1.1/24", "::g", "[::1]", "127.0.0.1\n"]
      .map((address) => ({ "80": [address, 1] as const })),
    { "80": 1, "80/tcp": 2 },
    { "80/tcp": null, "80/TCP": 2 },
    Object.fromEntries(Array.from({ length: 101 }, (_, index) => [String(index + 1), null])),
  ];
  for (const ports of bad) {
    const expected = { code: "invalid_arguments", message: /^ports: / };
    assert.throws(() => portBindings(ports), expected, JSON.stringify(ports));
  }
});

Deno.test("portBindings() takes a hundred ports", () => {
  const many = Object.fromEntries(
    Array.from({ length: 100 }, (_, index) => [String(index + 1), 0]),
  );
  assert.equal(portBindings(many).exposed.length, 100);
});
