import assert from "node:assert/strict";
import { z } from "zod";
import { deadline, limit } from "../../src/safety/limits.ts";
import type { Tool, ToolCall, ToolOutput } from "../../src/tools/tool.ts";
import { FakeTime } from "../fakes/fake_time.ts";
import { callOf as toolCallOf } from "./tool_call.ts";

const probe: Tool = {
  name: "docker_probe",
  title: "Probe",
  safety: "safe",
  description: "Probe. Changes nothing.",
  input: () => z.object({}),
  output: () => z.object({}),
  example: {},
  run: () => Promise.resolve({}),
};

function callOf(signal = new AbortController().signal, tool: Partial<Tool> = {}): ToolCall {
  return toolCallOf({ ...probe, ...tool }, { signal });
}

/** A step with hand-held calls: each runs until it is told how to end. */
class Calls {
  running = 0;
  readonly #step;
  readonly #ends: PromiseWithResolvers<ToolOutput>[] = [];

  constructor(maximum: number) {
    this.#step = limit({ atOnce: maximum });
  }

  start(signal?: AbortSignal): Promise<ToolOutput> {
    return this.#step(callOf(signal), async ({ signal }) => {
      const end = Promise.withResolvers<ToolOutput>();
      const abort = (): void => end.reject(signal.reason);
      signal.addEventListener("abort", abort);
      this.#ends.push(end);
      this.running++;
      try {
        return await end.promise;
      } finally {
        signal.removeEventListener("abort", abort);
        this.running--;
      }
    });
  }

  succeed(): void {
    this.#ends.shift()?.resolve({});
  }

  fail(): void {
    this.#ends.shift()?.reject(new Error("broken"));
  }
}

Deno.test("limit() lets so many calls run at once, and the next when one has ended", async () => {
  using time = new FakeTime();
  const calls = new Calls(2);
  const all = [calls.start(), calls.start(), calls.start()];
  await time.settle();
  assert.equal(calls.running, 2);
  calls.succeed();
  await time.settle();
  assert.equal(calls.running, 2);
  calls.succeed();
  calls.succeed();
  await Promise.all(all);
  assert.deepEqual([calls.running, time.pending], [0, 0]);
});

Deno.test("limit() frees the slot of a call that fails", async () => {
  using time = new FakeTime();
  const calls = new Calls(1);
  const failing = calls.start();
  const waiting = calls.start();
  await time.settle();
  calls.fail();
  await assert.rejects(failing, /broken/);
  await time.settle();
  assert.equal(calls.running, 1);
  calls.succeed();
  await waiting;
});

Deno.test("limit() frees the slot of a call that is cancelled while it runs", async () => {
  using time = new FakeTime();
  const calls = new Calls(1);
  const controller = new AbortController();
  const cancelled = calls.start(controller.signal);
  await time.settle();
  controller.abort(new Error("cancelled"));
  await assert.rejects(cancelled, /cancelled/);
  const next = calls.start();
  await time.settle();
  assert.equal(calls.running, 1);
  calls.succeed();
  // The first of the two ends belongs to the cancelled call.
  calls.succeed();
  await next;
});

Deno.test("limit() lets go of a call that is cancelled while it waits, and of its place", async () => {
  using time = new FakeTime();
  const calls = new Calls(1);
  const running = calls.start();
  const controller = new AbortController();
  const cancelled = calls.start(controller.signal);
  const behind = calls.start();
  await time.settle();
  controller.abort(new Error("cancelled"));
  await assert.rejects(cancelled, /cancelled/);
  assert.equal(calls.running, 1);
  calls.succeed();
  await running;
  await time.settle();
  assert.equal(calls.running, 1);
  calls.succeed();
  await behind;
  assert.equal(time.pending, 0);
});

Deno.test("limit() refuses at once a call that was cancelled before it could wait", async () => {
  using time = new FakeTime();
  const calls = new Calls(1);
  const running = calls.start();
  const gone = AbortSignal.abort(new Error("cancelled"));
  await assert.rejects(calls.start(gone), /cancelled/);
  calls.succeed();
  await running;
  assert.equal(time.pending, 0);
});

