import assert from "node:assert/strict";
import type { SystemInfo } from "../../src/docker/types.ts";
import { CHECKS } from "../../src/tools/security_judgement.ts";
import type { EngineFacts, ImageFacts, SwarmFacts } from "../../src/tools/security_subjects.ts";
import { RefusedError } from "../../src/tools/refused.ts";
import { engine, image, swarm, verdict } from "./security_fixtures.ts";

type Case<Facts> = readonly [id: string, expected: string, facts: Facts];

function withBridge(icc: string): EngineFacts {
  const Options = { "com.docker.network.bridge.enable_icc": icc };
  return engine({}, { networks: [{ Name: "bridge", Options }] });
}

function withOptions(...SecurityOptions: string[]): EngineFacts {
  return engine({ SecurityOptions });
}

function unusedImages(count: number): Partial<EngineFacts> {
  const images = Array.from({ length: count }, (_, index) => ({ Id: `sha256:${index}` }));
  return { images, containers: [{ imageId: "sha256:0", running: true }] };
}

const stopped = (count: number) => ({
  containers: Array.from({ length: count }, () => ({ imageId: "", running: false })),
});
const registries = (
  InsecureRegistryCIDRs: string[],
  IndexConfigs: SecureByHost = {},
): SystemInfo => ({
  RegistryConfig: { InsecureRegistryCIDRs, IndexConfigs },
});
type SecureByHost = Record<string, { Secure: boolean }>;
const HTTP_WARNING = "WARNING: API is accessible on http://0.0.0.0:2375 without encryption.";
const TLS_WARNING =
  "WARNING: API is accessible on https://0.0.0.0:2376 without TLS client verification.";

Deno.test("daemon checks, what fails and what its neighbours are", () => {
  const cases: readonly Case<EngineFacts>[] = [
    ["2.1", "warn", engine()],
    ["2.1", "pass", withOptions("name=seccomp,profile=default", "name=rootless")],
    ["2.2", "fail", withBridge("true")],
    ["2.2", "pass", withBridge("false")],
    ["2.2", "pass: There is no", engine({}, { networks: [] })],
    ["2.2", "not_checkable", engine({}, { networks: undefined })],
    ["2.3", "warn", engine({ Debug: true })],
    ["2.3", "info", engine()],
    ["2.4", "warn", engine({ Warnings: ["WARNING: bridge-nf-call-iptables is disabled"] })],
    ["2.4", "info", engine()],
    ["2.5", "pass", engine()],
    ["2.5", "pass", engine(registries(["127.0.0.0/8", "::1/128"]))],
    ["2.5", "fail: Insecure: 10.0.0.0/8", engine(registries(["10.0.0.0/8", "127.0.0.0/8"]))],
    [
      "2.5",
      "fail: Insecure: r.example",
      engine(registries([], { "r.example": { Secure: false } })),
    ],
    ["2.5", "not_checkable", engine({ RegistryConfig: null })],
    ["2.6", "fail", engine({ Driver: "aufs" })],
    ["2.6", "pass", engine()],
    ["2.7", "fail", engine({ Warnings: [HTTP_WARNING] })],
    ["2.7", "fail", engine({ Warnings: [TLS_WARNING] })],
    ["2.7", "info: Reached by unix", engine()],
    ["2.9", "fail", engine()],
    ["2.9", "pass", withOptions("name=userns")],
    ["2.9", "pass", withOptions("name=rootless")],
    ["2.10", "info", engine({}, { cgroupParents: ["", ""] })],
    ["2.10", "warn: Containers run under /a", engine({}, { cgroupParents: ["", "/a"] })],
    ["2.11", "info: Does not apply", engine()],
    [
      "2.11",
      "warn",
      engine({ Driver: "devicemapper", DriverStatus: [["Base Device Size", "21.4GB"]] }),
    ],
    [
      "2.11",
      "info",
      engine({ Driver: "devicemapper", DriverStatus: [["Base Device Size", "10.74GB"]] }),
    ],
    ["2.11", "not_checkable", engine({ Driver: "devicemapper", DriverStatus: null })],
    ["2.12", "fail", engine()],
    ["2.12", "pass: Asked for each request: opa", engine({ Plugins: { Authorization: ["opa"] } })],
    ["2.13", "warn", engine()],
    ["2.13", "warn", engine({ LoggingDriver: "none" })],
    ["2.13", "pass", engine({ LoggingDriver: "syslog" })],
    ["2.14", "fail", engine()],
    ["2.14", "pass", withOptions("name=no-new-privileges")],
    ["2.15", "fail", engine()],
    ["2.15", "info", engine({ Swarm: { LocalNodeState: "active" } })],
    ["2.15", "pass", engine({ LiveRestoreEnabled: true })],
    ["2.17", "pass", engine()],
    ["2.17", "pass", withOptions("name=seccomp,profile=/etc/docker/seccomp.json")],
    ["2.17", "fail", withOptions("name=seccomp,profile=unconfined")],
    ["2.17", "fail", withOptions("name=apparmor")],
    ["2.18", "fail", engine({ ExperimentalBuild: true })],
    ["2.18", "fail", engine({}, { version: { Experimental: true } })],
    ["2.18", "pass", engine()],
    ["5.1", "warn", engine({ Swarm: { LocalNodeState: "active" } })],
    ["5.1", "warn", engine({ Swarm: { LocalNodeState: "locked" } })],
    ["5.1", "pass", engine()],
    ["5.1", "pass", engine({ Swarm: null })],
    ["6.1", "warn: 1 of 4", engine({}, unusedImages(4))],
    ["6.1", "pass: 1 of 3", engine({}, unusedImages(3))],
    ["6.1", "not_checkable", engine({}, { images: undefined })],
    ["6.2", "warn: 26 of 26", engine({}, stopped(26))],
    ["6.2", "pass: 25 of 25", engine({}, stopped(25))],
    ["known-flaws", "info", engine()],
    ["known-flaws", "not_checkable", engine({}, { version: undefined })],
  ];
  for (const [id, expected, facts] of cases) {
    const found = verdict(id, { engine: facts });
    assert.ok(found.startsWith(expected), `${id}: ${found}, expected ${expected}`);
  }
  assertAllTried(CHECKS.daemon, cases);
});

