import assert from "node:assert/strict";
import { type EngineServer, serverTest, uniqueName } from "../e2e/engine_server.ts";

interface List {
  readonly volumes: {
    readonly name: string;
    readonly driver: string;
    readonly scope: string;
    readonly created?: string;
    readonly mountpoint?: string;
    readonly labels?: Record<string, string>;
    readonly options?: Record<string, string>;
  }[];
  readonly count: number;
  readonly truncation_info: Record<string, unknown>;
}

interface Details {
  readonly details: {
    readonly Name: string;
    readonly Driver: string;
    readonly Mountpoint: string;
    readonly Options?: Record<string, string>;
    readonly Labels: Record<string, string>;
  };
  readonly used_by: { readonly id: string; readonly name: string; readonly status: string }[];
  readonly truncation_info: Record<string, unknown>;
}

interface Created {
  readonly name: string;
  readonly driver: string;
  readonly mountpoint: string;
  readonly created: boolean;
}

interface Volume {
  readonly Name: string;
  readonly Driver: string;
  readonly Labels: Record<string, string> | null;
  readonly Options: Record<string, string> | null;
}

const LIST = "docker_list_volumes";
const INSPECT = "docker_inspect_volume";
const CREATE = "docker_create_volume";
const REMOVE = "docker_remove_volume";
const UNCONFIRMED = {
  SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS: "true",
  SAFETY_REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE: "false",
};

async function make(
  { engine }: EngineServer,
  name: string,
  labels: Record<string, string> = {},
): Promise<void> {
  const body = { Name: name, Labels: { ...engine.labels, ...labels } };
  const { status, text } = await engine.raw("POST", "/volumes/create", body);
  assert.equal(status, 201, text);
}

/** In order: the Engine lists them in none. */
async function volumeNames(engine: EngineServer["engine"]): Promise<string[]> {
  const { text } = await engine.raw("GET", "/volumes");
  const { Volumes } = JSON.parse(text) as { Volumes: readonly { Name: string }[] };
  return Volumes.map(({ Name }) => Name).sort();
}

async function inspect({ engine }: EngineServer, name: string): Promise<Volume | undefined> {
  const { status, json } = await engine.raw("GET", `/volumes/${name}`);
  return status === 200 ? json as Volume : undefined;
}

/** The part of a container that mounts a volume. */
function mounting(name: string): { hostConfig: Record<string, unknown> } {
  return { hostConfig: { Mounts: [{ Type: "volume", Source: name, Target: "/data" }] } };
}

serverTest(`${LIST} answers short rows by name, more on request`, async (test) => {
  const [first, second] = [uniqueName("a-list"), uniqueName("b-list")];
  await make(test, second, { app: "shop" });
  await make(test, first);
  const short = await test.call<List>(LIST, { filters: test.own });
  assert.deepEqual(short.volumes.map(({ name }) => name), [first, second]);
  assert.deepEqual([short.count, short.truncation_info], [2, {}]);
  const { created, ...row } = short.volumes[0] ?? {};
  assert.ok(!Number.isNaN(Date.parse(created ?? "")), created);
  assert.deepEqual(row, { name: first, driver: "local", scope: "local" });
  const verbose = await test.call<List>(LIST, { filters: test.own, verbose: true });
  assert.ok(verbose.volumes[0]?.mountpoint?.endsWith(`/volumes/${first}/_data`));
  assert.equal(verbose.volumes[1]?.labels?.app, "shop");
  assert.deepEqual(verbose.volumes[1]?.options, {});
});

serverTest(`${LIST} passes every filter on and refuses others`, async (test) => {
  const { call, callFailing, engine, own } = test;
  const [used, unused] = [uniqueName("filter-used"), uniqueName("filter-unused")];
  for (const name of [used, unused]) await make(test, name);
  await engine.create("busybox", mounting(used));
  const names = async (filters: Record<string, unknown>): Promise<string[]> =>
    (await call<List>(LIST, { filters: { ...own, ...filters } })).volumes.map(({ name }) => name);
  assert.deepEqual(await names({ dangling: "true" }), [unused]);
  assert.deepEqual(await names({ dangling: "false" }), [used]);
  assert.deepEqual(await names({ name: [used, unused], driver: "local" }), [unused, used]);
  assert.deepEqual(await names({ driver: "other" }), []);
  assert.deepEqual(await names({ label: [own.label, "absent"] }), []);
  assert.match(await callFailing(LIST, { filters: { drivr: "x" } }), /did you mean "driver"/);
  assert.match(await callFailing(LIST, { filters: { dangling: "maybe" } }), /^Cannot list volumes/);
  assert.match(await callFailing(LIST, { filters: { dangling: true } }), /^filters\.dangling: /);
  assert.match(await callFailing(LIST, { all: true }), /^all: is not an argument/);
});

