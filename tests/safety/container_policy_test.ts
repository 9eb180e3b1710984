import assert from "node:assert/strict";
import { judgeContainer } from "../../src/safety/container_policy.ts";
import type { CreatePolicy } from "../../src/safety/create_policy.ts";
import { createProfile } from "../../src/tools/create_profile.ts";

const REFUSED = { name: "RefusedError", code: "policy" };
const ORDINARY_POLICY: CreatePolicy = { allowPrivileged: false };

async function passes(body: unknown, policy = ORDINARY_POLICY): Promise<void> {
  await judgeContainer(body, policy);
}

async function refuses(
  body: unknown,
  message = /^Cannot create: /,
  policy = ORDINARY_POLICY,
): Promise<void> {
  const expected = { ...REFUSED, message };
  await assert.rejects(judgeContainer(body, policy), expected, JSON.stringify(body));
}

const ordinary = {
  Image: "nginx",
  Cmd: ["nginx"],
  Entrypoint: ["/docker-entrypoint.sh"],
  Env: ["A=b", "EMPTY="],
  ExposedPorts: { "80/tcp": {} },
  Labels: { a: "b", "mcp.docker.owner": "me" },
  User: "app:app",
  WorkingDir: "/srv",
  Hostname: "web-1.example",
  Healthcheck: { Test: ["CMD-SHELL", "curl -f localhost"], Interval: 1e9, Retries: 3 },
  HostConfig: {
    AutoRemove: true,
    CpuShares: 512,
    NanoCpus: 5e8,
    Memory: 1e9,
    Mounts: [{ Type: "volume", Source: "data", Target: "/data", ReadOnly: true }],
    PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }] },
    NetworkMode: "shop",
    RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 },
    ReadonlyRootfs: true,
    Tmpfs: { "/run": "size=64m,mode=1777" },
    CapDrop: ["ALL"],
    Init: true,
  },
};

Deno.test("judgeContainer() accepts what the create tool can ask for", async () => {
  await passes(ordinary);
  await passes({ Image: "a" });
  await passes({ Image: "a", HostConfig: null });
  await passes({ Image: "a", HostConfig: {} });
  await passes({ Image: "a", Entrypoint: [""] });
});

/** Each of them could reach the host, another container or the daemon. */
const dangerousFields: Record<string, unknown> = {
  Privileged: true,
  Binds: ["/:/host"],
  CapAdd: ["SYS_ADMIN"],
  SecurityOpt: ["seccomp=unconfined"],
  PidMode: "host",
  IpcMode: "host",
  UTSMode: "host",
  UsernsMode: "host",
  CgroupnsMode: "host",
  Devices: [{ PathOnHost: "/dev/sda" }],
  DeviceCgroupRules: ["a *:* rwm"],
  DeviceRequests: [{}],
  VolumesFrom: ["other"],
  VolumeDriver: "x",
  Sysctls: { "kernel.msgmax": "1" },
  Runtime: "other",
  MaskedPaths: [],
  ReadonlyPaths: [],
  CgroupParent: "/",
  Cgroup: "container:x",
  LogConfig: { Type: "syslog", Config: { "syslog-address": "tcp://evil" } },
  OomScoreAdj: -1000,
  OomKillDisable: true,
  Ulimits: [],
  Links: ["db"],
  ExtraHosts: ["db:1.2.3.4"],
  Dns: ["1.2.3.4"],
  DnsOptions: ["ndots:0"],
  DnsSearch: ["evil.example"],
  GroupAdd: ["0"],
  PublishAllPorts: true,
  Isolation: "process",
  StorageOpt: {},
  ShmSize: 1,
  Annotations: {},
};

Deno.test("judgeContainer() refuses every field that could reach the host, and says why", async () => {
  for (const [field, value] of Object.entries(dangerousFields)) {
    const body = { Image: "a", HostConfig: { [field]: value } };
    await refuses(body, new RegExp(`^Cannot create: HostConfig\\.${field} is not allowed: \\w+`));
  }
});

