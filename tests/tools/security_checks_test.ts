import assert from "node:assert/strict";
import { CHECKS } from "../../src/tools/security_judgement.ts";
import { ALL_CHECKS, container, engine, outcomes, verdict } from "./security_fixtures.ts";
import { type ContainerChanges } from "./security_fixtures.ts";

/** What the Engine API shows of each check of the CIS Docker Benchmark: all, part or nothing. */
const BENCHMARK = {
  all: [
    ...["2.1", "2.2", "2.5", "2.6", "2.9", "2.12", "2.13", "2.14", "2.15", "2.17", "2.18"],
    ...["4.1", "4.6", "5.1", "5.2", "5.3", "5.4", "5.5", "5.6", "5.8", "5.9", "5.10", "5.11"],
    ...["5.12", "5.13", "5.14", "5.15", "5.16", "5.17", "5.18", "5.19", "5.20", "5.21", "5.22"],
    ...["5.25", "5.26", "5.27", "5.29", "5.30", "5.31", "5.32", "6.1", "6.2"],
    ...["7.1", "7.3", "7.4", "7.5", "7.7"],
  ],
  part: [
    ...["2.3", "2.4", "2.7", "2.10", "2.11", "4.2", "4.4", "4.7", "4.9", "4.10", "4.12"],
    ...["5.7", "5.23", "5.24", "5.28", "7.2", "7.6", "7.8", "7.9"],
  ],
  nothing: ["2.8", "2.16", "4.3", "4.5", "4.8", "4.11"],
};

Deno.test("the audit has every check of the benchmark's sections 2 and 4 to 7 once", () => {
  const ids = ALL_CHECKS.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const [sees, expected] of Object.entries(BENCHMARK)) {
    const found = ALL_CHECKS.filter((check) => check.sees === sees && /^\d/.test(check.id));
    assert.deepEqual(found.map(({ id }) => id).sort(), expected.toSorted(), sees);
  }
  const { all, part, nothing } = BENCHMARK;
  assert.deepEqual([all.length, part.length, nothing.length], [48, 19, 6]);
});

Deno.test("checks of the benchmark have its level, and others none", () => {
  for (const { id, level } of ALL_CHECKS) assert.equal(level !== undefined, /^\d/.test(id), id);
});

Deno.test("titles and remedies are one sentence without a full stop", () => {
  for (const { id, title, remedy } of ALL_CHECKS) {
    assert.match(title, /^[A-Z][^\n]{10,110}[^.]$/, id);
    assert.match(remedy, /^[A-Z][^\n]{10,160}[^.]$/, id);
  }
});

