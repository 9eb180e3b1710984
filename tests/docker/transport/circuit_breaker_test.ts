import assert from "node:assert/strict";
import { DockerError, type DockerErrorCode } from "../../../src/docker/errors.ts";
import { breakCircuit } from "../../../src/docker/transport/circuit_breaker.ts";
import {
  type Hijacked,
  type Transport,
  type TransportRequest,
  UpgradeRefused,
} from "../../../src/docker/transport/transport.ts";
import { FakeTime } from "../../fakes/fake_time.ts";

type Answer = (signal: AbortSignal | undefined) => Promise<Response>;

/** An Engine that does what it is told, and remembers what it was asked. */
class Scripted implements Transport {
  readonly endpoint = "unix:///test.sock";
  readonly asked: string[] = [];
  disposed = 0;
  answer: Answer = good;

  fetch(path: string, { signal }: TransportRequest = {}): Promise<Response> {
    this.asked.push(path);
    return this.answer(signal);
  }

  async hijack(path: string, { signal }: TransportRequest = {}): Promise<Hijacked> {
    this.asked.push(path);
    throw new UpgradeRefused(await this.answer(signal));
  }

  [Symbol.dispose](): void {
    this.disposed++;
  }
}

const good: Answer = () => Promise.resolve(new Response("OK"));
const broken: Answer = () => Promise.resolve(new Response("", { status: 500 }));

/** Answers nothing until the request's signal aborts. */
function silent(signal: AbortSignal | undefined): Promise<Response> {
  return new Promise((_, reject) =>
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true })
  );
}

function failing(code: DockerErrorCode, milliseconds = 0): Answer {
  return () =>
    new Promise((_, reject) => {
      const fail = (): void => reject(new DockerError(code, "Cannot x: y"));
      if (milliseconds === 0) fail();
      else setTimeout(fail, milliseconds);
    });
}

interface Bench extends Disposable {
  readonly time: FakeTime;
  readonly engine: Scripted;
  readonly transport: Transport;
  readonly probing: Transport;
  /** Asks and answers with the status, or the error. */
  readonly ask: (through?: Transport) => Promise<unknown>;
  /** So many requests that end after a second without an answer. */
  readonly hang: (requests: number, reason?: Error) => Promise<void>;
}

const LATE = new DockerError("timeout", "Cannot x: no answer within 1 seconds");

function bench(): Bench {
  const time = new FakeTime();
  const engine = new Scripted();
  const { transport, probing } = breakCircuit(engine, () => time.now);
  const ask = (through = transport, signal?: AbortSignal): Promise<unknown> =>
    through.fetch("/info", signal ? { signal } : {}).then(({ status }) => status, (error) => error);
  return {
    ...{ time, engine, transport, probing, ask },
    async hang(requests, reason = LATE) {
      engine.answer = silent;
      const controllers = Array.from({ length: requests }, () => new AbortController());
      const asked = controllers.map(({ signal }) => ask(transport, signal));
      await time.pass(1000);
      for (const controller of controllers) controller.abort(reason);
      await Promise.all(asked);
    },
    [Symbol.dispose]() {
      transport[Symbol.dispose]();
      time[Symbol.dispose]();
    },
  };
}

/** Opens the circuit: five silences, and a ping that is not answered either. */
async function open({ hang, ask, time }: Bench): Promise<void> {
  await hang(5);
  const refused = ask();
  await time.pass(5000);
  assert.ok(await refused instanceof DockerError);
}

Deno.test("breakCircuit() pings after five silences, and fails at once while that is not answered", async () => {
  using test = bench();
  const { ask, engine, hang, time } = test;
  await hang(5);
  engine.asked.length = 0;
  const first = ask();
  await time.pass(499);
  assert.deepEqual(engine.asked, ["/_ping"]);
  await time.pass(1);
  assert.match(String(await first), /it has not answered for 2 s, so nothing was sent/);
  await time.pass(4500);
  const began = time.now;
  await assert.rejects(test.transport.fetch("/info"), {
    code: "unreachable",
    message:
      'Cannot reach Docker at "unix:///test.sock": it has not answered for 6 s, so nothing was sent',
    remedy: "It is asked again in 5 s; a health check asks it at once. " +
      "Restart Docker if it stays silent",
  });
  assert.ok(
    await test.transport.hijack("/exec/e/start").catch((error) => error) instanceof DockerError,
  );
  assert.deepEqual([engine.asked, time.now], [["/_ping"], began]);
});

