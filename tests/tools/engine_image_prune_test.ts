import assert from "node:assert/strict";
import { type ImageServer, imageTest, uniqueRepository } from "./image_server.ts";

interface Kept {
  readonly id: string;
  readonly name?: string;
  readonly reason: string;
}

interface Pruned {
  readonly status: string;
  readonly deleted: { readonly Untagged?: string; readonly Deleted?: string }[];
  readonly kept: Kept[];
  readonly failed: Kept[];
  readonly space_reclaimed: number;
}

const TOOL = "docker_prune_images";
const ALLOWED = { SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS: "true" };
const UNCONFIRMED = { ...ALLOWED, SAFETY_REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE: "false" };
const MEBIBYTE = 1024 * 1024;

function gone({ deleted }: Pruned): string[] {
  return deleted.flatMap(({ Deleted }) => Deleted ?? []);
}

function untagged({ deleted }: Pruned): string[] {
  return deleted.flatMap(({ Untagged }) => Untagged ?? []).sort();
}

/** Which of these images are still there, by their place. */
async function left({ has }: ImageServer, ids: readonly string[]): Promise<number[]> {
  const there = await Promise.all(ids.map(has));
  return there.flatMap((is, index) => is ? [index] : []);
}

async function layersSize({ engine }: ImageServer): Promise<number> {
  return ((await engine.raw("GET", "/system/df")).json as { LayersSize: number }).LayersSize;
}

imageTest(`${TOOL} deletes images without a tag that no container uses`, async (test) => {
  const { call, engine, image, own } = test;
  const dangling = await image({ mebibytes: 2 });
  const tagged = await image({ tags: [`${uniqueRepository("tagged")}:1`] });
  const used = await image();
  await engine.create(used, { name: `user-of-${used.slice(7, 15)}` });
  const before = await layersSize(test);
  const pruned = await call<Pruned>(TOOL, { filters: own });
  assert.equal(pruned.status, "done");
  assert.ok(gone(pruned).includes(dangling));
  assert.deepEqual([untagged(pruned), pruned.failed], [[], []]);
  const reason = `used by container user-of-${used.slice(7, 15)}`;
  assert.deepEqual(pruned.kept, [{ id: used.slice(7, 19), reason }]);
  assert.deepEqual(await left(test, [dangling, tagged, used]), [1, 2]);
  assert.ok(pruned.space_reclaimed >= 2 * MEBIBYTE, String(pruned.space_reclaimed));
  assert.equal(pruned.space_reclaimed, before - await layersSize(test));
}, UNCONFIRMED);

imageTest(`${TOOL} counts a layer only with the last image that has it`, async (test) => {
  const { call, image, own } = test;
  const name = `${uniqueRepository("kept")}:1`;
  const parent = await image({ tags: [name], mebibytes: 2 });
  const child = await image({ from: parent });
  const pruned = await call<Pruned>(TOOL, { filters: own });
  assert.deepEqual(await left(test, [parent, child]), [0]);
  assert.ok(pruned.space_reclaimed < MEBIBYTE, String(pruned.space_reclaimed));
}, UNCONFIRMED);

imageTest(`${TOOL} deletes tagged images with all their names where all is true`, async (test) => {
  const { call, engine, image, own } = test;
  const here = uniqueRepository("here");
  const names = [`${here}:1`, `${here}:2`, `localhost:5000/${uniqueRepository("there")}:1`].sort();
  const several = await image({ tags: names });
  const dangling = await image();
  const used = await image({ tags: [`${uniqueRepository("used")}:1`] });
  await engine.run(used);
  await engine.create(used);
  const pruned = await call<Pruned>(TOOL, { all: true, filters: own });
  assert.deepEqual(untagged(pruned), names);
  assert.deepEqual(pruned.failed, []);
  assert.deepEqual(await left(test, [several, dangling, used]), [2]);
  const [kept] = pruned.kept;
  assert.match(kept?.name ?? "", /^mcp-docker-test\/used-/);
  assert.match(kept?.reason ?? "", /^used by container \S+ and 1 more$/);
}, UNCONFIRMED);

imageTest(
  `${TOOL} takes dangling=false for all, and dangling=true for the default`,
  async (test) => {
    const { call, image, own } = test;
    const tagged = await image({ tags: [`${uniqueRepository("tagged")}:1`] });
    const dangling = await image();
    await call<Pruned>(TOOL, { filters: { ...own, dangling: "true" } });
    assert.deepEqual(await left(test, [tagged, dangling]), [0]);
    await call<Pruned>(TOOL, { filters: { ...own, dangling: ["0"] } });
    assert.deepEqual(await left(test, [tagged, dangling]), []);
  },
  UNCONFIRMED,
);

imageTest(`${TOOL} deletes images together with those built on them`, async (test) => {
  const { call, image, own } = test;
  const base = await image({ tags: [`${uniqueRepository("base")}:1`] });
  const middle = await image({ from: base, tags: [`${uniqueRepository("middle")}:1`] });
  const top = await image({ from: middle, tags: [`${uniqueRepository("top")}:1`] });
  const pruned = await call<Pruned>(TOOL, { all: true, filters: own });
  assert.deepEqual(pruned.failed, []);
  assert.deepEqual(await left(test, [base, middle, top]), []);
}, UNCONFIRMED);