Deno.test("section 5 checks, what fails and what its neighbours are", () => {
  const cases: readonly (readonly [id: string, expected: string, changes: ContainerChanges])[] = [
    ["4.1", "fail: Config.User=unset", {}],
    ["4.1", "fail", { details: { Config: { User: "root:app" } } }],
    ["4.1", "fail", { details: { Config: { User: "0:1000" } } }],
    ["4.1", "pass", { details: { Config: { User: "1000:0" } } }],
    ["4.1", "pass", { facts: { image: { Config: { User: "app" } } } }],
    ["4.1", "warn", { info: { SecurityOptions: ["name=rootless"] } }],
    ["5.2", "info: Does not apply", {}],
    ["5.2", "fail", { info: apparmor, details: { AppArmorProfile: "unconfined" } }],
    ["5.2", "fail", { info: apparmor, host: { SecurityOpt: ["apparmor=unconfined"] } }],
    ["5.2", "fail", { info: apparmor, details: { State: { Running: true } } }],
    ["5.2", "info", { info: apparmor, details: { State: { Running: false } } }],
    ["5.2", "pass", { info: apparmor, details: { AppArmorProfile: "docker-default" } }],
    ["5.3", "info: Does not apply", {}],
    ["5.3", "fail", { info: selinux, host: { SecurityOpt: ["label=disable"] } }],
    ["5.3", "fail", { info: selinux }],
    ["5.3", "pass", { info: selinux, details: { ProcessLabel: "system_u:system_r:container_t" } }],
    ["5.4", "fail: CapAdd: SYS_ADMIN", { host: { CapAdd: ["CAP_SYS_ADMIN"] } }],
    ["5.4", "fail", { host: { CapAdd: ["all"] } }],
    ["5.4", "fail", { host: { Privileged: true } }],
    ["5.4", "warn: CapAdd: IPC_LOCK", { host: { CapAdd: ["IPC_LOCK", "CHOWN"] } }],
    ["5.4", "info", {}],
    ["5.4", "pass", { host: { CapDrop: ["ALL"], CapAdd: ["NET_BIND_SERVICE"] } }],
    ["5.5", "fail", { host: { Privileged: true } }],
    ["5.5", "pass", {}],
    ["5.7", "fail", { facts: { programs: ["init", "/usr/sbin/sshd"] } }],
    ["5.7", "fail", { facts: { programs: ["sshd:"] } }],
    ["5.7", "info", { facts: { programs: ["sh", "sshd-not"] } }],
    ["5.7", "not_checkable", { facts: { programs: undefined } }],
    ["5.9", "info: Published: *:random->80/tcp", { host: { PortBindings: { "80/tcp": [{}] } } }],
    ["5.9", "pass: None published, 1", { details: { Config: { ExposedPorts: { "1/tcp": {} } } } }],
    ["5.10", "fail", { host: { NetworkMode: "host" } }],
    ["5.10", "warn", { host: { NetworkMode: "container:db" } }],
    ["5.10", "pass", { host: { NetworkMode: "shop" } }],
    ["5.11", "fail", {}],
    ["5.11", "pass", { host: { Memory: 6_291_456 } }],
    ["5.12", "fail", {}],
    ["5.12", "fail", { host: { CpuShares: 1024 } }],
    ["5.12", "pass: CpuShares=512", { host: { CpuShares: 512 } }],
    ["5.12", "pass", { host: { NanoCpus: 1 } }],
    ["5.12", "pass", { host: { CpuShares: 1024, CpuQuota: 5 } }],
    ["5.13", "fail", {}],
    ["5.13", "pass", { host: { ReadonlyRootfs: true } }],
    ["5.16", "fail", { host: { PidMode: "host" } }],
    ["5.16", "pass", { host: { PidMode: "container:db" } }],
    ["5.17", "fail", { host: { IpcMode: "host" } }],
    ["5.17", "pass", { host: { IpcMode: "shareable" } }],
    ["5.18", "fail: Devices: /dev/sda", { host: { Devices: [{ PathOnHost: "/dev/sda" }] } }],
    ["5.18", "fail", { host: { DeviceCgroupRules: ["a *:* rwm"] } }],
    ["5.18", "fail", { host: { Privileged: true } }],
    ["5.18", "warn", { host: { DeviceRequests: [{ Count: -1 }] } }],
    ["5.18", "pass", {}],
    ["5.19", "info: Ulimits: nofile", { host: { Ulimits: [{ Name: "nofile" }] } }],
    ["5.19", "pass", {}],
    ["5.20", "fail: Shared: /m", { details: { Mounts: [mount("rshared")] } }],
    ["5.20", "fail", { details: { Mounts: [mount("shared")] } }],
    ["5.20", "fail", {
      host: { Mounts: [{ Target: "/m", BindOptions: { Propagation: "rshared" } }] },
    }],
    ["5.20", "pass", { details: { Mounts: [mount("rslave"), mount("rprivate"), mount("")] } }],
    ["5.21", "fail", { host: { UTSMode: "host" } }],
    ["5.21", "pass", {}],
    ["5.23", "fail: 1 of 2", { facts: { execs: [exec({ privileged: true }), exec({})] } }],
    ["5.23", "info: 0", {}],
    ["5.24", "fail", { facts: { execs: [exec({ user: "0:0" })] } }],
    ["5.24", "info", { facts: { execs: [exec({ user: "app" }), exec({})] } }],
    ["5.25", "fail", { host: { CgroupParent: "/custom" } }],
    ["5.25", "pass", { host: { CgroupParent: "system.slice" } }],
    ["5.27", "fail", {}],
    ["5.27", "fail", { details: { Config: { Healthcheck: { Test: ["NONE"] } } } }],
    ["5.27", "pass", { details: { Config: { Healthcheck: { Test: ["CMD", "true"] } } } }],
    ["5.27", "pass", { details: { State: { Health: { Status: "healthy" } } } }],
    ["5.27", "fail", { details: { State: { Health: { Status: "" } } } }],
    ["5.28", "warn", { details: { Config: { Image: "redis" } } }],
    ["5.28", "warn", { details: { Config: { Image: "r.example:5000/redis:latest" } } }],
    ["5.28", "info: Tag 7", { details: { Config: { Image: "redis:7" } } }],
    ["5.28", "info: Pinned", { details: { Config: { Image: `redis@sha256:${"a".repeat(64)}` } } }],
    ["5.28", "info: It was", { details: { Config: { Image: `sha256:${"a".repeat(64)}` } } }],
    ["5.29", "fail", {}],
    ["5.29", "fail", { host: { PidsLimit: -1 } }],
    ["5.29", "fail", { host: { PidsLimit: 0 } }],
    ["5.29", "pass", { host: { PidsLimit: 100 } }],
    ["5.30", "fail", { host: { NetworkMode: "bridge" } }],
    ["5.30", "fail", { host: { NetworkMode: "shop" }, details: onNetworks("shop", "bridge") }],
    ["5.30", "pass", { host: { NetworkMode: "shop" }, details: onNetworks("shop") }],
    ["5.31", "fail", { host: { UsernsMode: "host" } }],
    ["5.31", "pass", {}],
    ["host-cgroup", "warn", { host: { CgroupnsMode: "host" } }],
    ["host-cgroup", "pass", {}],
    ["oom-killer", "fail", { host: { OomKillDisable: true } }],
    ["oom-killer", "pass", { host: { OomKillDisable: null } }],
    ["sysctls", "warn: Sysctls: net.ipv4.ip_forward", {
      host: { Sysctls: { "net.ipv4.ip_forward": "1" } },
    }],
    ["sysctls", "pass", {}],
    ["runtime", "warn: HostConfig.Runtime=other", { host: { Runtime: "other" } }],
    ["runtime", "pass", { host: { Runtime: "runsc" }, info: { DefaultRuntime: "runsc" } }],
    ["unmasked-paths", "fail", { host: { MaskedPaths: [] } }],
    ["unmasked-paths", "fail", { host: { Privileged: true, MaskedPaths: null } }],
    ["unmasked-paths", "not_checkable", { host: { MaskedPaths: null } }],
    ["unmasked-paths", "pass", {}],
    ["secrets-in-env", "fail: Config.Env: DB_PASSWORD", { details: { Config: { Env: SECRETS } } }],
    ["secrets-in-env", "info", { details: { Config: { Env: ["KEYBOARD_LAYOUT=dvorak"] } } }],
    ["secrets-in-env", "info", {
      details: { Config: { Env: SECRETS } },
      facts: { image: { Config: { Env: SECRETS } } },
    }],
  ];
  for (const [id, expected, changes] of cases) {
    const found = verdict(id, { containers: [container(changes)] });
    assert.ok(found.startsWith(expected), `${id} ${JSON.stringify(changes)}: ${found}`);
  }
  const tried = new Set(cases.map(([id]) => id));
  const elsewhere = ["5.6", "5.8", "5.14", "5.15", "5.22", "5.26", "5.32"]; // security_blind_spots_test.ts
  const missing = CHECKS.container.filter(({ id }) => !tried.has(id) && !elsewhere.includes(id));
  assert.deepEqual(missing.map(({ id }) => id), []);
});