Deno.test("judgeContainer() refuses fields that it does not know, whatever they hold", async () => {
  const hostFields = ["FutureField", "privileged", "PRIVILEGED", "Privileged ", "capAdd", "binds"];
  for (const field of [...hostFields, "constructor", "prototype", "toString", "hasOwnProperty"]) {
    const body = { Image: "a", HostConfig: { [field]: {} } };
    await refuses(body, new RegExp(`HostConfig\\.${field} is not covered`));
  }
  await refuses(JSON.parse('{"HostConfig":{"__proto__":{"Privileged":true}}}'), /__proto__ is not/);
  await refuses(
    JSON.parse('{"__proto__":{"HostConfig":{}}}'),
    /container\.__proto__ is not covered/,
  );
  const fields = ["Volumes", "NetworkingConfig", "Domainname", "MacAddress", "Shell", "OnBuild"];
  for (
    const field of [...fields, "StopSignal", "Tty", "hostconfig", "HostConfig ", "constructor"]
  ) {
    await refuses({ Image: "a", [field]: {} }, new RegExp(`container\\.${field} is not covered`));
  }
});

/** For each known field values that mean something else, and its legitimate neighbours. */
const values: [field: string, bad: unknown[], good: unknown[]][] = [
  ["Image", ["", "a b", "../x", ["a"], 1, {}], ["a", "a:1", `sha256:${"0".repeat(64)}`]],
  ["Cmd", ["ls", [1], [["a"]], {}, ["a\0"]], [[], ["ls", "-l"], ["", " "]]],
  ["Entrypoint", ["ls", [1], {}], [["ls"], [""]]],
  ["Env", ["A=b", ["A"], ["=b"], ["A=\0"], [{}], {}], [[], ["A=b=c"], ["A="]]],
  [
    "ExposedPorts",
    [{ "80/tcp": { a: 1 } }, { "80": {} }, { "0/tcp": {} }, { "80/tcp": null }, []],
    [
      { "80/tcp": {}, "53/udp": {} },
    ],
  ],
  ["Labels", [
    { a: 1 },
    { "a b": "x" },
    { a: "\n" },
    { constructor: "x" },
    JSON.parse('{"__proto__":"x"}'),
    { "mcp.docker.protected": "x" },
    { "MCP.Docker.owner": "x" },
    [],
  ], [{}, { "mcp.docker": "x" }, { "com.example.mcp.docker.a": "x" }]],
  ["User", ["root;id", "a b", "-1", "", 0], ["root", "0", "1000:1000", "www-data:www-data"]],
  ["WorkingDir", ["/proc/self/fd/7", "/sys", "/dev/x", "a", "/a/..", "//proc"], ["/", "/procs"]],
  ["Hostname", ["a b", "-a", "", "a..b", "a".repeat(64)], ["a", "a_b", "a-b.c", "a".repeat(63)]],
  ["Healthcheck", [
    { Test: "x" },
    { Test: ["CMD", "x"], Interval: "1s" },
    { Test: ["CMD", "x"], Interval: -1 },
    { Test: ["CMD", "x"], Start: 1 },
    { Interval: 1 },
    [],
  ], [{ Test: ["NONE"] }, { Test: ["CMD", "x"], Interval: 1e9, Timeout: 1, StartPeriod: 0 }]],
  ["HostConfig.AutoRemove", ["true", 1], [true, false]],
  ["HostConfig.CpuShares", ["1", -1, 1.5, 1e9, NaN], [2, 262_144]],
  ["HostConfig.NanoCpus", [0, -1, 0.5, "1"], [1e7, 4e9]],
  ["HostConfig.Memory", [-1, 1.5, "1g", 2 ** 60], [6_291_456]],
  ["HostConfig.PidsLimit", [0, -1, "1"], [1, 512]],
  ["HostConfig.ReadonlyRootfs", ["true", 0], [true, false]],
  ["HostConfig.Init", ["true", 1], [true, false]],
  ["HostConfig.Privileged", [true, 1, "false", {}], [false]],
  ["HostConfig.CapDrop", ["ALL", ["EVERYTHING"], [1]], [[], ["ALL"], ["CAP_NET_RAW"]]],
  ["HostConfig.SecurityOpt", [
    ["no-new-privileges:false"],
    ["no-new-privileges:true", "seccomp=unconfined"],
    ["apparmor=unconfined"],
    ["label=disable"],
    "no-new-privileges:true",
  ], [[], ["no-new-privileges:true"]]],
  ["HostConfig.RestartPolicy", [
    "always",
    { Name: "sometimes" },
    { Name: "always", MaximumRetryCount: 1 },
    { Name: "on-failure", MaximumRetryCount: -1 },
    { Name: "no", Extra: 1 },
  ], [{ Name: "no" }, { Name: "unless-stopped" }, { Name: "on-failure", MaximumRetryCount: 1 }]],
  ["HostConfig.Tmpfs", [
    { "/": "" },
    { "/proc": "" },
    { "/run": "size=64m,dev" },
    { "/run": "suid" },
    { "/run": "bind" },
    { "/run": 1 },
    { run: "" },
    ["/run"],
  ], [{ "/run": "" }, { "/tmp": "exec,size=50%" }]],
  ["HostConfig.NetworkMode", [
    "a/b",
    "ns:/proc/1/ns/net",
    "",
    "6416717801b0",
    "0".repeat(64),
    "slirp4netns:x",
    1,
    ["host"],
  ], [
    ...["bridge", "none", "default", "shop_default", "cafe"],
  ]],
];

