import assert from "node:assert/strict";
import { createDocker } from "../../src/docker/client.ts";
import { DockerError } from "../../src/docker/errors.ts";
import type { EngineEvent } from "../../src/docker/types.ts";
import { watchEngine } from "../../src/resources/engine_watch.ts";
import { uniqueName } from "../e2e/engine_server.ts";
import { engineTest, testUnless } from "../engine/engine_test.ts";
import { missingPrerequisites } from "../engine/prerequisites.ts";
import { FakeEngine, type FakeRequest, hang, head, json } from "../fakes/fake_engine.ts";
import { FakeTime } from "../fakes/fake_time.ts";
import { FakeTransport } from "../fakes/fake_transport.ts";
import { startRestartableEngine } from "./restartable_engine.ts";
import { connect, Notes, until } from "./watching.ts";

const OPEN = head(200, { connection: "close" });

function event(name: string, timeNano: number): EngineEvent {
  return { Type: "container", Action: "start", timeNano, Actor: { Attributes: { name } } };
}

function line(each: EngineEvent): string {
  return `${JSON.stringify(each)}\n`;
}

/** The window that a request asked for. */
function asked({ path }: FakeRequest): (string | null)[] {
  const query = new URL(path, "http://fake").searchParams;
  return [query.get("since"), query.get("until")];
}

engineTest(
  "watchEngine() tells all listeners what happens, over one stream, while somebody listens",
  async (engine) => {
    using docker = await connect(engine.socketPath);
    using watch = watchEngine(docker);
    const name = uniqueName("watched");
    const [first, second] = [new Notes(name), new Notes(name)];
    using one = watch.listen(first);
    await one.opened();
    const two = watch.listen(second);
    await two.opened();
    const id = await engine.create("busybox", { name });
    await until("the second was told", () => second.told.length === 1);
    assert.deepEqual(first.told, [`create ${name}`]);
    two[Symbol.dispose]();
    two[Symbol.dispose]();
    await engine.remove(id);
    await until("the first was told", () => first.told.length === 2);
    assert.deepEqual(first.told, [`create ${name}`, `destroy ${name}`]);
    assert.deepEqual(second.told, [`create ${name}`]);
  },
);

Deno.test("watchEngine() opens one stream for all, and ends it with the last listener", async () => {
  await using engine = await FakeEngine.start();
  engine.answer("GET /events", hang(OPEN));
  using docker = await connect(engine.socketPath);
  using watch = watchEngine(docker);
  assert.equal(engine.requests.length, 0);
  const notes = new Notes();
  const watching = [watch.listen(notes), watch.listen(notes), watch.listen(notes)];
  await Promise.all(watching.map((each) => each.opened()));
  assert.equal(engine.count("GET /events"), 1);
  for (const each of watching) each[Symbol.dispose]();
  using again = watch.listen(notes);
  await again.opened();
  assert.equal(engine.count("GET /events"), 2);
  assert.deepEqual(notes.told, []);
});

Deno.test("watchEngine() goes on behind the last event where the Engine remembers it, and repeats none", async () => {
  await using engine = await FakeEngine.start();
  const [a, b, c] = [event("a", 1e18), event("b", 2e18), event("c", 3e18)];
  engine.answer(
    "GET /events",
    (wire) => wire.write(OPEN + line(a) + line(b)).then(() => wire.close()),
    (wire) => wire.write(OPEN + line(b)).then(() => wire.close()), // it remembers
    hang(OPEN, line(b), line(c)),
  );
  using docker = await connect(engine.socketPath);
  using watch = watchEngine(docker);
  const notes = new Notes();
  using _watching = watch.listen(notes);
  await until("it went on", () => notes.told.length === 3);
  assert.deepEqual(notes.told, ["start a", "start b", "start c"]);
  const [, lookup, next] = engine.requests.filter(({ path }) => path.startsWith("/events"));
  assert.ok(lookup && next);
  assert.deepEqual(asked(lookup), ["1999999999.999999000", "2000000000.000001000"]);
  assert.deepEqual(asked(next), ["1999999999.999999000", null]);
});

Deno.test("watchEngine() tells of a gap where the Engine has forgotten the last event", async () => {
  await using engine = await FakeEngine.start();
  engine.answer(
    "GET /events",
    (wire) => wire.write(OPEN + line(event("a", 1e18))).then(() => wire.close()),
    (wire) => wire.write(OPEN).then(() => wire.close()), // it does not remember
    hang(OPEN, line(event("b", 2e18))),
  );
  using docker = await connect(engine.socketPath);
  using watch = watchEngine(docker);
  const notes = new Notes();
  using _watching = watch.listen(notes);
  await until("it went on", () => notes.told.length === 3);
  assert.deepEqual(notes.told, ["start a", "missed", "start b"]);
});