const apparmor = { SecurityOptions: ["name=apparmor"] };
const selinux = { SecurityOptions: ["name=selinux"] };
const SECRETS = ["DB_PASSWORD=correct-horse-battery", "KEYBOARD_LAYOUT=dvorak"];
const mount = (Propagation: string) => ({
  Type: "bind",
  Source: "/srv",
  Destination: "/m",
  Propagation,
});
const exec = (ProcessConfig: { privileged?: boolean; user?: string }) => ({ ProcessConfig });
const onNetworks = (...names: string[]) => ({
  NetworkSettings: { Networks: Object.fromEntries(names.map((name) => [name, {}])) },
});

Deno.test("no evidence tells the value of a variable, though it is a secret without a name", () => {
  const Env = ["DB_PASSWORD=correct-horse-battery", `ghp_${"a1B2".repeat(9)}`];
  const found = verdict("secrets-in-env", {
    containers: [container({ details: { Config: { Env } } })],
  });
  assert.equal(found, "fail: Config.Env: DB_PASSWORD, one without a name");
});

Deno.test("no evidence is long, whatever an object says of itself", () => {
  const User = `root:${"x".repeat(10_000)}`;
  const found = verdict("4.1", { containers: [container({ details: { Config: { User } } })] });
  assert.equal(found.length, "fail: ".length + 500);
});

Deno.test("a volume whose options bind a path of the host is a mount of that path", async () => {
  const { hostMountsOf } = await import("../../src/tools/security_mounts.ts");
  const details = {
    Mounts: [{ Type: "volume", Name: "sly", Source: "/var/lib/docker/volumes/sly" }],
  };
  const Options = { type: "none", o: "bind,password=x", device: "/etc" };
  const hostMounts = hostMountsOf(details, new Map([["sly", { Options }]]));
  assert.deepEqual(hostMounts, [{ source: "/etc", readOnly: false }]);
  const subject = container({ facts: { hostMounts } });
  assert.equal(verdict("5.6", { containers: [subject] }), "fail: Mounts: /etc (writable)");
  assert.deepEqual(hostMountsOf(details, new Map([["sly", { Options: null }]])), []);
});

Deno.test("what the API never shows is not checkable, once, and never passed", () => {
  const never = outcomes({ engine: engine(), images: [] }).filter(({ neverSeen }) => neverSeen);
  assert.deepEqual(never.map(({ check }) => check.id).sort(), BENCHMARK.nothing.toSorted());
  assert.ok(never.every(({ status }) => status === "not_checkable"));
});