Deno.test("breakCircuit() lets pass after four silences", async () => {
  using test = bench();
  await test.hang(4);
  test.engine.answer = good;
  assert.equal(await test.ask(), 200);
});

Deno.test("breakCircuit() pings once after five seconds, however many call, and all go on when it is answered", async () => {
  using test = bench();
  const { ask, engine, time } = test;
  await open(test);
  engine.asked.length = 0;
  await time.pass(4999);
  assert.ok(await ask() instanceof DockerError);
  await time.pass(1);
  engine.answer = good;
  assert.deepEqual(await Promise.all([ask(), ask(), ask()]), [200, 200, 200]);
  assert.deepEqual(engine.asked, ["/_ping", "/info", "/info", "/info"]);
  assert.equal(time.pending, 0);
});

Deno.test("breakCircuit() lets go of what its ping answers", async () => {
  using test = bench();
  await open(test);
  await test.time.pass(5000);
  const canceled: string[] = [];
  test.engine.answer = () => {
    const path = test.engine.asked.at(-1) ?? "";
    const body = new ReadableStream({ cancel: () => void canceled.push(path) });
    return Promise.resolve(new Response(body));
  };
  assert.equal(await test.ask(), 200);
  assert.deepEqual(canceled, ["/_ping"]);
});

Deno.test("breakCircuit() waits another five seconds when the ping is not answered", async () => {
  using test = bench();
  const { ask, engine, time } = test;
  await open(test);
  await time.pass(5000);
  engine.asked.length = 0;
  const refused = ask();
  await time.pass(5000);
  assert.ok(await refused instanceof DockerError);
  await time.pass(4999);
  assert.ok(await ask() instanceof DockerError);
  assert.deepEqual(engine.asked, ["/_ping"]);
});

Deno.test("breakCircuit() leaves it to the calls to tell what is wrong where the ping fails at once", async () => {
  using test = bench();
  const { ask, engine, time } = test;
  await open(test);
  await time.pass(5000);
  engine.answer = failing("unreachable");
  assert.equal((await ask() as Error).message, "Cannot x: y");
  engine.answer = good;
  assert.equal(await ask(), 200);
});

Deno.test("breakCircuit() recovers by a ping that is answered late, after its caller was refused", async () => {
  using test = bench();
  const { ask, engine, time } = test;
  await open(test);
  await time.pass(5000);
  const slow = Promise.withResolvers<Response>();
  engine.answer = () => slow.promise;
  const refused = ask();
  await time.pass(500);
  assert.match(String((await refused as DockerError).remedy), /being asked right now/);
  slow.resolve(new Response("OK"));
  await time.settle();
  engine.answer = good;
  assert.equal(await ask(), 200);
});

Deno.test("breakCircuit() lets a health check through in any case, and an answer to it ends the silence at once", async () => {
  using test = bench();
  const { ask, engine, probing } = test;
  await open(test);
  engine.answer = broken;
  assert.equal(await ask(probing), 500); // an answer, if no good one
  engine.answer = good;
  assert.equal(await ask(), 200);
});

Deno.test("breakCircuit() counts a health check that is not answered", async () => {
  using test = bench();
  const { engine, hang, probing, time } = test;
  await hang(4);
  const controller = new AbortController();
  const asked = probing.fetch("/info", { signal: controller.signal }).catch(() => {});
  await time.pass(1000);
  controller.abort(LATE);
  await asked;
  engine.asked.length = 0;
  const refused = test.ask();
  await time.pass(5000);
  assert.ok(await refused instanceof DockerError);
  assert.deepEqual(engine.asked, ["/_ping"]);
});

