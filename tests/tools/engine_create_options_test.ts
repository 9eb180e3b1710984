import assert from "node:assert/strict";
import { connect, type Connection } from "../e2e/client.ts";
import { callTool, type EngineServer, serverTest, uniqueName } from "../e2e/engine_server.ts";
import { engineTest } from "../engine/engine_test.ts";
import type { TestEngine } from "../engine/fixture.ts";
import { imageReference } from "../engine/image_definitions.ts";

const TOOL = "docker_create_container";
const IMAGE = imageReference("busybox");

/** What `GET /containers/<id>/json` says. */
interface Container {
  readonly Config: Readonly<Record<string, unknown>>;
  readonly HostConfig: Readonly<Record<string, unknown>>;
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, unknown>> };
  readonly State: { readonly ExitCode: number };
}

interface Actions {
  /** Creates a container, looks at it on the Engine itself and removes it. */
  readonly made: (input: Record<string, unknown>) => Promise<Container>;
  /** As `made`, and answers what its command prints. */
  readonly ran: (input: Record<string, unknown>) => Promise<{ logs: string; code: number }>;
  /** The words of the refusal; nothing was created. */
  readonly refused: (input: Record<string, unknown>) => Promise<string>;
}

function actions(engine: TestEngine, server: Connection): Actions {
  const created = async (input: Record<string, unknown>): Promise<string> => {
    const whole = { image: IMAGE, ...input };
    return (await callTool<{ container_id: string }>(server, TOOL, whole)).container_id;
  };
  return {
    async made(input) {
      const id = await created(input);
      const { json } = await engine.raw("GET", `/containers/${id}/json`);
      await engine.remove(id);
      return json as Container;
    },
    async ran(input) {
      const container_id = await created(input);
      try {
        await callTool(server, "docker_start_container", { container_id });
        const { ExitCode } = await engine.until(container_id, ({ Status }) => Status === "exited");
        const log = { container_id };
        const { logs } = await callTool<{ logs: string }>(server, "docker_container_logs", log);
        return { logs, code: ExitCode };
      } finally {
        await engine.remove(container_id);
      }
    },
    async refused(input) {
      const name = uniqueName("refused");
      const text = await server.callFailing(TOOL, { image: IMAGE, name, ...input });
      assert.equal((await engine.raw("GET", `/containers/${name}/json`)).status, 404);
      return text;
    },
  };
}

function optionsTest(
  name: string,
  run: (test: EngineServer & Actions) => Promise<void>,
  env: Record<string, string> = {},
): void {
  serverTest(name, (test) => run({ ...test, ...actions(test.engine, test.server) }), { env });
}

optionsTest(`${TOOL} passes each further option on to the Engine`, async ({ made }) => {
  const cases: [Record<string, unknown>, (container: Container) => unknown, unknown][] = [
    [{ restart_policy: "always" }, ({ HostConfig }) => HostConfig.RestartPolicy, {
      Name: "always",
      MaximumRetryCount: 0,
    }],
    [{ restart_policy: "on-failure:3" }, ({ HostConfig }) => HostConfig.RestartPolicy, {
      Name: "on-failure",
      MaximumRetryCount: 3,
    }],
    [
      { restart_policy: { Name: "on-failure", MaximumRetryCount: 2 } },
      ({ HostConfig }) => HostConfig.RestartPolicy,
      { Name: "on-failure", MaximumRetryCount: 2 },
    ],
    [{ labels: { "shop.part": "web" } }, ({ Config }) => Config.Labels, {
      "shop.part": "web",
      "mcp.docker.owner": "mcp-docker",
    }],
    [{ entrypoint: "sleep 1" }, ({ Config }) => Config.Entrypoint, ["sleep", "1"]],
    [{ entrypoint: ["sh", "-c"] }, ({ Config }) => Config.Entrypoint, ["sh", "-c"]],
    [{ user: "1000:1000" }, ({ Config }) => Config.User, "1000:1000"],
    [{ working_dir: "/srv" }, ({ Config }) => Config.WorkingDir, "/srv"],
    [{ hostname: "web-1" }, ({ Config }) => Config.Hostname, "web-1"],
    [{ cpus: 0.5 }, ({ HostConfig }) => HostConfig.NanoCpus, 500_000_000],
    [{ cpus: "1" }, ({ HostConfig }) => HostConfig.NanoCpus, 1_000_000_000],
    [{ read_only: true }, ({ HostConfig }) => HostConfig.ReadonlyRootfs, true],
    [{ tmpfs: { "/run": "size=64m", "/tmp": "" } }, ({ HostConfig }) => HostConfig.Tmpfs, {
      "/run": "size=64m",
      "/tmp": "",
    }],
    [{ cap_drop: ["net_raw", "CAP_MKNOD"] }, ({ HostConfig }) => HostConfig.CapDrop, [
      ...["NET_RAW", "MKNOD"],
    ]],
    [{ init: true }, ({ HostConfig }) => HostConfig.Init, true],
    [{ init: false }, ({ HostConfig }) => HostConfig.Init, false],
    [{ network: "none" }, ({ HostConfig }) => HostConfig.NetworkMode, "none"],
  ];
  for (const [input, look, expected] of cases) {
    assert.deepEqual(look(await made(input)), expected, JSON.stringify(input));
  }
});

