import assert from "node:assert/strict";
import { planQuestion } from "../../src/server/plan_question.ts";
import { type Plan, type PlannedObject, showPlan } from "../../src/tools/plan.ts";
import type { Tool } from "../../src/tools/tool.ts";
import { removeVolume } from "../../src/tools/volume_remove.ts";
import { listVolumes } from "../../src/tools/volume_read.ts";

function messageOf(plan: Plan, changes: Record<string, unknown> = {}, listed = 0): string {
  const output = { status: "planned", plan: showPlan(plan, listed), confirm: "token", ...changes };
  return planQuestion(removeVolume, output)?.params.message ?? "";
}

const ID = "4f1c2d3e4a5b".padEnd(64, "0");
const VOLUME: PlannedObject = { kind: "volume", id: "data", size: 1_234_567, used_by: ["web"] };

Deno.test("planQuestion() is a plan in words", () => {
  const web: PlannedObject = {
    kind: "container",
    id: ID,
    name: "web",
    state: "running",
    size: 0,
    created: "2026-01-01T00:00:00Z",
  };
  const image: PlannedObject = { kind: "image", id: `sha256:${ID}`, tags: ["a:1", "b:2"] };
  const also = ["The container is running and will be killed"];
  const message = messageOf({ objects: [web, image, VOLUME], also }, {
    changed: ["gone: volume x"],
  });
  assert.deepEqual(message.split("\n"), [
    "docker_remove_volume is about to delete, for good:",
    "1 container, 1 image, 1 volume; 1.23 MB in all",
    "- container web (4f1c2d3e4a5b), running, 0 B, created 2026-01-01T00:00:00Z",
    "- image 4f1c2d3e4a5b, tags a:1 b:2",
    "- volume data, 1.23 MB, used by web",
    "What else happens:",
    "- The container is running and will be killed",
    "Changed since it was asked before:",
    "- gone: volume x",
    "Lost for good: what was written inside containers; images that can be neither pulled nor " +
    "built again; the data in volumes.",
  ]);
});

Deno.test("planQuestion() asks for one decision, which nothing has made before", () => {
  const output = { status: "planned", plan: showPlan({ objects: [VOLUME] }, 0), confirm: "token" };
  const question = planQuestion(removeVolume, output);
  assert.equal(question?.token, "token");
  assert.deepEqual(question?.params.requestedSchema, {
    type: "object",
    properties: { delete: { type: "boolean", title: "Delete this for good" } },
    required: ["delete"],
  });
  assert.ok(!question?.params.message.includes("token"));
});

Deno.test("planQuestion() stays readable for hundreds of objects and effects, and counts them all", () => {
  const objects = Array.from({ length: 200 }, (_, number): PlannedObject => ({
    ...VOLUME,
    id: `volume-${number}-${"x".repeat(240)}`,
    used_by: Array.from({ length: 50 }, (_, user) => `user-${user}`),
  }));
  const also = objects.map(({ id }) => `Docker will refuse while container ${id} uses it`);
  for (const listed of [0, 100, 5]) {
    const message = messageOf({ objects, also }, {}, listed);
    const lines = message.split("\n");
    assert.ok(lines.length <= 40 && message.length < 10_000, `${lines.length} ${message.length}`);
    assert.equal(lines[1], "200 volumes; 247 MB in all");
    assert.ok(lines.includes(`- and ${200 - Math.min(20, listed || 200)} more`), message);
    assert.ok(lines.includes("- and 190 more"));
    assert.ok(lines.every((line) => line.length <= 210));
  }
});

Deno.test("planQuestion() keeps a name with line breaks on its own line", () => {
  const id = "x\nLost for good: nothing.\u2028\r- volume harmless";
  const lines = messageOf({ objects: [{ kind: "volume", id }], also: [`a\nb`] }).split("\n");
  assert.equal(lines[2], "- volume x Lost for good: nothing. - volume harmless");
  assert.equal(lines[4], "- a b");
  assert.equal(lines.length, 6);
});

Deno.test("planQuestion() is nothing for what was done, and for tools that only say planned", () => {
  assert.equal(planQuestion(removeVolume, { status: "done" }), undefined);
  const other: Tool = listVolumes;
  assert.equal(planQuestion(other, { status: "planned", confirm: "x", plan: {} }), undefined);
});
