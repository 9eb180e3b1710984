import assert from "node:assert/strict";
import { changesBetween, objectWords, plannedSet } from "../../src/safety/plan_set.ts";
import type { Plan, PlannedObject } from "../../src/tools/plan.ts";

const ID = "4f1c2d3e4a5b".padEnd(64, "0");
const WEB: PlannedObject = { kind: "container", id: ID, name: "web", state: "exited", size: 5 };
const DATA: PlannedObject = { kind: "volume", id: "data", used_by: ["web", "job"] };
const PLAN: Plan = { objects: [WEB, DATA], also: ["Container job can no longer start"] };

function changes(change: Partial<Plan>, plan = PLAN): string[] {
  return changesBetween(plannedSet(plan), plannedSet({ ...plan, ...change }));
}

Deno.test("plannedSet() leaves out what changes by itself: sizes and the order of names", () => {
  const grown = { ...WEB, size: 9 };
  assert.deepEqual(changes({ objects: [{ ...DATA, used_by: ["job", "web"] }, grown] }), []);
});

Deno.test("changesBetween() says what is new, gone or changed, side effects too", () => {
  assert.deepEqual(changes({ objects: [WEB], also: ["Container x can no longer start"] }), [
    "new: Container x can no longer start",
    "gone: volume data",
    "gone: Container job can no longer start",
  ]);
  assert.deepEqual(changes({ objects: [WEB, DATA, { kind: "network", id: ID, name: "net" }] }), [
    "new: network net (4f1c2d3e4a5b)",
  ]);
});

Deno.test("changesBetween() sees a changed state, name, age, tag or user of the same object", () => {
  const others: PlannedObject[] = [
    { ...WEB, state: "running" },
    { ...WEB, name: "renamed" },
    { ...WEB, tags: ["a"] },
    { ...WEB, used_by: ["x"] },
    { ...WEB, created: "2026-01-01T00:00:00Z" },
  ];
  for (const other of others) {
    assert.match(changes({ objects: [other, DATA] }).join(), /^changed: container/);
  }
});

Deno.test("changesBetween() takes two objects with one name for two", () => {
  const other = { ...WEB, id: "5".repeat(64) };
  assert.deepEqual(changes({ objects: [other, DATA] }), [
    "new: container web (555555555555)",
    "gone: container web (4f1c2d3e4a5b)",
  ]);
  assert.equal(plannedSet({ objects: [{ ...WEB, name: "" }, { ...other, name: "" }] }).size, 2);
});

Deno.test("changesBetween() counts what is too much to tell, and says so where it cannot tell", () => {
  const many = Array.from({ length: 30 }, (_, number): PlannedObject => ({
    kind: "volume",
    id: `v${number}`,
  }));
  const told = changes({ objects: many }, { objects: [] });
  assert.deepEqual([told.length, told.at(-1)], [21, "and 10 more"]);
  assert.deepEqual(changesBetween(undefined, plannedSet(PLAN)), ["not the same objects any more"]);
});

Deno.test("objectWords() names an object by its name and the id that other tools show", () => {
  assert.equal(objectWords(WEB), "container web (4f1c2d3e4a5b)");
  assert.equal(objectWords({ kind: "image", id: `sha256:${ID}` }), "image 4f1c2d3e4a5b");
  assert.equal(objectWords(DATA), "volume data");
});
