import assert from "node:assert/strict";
import { Slots } from "../../src/safety/slots.ts";
import { RefusedError } from "../../src/tools/refused.ts";
import { FakeTime } from "../fakes/fake_time.ts";
import { WatchedController } from "../fakes/watched_signal.ts";
import fc from "../property.ts";
import { toolCall } from "./tool_call.ts";

const PATIENCE = 2000;

function callBy(id: string, signal = new AbortController().signal) {
  return { ...toolCall(), caller: { id }, signal };
}

/** Calls by hand: who runs, in the order in which they began, and how each ends. */
class Calls {
  readonly running: string[] = [];
  readonly refused: unknown[] = [];
  readonly #leave: (() => void)[] = [];

  constructor(readonly slots: Slots) {}

  start(id: string, signal?: AbortSignal): Promise<void> {
    return this.slots.enter(callBy(id, signal), PATIENCE).then((leave) => {
      this.running.push(id);
      this.#leave.push(leave);
    }, (error) => void this.refused.push(error));
  }

  /** Ends the call that has run for longest. */
  end(index = 0): void {
    this.running.splice(index, 1);
    this.#leave.splice(index, 1)[0]?.();
  }
}

Deno.test("Slots lets one caller run so many, and another all the same", async () => {
  using time = new FakeTime();
  const calls = new Calls(new Slots({ total: 10, perCaller: 3 }));
  for (let count = 0; count < 5; count++) void calls.start("a");
  void calls.start("b");
  await time.settle();
  assert.deepEqual(calls.running, ["a", "a", "a", "b"]);
  await time.pass(PATIENCE);
  const [refused] = calls.refused;
  assert.ok(refused instanceof RefusedError && refused.code === "too_many_calls");
  assert.equal(
    refused.message,
    "3 of your calls of this kind are running already (SECURITY_RATE_LIMIT_CONCURRENT)",
  );
  assert.match(refused.remedy ?? "", /^Wait until one of them has ended, .*5 s$/);
  assert.deepEqual([calls.refused.length, time.pending], [2, 0]);
  for (let count = 0; count < 10; count++) void calls.start("b");
  await time.pass(PATIENCE);
  assert.match(String(calls.refused.at(-1)), /3 of your calls/);
  void calls.start("c");
  void calls.start("c");
  void calls.start("c");
  void calls.start("d");
  void calls.start("e");
  await time.pass(PATIENCE);
  assert.match(String(calls.refused.at(-1)), /10 calls .* \(SAFETY_MAX_CONCURRENT_OPERATIONS\)/);
});

Deno.test("Slots gives free places round the callers who wait", async () => {
  using time = new FakeTime();
  const calls = new Calls(new Slots({ total: 1, perCaller: 1 }));
  for (const id of ["a", "a", "a", "a", "b", "b", "c"]) void calls.start(id);
  const order: string[] = [];
  for (let count = 0; count < 7; count++) {
    await time.settle();
    order.push(...calls.running);
    calls.end();
  }
  assert.equal(order.join(""), "aabcaba");
});

Deno.test("Slots passes over a caller who has its share, for one who has not", async () => {
  using time = new FakeTime();
  const calls = new Calls(new Slots({ total: 3, perCaller: 2 }));
  for (const id of ["a", "a", "b", "a", "a", "b"]) void calls.start(id);
  await time.settle();
  assert.deepEqual(calls.running, ["a", "a", "b"]);
  calls.end(2);
  await time.settle();
  assert.deepEqual(calls.running, ["a", "a", "b"]);
  calls.end(0);
  await time.settle();
  assert.deepEqual(calls.running, ["a", "b", "a"]);
  while (calls.running.length > 0) (calls.end(), await time.settle());
});

Deno.test("Slots refuses at once a caller with a thousand calls that wait, and no other", async () => {
  using time = new FakeTime();
  const calls = new Calls(new Slots({ total: 1, perCaller: 1 }));
  const controller = new AbortController();
  for (let count = 0; count <= 1000; count++) void calls.start("a", controller.signal);
  await time.settle();
  assert.equal(calls.refused.length, 0);
  void calls.start("a");
  void calls.start("b");
  await time.settle();
  assert.equal(calls.refused.length, 1);
  controller.abort(new Error("cancelled"));
  calls.end();
  await time.settle();
  assert.deepEqual([calls.running, time.pending], [["b"], 0]);
});

Deno.test("Slots listens to no call that got its turn or gave up", async () => {
  using time = new FakeTime();
  const calls = new Calls(new Slots({ total: 1, perCaller: 1 }));
  const controllers = Array.from({ length: 4 }, () => new WatchedController());
  for (const { signal } of controllers) void calls.start("a", signal);
  assert.deepEqual(controllers.map(({ listeners }) => listeners), [0, 1, 1, 1]);
  await time.settle();
  calls.end();
  controllers[2]?.abort(new Error("cancelled"));
  await time.settle();
  assert.deepEqual(controllers.map(({ listeners }) => listeners), [0, 0, 0, 1]);
  await time.pass(PATIENCE);
  assert.deepEqual(controllers.map(({ listeners }) => listeners), [0, 0, 0, 0]);
});

Deno.test("Slots never runs more than it may, leaves no place unused and nobody behind, whatever happens", async () => {
  const act = fc.oneof(
    { weight: 3, arbitrary: fc.record({ start: fc.constantFrom("a", "b", "c") }) },
    { weight: 2, arbitrary: fc.record({ end: fc.nat(5) }) },
    fc.record({ cancel: fc.nat(30) }),
    fc.record({ pass: fc.integer({ min: 1, max: 1500 }) }),
  );
  const limits = fc.record({
    total: fc.integer({ min: 1, max: 4 }),
    perCaller: fc.integer({ min: 1, max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(
      limits,
      fc.array(act, { maxLength: 60, size: "max" }),
      async (limits, acts) => {
        using time = new FakeTime();
        const calls = new Calls(new Slots(limits));
        const cancels: AbortController[] = [];
        const ids: string[] = [];
        const waiting = new Set<number>();
        for (const step of acts) {
          if ("start" in step) {
            const number = cancels.length;
            cancels.push(new AbortController());
            ids.push(step.start);
            waiting.add(number);
            void calls.start(step.start, cancels[number]?.signal).then(() =>
              waiting.delete(number)
            );
          } else if ("end" in step) {
            if (step.end < calls.running.length) calls.end(step.end);
          } else if ("cancel" in step) cancels[step.cancel]?.abort(new Error("cancelled"));
          else await time.pass(step.pass);
          await time.settle();
          const runs = (id: string) => calls.running.filter((each) => each === id).length;
          assert.ok(calls.running.length <= limits.total);
          for (const id of ["a", "b", "c"]) assert.ok(runs(id) <= limits.perCaller);
          const couldRun = [...waiting].some((number) =>
            runs(ids[number] ?? "") < limits.perCaller
          );
          assert.ok(!couldRun || calls.running.length === limits.total, "a place is left unused");
        }
        await time.pass(PATIENCE);
        while (calls.running.length > 0) (calls.end(), await time.settle());
        assert.deepEqual([waiting.size, time.pending, calls.slots.callers], [0, 0, 0]);
        const fresh = new Calls(calls.slots);
        for (let count = 0; count < limits.total; count++) void fresh.start(`new ${count}`);
        await time.settle();
        assert.equal(fresh.running.length, limits.total);
      },
    ),
    { numRuns: 20 },
  );
});