serverTest(`${LIST} shows the first rows and says how to get the others`, async (test) => {
  for (const name of ["c", "a", "b"]) await make(test, uniqueName(`${name}-cut`));
  const { volumes, count, truncation_info } = await test.call<List>(LIST, { filters: test.own });
  assert.deepEqual(volumes.map(({ name }) => name.slice(0, 5)), ["a-cut", "b-cut"]);
  assert.equal(count, 3);
  assert.deepEqual([truncation_info.truncated, truncation_info.original_count], [true, 3]);
  assert.match(String(truncation_info.message), /^The first 2 of 3 are shown/);
}, { env: { SAFETY_MAX_LIST_RESULTS: "2" } });

serverTest(`${LIST} takes a third of what the Engine says about 100 volumes`, async (test) => {
  const { call, engine, own } = test;
  for (let number = 0; number < 100; number++) {
    await make(test, uniqueName(`shop${number}_data`), {
      "com.docker.compose.project": `shop${number}`,
      "com.docker.compose.version": "2.26.1",
      "com.docker.compose.volume": "data",
    });
  }
  const filters = encodeURIComponent(JSON.stringify({ label: [own.label] }));
  const raw = await engine.raw("GET", `/volumes?filters=${filters}`);
  const list = await call<List>(LIST, { filters: own });
  assert.equal(list.volumes.length, 100);
  const share = JSON.stringify(list).length / raw.text.length;
  assert.ok(share <= 1 / 3, `${share}`);
});

serverTest(`${INSPECT} shows a volume and who uses it, stopped ones too`, async (test) => {
  const { call, engine } = test;
  const name = uniqueName("inspect");
  await make(test, name, { app: "shop" });
  const [runs, idle] = [uniqueName("runs"), uniqueName("idle")];
  const running = await engine.run("busybox", { name: runs, ...mounting(name) });
  const stopped = await engine.create("busybox", { name: idle, ...mounting(name) });
  await engine.create("busybox", mounting(`${name}-other`));
  const { details, used_by, truncation_info } = await call<Details>(INSPECT, { volume_name: name });
  assert.deepEqual([details.Name, details.Driver, details.Labels.app], [name, "local", "shop"]);
  assert.ok(details.Mountpoint.endsWith(`/${name}/_data`));
  assert.deepEqual([details.Options, truncation_info], [undefined, {}]);
  assert.deepEqual(used_by.toSorted((a, b) => a.name < b.name ? -1 : 1), [
    { id: stopped.slice(0, 12), name: idle, status: "created" },
    { id: running.slice(0, 12), name: runs, status: "running" },
  ]);
  const verbose = await call<Details>(INSPECT, { volume_name: name, verbose: true });
  assert.equal(verbose.details.Options, null);
  await engine.raw("DELETE", `/containers/${running}?force=1`);
  await engine.raw("DELETE", `/containers/${stopped}`);
  assert.deepEqual((await call<Details>(INSPECT, { volume_name: name })).used_by, []);
});

serverTest(`${INSPECT} explains what it cannot find, and hides secrets`, async (test) => {
  const { call, callFailing } = test;
  assert.match(
    await callFailing(INSPECT, { volume_name: "no-such" }),
    /no-such: no such volume\. List the volumes/,
  );
  for (const volume_name of ["", "a", "..", "/etc", "a/b", "a b", "a\n", "x".repeat(129)]) {
    assert.match(await callFailing(INSPECT, { volume_name }), /^volume_name: expected 2 to 128/);
  }
  const name = uniqueName("secret");
  await make(test, name, { "db.password": "hunter2-hunter2" });
  const { details } = await call<Details>(INSPECT, { volume_name: name });
  assert.ok(!JSON.stringify(details).includes("hunter2"), JSON.stringify(details));
});

serverTest(`${CREATE} creates a volume under a label that tells its owner`, async (test) => {
  const { call, engine } = test;
  const name = uniqueName("created");
  const labels = { ...engine.labels, app: "shop" };
  const created = await call<Created>(CREATE, { name, labels });
  assert.ok(created.mountpoint.endsWith(`/${name}/_data`), created.mountpoint);
  assert.deepEqual([created.name, created.driver, created.created], [name, "local", true]);
  const volume = await inspect(test, name);
  assert.deepEqual(volume?.Labels, { ...labels, "mcp.docker.owner": "shop-docker" });
  assert.deepEqual(volume.Options ?? {}, {});

  const unnamed = await call<Created>(CREATE, { labels: JSON.stringify(engine.labels) });
  assert.match(unnamed.name, /^[0-9a-f]{64}$/);
  assert.ok(unnamed.created && await inspect(test, unnamed.name));
}, { env: { MCP_SERVER_NAME: "shop-docker" } });

serverTest(`${CREATE} leaves an existing volume as it is, and says so`, async (test) => {
  const name = uniqueName("existing");
  await make(test, name, { app: "first" });
  const again = await test.call<Created>(CREATE, { name, labels: { app: "second" } });
  assert.deepEqual([again.name, again.created], [name, false]);
  assert.equal((await inspect(test, name))?.Labels?.app, "first");
});

