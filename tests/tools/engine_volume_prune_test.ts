import assert from "node:assert/strict";
import { type EngineServer, serverTest, uniqueName } from "../e2e/engine_server.ts";

interface Pruned {
  readonly status: string;
  readonly deleted: string[];
  readonly kept: { readonly id: string; readonly reason: string }[];
  readonly failed: { readonly id: string; readonly reason: string }[];
  readonly space_reclaimed: number;
}

const TOOL = "docker_prune_volumes";
const UNCONFIRMED = {
  SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS: "true",
  SAFETY_REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE: "false",
};

async function volume(
  { engine }: EngineServer,
  { name, labels }: { name?: string; labels?: Record<string, string> } = {},
): Promise<string> {
  const body = { ...(name === undefined ? {} : { Name: name }) };
  const Labels = { ...engine.labels, ...labels };
  const { json } = await engine.raw("POST", "/volumes/create", { ...body, Labels });
  return (json as { Name: string }).Name;
}

async function exists({ engine }: EngineServer, name: string): Promise<boolean> {
  return (await engine.raw("GET", `/volumes/${name}`)).status === 200;
}

/** Runs a container on a volume, under a name and until it ends. */
async function use(
  { engine }: EngineServer,
  source: string,
  { name, script = "true" }: { name?: string; script?: string } = {},
): Promise<string> {
  const hostConfig = { Mounts: [{ Type: "volume", Source: source, Target: "/data" }] };
  const id = await engine.run("busybox", {
    ...(name === undefined ? {} : { name }),
    cmd: ["sh", "-c", script],
    hostConfig,
  });
  await engine.until(id, ({ Running }) => !Running);
  return id;
}

/** What `docker system df` says a volume takes. */
async function sizeOf({ engine }: EngineServer, name: string): Promise<number | undefined> {
  const { json } = await engine.raw("GET", "/system/df");
  const { Volumes } = json as { Volumes: { Name: string; UsageData: { Size: number } }[] };
  return Volumes.find(({ Name }) => Name === name)?.UsageData.Size;
}

serverTest(
  `${TOOL} deletes unused anonymous volumes and reports the bytes that df counts`,
  async (test) => {
    const { call, engine, own } = test;
    const anonymous = await volume(test);
    const writer = await use(test, anonymous, {
      script: "dd if=/dev/zero of=/data/f bs=1k count=300",
    });
    await engine.raw("DELETE", `/containers/${writer}`);
    const used = await volume(test);
    const user = uniqueName("volume-user");
    await use(test, used, { name: user });
    const named = await volume(test, { name: uniqueName("named") });

    const size = await sizeOf(test, anonymous);
    const pruned = await call<Pruned>(TOOL, { filters: own });
    assert.equal(pruned.status, "done");
    assert.deepEqual(pruned.deleted, [anonymous]);
    assert.deepEqual(
      new Map(pruned.kept.map(({ id, reason }) => [id, reason])),
      new Map([[used, `used by container ${user}`], [named, "has a name"]]),
    );
    assert.deepEqual(pruned.failed, []);
    assert.ok(pruned.space_reclaimed >= 300 * 1024, String(pruned.space_reclaimed));
    assert.equal(pruned.space_reclaimed, size);
    assert.deepEqual([await exists(test, used), await exists(test, named)], [true, true]);
    assert.ok(!await exists(test, anonymous));
  },
  { env: UNCONFIRMED },
);

for (
  const input of [{ force_all: true }, { filters: { all: "true" } }, { filters: { all: "1" } }]
) {
  serverTest(`${TOOL} deletes named volumes too with ${JSON.stringify(input)}`, async (test) => {
    const named = await volume(test, { name: uniqueName("named") });
    const anonymous = await volume(test);
    const used = await volume(test, { name: uniqueName("used") });
    await use(test, used);
    const filters = { ...test.own, ...input.filters };
    const { deleted, kept } = await test.call<Pruned>(TOOL, { ...input, filters });
    assert.deepEqual(deleted.toSorted(), [named, anonymous].toSorted());
    assert.deepEqual(kept.map(({ id }) => id), [used]);
    assert.ok(await exists(test, used));
  }, { env: UNCONFIRMED });
}

serverTest(
  `${TOOL} keeps to its label filters, and says nothing of other volumes`,
  async (test) => {
    const { call, own } = test;
    const wanted = await volume(test, { labels: { stage: "ci" } });
    const kept = await volume(test, { labels: { stage: "ci", keep: "yes" } });
    const other = await volume(test, { labels: { stage: "live" } });
    const filters = { label: [own.label, "stage=ci"], "label!": "keep" };
    const pruned = await call<Pruned>(TOOL, { filters, force_all: true });
    assert.deepEqual([pruned.deleted, pruned.kept, pruned.failed], [[wanted], [], []]);
    assert.deepEqual([await exists(test, kept), await exists(test, other)], [true, true]);
  },
  { env: UNCONFIRMED },
);

serverTest(`${TOOL} finds nothing twice`, async (test) => {
  await volume(test);
  await test.call<Pruned>(TOOL, { filters: test.own });
  assert.deepEqual(await test.call<Pruned>(TOOL, { filters: test.own }), {
    status: "done",
    deleted: [],
    kept: [],
    failed: [],
    space_reclaimed: 0,
  });
}, { env: UNCONFIRMED });

serverTest(`${TOOL} checks every filter before it deletes anything`, async (test) => {
  const { callFailing, own } = test;
  const anonymous = await volume(test);
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ filters: { ...own, lable: "x" } }, /^lable: is not a key of filters; did you mean "label"/],
    [{ filters: { ...own, dangling: "true" } }, /^dangling: is not a key of filters/],
    [{ filters: { ...own, until: "1h" } }, /^until: is not a key of filters/],
    [{ filters: { label: "" } }, /^filters: a filter is empty/],
    [{ filters: { ...own, "label!": "" } }, /^filters: a filter is empty/],
    [{ filters: { label: [own.label, ""] } }, /^filters: a filter is empty/],
    [{ filters: { label: [] } }, /^filters\.label/],
    [{ filters: { ...own, all: "" } }, /^filters: a filter is empty/],
    [{ filters: { ...own, all: "yes" } }, /^filters\.all: is neither true nor false/],
    [{ filters: { ...own, all: ["true", "false"] } }, /^filters\.all: is neither true nor false/],
    [{ filters: { ...own, all: true } }, /^filters\.all: /],
    [{ filters: { ...own, all: "false" }, force_all: true }, /^filters: all contradicts force_all/],
    [{ filters: own, force_all: "maybe" }, /^force_all: /],
    [{ filters: own, force: true }, /^force: is not an argument.*known: filters, force_all/],
  ];
  for (const [input, expected] of cases) {
    assert.match(await callFailing(TOOL, input), expected, JSON.stringify(input));
  }
  assert.ok(await exists(test, anonymous));
}, { env: UNCONFIRMED });

serverTest(`${TOOL} answers a plan first and deletes nothing`, async (test) => {
  const anonymous = await volume(test);
  assert.equal((await test.call(TOOL, { filters: test.own })).status, "planned");
  assert.ok(await exists(test, anonymous));
}, { env: { SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS: "true" } });
