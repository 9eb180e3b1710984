import assert from "node:assert/strict";
import { RateLimit, type RateLimits } from "../../src/safety/rate_limit.ts";
import { RefusedError } from "../../src/tools/refused.ts";
import type { Tool, ToolCall } from "../../src/tools/tool.ts";
import { FakeTime } from "../fakes/fake_time.ts";
import { WatchedController } from "../fakes/watched_signal.ts";
import { callOf, toolCall } from "./tool_call.ts";

const { operation } = toolCall();
const PATIENCE = 2000;

interface Bench extends Disposable {
  readonly time: FakeTime;
  readonly limit: RateLimit;
  /** Calls once; what came of it. */
  readonly call: (id?: string, kind?: Partial<Tool>, signal?: AbortSignal) => Promise<unknown>;
  /** How many of so many calls get a turn at once. */
  readonly passing: (calls: number, id?: string, kind?: Partial<Tool>) => Promise<number>;
}

function bench(limits: RateLimits): Bench {
  const time = new FakeTime();
  const limit = new RateLimit({ now: () => time.now, ...limits });
  const call: Bench["call"] = (id = "a", kind = {}, signal) => {
    const changes: Partial<ToolCall> = { caller: { id }, ...(signal ? { signal } : {}) };
    return limit.enter(callOf({ ...operation, ...kind }, changes), PATIENCE).catch((error) =>
      error
    );
  };
  return {
    ...{ time, limit, call },
    async passing(calls, id, kind) {
      let passed = 0;
      for (let count = 0; count < calls; count++) {
        void call(id, kind).then((waited) => passed += waited === 0 ? 1 : 0);
      }
      await time.settle();
      return passed;
    },
    [Symbol.dispose]: () => time[Symbol.dispose](),
  };
}

Deno.test("RateLimit lets a minute's calls come at once, and then as many as the minute brings", async () => {
  using test = bench({ perCaller: 60, total: 600 });
  assert.equal(await test.passing(100), 60);
  await test.time.pass(PATIENCE); // the two that waited have gone
  assert.equal(await test.passing(10), 0);
  await test.time.pass(30_000);
  assert.equal(await test.passing(100), 28); // two more waited
  await test.time.pass(3_600_000);
  assert.equal(await test.passing(100), 60); // a pause saves up no more than a minute
});

Deno.test("RateLimit keeps a burst smaller than a minute's calls", async () => {
  for (const [perCaller, expected] of [[60, 20], [5, 5]] as const) {
    using test = bench({ perCaller, total: 600, burst: 20 });
    assert.equal(await test.passing(50), expected);
  }
});

Deno.test("RateLimit lets a call wait two seconds for its turn, in order, and refuses a longer wait at once", async () => {
  using test = bench({ perCaller: 60, total: 600, burst: 1 });
  await test.call();
  const order: unknown[] = [];
  const [first, second, third] = [test.call(), test.call(), test.call()];
  for (const call of [first, second]) void call.then((waited) => order.push(waited));
  const refused = await third;
  assert.ok(refused instanceof RefusedError);
  assert.equal(refused.code, "too_many_calls");
  assert.equal(refused.message, "The 60 calls of a minute are used up (SECURITY_RATE_LIMIT_RPM)");
  assert.equal(refused.remedy, "Call again in 3 s");
  await test.time.pass(999);
  assert.deepEqual(order, []);
  await test.time.pass(1);
  assert.deepEqual(order, [1000]);
  await test.time.pass(1000);
  assert.deepEqual(order, [1000, 2000]);
  assert.equal(test.time.pending, 0);
});

Deno.test("RateLimit does not count what it refused", async () => {
  using test = bench({ perCaller: 60, total: 600, burst: 1 });
  await test.call();
  for (let count = 0; count < 100; count++) void test.call();
  await test.time.pass(3000);
  assert.equal(await test.call(), 0);
});

Deno.test("RateLimit gives the turn of a cancelled call back", async () => {
  using test = bench({ perCaller: 60, total: 60, burst: 1 });
  await test.call();
  const controller = new AbortController();
  const cancelled = test.call("a", {}, controller.signal);
  await test.time.settle();
  controller.abort(new Error("enough"));
  assert.match(String(await cancelled), /enough/);
  assert.equal(test.time.pending, 0);
  await test.time.pass(1000);
  assert.equal(await test.call(), 0);
  assert.match(String(await test.call("a", {}, AbortSignal.abort(new Error("gone")))), /gone/);
});

Deno.test("RateLimit listens to no call that got its turn", async () => {
  using test = bench({ perCaller: 60, total: 60, burst: 1 });
  await test.call();
  const controller = new WatchedController();
  const waiting = test.call("a", {}, controller.signal);
  assert.equal(controller.listeners, 1);
  await test.time.pass(1000);
  assert.equal(await waiting, 1000);
  assert.equal(controller.listeners, 0);
});

Deno.test("RateLimit counts every caller apart, and all together", async () => {
  using test = bench({ perCaller: 60, total: 100 });
  assert.equal(await test.passing(70, "a"), 60);
  assert.equal(await test.passing(30, "b"), 30);
  const last = await test.passing(30, "c");
  assert.ok(last > 0 && last < 10, `${last}`);
  const refused = await test.call("d");
  assert.match(
    String(refused),
    /The 100 calls of a minute are used up \(SECURITY_RATE_LIMIT_TOTAL_RPM\)/,
  );
});

Deno.test("RateLimit counts expensive calls apart besides", async () => {
  using test = bench({ perCaller: 60, expensivePerCaller: 10, total: 600 });
  assert.equal(await test.passing(20, "a", { expensive: true }), 10);
  const refused = await test.call("a", { expensive: true });
  assert.ok(refused instanceof RefusedError);
  assert.equal(
    refused.message,
    "The 10 calls of this kind of a minute are used up (SECURITY_RATE_LIMIT_EXPENSIVE_RPM)",
  );
  assert.equal(refused.remedy, "Call again in 6 s");
  assert.equal(await test.passing(60), 50);
});

Deno.test("RateLimit keeps no health check out for other calls, but does count them", async () => {
  using test = bench({ perCaller: 60, total: 60 });
  assert.equal(await test.passing(60), 60);
  assert.equal(await test.passing(70, "a", { alwaysAllowed: true }), 60);
});

Deno.test("RateLimit remembers the last 10,000 callers", async () => {
  using test = bench({ perCaller: 1, total: 1_000_000 });
  await test.call("first");
  await test.call("second");
  for (let count = 0; count < 9_998; count++) await test.call(`${count}`);
  assert.equal(test.limit.callers, 10_000);
  assert.ok(await test.call("first") instanceof RefusedError); // and it is the newest now
  await test.call("one more");
  assert.equal(test.limit.callers, 10_000);
  assert.ok(await test.call("first") instanceof RefusedError);
  assert.equal(await test.call("second"), 0); // forgotten
});