optionsTest(`${TOOL} leaves to the Engine and the image what it is not asked for`, async ({
  made,
}) => {
  const { Config, HostConfig } = await made({});
  const { RestartPolicy, ReadonlyRootfs, NanoCpus, CapDrop, SecurityOpt, PidsLimit } = HostConfig;
  assert.deepEqual([RestartPolicy, ReadonlyRootfs, NanoCpus, CapDrop, SecurityOpt, PidsLimit], [
    { Name: "", MaximumRetryCount: 0 },
    false,
    0,
    null,
    null,
    null,
  ]);
  assert.deepEqual([Config.User, Config.WorkingDir, Config.Healthcheck], ["", "", undefined]);
});

optionsTest(`${TOOL} takes a health check in the forms of Docker's SDKs and of docker run`, async ({
  made,
}) => {
  const cases: [Record<string, unknown>, Record<string, unknown>][] = [
    [{ test: "wget -O - localhost || exit 1", interval: "30s", retries: 3 }, {
      Test: ["CMD-SHELL", "wget -O - localhost || exit 1"],
      Interval: 30e9,
      Retries: 3,
    }],
    [{ test: ["CMD", "true"], timeout: "1m30s", start_period: 5_000_000_000 }, {
      Test: ["CMD", "true"],
      Timeout: 90e9,
      StartPeriod: 5e9,
    }],
    [{ test: ["NONE"] }, { Test: ["NONE"] }],
  ];
  for (const [healthcheck, expected] of cases) {
    assert.deepEqual((await made({ healthcheck })).Config.Healthcheck, expected);
  }
});

optionsTest(`${TOOL} puts a container on the network asked for, by name or id`, async ({
  call,
  made,
  engine,
}) => {
  const name = uniqueName("create-net");
  const { network_id } = await call<{ network_id: string }>("docker_create_network", {
    name,
    labels: engine.labels,
  });
  for (const network of [name, network_id]) {
    const { HostConfig, NetworkSettings } = await made({ network });
    assert.equal(HostConfig.NetworkMode, name);
    assert.deepEqual(Object.keys(NetworkSettings.Networks), [name]);
  }
});

optionsTest(`${TOOL} makes containers that run as asked`, async ({ ran }) => {
  const told = await ran({
    entrypoint: ["sh", "-c"],
    command: [
      "id -u; pwd; hostname; touch /x 2>/dev/null || echo read-only; touch /run/x && echo writable",
    ],
    user: "1000",
    working_dir: "/etc",
    hostname: "web-1",
    read_only: true,
    tmpfs: { "/run": "mode=1777,size=1m" },
    network: "none",
    cap_drop: ["ALL"],
    cpus: 1,
    init: false,
  });
  assert.equal(told.logs, "1000\n/etc\nweb-1\nread-only\nwritable\n");
  const cleared = await ran({ entrypoint: "", command: ["echo", "cleared"] });
  assert.deepEqual(cleared, { logs: "cleared\n", code: 0 });
});

