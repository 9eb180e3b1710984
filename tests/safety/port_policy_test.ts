import assert from "node:assert/strict";
import { judgePorts } from "../../src/safety/port_policy.ts";

const ORDINARY = { allowPrivileged: false };
const place = { HostIp: "127.0.0.1", HostPort: "8080" };

Deno.test("judgePorts() accepts ports from 1024 on, on an address that was given", () => {
  for (const HostIp of ["127.0.0.1", "0.0.0.0", "::1", "::", "192.168.1.5"]) {
    for (const HostPort of ["", "1024", "8080", "65535"]) {
      judgePorts({ "80/tcp": [{ HostIp, HostPort }], "53/udp": [place, place] }, ORDINARY);
    }
  }
  judgePorts({}, ORDINARY);
});

Deno.test("judgePorts() refuses ports below 1024 unless the operator allows them", () => {
  for (const HostPort of ["1", "22", "80", "443", "1023"]) {
    const bindings = { "8080/tcp": [{ ...place, HostPort }] };
    assert.throws(() => judgePorts(bindings, ORDINARY), {
      code: "policy",
      message: new RegExp(`^ports: host port ${HostPort} is not allowed`),
      remedy: /SAFETY_ALLOW_PRIVILEGED_PORTS=true$/,
    });
    judgePorts(bindings, { ...ORDINARY, allowPrivilegedPorts: true });
  }
});

Deno.test("judgePorts() refuses every other form, above all a binding to all addresses by leaving one out", () => {
  const places: unknown[] = [
    { HostPort: "8080" },
    { HostIp: "", HostPort: "8080" },
    { HostIp: "localhost", HostPort: "8080" },
    { HostIp: "127.1", HostPort: "8080" },
    { HostIp: "0", HostPort: "8080" },
    { HostIp: 1, HostPort: "8080" },
    { ...place, HostPort: "8000-9000" },
    { ...place, HostPort: "0" },
    { ...place, HostPort: "080" },
    { ...place, HostPort: "+80" },
    { ...place, HostPort: "8080\n" },
    { ...place, HostPort: "65536" },
    { ...place, HostPort: 8080 },
    { HostIp: "127.0.0.1" },
    { ...place, hostip: "0.0.0.0" },
    null,
    "8080",
  ];
  const forms: unknown[] = [
    ...places.map((place) => ({ "80/tcp": [place] })),
    ...[null, [], {}, "8080"].map((places) => ({ "80/tcp": places })),
    ...["80", "0/tcp", "80/icmp", "65536/tcp", "80/TCP", "80-90/tcp", "__proto__", ""]
      .map((port) => Object.fromEntries([[port, [place]]])),
    [],
    "x",
    null,
  ];
  for (const form of forms) {
    const allowed = { allowPrivileged: true, allowPrivilegedPorts: true };
    assert.throws(() => judgePorts(form, allowed), { code: "policy" }, JSON.stringify(form));
  }
});