Deno.test("breakCircuit() counts the pipeline's own deadline, whose error it does not know", async () => {
  using test = bench();
  await test.hang(5, Object.assign(new Error("gave up"), { code: "timeout" }));
  test.engine.asked.length = 0;
  test.engine.answer = good;
  assert.equal(await test.ask(), 200);
  assert.deepEqual(test.engine.asked, ["/_ping", "/info"]);
});

Deno.test("breakCircuit() counts neither what callers cancel nor answers that are errors nor quick failures", async () => {
  const harmless: readonly ((test: Bench) => Promise<unknown>)[] = [
    ({ hang }) => hang(9, new DOMException("cancelled", "AbortError")),
    ({ ask, engine }) => (engine.answer = broken, ask()),
    ({ ask, engine }) => (engine.answer = failing("unreachable"), ask()),
    ({ ask, engine }) => (engine.answer = failing("permission_denied"), ask()),
    ({ ask, engine }) => (engine.answer = failing("incomplete"), ask()),
    ({ engine, transport }) => (engine.answer = broken, transport.hijack("/exec").catch(() => {})),
  ];
  for (const act of harmless) {
    using test = bench();
    for (let count = 0; count < 9; count++) await act(test);
    test.engine.asked.length = 0;
    test.engine.answer = good;
    assert.equal(await test.ask(), 200);
    assert.deepEqual(test.engine.asked, ["/info"]);
  }
});

Deno.test("breakCircuit() counts connections that fail slowly", async () => {
  using test = bench();
  const { ask, engine, time } = test;
  engine.answer = failing("unreachable", 3000);
  for (let count = 0; count < 5; count++) {
    const asked = ask();
    await time.pass(3000);
    await asked;
  }
  engine.asked.length = 0;
  engine.answer = good;
  assert.equal(await ask(), 200);
  assert.deepEqual(engine.asked, ["/_ping", "/info"]);
});

Deno.test("breakCircuit() starts to count anew with any answer, also one to a request that was sent later", async () => {
  using test = bench();
  const { ask, engine, hang } = test;
  await hang(4);
  engine.answer = good;
  await ask();
  await hang(4);
  engine.answer = broken;
  await assert.rejects(test.transport.hijack("/exec/e/start"), UpgradeRefused);
  await hang(4);
  // A container that hangs says nothing about an Engine that answers others meanwhile.
  const controllers = Array.from({ length: 5 }, () => new AbortController());
  const slow = controllers.map(({ signal }) =>
    test.transport.fetch("/a", { signal }).catch(() => {})
  );
  await test.time.pass(1);
  engine.answer = good;
  await ask();
  for (const controller of controllers) controller.abort(LATE);
  await Promise.all(slow);
  engine.asked.length = 0;
  assert.equal(await ask(), 200);
  assert.deepEqual(engine.asked, ["/info"]);
});

Deno.test("breakCircuit() lets a caller go that cancels while it waits for the ping, and the ping go on", async () => {
  using test = bench();
  const { engine, time, transport } = test;
  await open(test);
  await time.pass(5000);
  const pong = Promise.withResolvers<Response>();
  engine.answer = () => pong.promise;
  const controller = new AbortController();
  const cancelled = transport.fetch("/info", { signal: controller.signal });
  await time.settle();
  controller.abort(new Error("enough"));
  await assert.rejects(cancelled, /enough/);
  pong.resolve(new Response("OK"));
  await time.settle();
  engine.answer = good;
  assert.equal(await test.ask(), 200);
});

Deno.test("breakCircuit() ends its ping and its timers when it is disposed, and the transport once", async () => {
  const test = bench();
  await open(test);
  await test.time.pass(5000);
  const refused = test.ask();
  await test.time.pass(500);
  await refused;
  test.probing[Symbol.dispose]();
  assert.equal(test.engine.disposed, 0);
  test.transport[Symbol.dispose]();
  await test.time.settle();
  assert.deepEqual([test.engine.disposed, test.time.pending], [1, 0]);
  test.time[Symbol.dispose]();
});