Deno.test("watchEngine() tells of a gap where the Engine forgets between being asked and going on", async () => {
  await using engine = await FakeEngine.start();
  const a = line(event("a", 1e18));
  engine.answer(
    "GET /events",
    (wire) => wire.write(OPEN + a).then(() => wire.close()),
    (wire) => wire.write(OPEN + a).then(() => wire.close()),
    hang(OPEN, line(event("c", 3e18))),
  );
  using docker = await connect(engine.socketPath);
  using watch = watchEngine(docker);
  const notes = new Notes();
  using _watching = watch.listen(notes);
  await until("it went on", () => notes.told.length === 3);
  assert.deepEqual(notes.told, ["start a", "missed", "start c"]);
});

Deno.test("watchEngine() waits longer with each failure, at most 30 s, and begins anew after a steady stream", async () => {
  using time = new FakeTime();
  const tried: number[] = [];
  let lasts = 0;
  let lasted = 0;
  const transport = new FakeTransport({
    "GET /events": () => {
      tried.push(time.now);
      lasted += lasts;
      return Response.json({ message: "no" }, { status: 500 });
    },
  });
  using docker = createDocker(transport);
  const failures: unknown[] = [];
  const now = () => time.now + lasted;
  const watch = watchEngine(docker, { now, failed: (error) => failures.push(error) });
  watch.listen(new Notes());
  await time.pass(120_000);
  const pauses = tried.slice(1).map((at, index) => at - (tried[index] ?? 0));
  assert.deepEqual(pauses, [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  assert.equal(failures.length, tried.length);
  assert.ok(failures[0] instanceof DockerError);
  const failed = tried.length;
  lasts = 10_000;
  while (tried.length === failed) await time.pass(100);
  lasts = 0;
  await time.pass(250);
  assert.equal(tried.length, failed + 2);
  watch[Symbol.dispose]();
  await time.settle();
  assert.equal(time.pending, 0);
});

Deno.test("Watching.opened() tries a resting stream at once, and rejects with why it cannot be opened", async () => {
  using time = new FakeTime();
  let answer = () => Response.json({ message: "not for you" }, { status: 403 });
  let tried = 0;
  const transport = new FakeTransport({
    "GET /events": () => {
      tried++;
      return answer();
    },
  });
  using docker = createDocker(transport);
  using watch = watchEngine(docker, { now: () => time.now });
  const notes = new Notes();
  using watching = watch.listen(notes);
  await assert.rejects(watching.opened(), /not for you/);
  await assert.rejects(watching.opened(), /not for you/);
  assert.equal(tried, 2);
  answer = () => new Response(new ReadableStream());
  await watching.opened();
  assert.equal(tried, 3);
  assert.deepEqual(notes.told, ["missed"]);
});

Deno.test("watchEngine() releases those who wait for a stream when nobody listens any more", async () => {
  await using engine = await FakeEngine.start();
  engine.answer("GET /events", hang());
  using docker = await connect(engine.socketPath);
  using watch = watchEngine(docker);
  const watching = watch.listen(new Notes());
  const reason = new Error("gone");
  const rejected = assert.rejects(watching.opened(), /nobody listens any more/);
  await assert.rejects(watching.opened(AbortSignal.abort(reason)), reason);
  await until("the Engine was asked", () => engine.count("GET /events") === 1);
  watching[Symbol.dispose]();
  await rejected;
});

Deno.test("watchEngine() takes no place among the connections of other requests", async () => {
  await using engine = await FakeEngine.start();
  engine.answer("GET /events", hang(OPEN));
  engine.answer("GET /version", json({ Version: "1" }));
  using docker = await connect(engine.socketPath);
  const watches = Array.from({ length: 20 }, () => watchEngine(docker));
  for (const watch of watches) await watch.listen(new Notes()).opened();
  await docker.system.version();
  for (const watch of watches) watch[Symbol.dispose]();
});

testUnless(
  await missingPrerequisites(),
  "watchEngine() survives that the Engine is restarted and crashes",
  async () => {
    await using engine = await startRestartableEngine();
    using docker = await connect(engine.socketPath);
    using watch = watchEngine(docker);
    const notes = new Notes();
    using watching = watch.listen(notes);
    await watching.opened();
    const make = async (name: string): Promise<void> => {
      const HostConfig = { NetworkMode: "none" };
      const body = { Image: "mcp-docker-test/polite:1", HostConfig };
      const { Id } = await docker.containers.create(body, { name });
      await until(`${name} was told`, () => notes.told.includes(`create ${name}`));
      await docker.containers.remove(Id);
    };
    await make("before");
    await engine.stop();
    await engine.start();
    await until("the restart was noticed", () => notes.told.includes("missed"));
    await make("between");
    await engine.crash();
    const isMissed = (told: string): boolean => told === "missed";
    await until("the crash was noticed", () => notes.told.filter(isMissed).length === 2);
    await make("after");
    for (const told of ["create before", "create between", "create after"]) {
      assert.equal(notes.told.filter((each) => each === told).length, 1, told);
    }
  },
);
