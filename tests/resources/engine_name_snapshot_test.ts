import assert from "node:assert/strict";
import { createDocker, type Docker } from "../../src/docker/client.ts";
import { watchEngine } from "../../src/resources/engine_watch.ts";
import { type NameSnapshot, nameSnapshot } from "../../src/resources/name_snapshot.ts";
import type { NameKind } from "../../src/resources/named_objects.ts";
import { uniqueName } from "../e2e/engine_server.ts";
import { engineTest, testUnless } from "../engine/engine_test.ts";
import { missingPrerequisites } from "../engine/prerequisites.ts";
import { FakeEngine, type FakeWire, hang, head, json } from "../fakes/fake_engine.ts";
import { FakeTime } from "../fakes/fake_time.ts";
import { FakeTransport } from "../fakes/fake_transport.ts";
import { startRestartableEngine } from "./restartable_engine.ts";
import { connect, until } from "./watching.ts";

const OPEN = head(200, { connection: "close" });

interface Names extends Disposable {
  readonly docker: Docker;
  readonly names: NameSnapshot;
  of(kind: NameKind, typed: string): Promise<string[]>;
  /** Waits until a completion is as expected. */
  become(kind: NameKind, typed: string, expected: readonly string[]): Promise<void>;
}

async function namesAt(socketPath: string): Promise<Names> {
  const docker = await connect(socketPath);
  const watch = watchEngine(docker);
  const names = nameSnapshot(docker, watch);
  const of = async (kind: NameKind, typed: string) => (await names.complete(kind, typed)).values;
  return {
    docker,
    names,
    of,
    async become(kind, typed, expected) {
      let last: string[] = [];
      const isSo = async (): Promise<boolean> => {
        last = await of(kind, typed);
        return JSON.stringify(last) === JSON.stringify(expected);
      };
      await until(`"${typed}" completes to ${expected}`, isSo)
        .catch((cause) => assert.fail(`${cause.message}; at last ${last}`));
    },
    [Symbol.dispose]() {
      names[Symbol.dispose]();
      watch[Symbol.dispose]();
      docker[Symbol.dispose]();
    },
  };
}

engineTest(
  "nameSnapshot() keeps the names of containers, networks and volumes current by events",
  async (engine) => {
    using names = await namesAt(engine.socketPath);
    const name = uniqueName("snapshot");
    for (const kind of ["container", "network", "volume"] as const) {
      assert.deepEqual(await names.of(kind, name), [], kind);
    }
    const id = await engine.create("busybox", { name: `${name}-a` });
    await names.become("container", name, [`${name}-a`]);
    assert.deepEqual(await names.of("container", id.slice(0, 10)), [id.slice(0, 12)]);
    await engine.raw("POST", `/containers/${id}/rename?name=${name}-b`);
    await names.become("container", name, [`${name}-b`]);
    await engine.remove(id);
    await names.become("container", name, []);
    const Labels = engine.labels;
    await engine.raw("POST", "/networks/create", { Name: name, Labels });
    await names.become("network", name, [name]);
    await engine.raw("DELETE", `/networks/${name}`);
    await names.become("network", name, []);
    await engine.raw("POST", "/volumes/create", { Name: name, Labels });
    await names.become("volume", name, [name]);
    await engine.raw("DELETE", `/volumes/${name}`);
    await names.become("volume", name, []);
  },
);

engineTest("nameSnapshot() keeps the tags of images current", async (engine) => {
  using names = await namesAt(engine.socketPath);
  const repository = uniqueName("image");
  assert.deepEqual(await names.of("image", repository), []);
  const tag = `/images/mcp-docker-test/busybox:1/tag?repo=${repository}&tag=v1`;
  await engine.raw("POST", tag);
  await names.become("image", repository, [`${repository}:v1`]);
  await engine.raw("DELETE", `/images/${repository}:v1`);
  await names.become("image", repository, []);
});

Deno.test("nameSnapshot() lists once for many completions, and only what is completed", async () => {
  await using engine = await FakeEngine.start();
  engine.answer("GET /events", hang(OPEN));
  engine.answer("GET /networks", json([{ Id: "n1", Name: "front" }]));
  using names = await namesAt(engine.socketPath);
  const both = [names.of("network", "f"), names.of("network", "fr")];
  assert.deepEqual(await Promise.all(both), [["front"], ["front"]]);
  assert.deepEqual(await names.of("network", "x"), []);
  assert.deepEqual([engine.count("GET /networks"), engine.count("GET /events")], [1, 1]);
  assert.equal(engine.count("GET /containers/json"), 0);
});

/** A stream of events into which a test writes. */
function eventStream(engine: FakeEngine): { send(...events: unknown[]): Promise<void> } {
  let wire: FakeWire | undefined;
  engine.answer("GET /events", async (opened) => {
    wire = opened;
    await opened.write(OPEN);
    await opened.gone();
  });
  return {
    async send(...events) {
      for (const event of events) await wire?.write(`${JSON.stringify(event)}\n`);
    },
  };
}

const created = (id: string, time: number) => ({
  Type: "container",
  Action: "create",
  time,
  Actor: { ID: id, Attributes: { name: `web-${id}` } },
});

