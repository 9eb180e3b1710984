import assert from "node:assert/strict";
import { type EngineServer, serverTest, uniqueName } from "../e2e/engine_server.ts";
import { imageReference } from "../engine/image_definitions.ts";

interface Created {
  readonly container_id: string;
  readonly name: string | null;
  readonly warnings: string[] | null;
}

/** What `GET /containers/<id>/json` says, as far as a create decides it. */
interface Container {
  readonly Name: string;
  readonly State: { readonly Status: string };
  readonly Config: {
    readonly Image: string;
    readonly Cmd: string[];
    readonly Env: string[];
    readonly Labels: Record<string, string>;
    readonly ExposedPorts?: Record<string, unknown>;
  } & Readonly<Record<string, unknown>>;
  readonly HostConfig: {
    readonly Binds: string[] | null;
    readonly Mounts?: Record<string, unknown>[];
    readonly PortBindings: Record<string, { HostIp: string; HostPort: string }[]> | null;
    readonly AutoRemove: boolean;
    readonly Memory: number;
    readonly CpuShares: number;
    readonly Privileged: boolean;
  } & Readonly<Record<string, unknown>>;
}

const TOOL = "docker_create_container";
const IMAGE = imageReference("busybox");

interface CreateTest extends EngineServer {
  /** Creates a container, looks at it on the Engine itself and removes it. */
  readonly made: (input: Record<string, unknown>) => Promise<Container>;
}

function createTest(
  name: string,
  run: (test: CreateTest) => Promise<void>,
  env: Record<string, string> = {},
): void {
  serverTest(name, async (test) => {
    const made = async (input: Record<string, unknown>): Promise<Container> => {
      const { container_id } = await test.call<Created>(TOOL, { image: IMAGE, ...input });
      try {
        return (await test.engine.raw("GET", `/containers/${container_id}/json`)).json as Container;
      } finally {
        await test.engine.remove(container_id);
      }
    };
    await run({ ...test, made });
  }, { env });
}

createTest(`${TOOL} creates and does not start, under a label that tells its owner`, async ({
  made,
}) => {
  const name = uniqueName("created");
  const { Name, State, Config, HostConfig } = await made({ name, detach: false });
  assert.deepEqual([Name, State.Status, Config.Image], [`/${name}`, "created", IMAGE]);
  assert.deepEqual(Config.Labels, { "mcp.docker.owner": "shop-docker" });
  assert.deepEqual([HostConfig.AutoRemove, HostConfig.Privileged], [false, false]);
}, { MCP_SERVER_NAME: "shop-docker" });

createTest(`${TOOL} answers the short id, the name and the Engine's warnings`, async ({
  call,
  engine,
}) => {
  const name = uniqueName("answered");
  const created = await call<Created>(TOOL, { image: IMAGE, name });
  assert.match(created.container_id, /^[0-9a-f]{12}$/);
  assert.deepEqual([created.name, created.warnings], [name, null]);
  await engine.remove(name);
  const unnamed = await call<Created>(TOOL, { image: IMAGE });
  await engine.remove(unnamed.container_id);
  assert.equal(unnamed.name, null);
});

createTest(`${TOOL} passes on command, environment, limits and removal`, async ({ made }) => {
  const { Config, HostConfig } = await made({
    command: "sleep 'a b' 1",
    environment: { TZ: "Europe/Vienna", EMPTY: "" },
    mem_limit: "64m",
    cpu_shares: "512",
    remove: true,
  });
  assert.deepEqual(Config.Cmd, ["sleep", "a b", "1"]);
  assert.ok(Config.Env.includes("TZ=Europe/Vienna") && Config.Env.includes("EMPTY="));
  assert.deepEqual([HostConfig.Memory, HostConfig.CpuShares, HostConfig.AutoRemove], [
    64 * 1024 * 1024,
    512,
    true,
  ]);
  const list = await made({ command: ["echo", "$HOME; x"], environment: '{"A": "b"}' });
  assert.deepEqual(list.Config.Cmd, ["echo", "$HOME; x"]);
  assert.ok(list.Config.Env.includes("A=b"));
});