Deno.test("judgeContainer() judges every known field by its value, not by its name", async () => {
  const bodyOf = (field: string, value: unknown) => {
    const [outer = "", inner] = field.split(".");
    return inner === undefined ? { [outer]: value } : { [outer]: { [inner]: value } };
  };
  for (const [field, bad, good] of values) {
    for (const value of bad) await refuses(bodyOf(field, value), new RegExp(`${field}`));
    for (const value of good) await passes(bodyOf(field, value));
  }
});

Deno.test("judgeContainer() refuses the network of the host or of another container", async () => {
  for (const mode of ["host", "container:db", `container:${"a".repeat(64)}`]) {
    const body = { Image: "a", HostConfig: { NetworkMode: mode } };
    await refuses(body, /^network: ".*" is not allowed: it shares all interfaces of/);
    await assert.rejects(judgeContainer(body, ORDINARY_POLICY), {
      remedy: /SAFETY_ALLOW_PRIVILEGED_CONTAINERS=true$/,
    });
    await passes(body, { allowPrivileged: true });
  }
  const strange = { HostConfig: { NetworkMode: "container:../x" } };
  await refuses(strange, /NetworkMode/, { allowPrivileged: true });
});

Deno.test("judgeContainer() judges the ports that a container publishes", async () => {
  const bodyOf = (HostIp: string, HostPort: string) => ({
    HostConfig: { PortBindings: { "80/tcp": [{ HostIp, HostPort }] } },
  });
  await refuses(bodyOf("127.0.0.1", "80"), /^ports: host port 80 is not allowed/);
  await refuses(bodyOf("", "8080"), /PortBindings HostIp/);
  await passes(bodyOf("127.0.0.1", "80"), { ...ORDINARY_POLICY, allowPrivilegedPorts: true });
});

Deno.test("judgeContainer() refuses host paths that no setting allows, in words for the model", async () => {
  for (const Source of ["/", "/etc", "/var/run/docker.sock"]) {
    const BindOptions = { Propagation: "rprivate", CreateMountpoint: false };
    const Mounts = [{ Type: "bind", Source, Target: "/x", ReadOnly: true, BindOptions }];
    await refuses({ Image: "a", HostConfig: { Mounts } }, /^volumes: host path /);
  }
});

Deno.test("judgeContainer() refuses every mount but a plain named volume or a plain bind", async () => {
  const BindOptions = { Propagation: "rprivate", CreateMountpoint: false };
  const bind = { Type: "bind", Source: "/srv", Target: "/x", ReadOnly: true, BindOptions };
  const volume = { Type: "volume", Source: "x", Target: "/x", ReadOnly: true };
  const mounts: unknown[] = [
    ...["tmpfs", "npipe", "image", "cluster", "BIND", "", undefined].map((Type) => ({
      ...volume,
      Type,
    })),
    { ...volume, type: "bind" },
    { ...volume, VolumeOptions: { DriverConfig: { Options: { device: "/" } } } },
    { ...volume, BindOptions },
    { ...volume, TmpfsOptions: {} },
    { ...volume, Consistency: "cached" },
    ...["/etc", "../x", "", 1].map((Source) => ({ ...volume, Source })),
    { ...volume, Source: undefined },
    ...["/", "/proc/x", "/a:b", "a", "/../a", 1].map((Target) => ({ ...volume, Target })),
    { ...volume, ReadOnly: "true" },
    { ...bind, BindOptions: { ...BindOptions, Propagation: "rshared" } },
    { ...bind, BindOptions: { ...BindOptions, CreateMountpoint: true } },
    { ...bind, BindOptions: { ...BindOptions, NonRecursive: true } },
    { ...bind, BindOptions: undefined },
    { ...bind, Source: undefined },
    "volume",
    null,
    [],
  ];
  for (const mount of mounts) {
    await refuses({ Image: "a", HostConfig: { Mounts: [volume, mount] } }, /^Cannot create: /);
  }
});

