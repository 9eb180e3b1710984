import assert from "node:assert/strict";
import { type EngineServer, serverTest, uniqueName } from "../e2e/engine_server.ts";

interface Pruned {
  readonly status: string;
  readonly containers_deleted: string[];
  readonly images_deleted: { readonly Untagged?: string; readonly Deleted?: string }[];
  readonly networks_deleted: string[];
  readonly volumes_deleted: string[];
  readonly space_reclaimed: number;
  readonly failed: { readonly kind: string; readonly id: string; readonly reason: string }[];
}

const TOOL = "docker_system_prune";
const UNCONFIRMED = {
  SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS: "true",
  SAFETY_REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE: "false",
};

async function exists({ engine }: EngineServer, path: string): Promise<boolean> {
  return (await engine.raw("GET", path)).status === 200;
}

async function network({ engine }: EngineServer): Promise<string> {
  const name = uniqueName("prune-net");
  const made = await engine.raw("POST", "/networks/create", { Name: name, Labels: engine.labels });
  assert.equal(made.status, 201, made.text);
  return name;
}

async function anonymousVolume({ engine }: EngineServer): Promise<string> {
  const { json } = await engine.raw("POST", "/volumes/create", { Labels: engine.labels });
  return (json as { Name: string }).Name;
}

/** An image without a tag, under this test's label. */
async function danglingImage({ engine }: EngineServer): Promise<string> {
  const id = await engine.run("busybox", {
    cmd: ["dd", "if=/dev/zero", "of=/layer", "bs=1M", "count=2"],
  });
  await engine.until(id, ({ Running }) => !Running);
  const commit = await engine.raw("POST", `/commit?container=${id}`, { Labels: engine.labels });
  await engine.remove(id);
  return (commit.json as { Id: string }).Id;
}

serverTest(
  `${TOOL} deletes what nothing uses and the filters match, and reports it`,
  async (test) => {
    const { call, engine, own } = test;
    const running = await engine.run("busybox");
    const stopped = await engine.run("busybox", { cmd: ["sh", "-c", "echo xxxx >/file"] });
    await engine.until(stopped, ({ Running }) => !Running);
    const spared = await engine.create("busybox", { labels: { keep: "yes" } });
    const unused = await network(test);
    const used = await network(test);
    await engine.raw("POST", `/networks/${used}/connect`, { Container: running });
    const image = await danglingImage(test);
    const volume = await anonymousVolume(test);

    const first = await call<Pruned>(TOOL, { filters: { ...own, "label!": "keep=yes" } });
    assert.equal(first.status, "done");
    assert.deepEqual(first.containers_deleted, [stopped]);
    assert.deepEqual(first.networks_deleted, [unused]);
    assert.deepEqual(first.images_deleted.filter(({ Deleted }) => Deleted === image).length, 1);
    assert.deepEqual([first.volumes_deleted, first.failed], [[], []]);
    assert.ok(first.space_reclaimed >= 2 * 1024 * 1024, String(first.space_reclaimed));
    const left = [`/containers/${running}/json`, `/containers/${spared}/json`, `/networks/${used}`];
    for (const path of [...left, `/volumes/${volume}`]) assert.ok(await exists(test, path), path);

    const second = await call<Pruned>(TOOL, { filters: own, volumes: true });
    assert.deepEqual([second.containers_deleted, second.volumes_deleted], [[spared], [volume]]);
    const third = await call<Pruned>(TOOL, { filters: own, volumes: true });
    assert.deepEqual(third, {
      status: "done",
      containers_deleted: [],
      images_deleted: [],
      networks_deleted: [],
      volumes_deleted: [],
      space_reclaimed: 0,
      failed: [],
    });
  },
  { env: UNCONFIRMED },
);

serverTest(`${TOOL} spares named volumes and what is younger than until`, async (test) => {
  const { call, engine, own } = test;
  const named = uniqueName("prune-kept");
  await engine.raw("POST", "/volumes/create", { Name: named, Labels: engine.labels });
  const young = await engine.create("busybox");
  const old = await call<Pruned>(TOOL, { filters: { ...own, until: "1h" } });
  assert.deepEqual(old.containers_deleted, []);
  const all = await call<Pruned>(TOOL, { filters: own, volumes: true });
  assert.deepEqual([all.containers_deleted, all.volumes_deleted], [[young], []]);
  assert.ok(await exists(test, `/volumes/${named}`));
}, { env: UNCONFIRMED });

serverTest(`${TOOL} checks every filter before it deletes anything`, async (test) => {
  const { callFailing, engine, own } = test;
  const stopped = await engine.create("busybox");
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ filters: { ...own, lable: "x" } }, /^lable: is not a key of filters; did you mean "label"/],
    [{ filters: { ...own, dangling: "true" } }, /^dangling: is not a key of filters/],
    [{ filters: { label: "" } }, /^filters: a filter is empty/],
    [{ filters: { ...own, until: "" } }, /^filters: a filter is empty/],
    [{ filters: { label: [own.label, ""] } }, /^filters: a filter is empty/],
    [{ filters: { label: [] } }, /^filters\.label/],
    [{ filters: { ...own, until: ["1h", "2h"] } }, /^filters: until is given twice/],
    [{ filters: { ...own, until: "soon" } }, /^filters\.until: "soon" is not a point in time/],
    [
      { filters: { ...own, until: "0s" }, volumes: true },
      /^filters: until cannot be used with volumes\. Prune volumes in a call without until/,
    ],
    [{ filters: own, volumes: "maybe" }, /^volumes: /],
    [{ filters: own, all: true }, /^all: is not an argument/],
  ];
  for (const [input, expected] of cases) {
    assert.match(await callFailing(TOOL, input), expected, JSON.stringify(input));
  }
  assert.ok(await exists(test, `/containers/${stopped}/json`));
}, { env: UNCONFIRMED });

serverTest(`${TOOL} answers a plan first and deletes nothing`, async (test) => {
  const { call, engine, own } = test;
  const stopped = await engine.create("busybox");
  assert.equal((await call(TOOL, { filters: own })).status, "planned");
  assert.ok(await exists(test, `/containers/${stopped}/json`));
}, { env: { SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS: "true" } });
