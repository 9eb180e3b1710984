import assert from "node:assert/strict";
import { createDocker } from "../../src/docker/client.ts";
import type { PlannedObject } from "../../src/tools/plan.ts";
import type { ToolContext } from "../../src/tools/tool.ts";
import { pruneVolumes } from "../../src/tools/volume_prune.ts";
import { FakeTransport } from "../fakes/fake_transport.ts";
import { toolContext } from "./tool_context.ts";

const [FREE, TAKEN, RACED, NEW] = ["a", "b", "c", "d"].map((letter) => letter.repeat(64));

function context(transport: FakeTransport): ToolContext & Disposable {
  const docker = createDocker(transport);
  return { ...toolContext(docker), [Symbol.dispose]: () => docker[Symbol.dispose]() };
}

Deno.test("docker_prune_volumes plans the candidates with their sizes, and asks for none in vain", async () => {
  const volumes = { Volumes: [{ Name: FREE }, { Name: "data" }] };
  const transport = new FakeTransport({
    "GET /containers/json": [],
    "GET /volumes": volumes,
    "GET /system/df": { Volumes: [{ Name: FREE, UsageData: { Size: 7 } }] },
  });
  using whole = context(transport);
  const plan = await pruneVolumes.plan?.(whole, { force_all: false });
  assert.deepEqual(plan, { objects: [{ kind: "volume", id: FREE, size: 7 }], also: [] });
  const idle = new FakeTransport({ "GET /containers/json": [], "GET /volumes": { Volumes: null } });
  using nothing = context(idle);
  assert.deepEqual(await pruneVolumes.plan?.(nothing, { force_all: true }), {
    objects: [],
    also: [],
  });
  assert.ok(!idle.requests.some(({ path }) => path === "/system/df"));
});

Deno.test("docker_prune_volumes deletes only what was planned and is still unused", async () => {
  const planned = [FREE, TAKEN, RACED].map((id): PlannedObject => ({
    kind: "volume",
    id: id ?? "",
    size: 5,
  }));
  const transport = new FakeTransport({
    "GET /containers/json": [{ Names: ["/late"], Mounts: [{ Name: TAKEN }] }],
    "GET /volumes": { Volumes: [FREE, TAKEN, RACED, NEW].map((Name) => ({ Name })) },
    [`DELETE /volumes/${FREE}`]: () => new Response(null, { status: 204 }),
    [`DELETE /volumes/${RACED}`]: () =>
      Response.json({ message: "volume is in use" }, { status: 409 }),
  });
  using whole = context(transport);
  const result = await pruneVolumes.run(whole, { force_all: false }, planned);
  assert.deepEqual(result, {
    status: "done",
    deleted: [FREE],
    kept: [{ id: TAKEN, reason: "used by container late" }],
    failed: [{
      kind: "volume",
      id: RACED,
      reason: `Cannot remove volume "${RACED}": Docker said: volume is in use`,
    }],
    space_reclaimed: 5,
  });
  const deletions = transport.requests.filter(({ method }) => method === "DELETE");
  assert.ok(!deletions.some(({ path }) => path.endsWith(TAKEN ?? "") || path.endsWith(NEW ?? "")));
});