Deno.test("limit() refuses a call that waited two seconds, and not a moment earlier", async () => {
  using time = new FakeTime();
  const calls = new Calls(1);
  const running = calls.start();
  const refused: unknown[] = [];
  const late = calls.start().catch((error) => refused.push(error));
  await time.pass(1999);
  assert.equal(refused.length, 0);
  await time.pass(1);
  await late;
  assert.throws(() => {
    throw refused[0];
  }, {
    code: "too_many_calls",
    message: /^1 calls of this kind are running already \(SAFETY_MAX_CONCURRENT_OPERATIONS\)/,
  });
  calls.succeed();
  await running;
  const next = calls.start();
  await time.settle();
  assert.equal(calls.running, 1); // the refused call holds no slot
  calls.succeed();
  await next;
});

Deno.test("limit() serves those who wait in order", async () => {
  using time = new FakeTime();
  const order: number[] = [];
  const step = limit({ atOnce: 1 });
  const all = [0, 1, 2, 3].map((index) =>
    step(callOf(), async () => {
      order.push(index);
      await time.settle();
      return {};
    })
  );
  await Promise.all(all);
  assert.deepEqual(order, [0, 1, 2, 3]);
});

Deno.test("limit() never runs more than it may, whatever ends how", async () => {
  using time = new FakeTime();
  const calls = new Calls(3);
  const all: Promise<unknown>[] = [];
  for (let count = 0; count < 60; count++) {
    const controller = new AbortController();
    all.push(calls.start(controller.signal).catch(() => {}));
    if (count % 5 === 0) controller.abort(new Error("cancelled"));
    await time.settle();
    assert.ok(calls.running <= 3);
    if (count % 2 === 0) calls.succeed();
    if (count % 7 === 0) calls.fail();
  }
  await time.pass(2000);
  while (calls.running > 0) {
    calls.succeed();
    await time.settle();
  }
  await Promise.all(all);
  assert.equal(time.pending, 0);
});

Deno.test("limit() keeps quick reading calls apart from all others", async () => {
  const step = limit({ atOnce: 1 });
  const ends: (() => void)[] = [];
  const start = (tool: Partial<Tool>): Promise<ToolOutput> =>
    step(callOf(undefined, tool), () => new Promise((resolve) => ends.push(() => resolve({}))));
  using time = new FakeTime();
  const exec = start({ safety: "moderate", seconds: 5 });
  const reading = start({ seconds: 60 });
  await time.settle();
  assert.equal(ends.length, 2);
  const refused = [
    start({ safety: "destructive" }),
    start({ seconds: () => 61 }),
    start({}),
  ].map((call) => assert.rejects(call, { code: "too_many_calls" }));
  await time.pass(2000);
  await Promise.all(refused);
  const always = [start({ alwaysAllowed: true }), start({ alwaysAllowed: true })];
  await time.settle();
  for (const end of ends) end();
  await Promise.all([exec, reading, ...always]);
  assert.deepEqual([ends.length, time.pending], [4, 0]);
});

Deno.test("limit() lets a call wait two seconds in all, for its rate and for a place", async () => {
  using time = new FakeTime();
  const rate = { perCaller: 60, total: 600, burst: 2, now: () => time.now };
  const step = limit({ atOnce: 1, rate });
  const ends: (() => void)[] = [];
  const start = (): Promise<ToolOutput> =>
    step(callOf(), () => new Promise((resolve) => ends.push(() => resolve({}))));
  const running = start();
  const inTime = assert.rejects(start(), { code: "too_many_calls" });
  let refused = false;
  const late = assert.rejects(start(), { message: /SAFETY_MAX_CONCURRENT_OPERATIONS/ })
    .then(() => refused = true); // waits a second for its turn
  await time.pass(1999);
  assert.equal(refused, false);
  await time.pass(1);
  await Promise.all([inTime, late]);
  for (const end of ends) end();
  await running;
  assert.deepEqual([ends.length, time.pending], [1, 0]);
});

