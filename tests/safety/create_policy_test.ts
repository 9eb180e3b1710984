import assert from "node:assert/strict";
import { judgeContainer, judgeExec } from "../../src/safety/create_policy.ts";

const REFUSED = { name: "RefusedError", code: "policy" };

const ordinary = {
  Image: "nginx",
  Cmd: ["nginx"],
  Env: ["A=b"],
  ExposedPorts: { "80/tcp": {} },
  Labels: { a: "b" },
  HostConfig: {
    AutoRemove: true,
    CpuShares: 512,
    Memory: 1e9,
    Mounts: [{ Type: "volume", Source: "data", Target: "/data", ReadOnly: true }],
    PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }] },
  },
};

Deno.test("judgeContainer() accepts what the create tool can ask for", () => {
  judgeContainer(ordinary);
  judgeContainer({ Image: "a" });
  judgeContainer({ Image: "a", HostConfig: null });
  judgeContainer({ Image: "a", HostConfig: {} });
});

/** Each of them could reach the host, another container or the daemon. */
const hostFields: Record<string, unknown> = {
  Privileged: true,
  privileged: true,
  Binds: ["/:/host"],
  CapAdd: ["SYS_ADMIN"],
  CapDrop: [],
  SecurityOpt: ["seccomp=unconfined"],
  PidMode: "host",
  IpcMode: "host",
  UTSMode: "host",
  UsernsMode: "host",
  CgroupnsMode: "host",
  NetworkMode: "host",
  Devices: [{ PathOnHost: "/dev/sda" }],
  DeviceCgroupRules: ["a *:* rwm"],
  DeviceRequests: [{}],
  VolumesFrom: ["other"],
  VolumeDriver: "x",
  Tmpfs: { "/run": "exec" },
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
  GroupAdd: ["0"],
  PublishAllPorts: true,
  RestartPolicy: { Name: "always" },
  Isolation: "process",
  StorageOpt: {},
  ShmSize: 1,
  Annotations: {},
  FutureField: 1,
};

Deno.test("judgeContainer() refuses every field of HostConfig that could reach the host, and unknown ones", () => {
  for (const [field, value] of Object.entries(hostFields)) {
    const body = { Image: "a", HostConfig: { [field]: value } };
    const expected = { ...REFUSED, message: new RegExp(`HostConfig\\.${field} is not covered`) };
    assert.throws(() => judgeContainer(body), expected, field);
  }
});

Deno.test("judgeContainer() refuses fields of the container that it does not know", () => {
  const fields = ["Volumes", "NetworkingConfig", "User", "Entrypoint", "hostconfig", "HostConfig "];
  for (const field of fields) {
    const expected = { ...REFUSED, message: new RegExp(`container\\.${field} is not covered`) };
    assert.throws(() => judgeContainer({ Image: "a", [field]: {} }), expected, field);
  }
});

Deno.test("judgeContainer() refuses host paths with the words a model needs", () => {
  for (const Source of ["/", "/etc", "/var/run/docker.sock", "relative", undefined]) {
    const Mounts = [{ Type: "bind", Source, Target: "/x" }];
    assert.throws(() => judgeContainer({ Image: "a", HostConfig: { Mounts } }), {
      ...REFUSED,
      message: /^volumes: host path .*cannot be mounted/,
      remedy: /Name a volume instead/,
    });
  }
});

Deno.test("judgeContainer() refuses every mount but a plain named volume", () => {
  const mounts: unknown[] = [
    { Type: "tmpfs", Target: "/x" },
    { Type: "npipe", Source: "x", Target: "/x" },
    { Type: "image", Source: "x", Target: "/x" },
    { Type: "cluster", Source: "x", Target: "/x" },
    { Source: "x", Target: "/x" },
    { type: "bind", Source: "/", Target: "/x" },
    { Type: "BIND", Source: "/", Target: "/x" },
    { Type: "volume", Source: "x", Target: "/x", VolumeOptions: { DriverConfig: {} } },
    { Type: "volume", Source: "x", Target: "/x", BindOptions: {} },
    { Type: "volume", Source: "/etc", Target: "/x" },
    { Type: "volume", Source: "../x", Target: "/x" },
    { Type: "volume", Target: "/x" },
    "volume",
    null,
    [],
  ];
  for (const mount of mounts) {
    const body = { Image: "a", HostConfig: { Mounts: [...ordinary.HostConfig.Mounts, mount] } };
    assert.throws(() => judgeContainer(body), REFUSED, JSON.stringify(mount));
  }
});

Deno.test("judgeContainer() refuses a body of another form", () => {
  const bodies = [null, undefined, [], "x", 1, { HostConfig: [] }, { HostConfig: "x" }];
  const mounts = [{}, "x", 1].map((Mounts) => ({ HostConfig: { Mounts } }));
  for (const body of [...bodies, ...mounts]) {
    assert.throws(() => judgeContainer(body), REFUSED, JSON.stringify(body));
  }
});

Deno.test("judgeExec() accepts what the exec tool can ask for", () => {
  const body = { Cmd: ["ls"], Env: ["A=b"], WorkingDir: "/", User: "root", AttachStdout: true };
  judgeExec(body, { allowPrivileged: false });
  judgeExec({ ...body, Privileged: false }, { allowPrivileged: false });
  judgeExec({ ...body, Privileged: true }, { allowPrivileged: true });
});

Deno.test("judgeExec() refuses privileges that are not allowed, and names the setting", () => {
  assert.throws(() => judgeExec({ Cmd: ["ls"], Privileged: true }, { allowPrivileged: false }), {
    ...REFUSED,
    message: /Privileged exec is not allowed/,
    remedy: /SAFETY_ALLOW_PRIVILEGED_CONTAINERS/,
  });
});

Deno.test("judgeExec() refuses what is no boolean, unknown fields and other forms", () => {
  const bodies: unknown[] = [
    { Cmd: ["ls"], Privileged: "true" },
    { Cmd: ["ls"], Privileged: 1 },
    { Cmd: ["ls"], privileged: true },
    { Cmd: ["ls"], DetachKeys: "x" },
    { Cmd: ["ls"], Container: "x" },
    null,
    [],
    "x",
  ];
  for (const body of bodies) {
    assert.throws(() => judgeExec(body, { allowPrivileged: false }), REFUSED, JSON.stringify(body));
  }
});
