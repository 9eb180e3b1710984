import assert from "node:assert/strict";
import { ConnectionLimit } from "../../src/docker/connection_limit.ts";

const NEVER = new AbortController().signal;

Deno.test("ConnectionLimit lets in as many as it says, the others in order", async () => {
  const limit = new ConnectionLimit(1);
  const first = await limit.enter(NEVER);
  const order: number[] = [];
  let inside = 0;
  const waiting = [1, 2, 3].map(async (number) => {
    using _ = await limit.enter(NEVER);
    assert.equal(++inside, 1);
    await new Promise((resolve) => queueMicrotask(() => resolve(order.push(number))));
    inside--;
  });
  first[Symbol.dispose]();
  first[Symbol.dispose](); // giving a place back twice must not make another one
  await Promise.all(waiting);
  assert.deepEqual(order, [1, 2, 3]);
});

Deno.test("ConnectionLimit passes a place on that was given to a caller who leaves", async () => {
  const limit = new ConnectionLimit(1);
  const first = await limit.enter(NEVER);
  const controller = new AbortController();
  const leaving = assert.rejects(limit.enter(controller.signal), { message: "bye" });
  controller.abort(new Error("bye"));
  first[Symbol.dispose]();
  await leaving;
  (await limit.enter(AbortSignal.timeout(1000)))[Symbol.dispose]();
});
