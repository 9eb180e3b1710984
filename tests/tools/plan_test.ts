import assert from "node:assert/strict";
import { z } from "zod";
import { createdAt, type PlannedObject, shownId, showPlan } from "../../src/tools/plan.ts";
import { defineTool, type Tool } from "../../src/tools/tool.ts";

const ID = "4f1c2d3e4a5b".padEnd(64, "0");

Deno.test("showPlan() counts objects and bytes, and says once what each kind loses", () => {
  const objects: PlannedObject[] = [
    { kind: "image", id: `sha256:${ID}`, size: 2 },
    { kind: "image", id: "sha256:x" },
    { kind: "network", id: ID },
  ];
  assert.deepEqual(showPlan({ objects, also: [] }, 2), {
    objects: [{ kind: "image", id: "4f1c2d3e4a5b", size: 2 }, { kind: "image", id: "x" }],
    not_listed: 1,
    totals: { images: 2, networks: 1, size: 2 },
    cannot_be_undone:
      "Lost for good: images that can be neither pulled nor built again; the settings of networks",
  });
  assert.deepEqual(showPlan({ objects: objects.slice(2) }, 0).totals, { networks: 1 });
});

Deno.test("shownId() is an id that other tools take", () => {
  assert.equal(shownId({ kind: "container", id: ID }), "4f1c2d3e4a5b");
  assert.equal(shownId({ kind: "volume", id: ID }), ID);
});

Deno.test("createdAt() reads the Engine's times, and leaves out what is none", () => {
  assert.deepEqual(createdAt(1_600_000_000), { created: "2020-09-13T12:26:40Z" });
  assert.deepEqual(createdAt("2026-01-01T10:00:00.123456789+02:00"), {
    created: "2026-01-01T08:00:00Z",
  });
  for (const time of [undefined, null, "", "soon", 0, -1, "0001-01-01T00:00:00Z"]) {
    assert.deepEqual(createdAt(time), {});
  }
});

function deleting(safety: Tool["safety"]): Tool {
  return defineTool({
    name: "docker_delete",
    title: "Delete",
    safety,
    description: "Delete.",
    input: () => z.strictObject({ id: z.string() }),
    output: () => z.object({ status: z.literal("done"), count: z.number() }),
    example: { id: "a" },
    run: () => Promise.resolve({ status: "done" as const, count: 1 }),
  });
}

Deno.test("defineTool() has a destructive tool take a token and answer a plan, as one object", () => {
  const { input, output } = deleting("destructive");
  assert.ok(input().safeParse({ id: "a", confirm: "x" }).success);
  assert.ok(!input().safeParse({ id: "a", confirmed: "x" }).success);
  const schema = output().toJSONSchema();
  assert.deepEqual([schema.type, schema.required], ["object", ["status"]]);
  const plan = { status: "planned", plan: { objects: [] }, confirm: "x", expires_in: 120 };
  assert.deepEqual(output().parse({ ...plan, Secret: "x" }), plan);
  const done = { status: "done", count: 1 };
  assert.deepEqual(output().parse(done), done);
});

Deno.test("defineTool() lets no destructive tool tell half of what it did", () => {
  const { output } = deleting("destructive");
  for (const answer of [{ status: "done" }, { count: 1 }, { status: "done", count: "1" }]) {
    assert.ok(!output().safeParse(answer).success, JSON.stringify(answer));
  }
});

Deno.test("defineTool() gives no other tool a token", () => {
  const { input, output } = deleting("moderate");
  assert.ok(!input().safeParse({ id: "a", confirm: "x" }).success);
  assert.ok(!output().safeParse({ status: "planned" }).success);
});