serverTest(`${CREATE} keeps a volume in memory where that is asked for`, async (test) => {
  const { call, engine } = test;
  const name = uniqueName("tmpfs");
  const driver_opts = { type: "tmpfs", device: "tmpfs", o: "size=1m,mode=1777" };
  await call(CREATE, { name, driver_opts, labels: engine.labels });
  assert.deepEqual((await inspect(test, name))?.Options, driver_opts);
  const cmd = ["sh", "-c", "df -k /data | tail -1"];
  const id = await engine.run("busybox", { cmd, ...mounting(name) });
  await engine.until(id, ({ Running }) => !Running);
  const { text } = await engine.raw("GET", `/containers/${id}/logs?stdout=1`);
  assert.match(text, /tmpfs\s+1024\s/);
});

serverTest(
  `${CREATE} refuses mounts in disguise and bad arguments, and creates nothing`,
  async (test) => {
    const { callFailing, engine } = test;
    const before = await volumeNames(engine);
    const cases: [Record<string, unknown>, RegExp][] = [
      [
        { driver_opts: { type: "none", o: "bind", device: "/" } },
        /^driver_opts: type must be "tmpfs"/,
      ],
      [{ driver_opts: { o: "bind", device: "/etc" } }, /^driver_opts: type must be "tmpfs"/],
      [
        {
          driver_opts: {
            type: "overlay",
            device: "overlay",
            o: "lowerdir=/,upperdir=/a,workdir=/b",
          },
        },
        /^driver_opts: type must be "tmpfs"/,
      ],
      [
        { driver_opts: { type: "tmpfs", device: "/dev/sda" } },
        /^driver_opts: device must be "tmpfs"/,
      ],
      [
        { driver_opts: { type: "tmpfs", device: "tmpfs", o: "bind" } },
        /^driver_opts: o may hold size/,
      ],
      [
        { driver_opts: '{"type":"nfs","o":"addr=10.0.0.1","device":":/"}' },
        /^driver_opts: type must/,
      ],
      [{ driver: "sshfs", driver_opts: { sshcmd: "a@b:/" } }, /^driver_opts: the options of other/],
      [{ driver_opts: { size: 5 } }, /^driver_opts\.size: expected a string/],
      [{ driver: "a b" }, /^driver: is not the name of a driver/],
      [{ name: "a" }, /^name: expected 2 to 128/],
      [{ name: "/etc" }, /^name: expected 2 to 128/],
      [{ name: "../x" }, /^name: expected 2 to 128/],
      [{ name: 5 }, /^name: expected a string/],
      [{ labels: { "": "x" } }, /^labels: has a name/],
      [{ labels: { a: "x\ny" } }, /^labels: has a label "a" whose value has control/],
      [{ mountpoint: "/etc" }, /^mountpoint: is not an argument/],
    ];
    for (const [input, expected] of cases) {
      const text = await callFailing(CREATE, { name: uniqueName("bad"), ...input });
      assert.match(text, expected, JSON.stringify(input));
    }
    assert.deepEqual(await volumeNames(engine), before);
  },
);

serverTest(`${REMOVE} removes a volume that nobody uses`, async (test) => {
  for (const force of [false, true]) {
    const name = uniqueName("remove");
    await make(test, name);
    const removed = await test.call(REMOVE, { volume_name: name, force });
    assert.deepEqual(removed, { status: "done", volume_name: name });
    assert.equal(await inspect(test, name), undefined);
  }
}, { env: UNCONFIRMED });

serverTest(`${REMOVE} says who uses a volume, and leaves it, force or not`, async (test) => {
  const { callFailing, engine } = test;
  const name = uniqueName("busy");
  await make(test, name);
  const [first, second] = [uniqueName("user"), uniqueName("stopped-user")];
  await engine.run("busybox", { name: first, ...mounting(name) });
  await engine.create("busybox", { name: second, ...mounting(name) });
  for (const force of [false, true]) {
    const text = await callFailing(REMOVE, { volume_name: name, force });
    assert.match(
      text,
      /^Cannot remove volume ".*": it is used by container .*force does not help\.$/,
    );
    assert.ok(text.includes(first) && text.includes(second), text);
  }
  assert.ok(await inspect(test, name));
}, { env: UNCONFIRMED });

serverTest(`${REMOVE} does not find what is missing, even with force`, async (test) => {
  const { callFailing } = test;
  for (const force of [false, true]) {
    const text = await callFailing(REMOVE, { volume_name: "no-such", force });
    assert.match(text, /no-such: no such volume\. List the volumes/);
  }
  assert.match(await callFailing(REMOVE, { volume_name: "../x" }), /^volume_name: expected/);
  assert.match(await callFailing(REMOVE, { volume_name: "ab", forced: true }), /mean "force"/);
}, { env: UNCONFIRMED });
