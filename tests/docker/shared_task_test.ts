import assert from "node:assert/strict";
import { SharedTask } from "../../src/docker/shared_task.ts";

Deno.test("SharedTask runs once for concurrent callers and keeps the result until it is dropped", async () => {
  let runs = 0;
  const task = new SharedTask(() => Promise.resolve(++runs));
  assert.deepEqual(await Promise.all([task.join(), task.join()]), [1, 1]);
  assert.equal(await task.join(), 1);
  task.drop();
  assert.equal(await task.join(), 2);
});

Deno.test("SharedTask does not give a failure to those who come after it", async () => {
  let runs = 0;
  const task = new SharedTask(() =>
    ++runs === 1 ? Promise.reject(new Error("first")) : Promise.resolve(runs)
  );
  const again = task.join().catch(() => task.join());
  const { signal } = new AbortController();
  const other = task.join(signal).catch(() => task.join());
  assert.deepEqual(await Promise.all([again, other]), [2, 2]);
});

Deno.test("SharedTask aborts its work when the last caller has left, and not before", async () => {
  const signals: AbortSignal[] = [];
  const task = new SharedTask<void>((signal) => {
    signals.push(signal);
    return new Promise((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason))
    );
  });
  const [one, two] = [new AbortController(), new AbortController()];
  const first = assert.rejects(task.join(one.signal), { message: "one" });
  const second = assert.rejects(task.join(two.signal), { message: "two" });
  one.abort(new Error("one"));
  await first;
  assert.equal(signals[0]?.aborted, false);
  two.abort(new Error("two"));
  await second;
  assert.equal(signals[0]?.aborted, true);
  const third = assert.rejects(task.join(AbortSignal.timeout(1)), { name: "TimeoutError" });
  assert.equal(signals.length, 2);
  await third;
});