Deno.test("image checks, what fails and what its neighbours are", () => {
  const digest = `docker.io/library/redis@sha256:${"a".repeat(64)}`;
  const fromHub = { RepoTags: ["redis:7"], RepoDigests: [digest] };
  const only = (allowed: boolean): Partial<ImageFacts> => ({
    registries: {
      restrictsPulls: true,
      judge() {
        if (!allowed) throw new RefusedError("policy", "no");
      },
    },
  });
  const base =
    "/bin/sh -c #(nop) ADD file:5d68d27cc15a80653c93d3a0b262a28112d47a46326ff5fc2dfbf7fa3b9a0ce8 in / ";
  const token = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  const cases: readonly Case<ImageFacts>[] = [
    ["4.2", "info: It was built", image()],
    ["4.2", "info: From docker.io; no list", image(fromHub)],
    ["4.2", "warn", { ...image(fromHub), ...only(false) }],
    ["4.2", "info: From docker.io, allowed", { ...image(fromHub), ...only(true) }],
    ["4.4", "info: Built 1 days ago", image()],
    ["4.4", "warn", image({ Created: "2026-03-02T00:00:00Z" })],
    ["4.4", "info", image({ Created: "2026-03-03T00:00:00Z" })],
    ["4.4", "info: Its time", image({ Created: "1970-01-01T00:00:00Z" })],
    ["4.4", "info: Its time", image({ Created: null })],
    ["4.6", "fail", image()],
    ["4.6", "fail", image({ Config: { Healthcheck: { Test: ["NONE"] } } })],
    ["4.6", "pass", image({ Config: { Healthcheck: { Test: ["CMD-SHELL", "x"] } } })],
    [
      "4.7",
      "warn: An update without an install in step 2 ",
      image({}, ["/bin/sh -c apt-get -q update", base]),
    ],
    ["4.7", "warn", image({}, ["RUN |1 A=b /bin/sh -c apk update # buildkit", base])],
    [
      "4.7",
      "info",
      image({}, ["RUN /bin/sh -c apt-get update && apt-get install -y curl # buildkit", base]),
    ],
    ["4.7", "info", image({}, ["RUN /bin/sh -c ./update && npm run update", base])],
    ["4.7", "not_checkable", image({}, null)],
    ["4.9", "warn: ADD in step 2 ", image({}, ["ADD https://x.example/a /a # buildkit", base])],
    ["4.9", "warn", image({}, ["CMD", "/bin/sh -c #(nop) ADD dir:x in /srv", base])],
    ["4.9", "info", image({}, ["COPY add /add # buildkit", base])],
    ["4.9", "not_checkable", image({}, null)],
    ["4.10", "fail: Config.Env: API_TOKEN", image({ Config: { Env: [`API_TOKEN=${token}`] } })],
    [
      "4.10",
      "fail: history: step 2 ",
      image({}, [`RUN |1 NPM_TOKEN=${token} /bin/sh -c npm i`, base]),
    ],
    ["4.10", "fail: history: step 1 ", image({}, ["CMD", `ENV DB_PASSWORD=${token}`])],
    ["4.10", "info", image()],
    ["4.12", "info: It has no digest", image()],
    ["4.12", "info: It has a digest", image(fromHub)],
  ];
  for (const [id, expected, facts] of cases) {
    const found = verdict(id, { images: [facts] });
    assert.ok(found.startsWith(expected), `${id}: ${found}, expected ${expected}`);
    assert.ok(!found.includes(token), found);
  }
  assertAllTried(CHECKS.image, cases);
});