Deno.test("nameSnapshot() loses nothing that happens while the list is on its way", async () => {
  await using engine = await FakeEngine.start();
  const events = eventStream(engine);
  engine.answer("GET /containers/json", async (wire) => {
    await events.send(created("b", 1), created("c", 2), {
      ...created("a", 3),
      Action: "destroy",
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await json([{ Id: "a", Names: ["/web-a"] }, { Id: "b", Names: ["/web-b"] }])(wire);
  });
  using names = await namesAt(engine.socketPath);
  await names.become("container", "web", ["web-b", "web-c"]);
  assert.equal(engine.count("GET /containers/json"), 1);
});

Deno.test("nameSnapshot() lists anew after an event that does not tell a name", async () => {
  await using engine = await FakeEngine.start();
  const events = eventStream(engine);
  engine.answer(
    "GET /containers/json",
    json([]),
    json([{ Id: "a", Names: ["/web-a", "/db/web"] }]),
  );
  using names = await namesAt(engine.socketPath);
  assert.deepEqual(await names.of("container", "web"), []);
  await events.send({ Type: "container", Action: "prune", time: 1, Actor: { ID: "" } });
  await names.become("container", "web", ["web-a"]);
  for (const odd of [null, {}, { ID: null, Attributes: null }, { ID: "x", Attributes: {} }]) {
    await events.send({ Type: "container", Action: "create", time: 2, Actor: odd });
  }
  await names.become("container", "web", ["web-a"]);
});

Deno.test("nameSnapshot() asks each time where the Engine answers lists but no events", async () => {
  await using engine = await FakeEngine.start();
  engine.answer("GET /events", json({ message: "not allowed" }, 403));
  engine.answer("GET /volumes", json({ Volumes: null }), json({ Volumes: [{ Name: "data" }] }));
  using names = await namesAt(engine.socketPath);
  assert.deepEqual(await names.of("volume", "da"), []);
  assert.deepEqual(await names.of("volume", "da"), ["data"]);
});

Deno.test("nameSnapshot() trusts no names that it kept once the stream cannot be opened any more", async () => {
  await using engine = await FakeEngine.start();
  const broken = Promise.withResolvers<void>();
  engine.answer("GET /events", async (wire) => {
    await wire.write(OPEN);
    await broken.promise;
    wire.close();
  }, json({ message: "not allowed" }, 403));
  const first = json([{ Id: "n1", Name: "front" }]);
  engine.answer("GET /networks", first, json([{ Id: "n2", Name: "back" }]));
  using names = await namesAt(engine.socketPath);
  assert.deepEqual(await names.of("network", ""), ["front"]);
  broken.resolve();
  await names.become("network", "", ["back"]);
});

Deno.test("nameSnapshot() rejects with the Engine's reason, or that of the signal", async () => {
  await using engine = await FakeEngine.start();
  engine.answer("GET /events", hang(OPEN));
  engine.answer("GET /images/json", json({ message: "disk on fire" }, 500), json([]));
  using names = await namesAt(engine.socketPath);
  await assert.rejects(names.of("image", ""), /disk on fire/);
  assert.deepEqual(await names.of("image", ""), []);
  const reason = new Error("cancelled");
  await assert.rejects(names.names.complete("image", "", AbortSignal.abort(reason)), reason);
  await engine.stop();
  await until("the stream is known to be gone", async () => {
    return await names.of("network", "").then(() => false, () => true);
  });
});

Deno.test("nameSnapshot() stops watching five minutes after the last completion", async () => {
  using time = new FakeTime();
  let streams = 0;
  const transport = new FakeTransport({
    "GET /events": ({ signal }: { signal?: AbortSignal }) => {
      streams++;
      signal?.addEventListener("abort", () => streams--, { once: true });
      return new Response(new ReadableStream());
    },
    "GET /networks": [{ Id: "n1", Name: "front" }],
  });
  using docker = createDocker(transport);
  using watch = watchEngine(docker);
  using names = nameSnapshot(docker, watch);
  await names.complete("network", "");
  await time.pass(299_000);
  await names.complete("network", "");
  await time.pass(299_000);
  assert.equal(streams, 1);
  await time.pass(1000);
  await time.settle();
  assert.equal(streams, 0);
  assert.deepEqual((await names.complete("network", "")).values, ["front"]);
  assert.equal(streams, 1);
});

testUnless(
  await missingPrerequisites(),
  "nameSnapshot() is right again after the Engine was restarted",
  async () => {
    await using engine = await startRestartableEngine();
    using names = await namesAt(engine.socketPath);
    const body = { Image: "mcp-docker-test/polite:1", HostConfig: { NetworkMode: "none" } };
    const make = (name: string) => names.docker.containers.create(body, { name });
    await make("kept-1");
    const { Id } = await make("kept-2");
    assert.deepEqual(await names.of("container", "kept"), ["kept-1", "kept-2"]);
    await engine.crash();
    // Seldom seen by the new stream: the Engine remembers nothing from before.
    await names.docker.containers.remove(Id);
    await make("kept-3");
    await names.become("container", "kept", ["kept-1", "kept-3"]);
  },
);