createTest(`${TOOL} reads amounts of memory in every form`, async ({ made, callFailing }) => {
  for (
    const [mem_limit, bytes] of [
      ["10485760", 10_485_760],
      ["10240k", 10_485_760],
      ["1.5g", 1_610_612_736],
      ["64MiB", 67_108_864],
      ["64 MB", 67_108_864],
      ["16777216b", 16_777_216],
    ] as const
  ) {
    assert.equal((await made({ mem_limit })).HostConfig.Memory, bytes, mem_limit);
  }
  for (const mem_limit of ["", "lots", "-1", "1m", "0", "1e9", "10 apples", "9999999p", "64mm"]) {
    const text = await callFailing(TOOL, { image: IMAGE, mem_limit });
    assert.match(text, /^mem_limit: .*(at least 6 MiB)/, mem_limit);
  }
});

createTest(`${TOOL} publishes ports on 127.0.0.1 unless an address is given`, async ({ made }) => {
  const cases: [unknown, Record<string, { HostIp: string; HostPort: string }[]>, string[]][] = [
    [{ "80/tcp": 18_080 }, { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "18080" }] }, ["80/tcp"]],
    [{ "80": 0 }, { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }] }, ["80/tcp"]],
    [{ "53/udp": ["0.0.0.0", 5353] }, { "53/udp": [{ HostIp: "0.0.0.0", HostPort: "5353" }] }, [
      "53/udp",
    ]],
    [{ "80/tcp": ["::1", 18_081] }, { "80/tcp": [{ HostIp: "::1", HostPort: "18081" }] }, [
      "80/tcp",
    ]],
    [{ "80/tcp": null, "443/TCP": null }, {}, ["443/tcp", "80/tcp"]],
    ['{"80/sctp": 18082}', { "80/sctp": [{ HostIp: "127.0.0.1", HostPort: "18082" }] }, [
      "80/sctp",
    ]],
  ];
  for (const [ports, bindings, exposed] of cases) {
    const { Config, HostConfig } = await made({ ports });
    assert.deepEqual(HostConfig.PortBindings ?? {}, bindings, JSON.stringify(ports));
    assert.deepEqual(Object.keys(Config.ExposedPorts ?? {}).sort(), exposed);
  }
});

createTest(`${TOOL} mounts named volumes, and nothing of the host`, async ({
  made,
  callFailing,
  engine,
}) => {
  const volume = uniqueName("create-volume");
  await engine.raw("POST", "/volumes/create", { Name: volume, Labels: engine.labels });
  const { HostConfig } = await made({ volumes: { [volume]: { bind: "/data", mode: "ro" } } });
  assert.deepEqual([HostConfig.Mounts, HostConfig.Binds], [[{
    Type: "volume",
    Source: volume,
    Target: "/data",
    ReadOnly: true,
  }], null]);
  for (const path of ["/", "/etc", "/var/run/docker.sock", "//etc", "/home/../etc"]) {
    const text = await callFailing(TOOL, { image: IMAGE, volumes: { [path]: { bind: "/host" } } });
    assert.match(text, /^volumes: host path ".*"/, path);
  }
  for (const source of ["./data", "../etc", "~", "C:\\", "a/b", ""]) {
    await callFailing(TOOL, { image: IMAGE, volumes: { [source]: { bind: "/host" } } });
  }
  for (
    const mount of [
      { bind: "/data", mode: "rw,shared" },
      { bind: "/data", mode: "ro", driver: "local" },
      { bind: "/data", driver_opts: { type: "none", o: "bind", device: "/" } },
      { mode: "ro" },
      "/data",
    ]
  ) {
    const text = await callFailing(TOOL, { image: IMAGE, volumes: { [volume]: mount } });
    assert.match(text, /volumes/, JSON.stringify(mount));
  }
});