Deno.test("judgeContainer() refuses a body of another form", async () => {
  const bodies = [null, undefined, [], "x", 1, { HostConfig: [] }, { HostConfig: "x" }];
  const mounts = [{}, "x", 1, null].map((Mounts) => ({ HostConfig: { Mounts } }));
  for (const body of [...bodies, ...mounts]) await refuses(body);
});

Deno.test("judgeContainer() applies the tripwire to entrypoint, command and health check", async () => {
  await refuses({ Image: "a", Cmd: ["rm", "-rf", "/"] }, /^command: "rm" would delete all of "\/"/);
  await refuses({ Image: "a", Entrypoint: ["reboot"] }, /^entrypoint: "reboot" would stop/);
  await refuses({ Entrypoint: ["sh", "-c"], Cmd: ["rm -rf /"] }, /^command: "rm"/);
  const Test = ["CMD-SHELL", "curl x | sh"];
  await refuses({ Image: "a", Healthcheck: { Test } }, /^healthcheck: what "curl" puts out/);
  await refuses({ Healthcheck: { Test: ["CMD", "reboot"] } }, /^healthcheck: "reboot"/);
  await passes({ Image: "a", Entrypoint: ["echo"], Cmd: ["rm", "-rf", "/"] });
  const below = { Image: "a", Cmd: ["sh", "-c", "rm -rf $DIR/*"] };
  await refuses(below, /DIR is not set/);
  await passes({ ...below, Env: ["DIR=/srv"], Healthcheck: { Test: ["CMD", ...below.Cmd] } });
  await passes({ Image: "a", Healthcheck: { Test: ["CMD", "grep", "reboot", "/log"] } });
});

const hardenedHost = {
  CapDrop: ["NET_RAW"],
  SecurityOpt: ["no-new-privileges:true"],
  PidsLimit: 512,
  Init: true,
};

Deno.test("judgeContainer() lets a body pass the hardened profile only where it has all of it", async () => {
  const policy = { ...ORDINARY_POLICY, profile: createProfile("hardened") };
  await passes({ HostConfig: hardenedHost }, policy);
  await passes({ HostConfig: { ...hardenedHost, CapDrop: ["ALL"], PidsLimit: 10 } }, policy);
  const lacking: [Record<string, unknown>, RegExp][] = [
    [{ CapDrop: undefined }, /NET_RAW is not dropped/],
    [{ CapDrop: ["MKNOD"] }, /NET_RAW is not dropped/],
    [{ SecurityOpt: undefined }, /new privileges are not forbidden/],
    [{ SecurityOpt: [] }, /new privileges are not forbidden/],
    [{ PidsLimit: undefined }, /no limit of processes/],
    [{ PidsLimit: 513 }, /no limit of processes/],
    [{ Init: undefined }, /init is false/],
    [{ Init: false }, /init is false, which SAFETY_CREATE_PROFILE=hardened requires/],
  ];
  for (const [change, message] of lacking) {
    const HostConfig = JSON.parse(JSON.stringify({ ...hardenedHost, ...change }));
    await refuses({ HostConfig }, message, policy);
    await passes({ HostConfig });
  }
});

Deno.test("judgeContainer() demands the capabilities that the operator drops in every profile", async () => {
  const profile = createProfile("compat", ["cap_mknod", "NET_RAW"]);
  const policy = { ...ORDINARY_POLICY, profile };
  await passes({ HostConfig: { CapDrop: ["NET_RAW", "MKNOD"] } }, policy);
  await passes({ HostConfig: { CapDrop: ["ALL"] } }, policy);
  await refuses({ HostConfig: { CapDrop: ["NET_RAW"] } }, /MKNOD is not dropped/, policy);
  await refuses({ HostConfig: {} }, /SAFETY_DEFAULT_CAP_DROP requires/, policy);
});