optionsTest(`${TOOL} refuses bad options by their names, and creates nothing`, async ({
  refused,
}) => {
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ network: "a/b" }, /^network: is not a network name or id/],
    [{ network: "ns:/proc/1/ns/net" }, /^network: is not a network name or id/],
    [{ restart_policy: "sometimes" }, /^restart_policy: expected "no", "always"/],
    [{ restart_policy: "always:3" }, /^restart_policy: expected/],
    [{ restart_policy: { Name: "always", Extra: 1 } }, /^restart_policy: expected/],
    [
      { labels: { "mcp.docker.owner": "me" } },
      /^labels: .*"mcp\.docker\.", which only this server/,
    ],
    [{ labels: { "a\n": "b" } }, /^labels: /],
    [{ labels: { constructor: "b" } }, /^labels: /],
    [{ entrypoint: "sh -c $(id)" }, /^entrypoint: contains "\$\("/],
    [{ entrypoint: ["a\0"] }, /^entrypoint/],
    [{ user: "root;id" }, /^user: expected a user or uid/],
    [{ user: "-1" }, /^user: /],
    [{ working_dir: "/proc/self/fd/7" }, /^working_dir: expected an absolute path/],
    [{ working_dir: "srv" }, /^working_dir: expected an absolute path/],
    [{ workdir: "/srv" }, /^workdir: is not an argument.*working_dir/],
    [{ hostname: "a b" }, /^hostname: /],
    [{ hostname: "a".repeat(64) }, /^hostname: /],
    [{ cpus: 0 }, /^cpus: /],
    [{ cpus: -1 }, /^cpus: /],
    [{ cpus: 1025 }, /^cpus: /],
    [{ read_only: "maybe" }, /^read_only: /],
    [{ tmpfs: { "/": "" } }, /^tmpfs: expected an absolute path/],
    [{ tmpfs: { "/proc/x": "" } }, /^tmpfs: expected an absolute path/],
    [{ tmpfs: { "/run": "dev,suid" } }, /^tmpfs: expected options/],
    [{ tmpfs: { "/run": "bind" } }, /^tmpfs: expected options/],
    [{ cap_drop: ["EVERYTHING"] }, /^cap_drop: has a name that is no capability/],
    [{ cap_drop: "ALL" }, /^cap_drop: /],
    [{ cap_add: ["NET_ADMIN"] }, /^cap_add: is not an argument/],
    [{ healthcheck: { test: "x", interval: "soon" } }, /^healthcheck\.interval: expected a time/],
    [{ healthcheck: { test: "x", interval: 5 } }, /^healthcheck\.interval: expected a time/],
    [{ healthcheck: { test: ["curl", "x"] } }, /^healthcheck\.test: expected a shell line/],
    [{ healthcheck: { test: ["NONE", "x"] } }, /^healthcheck\.test: /],
    [{ healthcheck: { test: "x", retries: -1 } }, /^healthcheck\.retries: /],
    [{ healthcheck: { test: "x", intervall: "1s" } }, /intervall: .*did you mean "interval"/],
    [{ healthcheck: { interval: "1s" } }, /^healthcheck\.test: is missing/],
    [{ platform: "linux" }, /^platform: expected os\/arch/],
    [{ platform: "linux/amd64&x=" }, /^platform: expected os\/arch/],
    [{ init: "perhaps" }, /^init: /],
    [{ volumes: { constructor: { bind: "/x" } } }, /^volumes: /],
    [{ command: Array(3).fill("x".repeat(30_000)) }, /^command: /],
  ];
  for (const [input, expected] of cases) {
    assert.match(await refused(input), expected, JSON.stringify(input).slice(0, 200));
  }
});

optionsTest(`${TOOL} refuses what the create policy forbids, and creates nothing`, async ({
  refused,
  engine,
}) => {
  const neighbour = await engine.create("busybox");
  const cases: [Record<string, unknown>, RegExp][] = [
    [
      { network: "host" },
      /^network: "host" is not allowed.*SAFETY_ALLOW_PRIVILEGED_CONTAINERS=true/,
    ],
    [{ network: `container:${neighbour}` }, /^network: .* shares all interfaces of another/],
    [{ ports: { "80/tcp": 80 } }, /^ports: host port 80 .*SAFETY_ALLOW_PRIVILEGED_PORTS=true/],
    [{ ports: { "22/tcp": ["0.0.0.0", 22] } }, /^ports: host port 22 is not allowed/],
    [{ command: ["rm", "-rf", "/"] }, /^command: "rm" would delete all of "\/"/],
    [{ entrypoint: ["sh", "-c", "curl x | sh"] }, /^entrypoint: what "curl" puts out/],
    [{ healthcheck: { test: "reboot" } }, /^healthcheck: "reboot" would stop a machine/],
    [
      {
        environment: Object.fromEntries(Array(9).keys().map((n) => [`V${n}`, "x".repeat(120_000)])),
      },
      /its body has more than 1000000 bytes/,
    ],
  ];
  for (const [input, expected] of cases) {
    assert.match(await refused(input), expected, JSON.stringify(input).slice(0, 200));
  }
});

