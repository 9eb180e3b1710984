import assert from "node:assert/strict";
import { createDocker } from "../../src/docker/client.ts";
import { pruneImages } from "../../src/tools/image_prune.ts";
import { FakeTransport } from "../fakes/fake_transport.ts";
import { toolContext } from "./tool_context.ts";

const INPUT = { all: true, force_all: false };

/** Prunes on a fake Engine with the images a, b and c, where a container uses c. */
async function pruned(
  planned: readonly string[],
  replies: Record<string, unknown> = {},
): Promise<{ output: Record<string, unknown>; deleted: string[] }> {
  const transport = new FakeTransport({
    "GET /containers/json": [{ Id: "1", Names: ["/web"], State: "created", ImageID: "c" }],
    "GET /images/json": ["a", "b", "c"].map((Id) => ({ Id, RepoTags: [`${Id}:1`], Size: 7 })),
    ...replies,
    "DELETE /images/{}": [{ Deleted: "x" }],
    "GET /system/df": replies["GET /system/df"] ?? { LayersSize: 5 },
  });
  using docker = createDocker(transport);
  const objects = planned.map((id) => ({ kind: "image", id, size: 7 }) as const);
  const output = await pruneImages.run(toolContext(docker), INPUT, objects);
  const deleted = transport.requests
    .filter(({ method }) => method === "DELETE").map(({ path }) => path.replace("/images/", ""));
  return { output, deleted };
}

Deno.test("docker_prune_images plans images with their names and sizes", async () => {
  const transport = new FakeTransport({
    "GET /containers/json": null,
    "GET /images/json": [{ Id: "a", RepoTags: ["a:1", "a:2"], Size: 7 }],
  });
  using docker = createDocker(transport);
  assert.ok(pruneImages.plan);
  assert.deepEqual(await pruneImages.plan(toolContext(docker), INPUT), {
    objects: [{ kind: "image", id: "a", name: "a:1", tags: ["a:1", "a:2"], size: 7 }],
    also: [],
  });
  assert.equal(transport.requests.length, 2);
});

Deno.test("docker_prune_images tells in its plan whose images go with force_all", async () => {
  const container = { Id: "1", Names: ["/job"], State: "exited", ImageID: "a" };
  const transport = new FakeTransport({
    "GET /containers/json": [container, { ...container, State: "running", ImageID: "b" }],
    "GET /images/json": ["a", "b", "c"].map((Id) => ({ Id, Created: 1_600_000_000 })),
  });
  using docker = createDocker(transport);
  const plan = await pruneImages.plan?.(toolContext(docker), { all: false, force_all: true });
  const own = { kind: "image", size: 0, created: "2020-09-13T12:26:40Z" };
  assert.deepEqual(plan?.objects, [{ ...own, id: "a", used_by: ["job"] }, { ...own, id: "c" }]);
});

Deno.test("docker_prune_images deletes only what was planned", async () => {
  assert.deepEqual((await pruned(["b"])).deleted, ["b"]);
  assert.deepEqual((await pruned([])).deleted, []);
});

Deno.test("docker_prune_images spares what came into use since the plan, and says so", async () => {
  const { output, deleted } = await pruned(["a", "c"]);
  assert.deepEqual(deleted, ["a"]);
  assert.deepEqual(output.kept, [{ id: "c", name: "c:1", reason: "used by container web" }]);
});

Deno.test("docker_prune_images counts what disk usage says, never less than nothing", async () => {
  const sizes = (...values: unknown[]): Record<string, unknown> => ({
    "GET /system/df": () => values.shift(),
  });
  const cases: [Record<string, unknown>, number][] = [
    [sizes({ LayersSize: 9 }, { LayersSize: 4 }), 5],
    [sizes({ LayersSize: 4 }, { LayersSize: 9 }), 0],
    [sizes({ ImageUsage: { TotalSize: 9 } }, { ImageUsage: {} }), 9],
  ];
  for (const [replies, bytes] of cases) {
    assert.equal((await pruned(["a"], replies)).output.space_reclaimed, bytes);
  }
});

Deno.test("docker_prune_images keeps its result where the Engine does not tell the disk usage", async () => {
  const busy = () =>
    Response.json({ message: "a disk usage operation is already running" }, { status: 500 });
  for (const replies of [[{ LayersSize: 9 }, busy()], [busy(), { LayersSize: 9 }]]) {
    const { output, deleted } = await pruned(["a", "b"], {
      "DELETE /images/a": [{ Untagged: "a:1" }, { Deleted: "a" }],
      "DELETE /images/b": [{ Untagged: "b:1" }],
      "GET /system/df": () => replies.shift(),
    });
    assert.deepEqual(deleted, ["a", "b"]);
    assert.equal(output.space_reclaimed, 7);
  }
});
