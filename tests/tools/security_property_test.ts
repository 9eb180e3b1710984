import assert from "node:assert/strict";
import { outcomes as judged } from "./security_fixtures.ts";
import { ALL_CHECKS, container, engine, image, swarm } from "./security_fixtures.ts";
import { hostMountsOf } from "../../src/tools/security_mounts.ts";
import fc from "../property.ts";

/** Keys that checks read, so that odd values reach them. */
const KEYS = [
  ...["AppArmorProfile", "CapAdd", "CapDrop", "CgroupParent", "CgroupnsMode", "Cluster", "Config"],
  ...["Created", "Devices", "DriverStatus", "Env", "ExecIDs", "Health", "Healthcheck", "IpcMode"],
  ...["Memory", "Mounts", "NetworkMode", "NetworkSettings", "Networks", "PidMode", "Plugins"],
  ...["PortBindings", "Ports", "ProcessConfig", "RegistryConfig", "RepoDigests", "RestartPolicy"],
  ...["SecurityOpt", "SecurityOptions", "Spec", "State", "Swarm", "Sysctls", "Test", "Ulimits"],
  ...["User", "Warnings", "Type", "Source", "Name", "Binds", "HostIp", "HostPort", "80/tcp"],
];
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(
      null,
      true,
      false,
      0,
      -1,
      5,
      "",
      "host",
      "/",
      "bind",
      "active",
      "root",
      `root:${"x".repeat(5000)}`,
    ),
    fc.string({ maxLength: 8 }),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie("value"), { maxKeys: 6 }),
  ),
}));
const fields = fc.dictionary(fc.constantFrom(...KEYS), value, { maxKeys: 12 });

Deno.test("no check throws, whatever the Engine answers, and none that sees a part passes", () => {
  const sees = new Map(ALL_CHECKS.map((check) => [check.id, check.sees]));
  fc.assert(fc.property(fields, fields, fields, (odd, host, inside) => {
    const details = { ...odd, HostConfig: host } as never;
    const subject = container({ host, details, info: odd, facts: { execs: [inside] as never } });
    const found = judged({
      engine: engine(odd, { version: inside as never, networks: [inside as never] }),
      swarm: swarm(odd),
      containers: [{
        ...subject,
        image: inside as never,
        hostMounts: hostMountsOf(details, new Map()),
      }],
      images: [image(odd), image(inside, null)],
    });
    for (const { check, status, evidence } of found) {
      assert.ok(evidence.length > 0 && evidence.length <= 500, `${check.id}: ${evidence}`);
      if (status === "pass") assert.equal(sees.get(check.id), "all", check.id);
    }
  }));
});
