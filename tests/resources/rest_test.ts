import assert from "node:assert/strict";
import { Rest } from "../../src/resources/rest.ts";
import { FakeTime } from "../fakes/fake_time.ts";

Deno.test("Rest.for() waits its time, or until it is ended or interrupted", async () => {
  using time = new FakeTime();
  const rest = new Rest();
  const over: string[] = [];
  const begin = (name: string, milliseconds: number): Promise<unknown> =>
    rest.for(milliseconds).then(() => over.push(name));
  const first = begin("by itself", 1000);
  await time.pass(999);
  assert.deepEqual(over, []);
  await time.pass(1);
  await first;
  const second = begin("ended", Infinity);
  rest.end();
  await second;
  const third = begin("interrupted", 1000);
  rest.interrupt();
  await third;
  assert.deepEqual([over, time.pending], [["by itself", "ended", "interrupted"], 0]);
});

Deno.test("Rest.end() also ends the next pause, and only that; interrupt() does not", async () => {
  using time = new FakeTime();
  const rest = new Rest();
  rest.end();
  await rest.for(1000);
  rest.interrupt();
  let isOver = false;
  const next = rest.for(1000).then(() => isOver = true);
  await time.pass(999);
  assert.equal(isOver, false);
  await time.pass(1);
  await next;
});
