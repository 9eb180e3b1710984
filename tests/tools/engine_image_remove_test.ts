import assert from "node:assert/strict";
import { imageTest, uniqueRepository } from "./image_server.ts";

interface Removed {
  readonly status: string;
  readonly image: string;
  readonly deleted: { readonly Untagged?: string; readonly Deleted?: string }[];
}

const TOOL = "docker_remove_image";
const ALLOWED = { SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS: "true" };
const UNCONFIRMED = { ...ALLOWED, SAFETY_REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE: "false" };

function untagged({ deleted }: Removed): string[] {
  return deleted.flatMap(({ Untagged }) => Untagged ?? []);
}

function gone({ deleted }: Removed): string[] {
  return deleted.flatMap(({ Deleted }) => Deleted ?? []);
}

imageTest(`${TOOL} reports what the Engine untagged and deleted`, async ({ call, image, has }) => {
  const name = `${uniqueRepository("removed")}:1`;
  const id = await image({ tags: [name], mebibytes: 1 });
  const removed = await call<Removed>(TOOL, { image: name });
  assert.deepEqual([removed.status, removed.image], ["done", id.slice(7, 19)]);
  assert.deepEqual(untagged(removed), [name]);
  assert.ok(gone(removed).includes(id));
  assert.equal(await has(id), false);
}, UNCONFIRMED);

imageTest(`${TOOL} takes only the tag from an image that has others`, async (test) => {
  const { call, image, has } = test;
  const repository = uniqueRepository("tags");
  const id = await image({ tags: [`${repository}:latest`, `${repository}:2`] });
  // "latest" and the registry are what Docker adds.
  const removed = await call<Removed>(TOOL, { image: `docker.io/${repository}` });
  assert.deepEqual([untagged(removed), gone(removed)], [[`${repository}:latest`], []]);
  assert.equal(await has(id), true);
  const last = await call<Removed>(TOOL, { image: `${repository}:2` });
  assert.ok(gone(last).includes(id));
}, UNCONFIRMED);

imageTest(`${TOOL} takes an id in every form`, async ({ call, image, has }) => {
  for (
    const form of [(id: string) => id, (id: string) => id.slice(7), (id: string) => id.slice(7, 19)]
  ) {
    const id = await image();
    assert.ok(gone(await call<Removed>(TOOL, { image: form(id) })).includes(id));
    assert.equal(await has(id), false);
  }
}, UNCONFIRMED);

imageTest(`${TOOL} refuses an id with several names, and names them`, async (test) => {
  const { call, callFailing, image, has } = test;
  const names = [`${uniqueRepository("first")}:1`, `${uniqueRepository("second")}:1`].sort();
  const id = await image({ tags: names });
  const text = await callFailing(TOOL, { image: id });
  assert.match(text, /must be forced.*image is referenced in multiple repositories/);
  assert.match(text, /Remove its tags one by one: "[^"]+", "[^"]+", or repeat with force\.$/);
  for (const name of names) assert.ok(text.includes(`"${name}"`), text);
  assert.equal(await has(id), true);
  const removed = await call<Removed>(TOOL, { image: id, force: true });
  assert.deepEqual(untagged(removed).sort(), names);
  assert.ok(gone(removed).includes(id));
}, UNCONFIRMED);

imageTest(`${TOOL} spares what a stopped container uses, unless forced`, async (test) => {
  const { call, callFailing, engine, image, has } = test;
  const name = `${uniqueRepository("used")}:1`;
  const id = await image({ tags: [name] });
  const container = await engine.create(name, { name: `user-of-${id.slice(7, 15)}` });
  for (const reference of [name, id]) {
    const text = await callFailing(TOOL, { image: reference });
    assert.match(
      text,
      /container "user-of-\w+"\. Remove what uses it first, or repeat with force\.$/,
    );
    assert.equal(await has(name), true);
  }
  const removed = await call<Removed>(TOOL, { image: name, force: true });
  assert.deepEqual(untagged(removed), [name]);
  await engine.remove(container);
}, UNCONFIRMED);

imageTest(`${TOOL} never deletes what a running container uses`, async (test) => {
  const { callFailing, engine, image, has } = test;
  const id = await image();
  await engine.run(id, { name: `runs-${id.slice(7, 15)}` });
  for (const force of [false, true]) {
    const text = await callFailing(TOOL, { image: id, force });
    assert.match(text, /container "runs-\w+"\. Remove what uses it first\.$/);
  }
  assert.equal(await has(id), true);
}, UNCONFIRMED);

imageTest(
  `${TOOL} takes the last name from what a running container uses, if forced`,
  async (test) => {
    const { call, callFailing, engine, image, has } = test;
    const name = `${uniqueRepository("named")}:1`;
    const id = await image({ tags: [name] });
    await engine.run(name, { name: `holds-${id.slice(7, 15)}` });
    assert.match(await callFailing(TOOL, { image: name }), /it is used by container "holds-\w+"/);
    const removed = await call<Removed>(TOOL, { image: name, force: true });
    assert.deepEqual([untagged(removed), gone(removed)], [[name], []]);
    assert.equal(await has(id), true);
  },
  UNCONFIRMED,
);

imageTest(`${TOOL} spares an image that others were built on`, async (test) => {
  const { callFailing, image, has } = test;
  const parent = await image({ tags: [`${uniqueRepository("parent")}:1`] });
  await image({ from: parent, tags: [`${uniqueRepository("child")}:1`] });
  const text = await callFailing(TOOL, { image: parent });
  assert.match(text, /dependent child images\. Remove the images that were built on it first\.$/);
  assert.equal(await has(parent), true);
}, UNCONFIRMED);

imageTest(`${TOOL} deletes untagged parents too, unless noprune keeps them`, async (test) => {
  const { call, image, has } = test;
  const parent = await image();
  const name = `${uniqueRepository("child")}:1`;
  await image({ from: parent, tags: [name] });
  await call<Removed>(TOOL, { image: name, noprune: true });
  assert.equal(await has(parent), true);
  await image({ from: parent, tags: [name] });
  assert.ok(gone(await call<Removed>(TOOL, { image: name })).includes(parent));
  assert.equal(await has(parent), false);
}, UNCONFIRMED);

imageTest(`${TOOL} says what is missing, and what to do next`, async ({ callFailing }) => {
  for (const image of ["mcp-docker-test/absent:1", "0123456789ab"]) {
    assert.match(await callFailing(TOOL, { image }), /No such image: .*\. List the images to see/);
  }
}, UNCONFIRMED);

imageTest(`${TOOL} answers a plan first and deletes nothing`, async (test) => {
  const { call, image, has } = test;
  const id = await image();
  assert.equal((await call(TOOL, { image: id })).status, "planned");
  assert.equal(await has(id), true);
}, ALLOWED);