createTest(`${TOOL} refuses bad arguments by their names, and creates nothing`, async ({
  callFailing,
  engine,
}) => {
  const before = await engine.raw("GET", "/containers/json?all=1");
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ image: "" }, /^image: is not an image reference/],
    [{ image: "UPPER/case:tag:tag" }, /^image: is not an image reference/],
    [{ image: "busybox;id" }, /^image: is not an image reference/],
    [{ image: null }, /^image: is missing, e\.g\. "nginx:1\.29"/],
    [{ name: "a" }, /^name: expected 2 to 128 letters/],
    [{ name: "../etc" }, /^name: expected 2 to 128 letters/],
    [{ name: "0123456789ab" }, /^name: .*not shaped like an id/],
    [{ name: "x".repeat(129) }, /^name: expected 2 to 128/],
    [{ ports: { "80/tcp": 65_536 } }, /^ports/],
    [{ ports: { "80/tcp": -1 } }, /^ports/],
    [{ ports: { "0/tcp": 80 } }, /^ports: "0\/tcp" is not a container port/],
    [{ ports: { "70000": 80 } }, /^ports: "70000" is not a container port/],
    [{ ports: { "80/icmp": 80 } }, /^ports: "80\/icmp" is not a container port/],
    [{ ports: { "80/tcp": ["localhost", 80] } }, /^ports: the address of "80\/tcp" is not an IP/],
    [{ ports: { "80/tcp": "web" } }, /^ports\.80\/tcp: is text that cannot/],
    [{ ports: "{80" }, /^ports: is text that cannot be read as an object/],
    [{ volumes: "{" }, /^volumes: is text that cannot be read as an object/],
    [{ command: "echo $(id)" }, /^command: contains "\$\("/],
    [{ command: 7 }, /^command: expected a string or a list/],
    [{ environment: ["A=b"] }, /^environment: expected an object/],
    [{ environment: { "": "b" } }, /^environment: /],
    [{ cpu_shares: 1 }, /^cpu_shares: /],
    [{ remove: "yes" }, /^remove: is text that cannot be read as true or false/],
    [{ privileged: true }, /^privileged: is not an argument of docker_create_container/],
    [{ network_mode: "host" }, /^network_mode: is not an argument/],
    [{ pid_mode: "host" }, /^pid_mode: is not an argument/],
    [{ devices: ["/dev/sda"] }, /^devices: is not an argument/],
    [{ security_opt: ["seccomp=unconfined"] }, /^security_opt: is not an argument/],
    [{ volumes_from: ["db"] }, /^volumes_from: is not an argument/],
    [{ cap_add: ["ALL"] }, /^cap_add: is not an argument/],
    [{ enviroment: {} }, /^enviroment: is not an argument.*did you mean "environment"/],
  ];
  for (const [input, expected] of cases) {
    const text = await callFailing(TOOL, { image: IMAGE, ...input });
    assert.match(text, expected, JSON.stringify(input));
  }
  const several = await callFailing(TOOL, { image: IMAGE, cpu_shares: 1, name: "a", x: 1 });
  assert.match(several, /cpu_shares: .*\n?.*name: |name: .*\n?.*cpu_shares: /s);
  assert.match(several, /x: is not an argument/);
  const after = await engine.raw("GET", "/containers/json?all=1");
  assert.deepEqual(idsIn(after.text), idsIn(before.text));
});

createTest(`${TOOL} passes on why the Engine refuses, and what to do next`, async ({
  callFailing,
  engine,
}) => {
  const missing = await callFailing(TOOL, { image: "mcp-docker-test/absent:1" });
  assert.match(
    missing,
    /No such image: mcp-docker-test\/absent:1\. Pull it first with docker_pull_image/,
  );
  const name = uniqueName("taken");
  await engine.create("busybox", { name });
  const taken = await callFailing(TOOL, { image: IMAGE, name });
  assert.match(
    taken,
    /is already in use by container.*Choose another name, or remove its holder\.$/,
  );
});

/** Without their states, which change by themselves. */
function idsIn(list: string): string[] {
  return (JSON.parse(list) as { Id: string }[]).map(({ Id }) => Id).sort();
}
