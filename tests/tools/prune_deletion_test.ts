import assert from "node:assert/strict";
import { createDocker } from "../../src/docker/client.ts";
import { DockerError, type DockerErrorCode } from "../../src/docker/errors.ts";
import { deleteEach, showKept } from "../../src/tools/prune_deletion.ts";
import { RefusedError } from "../../src/tools/refused.ts";
import type { PlannedObject } from "../../src/tools/plan.ts";
import type { Progress, ToolContext } from "../../src/tools/tool.ts";
import { FakeTransport } from "../fakes/fake_transport.ts";
import { toolContext } from "./tool_context.ts";

function planned(...ids: readonly string[]): PlannedObject[] {
  return ids.map((id) => ({ kind: "image", id }));
}

function context(signal = new AbortController().signal): ToolContext & { notes: Progress[] } {
  const notes: Progress[] = [];
  const progress = (note: Progress): void => void notes.push(note);
  return { ...toolContext(createDocker(new FakeTransport()), { signal, progress }), notes };
}

function failure(code: DockerErrorCode): Promise<never> {
  return Promise.reject(new DockerError(code, `Cannot remove: ${code}`));
}

Deno.test("showKept() names twenty objects and counts the others by why they stay", () => {
  const named = Array.from(
    { length: 25 },
    (_, index) => ({ id: `v${index}`, reason: "has a name" }),
  );
  const used = ["a", "b and 3 more"].map((user) => ({
    id: user,
    reason: `used by container ${user}`,
  }));
  assert.deepEqual(showKept([...named, ...used]), {
    kept: named.slice(0, 20),
    kept_more: { "has a name": 5, "used by a container": 2 },
  });
  assert.deepEqual(showKept(named.slice(0, 20)), { kept: named.slice(0, 20) });
});

Deno.test("deleteEach() goes on after a failure, and tells each with its reason", async () => {
  const tried: string[] = [];
  const failed = await deleteEach(context(), planned("a", "b", "c"), ({ id }) => {
    tried.push(id);
    return id === "b" ? failure("server_error") : Promise.resolve();
  });
  assert.deepEqual(tried, ["a", "b", "c"]);
  assert.deepEqual(failed, [{ kind: "image", id: "b", reason: "Cannot remove: server_error" }]);
});

Deno.test("deleteEach() takes what is gone already for deleted", async () => {
  assert.deepEqual(await deleteEach(context(), planned("a"), () => failure("not_found")), []);
});

Deno.test("deleteEach() tries what conflicts again as long as others go", async () => {
  const there = new Set(["a", "b", "c"]);
  const next = new Map([["a", "b"], ["b", "c"]]);
  const tried: string[] = [];
  const test = context();
  const failed = await deleteEach(test, planned("a", "b", "c"), ({ id }) => {
    tried.push(id);
    if (there.has(next.get(id) ?? "")) return failure("conflict");
    there.delete(id);
    return Promise.resolve();
  });
  assert.deepEqual([failed, tried], [[], ["a", "b", "c", "a", "b", "a"]]);
  assert.deepEqual(test.notes.map(({ progress, total }) => [progress, total]), [
    [0, 3],
    [1, 3],
    [2, 3],
  ]);
});

Deno.test("deleteEach() gives up once nothing goes any more", async () => {
  const tried: string[] = [];
  const failed = await deleteEach(context(), planned("a", "b", "c"), ({ id }) => {
    tried.push(id);
    return id === "c" ? Promise.resolve() : failure("conflict");
  });
  assert.deepEqual(tried, ["a", "b", "c", "a", "b"]);
  assert.deepEqual(failed.map(({ id }) => id), ["a", "b"]);
});

Deno.test("deleteEach() stops when it is cancelled", async () => {
  const controller = new AbortController();
  const tried: string[] = [];
  const running = deleteEach(context(controller.signal), planned("a", "b"), ({ id }) => {
    tried.push(id);
    controller.abort(new Error("cancelled"));
    return Promise.resolve();
  });
  await assert.rejects(running, /cancelled/);
  assert.deepEqual(tried, ["a"]);
});

Deno.test("deleteEach() tells at the deadline what it does not know and what it did not try", async () => {
  const controller = new AbortController();
  const tried: string[] = [];
  const late = new RefusedError("timeout", "docker_x gave up after 600 s");
  const objects = planned("conflicting", "gone", "slow", "left");
  const failed = await deleteEach(context(controller.signal), objects, ({ id }) => {
    tried.push(id);
    if (id === "conflicting") return failure("conflict");
    if (id === "gone") return Promise.resolve();
    controller.abort(late);
    return Promise.reject(late);
  });
  assert.deepEqual(tried, ["conflicting", "gone", "slow"]);
  assert.deepEqual(failed.map(({ id, reason }) => [id, reason]), [
    ["conflicting", "Cannot remove: conflict"],
    ["slow", "the time of the call was over before the Engine answered; it may be gone"],
    ["left", "not tried: the time of the call was over"],
  ]);
});

Deno.test("deleteEach() goes on after an error that is not the Engine's", async () => {
  const failed = await deleteEach(
    context(),
    planned("a", "b"),
    ({ id }) => id === "a" ? Promise.reject(new TypeError("odd answer")) : Promise.resolve(),
  );
  assert.deepEqual(failed, [{ kind: "image", id: "a", reason: "odd answer" }]);
});