Deno.test("swarm checks, what fails and what its neighbours are", () => {
  const spec = (AutoLockManagers: boolean, days = 90) =>
    swarm({
      Cluster: {
        UpdatedAt: "2026-05-02T10:00:00Z",
        Spec: {
          EncryptionConfig: { AutoLockManagers },
          CAConfig: { NodeCertExpiry: days * 86_400_000_000_000 },
        },
      },
    });
  const overlay = (encrypted?: string): SwarmFacts =>
    swarm({}, {
      networks: [{
        Name: "mesh",
        Driver: "overlay",
        Options: encrypted === undefined ? {} : { encrypted },
      }],
    });
  const cases: readonly Case<SwarmFacts>[] = [
    ["7.1", "pass", swarm()],
    ["7.1", "warn", swarm({ Managers: 2 })],
    ["7.1", "pass", swarm({ Managers: 7 })],
    ["7.1", "fail", swarm({ Managers: 9 })],
    ["7.2", "info: NodeAddr=192.0.2.7", swarm()],
    ["7.3", "fail: Not encrypted: mesh", overlay()],
    ["7.3", "fail", overlay("false")],
    ["7.3", "pass", overlay("")],
    ["7.3", "pass", overlay("true")],
    ["7.3", "not_checkable", swarm({}, { networks: undefined })],
    ["7.4", "info", swarm()],
    ["7.4", "pass: 1 secrets", swarm({}, { secrets: [{ ID: "x" }] })],
    ["7.4", "not_checkable", swarm({}, { secrets: undefined })],
    ["7.5", "fail", spec(false)],
    ["7.5", "pass", spec(true)],
    ["7.6", "warn", spec(false)],
    ["7.6", "info: The swarm was last changed 2026-05-02", spec(true)],
    ["7.7", "warn", spec(true, 90)],
    ["7.7", "fail", spec(true, 365)],
    ["7.7", "pass: NodeCertExpiry=48h", spec(true, 2)],
    ["7.8", "info: The swarm was made 2026-05-01", swarm()],
    ["7.9", "info: NodeAddr", swarm()],
  ];
  for (const [id, expected, facts] of cases) {
    const found = verdict(id, { swarm: facts });
    assert.ok(found.startsWith(expected), `${id}: ${found}, expected ${expected}`);
  }
  assertAllTried(CHECKS.swarm, cases);
  for (const { id } of CHECKS.swarm) {
    const off = verdict(id, { swarm: swarm({ LocalNodeState: "inactive" }) });
    assert.match(off, /^info: Does not apply/, id);
    const worker = verdict(id, { swarm: swarm({ ControlAvailable: false }) });
    assert.match(worker, /^not_checkable: Told by managers/, id);
  }
});

function assertAllTried(
  checks: readonly { readonly id: string; readonly sees: string }[],
  cases: readonly Case<unknown>[],
): void {
  const tried = new Set(cases.map(([id]) => id));
  const missing = checks.filter(({ id, sees }) => sees !== "nothing" && !tried.has(id));
  assert.deepEqual(missing.map(({ id }) => id), []);
}
