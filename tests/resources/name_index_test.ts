import assert from "node:assert/strict";
import { NameIndex } from "../../src/resources/name_index.ts";

const ID = "4f1c2d3e4a5b".padEnd(64, "0");

function indexOf(objects: Readonly<Record<string, readonly string[]>>, offersIds = true) {
  const index = new NameIndex(offersIds);
  for (const [id, names] of Object.entries(objects)) index.set(id, names);
  return index;
}

Deno.test("NameIndex.complete() puts names that begin so first, then ids, then names that hold it", () => {
  const index = indexOf({
    [ID]: ["web"],
    "aaaa": ["shop-4f"],
    "bbbb": ["4f-late"],
    "cccc": ["4f-early"],
    "dddd": ["other"],
  });
  assert.deepEqual(index.complete("4f"), {
    values: ["4f-early", "4f-late", "4f1c2d3e4a5b", "shop-4f"],
    total: 4,
    hasMore: false,
  });
});

Deno.test("NameIndex.complete() offers names and no ids where nothing was typed", () => {
  const index = indexOf({ [ID]: ["web"], "bb": ["api"], "cc": [] });
  assert.deepEqual(index.complete("").values, ["api", "web"]);
});

Deno.test("NameIndex.complete() completes an id as it was begun", () => {
  const index = indexOf({ [`sha256:${ID}`]: ["shop:1"] });
  assert.deepEqual(index.complete("4f1c").values, [ID.slice(0, 12)]);
  assert.deepEqual(index.complete(ID.slice(0, 20)).values, [ID]);
  assert.deepEqual(index.complete("sha256:4f").values, [`sha256:${ID}`]);
  assert.deepEqual(index.complete("sha256:5").values, []);
  assert.deepEqual(indexOf({ data: ["data"] }, false).complete("da").values, ["data"]);
});

Deno.test("NameIndex.complete() answers 100 values, and says how many there are", () => {
  const index = new NameIndex(true);
  for (let at = 0; at < 1000; at++) index.set(`id${at}`, [`web-${at}`]);
  const { values, total, hasMore } = index.complete("web-");
  assert.deepEqual([values.length, total, hasMore, values[0]], [100, 1000, true, "web-0"]);
  const some = index.complete("web-99");
  assert.deepEqual([some.values.length, some.total, some.hasMore], [11, 11, false]);
});

Deno.test("NameIndex renames and forgets objects", () => {
  const index = indexOf({ a: ["one"], b: ["two"] });
  index.set("a", ["three"]);
  index.delete("sha256:b");
  assert.deepEqual(index.complete("").values, ["three"]);
  index.clear();
  assert.equal(index.complete("").total, 0);
});

Deno.test("NameIndex takes no name that a terminal would not print, and no endless one", () => {
  const index = indexOf({ a: ["fine", "two words", "\u001b[31m", "x".repeat(600), ""] });
  assert.deepEqual(index.complete("").values, ["fine"]);
});

Deno.test("NameIndex keeps 20,000 objects at most, and those it has stay current", () => {
  const index = new NameIndex(true);
  for (let at = 0; at < 20_005; at++) index.set(`id${at}`, [`n${at}`]);
  assert.equal(index.complete("").total, 20_000);
  index.set("id7", ["renamed"]);
  assert.deepEqual(index.complete("renamed").values, ["renamed"]);
});