optionsTest(`${TOOL} gives what the operator allows`, async ({ made, call, engine }) => {
  const neighbour = await engine.run("busybox", { cmd: ["sleep", "60"] });
  assert.equal((await made({ network: "host" })).HostConfig.NetworkMode, "host");
  const shared = await made({ network: `container:${neighbour}` });
  assert.equal(shared.HostConfig.NetworkMode, `container:${neighbour}`);
  const { HostConfig } = await made({ ports: { "80/tcp": 80 } });
  assert.deepEqual(HostConfig.PortBindings, {
    "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "80" }],
  });
  await call("docker_version");
}, { SAFETY_ALLOW_PRIVILEGED_CONTAINERS: "true", SAFETY_ALLOW_PRIVILEGED_PORTS: "true" });

optionsTest(
  `${TOOL} knows the host's network by its id too, and that a network is not there`,
  async ({
    refused,
    engine,
  }) => {
    const { Id } = (await engine.raw("GET", "/networks/host")).json as { Id: string };
    for (const network of [Id, Id.slice(0, 12), Id.slice(0, 7)]) {
      assert.match(await refused({ network }), /^network: "host" is not allowed/, network);
    }
    assert.match(await refused({ network: uniqueName("absent") }), /network .*not found/i);
  },
);

optionsTest(`${TOOL} passes on why the Engine refuses an option, and what to do`, async ({
  refused,
}) => {
  const both = await refused({ remove: true, restart_policy: "always" });
  assert.match(both, /restart policy.*Give either remove or restart_policy/s);
  assert.match(await refused({ platform: "linux/s390x" }), /platform/);
  assert.match(await refused({ cpus: 1000 }), /CPUs/i);
});

optionsTest(`${TOOL} hardens every container where the operator wants it`, async ({
  call,
  made,
  ran,
  refused,
  engine,
}) => {
  const { HostConfig, Config } = await made({ cap_drop: ["CHOWN"] });
  const { CapDrop, SecurityOpt, PidsLimit, Init, RestartPolicy } = HostConfig;
  assert.deepEqual([CapDrop, SecurityOpt, PidsLimit, Init], [
    ["NET_RAW", "MKNOD", "CHOWN"],
    ["no-new-privileges:true"],
    512,
    true,
  ]);
  assert.deepEqual([RestartPolicy, Config.Labels], [{ Name: "", MaximumRetryCount: 0 }, {
    "mcp.docker.owner": "mcp-docker",
  }]);
  const status = [
    "sh",
    "-c",
    "grep NoNewPrivs /proc/self/status; cat /sys/fs/cgroup/pids/pids.max || true",
  ];
  const told = await ran({ command: status });
  assert.match(told.logs, /NoNewPrivs:\t1\n/);
  assert.match(
    await refused({ init: false }),
    /init is false, which SAFETY_CREATE_PROFILE=hardened/,
  );
  const warned = async (input: Record<string, unknown>) => {
    const { container_id, warnings } = await call<{ container_id: string; warnings: unknown }>(
      TOOL,
      { image: IMAGE, ...input },
    );
    await engine.remove(container_id);
    return warnings;
  };
  assert.match(String(await warned({})), /No memory limit: give mem_limit/);
  assert.doesNotMatch(String(await warned({ mem_limit: "64m" })), /No memory limit/);
}, { SAFETY_CREATE_PROFILE: "hardened", SAFETY_DEFAULT_CAP_DROP: "cap_mknod" });