Deno.test("limit() refuses a call that comes too often without taking a place", async () => {
  const step = limit({ atOnce: 1, rate: { perCaller: 1, total: 10 } });
  const call = (): Promise<ToolOutput> => step(callOf(), () => Promise.resolve({}));
  await call();
  await assert.rejects(call(), {
    message: /SECURITY_RATE_LIMIT_RPM/,
    remedy: "Call again in 60 s",
  });
});

Deno.test("limit() keeps one caller's calls from taking all places", async () => {
  using time = new FakeTime();
  const step = limit({ atOnce: 3, atOncePerCaller: 2 });
  const ends: (() => void)[] = [];
  const start = (id: string): Promise<ToolOutput> =>
    step(
      { ...callOf(), caller: { id } },
      () => new Promise((resolve) => ends.push(() => resolve({}))),
    );
  const running = [start("a"), start("a")];
  const refused = assert.rejects(start("a"), { message: /SECURITY_RATE_LIMIT_CONCURRENT/ });
  running.push(start("b"));
  await time.pass(2000);
  await refused;
  assert.equal(ends.length, 3);
  for (const end of ends) end();
  await Promise.all(running);
});

/** Runs a call that only ends by its signal; answers with what it ended. */
function endless(defaultSeconds: number, call: ToolCall): Promise<unknown> {
  return deadline(defaultSeconds)(call, ({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    }))
    .catch((error) => error);
}

Deno.test("deadline() ends a call after the default, with what to do next", async () => {
  using time = new FakeTime();
  const ended: unknown[] = [];
  const call = endless(5, callOf()).then((error) => ended.push(error));
  await time.pass(4999);
  assert.equal(ended.length, 0);
  await time.pass(1);
  await call;
  assert.throws(() => {
    throw ended[0];
  }, { code: "timeout", message: "docker_probe gave up after 5 s", remedy: /Ask for less/ });
});

Deno.test("deadline() takes the tool's own seconds, also from an argument", async () => {
  using time = new FakeTime();
  const fixed = endless(5, callOf(undefined, { seconds: 1 }));
  const seconds = ({ timeout }: Record<string, unknown>): number => Number(timeout) + 1;
  const own = endless(5, { ...callOf(undefined, { seconds }), input: { timeout: 2 } });
  await time.pass(1000);
  assert.match(String(await fixed), /after 1 s/);
  await time.pass(2000);
  assert.match(String(await own), /after 3 s/);
});

Deno.test("deadline() tells a caller that something may still happen where the tool changes things", async () => {
  using time = new FakeTime();
  const ended = endless(1, callOf(undefined, { safety: "moderate" }));
  await time.pass(1000);
  const error = await ended;
  assert.match(
    error instanceof Error && "remedy" in error ? String(error.remedy) : "",
    /may still/,
  );
});

Deno.test("deadline() sets none for 0", async () => {
  using time = new FakeTime();
  const controller = new AbortController();
  const call = endless(0, callOf(controller.signal));
  await time.pass(1e9);
  assert.equal(time.pending, 0);
  controller.abort(new Error("cancelled"));
  assert.match(String(await call), /cancelled/);
});

Deno.test("deadline() passes the caller's cancellation on, and clears its timer however a call ends", async () => {
  using time = new FakeTime();
  const controller = new AbortController();
  const cancelled = endless(5, callOf(controller.signal));
  await time.settle();
  assert.equal(time.pending, 1);
  controller.abort(new Error("cancelled"));
  assert.match(String(await cancelled), /cancelled/);
  assert.deepEqual(await deadline(5)(callOf(), () => Promise.resolve({ a: 1 })), { a: 1 });
  await assert.rejects(deadline(5)(callOf(), () => Promise.reject(new Error("broken"))), /broken/);
  assert.equal(time.pending, 0);
});