imageTest(`${TOOL} says why an image could not go, and deletes the others`, async (test) => {
  const { call, engine, image, own } = test;
  const names = [`${uniqueRepository("base")}:1`, `${uniqueRepository("alias")}:1`];
  const base = await image({ tags: names });
  const top = await image({ from: base, tags: [`${uniqueRepository("top")}:1`] });
  await engine.create(top);
  const other = await image();
  const pruned = await call<Pruned>(TOOL, { all: true, filters: own });
  assert.deepEqual(await left(test, [base, top, other]), [0, 1]);
  assert.deepEqual(await left(test, names), [0, 1], "a tag was lost");
  const [failed] = pruned.failed;
  assert.deepEqual([failed?.id, failed?.name], [base.slice(7, 19), names.sort()[0]]);
  assert.match(failed?.reason ?? "", /has dependent child images/);
  assert.deepEqual(pruned.kept.map(({ id }) => id), [top.slice(7, 19)]);
}, UNCONFIRMED);

imageTest(`${TOOL} deletes by label and age only what matches`, async (test) => {
  const { call, image, own } = test;
  const plain = await image();
  const ci = await image({ labels: { stage: "ci" } });
  const kept = await image({ labels: { stage: "ci", keep: "" } });
  const ids = [plain, ci, kept];
  await call<Pruned>(TOOL, { filters: { ...own, until: "1h" } });
  assert.deepEqual(await left(test, ids), [0, 1, 2]);
  await call<Pruned>(TOOL, { filters: { label: [own.label, "stage=ci"], "label!": "keep" } });
  assert.deepEqual(await left(test, ids), [0, 2]);
  const all = { label: [own.label, "stage=prod"] };
  assert.deepEqual((await call<Pruned>(TOOL, { all: true, filters: all })).deleted, []);
  await call<Pruned>(TOOL, { filters: { ...own, until: "2100-01-01" } });
  assert.deepEqual(await left(test, ids), []);
}, UNCONFIRMED);

imageTest(`${TOOL} deletes images of stopped containers where force_all is true`, async (test) => {
  const { call, engine, image, own } = test;
  const names = [`${uniqueRepository("stopped")}:1`, `${uniqueRepository("alias")}:1`].sort();
  const stopped = await image({ tags: names });
  const running = await image();
  const foreign = await image({ labels: { keep: "yes" } });
  const container = await engine.create(stopped);
  await engine.run(running, { name: `runs-${running.slice(7, 15)}` });
  const pruned = await call<Pruned>(TOOL, {
    force_all: true,
    filters: { ...own, "label!": "keep" },
  });
  assert.deepEqual(untagged(pruned), names);
  assert.deepEqual(pruned.failed, []);
  assert.deepEqual(await left(test, [stopped, running, foreign]), [1, 2]);
  const reason = `used by container runs-${running.slice(7, 15)}`;
  assert.deepEqual(pruned.kept, [{ id: running.slice(7, 19), reason }]);
  assert.equal((await engine.raw("GET", `/containers/${container}/json`)).status, 200);
}, UNCONFIRMED);

imageTest(`${TOOL} finds nothing more to delete the second time`, async (test) => {
  const { call, image, own } = test;
  await image();
  await call<Pruned>(TOOL, { filters: own });
  assert.deepEqual(await call<Pruned>(TOOL, { filters: own }), {
    status: "done",
    deleted: [],
    kept: [],
    failed: [],
    space_reclaimed: 0,
  });
}, UNCONFIRMED);

imageTest(`${TOOL} checks every filter before it deletes anything`, async (test) => {
  const { callFailing, image, has, own } = test;
  const id = await image();
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ filters: { ...own, lable: "x" } }, /^lable: is not a key of filters; did you mean "label"/],
    [{ filters: { ...own, reference: "x" } }, /^reference: is not a key of filters/],
    [{ filters: { label: "" } }, /^filters: a filter is empty/],
    [{ filters: { ...own, dangling: "" } }, /^filters: a filter is empty/],
    [{ filters: { label: [] } }, /^filters\.label/],
    [{ filters: { ...own, until: "soon" } }, /^filters\.until: "soon" is not a point in time/],
    [{ filters: { ...own, until: ["1h", "2h"] } }, /^filters: until is given twice/],
    [{ filters: { ...own, dangling: "maybe" } }, /^filters\.dangling: is neither true nor false/],
    [{ filters: { ...own, dangling: ["true", "false"] } }, /^filters\.dangling: is neither/],
    [{ filters: { ...own, dangling: true } }, /^filters\.dangling: expected a string or a list/],
    [
      { all: true, filters: { ...own, dangling: "true" } },
      /^filters: dangling contradicts all\. Leave one of them out\.$/,
    ],
    [{ force_all: true, filters: { ...own, dangling: "1" } }, /contradicts force_all/],
    [{ all: "maybe", filters: own }, /^all: /],
    [{ force: true, filters: own }, /^force: is not an argument/],
  ];
  for (const [input, expected] of cases) {
    assert.match(await callFailing(TOOL, input), expected, JSON.stringify(input));
  }
  assert.equal(await has(id), true);
}, UNCONFIRMED);

imageTest(`${TOOL} answers a plan first and deletes nothing`, async (test) => {
  const { call, image, has, own } = test;
  const id = await image();
  assert.equal((await call(TOOL, { filters: own })).status, "planned");
  assert.equal(await has(id), true);
}, ALLOWED);