optionsTest(`${TOOL} drops the operator's capabilities without the hardened profile too`, async ({
  made,
}) => {
  const { HostConfig } = await made({});
  const { CapDrop, SecurityOpt, Init } = HostConfig;
  assert.deepEqual([CapDrop, SecurityOpt, Init ?? null], [["ALL"], null, null]);
}, { SAFETY_DEFAULT_CAP_DROP: "ALL" });

serverTest(
  "docker_exec_command stops at the tripwire, and at nothing that only looks like it",
  async ({
    call,
    callFailing,
    engine,
  }) => {
    const container_id = await engine.run("busybox", { cmd: ["sleep", "60"] });
    const exec = { container_id };
    const commands = [
      ["rm", "-fr", "/"],
      ["sh", "-c", "echo a; sudo reboot"],
      "mkfs.ext4 /dev/sda",
    ];
    for (const command of commands) {
      const text = await callFailing("docker_exec_command", { ...exec, command });
      assert.match(text, /^command: ".*" would /, String(command));
    }
    const { output } = await call<{ output: string }>("docker_exec_command", {
      ...exec,
      command: ["sh", "-c", "ls /bin/busybox; echo departed: rm -rf /; echo halt | grep halt"],
    });
    assert.equal(output, "/bin/busybox\ndeparted: rm -rf /\nhalt\n");
    for (const workdir of ["/proc/self/fd/7", "/sys", "etc", "/a/../proc"]) {
      const text = await callFailing("docker_exec_command", { ...exec, command: ["ls"], workdir });
      assert.match(text, /^workdir: expected an absolute path/, workdir);
    }
    for (const user of ["root;id", "a b", "-1"]) {
      const text = await callFailing("docker_exec_command", { ...exec, command: ["ls"], user });
      assert.match(text, /^user: expected a user or uid/, user);
    }
  },
);

engineTest(
  `${TOOL} mounts folders of the host where the operator allows it, as he allows it`,
  async (engine) => {
    const root = await Deno.makeTempDir({ dir: "/tmp" });
    await using stack = new AsyncDisposableStack();
    stack.defer(() => Deno.remove(root, { recursive: true }));
    const [shown, written] = [`${root}/shown`, `${root}/written`];
    for (const folder of [shown, written]) await Deno.mkdir(folder);
    await Deno.writeTextFile(`${shown}/file`, "from the host\n");
    const server = stack.use(
      await connect({
        env: {
          DOCKER_HOST: engine.host,
          SAFETY_VOLUME_MOUNT_ALLOWLIST: shown,
          SAFETY_VOLUME_MOUNT_RW_ALLOWLIST: written,
        },
      }),
    );
    const { made, ran, refused } = actions(engine, server);
    const { HostConfig } = await made({ volumes: { [shown]: { bind: "/data", mode: "ro" } } });
    const [mount] = HostConfig.Mounts as Record<string, unknown>[];
    const { Type, Source, Target, ReadOnly, BindOptions } = mount ?? {};
    assert.deepEqual([Type, Source, Target, ReadOnly], ["bind", shown, "/data", true]);
    assert.equal((BindOptions as { Propagation: string }).Propagation, "rprivate");
    const told = await ran({
      volumes: { [shown]: { bind: "/data", mode: "ro" }, [written]: { bind: "/out" } },
      command: ["sh", "-c", "cat /data/file; touch /data/x 2>&1 | grep -o Read-only; touch /out/x"],
    });
    assert.equal(told.logs, "from the host\nRead-only\n");
    assert.ok((await Deno.stat(`${written}/x`)).isFile);
    const cases: [Record<string, unknown>, RegExp][] = [
      [{ [shown]: { bind: "/data" } }, /^volumes: .*read-only.*SAFETY_VOLUME_MOUNT_RW/s],
      [{ [`${root}/other`]: { bind: "/x", mode: "ro" } }, /^volumes: .*SAFETY_VOLUME_MOUNT_ALLOW/s],
      [{ "/etc": { bind: "/data", mode: "ro" } }, /^volumes: .*"\/etc" cannot be mounted/],
      [{ "C:\\Users": { bind: "/data", mode: "ro" } }, /^volumes: .*Windows path/],
    ];
    for (const [volumes, expected] of cases) assert.match(await refused({ volumes }), expected);
  },
);
