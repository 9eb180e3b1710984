import assert from "node:assert/strict";
import type { Docker } from "../../src/docker/client.ts";
import { DockerError } from "../../src/docker/errors.ts";
import { containerLogsResource } from "../../src/resources/container_logs.ts";
import { containerStatsResource } from "../../src/resources/container_stats.ts";
import { watchEngine } from "../../src/resources/engine_watch.ts";
import { ResourceNotFoundError } from "../../src/resources/resource.ts";
import { createSubscriptions, type Subscriptions } from "../../src/resources/subscriptions.ts";
import { RefusedError } from "../../src/tools/refused.ts";
import { uniqueName } from "../e2e/engine_server.ts";
import { engineTest, testUnless } from "../engine/engine_test.ts";
import { missingPrerequisites } from "../engine/prerequisites.ts";
import { FakeEngine, hang, head, json } from "../fakes/fake_engine.ts";
import { startRestartableEngine } from "./restartable_engine.ts";
import { connect, Told, until } from "./watching.ts";

const OPEN = head(200, { connection: "close" });
const resources = [containerLogsResource, containerStatsResource];

interface Subscribed extends Disposable {
  readonly docker: Docker;
  readonly subscriptions: Subscriptions;
}

async function subscribed(socketPath: string): Promise<Subscribed> {
  const docker = await connect(socketPath);
  const watch = watchEngine(docker);
  const subscriptions = createSubscriptions({ docker, watch, resources });
  return {
    docker,
    subscriptions,
    [Symbol.dispose]() {
      subscriptions[Symbol.dispose]();
      watch[Symbol.dispose]();
      docker[Symbol.dispose]();
    },
  };
}

const logsOf = (name: string): string => `container://logs/${name}`;
const statsOf = (name: string): string => `container://stats/${name}`;

/** Runs a shell line in a container, to its end. */
async function shell(docker: Docker, id: string, line: string): Promise<void> {
  const exec = await docker.exec.create(id, { Cmd: ["sh", "-c", line] });
  for await (const _piece of docker.exec.start(exec));
}

/** Lets a container write a line to its log. */
function write(docker: Docker, id: string): Promise<void> {
  return shell(docker, id, "echo more > /proc/1/fd/1");
}

for (const Tty of [false, true]) {
  engineTest(
    `a subscribed log is told of when the container writes (Tty ${Tty})`,
    async (engine) => {
      using at = await subscribed(engine.socketPath);
      const name = uniqueName("logs");
      const id = await engine.run("busybox", { name, config: { Tty } });
      const told = new Told();
      using client = at.subscriptions.client(told);
      const uri = logsOf(name);
      await client.subscribe(uri);
      await client.subscribe(uri);
      assert.deepEqual(told.all, []);
      await write(at.docker, id);
      await until("the first line was told", () => told.count(uri) === 1);
      await write(at.docker, id);
      await until("the second line was told", () => told.count(uri) === 2);
      client.unsubscribe(uri);
      client.unsubscribe(uri);
      await write(at.docker, id);
      assert.deepEqual(told.all, [uri, uri]);
    },
  );
}

engineTest(
  "a log that is written without pause is told of once a second, to every client by its own URI",
  async (engine) => {
    using at = await subscribed(engine.socketPath);
    const env = { LINES: "0", PAUSE: "0" };
    const id = await engine.run("chatty", { env });
    const [first, second] = [new Told(), new Told()];
    using one = at.subscriptions.client(first);
    using two = at.subscriptions.client(second);
    const beginning = performance.now();
    await one.subscribe(logsOf(id));
    await two.subscribe(logsOf(id.slice(0, 12)));
    await until("it was told of three times", () => first.all.length === 3);
    const seconds = (performance.now() - beginning) / 1000;
    assert.ok(seconds >= 2, `three times in ${seconds} s`);
    assert.deepEqual(new Set(second.all), new Set([logsOf(id.slice(0, 12))]));
    assert.ok(second.all.length >= 2, String(second.all.length));
  },
);

engineTest(
  "a subscription to a stopped container tells of its start, its end, its start again, its lines",
  async (engine) => {
    using at = await subscribed(engine.socketPath);
    const id = await engine.create("busybox", { name: uniqueName("stopped") });
    const told = new Told();
    using client = at.subscriptions.client(told);
    const uri = logsOf(id);
    await client.subscribe(uri);
    for (const action of ["start", "kill", "start"]) {
      const before = told.count(uri);
      await engine.raw("POST", `/containers/${id}/${action}`);
      await until(`${action} was told`, () => told.count(uri) > before);
    }
    const before = told.count(uri);
    // What is left to tell of the starts and the end is told together, so more than that are lines.
    await until("lines are told", async () => {
      await write(at.docker, id);
      return told.count(uri) > before + 2;
    });
  },
);

engineTest(
  "a container that is removed is told of once, then its subscriptions are over",
  async (engine) => {
    using at = await subscribed(engine.socketPath);
    const name = uniqueName("removed");
    const id = await engine.create("busybox", { name });
    const told = new Told();
    using client = at.subscriptions.client(told);
    await client.subscribe(logsOf(name));
    await client.subscribe(statsOf(name));
    await engine.remove(id);
    await until("both were told", () => told.all.length === 2);
    assert.deepEqual(told.all.toSorted(), [logsOf(name), statsOf(name)]);
    await assert.rejects(client.subscribe(logsOf(name)), ResourceNotFoundError);
    const next = await engine.create("busybox", { name });
    await client.subscribe(logsOf(name));
    await engine.raw("POST", `/containers/${next}/start`);
    await until("the next of that name was told", () => told.all.length === 3);
  },
);

engineTest(
  "a name can be subscribed to again while its last subscription is ending",
  async (engine) => {
    using at = await subscribed(engine.socketPath);
    const name = uniqueName("replaced");
    const id = await engine.run("busybox", { name });
    const told = new Told();
    using client = at.subscriptions.client(told);
    const uri = logsOf(name);
    await client.subscribe(uri);
    await engine.raw("POST", `/containers/${id}/kill`);
    await until("the end was told", () => told.all.length > 0);
    await engine.remove(id);
    const next = await engine.run("busybox", { name });
    await client.subscribe(uri);
    // The removal may still be told of once.
    const before = told.all.length;
    await until("lines of the next are told", async () => {
      await write(at.docker, next);
      return told.all.length > before + 2;
    });
  },
);

engineTest(
  "a container that is renamed ends the subscriptions by its old name, not those by its id",
  async (engine) => {
    using at = await subscribed(engine.socketPath);
    const name = uniqueName("renamed");
    const id = await engine.create("busybox", { name });
    const told = new Told();
    using client = at.subscriptions.client(told);
    await client.subscribe(logsOf(name));
    await client.subscribe(logsOf(id));
    await engine.raw("POST", `/containers/${id}/rename?name=${name}-2`);
    await until("both were told", () => told.all.length === 2);
    await engine.raw("POST", `/containers/${id}/start`);
    await until("the start was told", () => told.all.length === 3);
    assert.deepEqual([told.count(logsOf(name)), told.count(logsOf(id))], [1, 2]);
  },
);

engineTest(
  "subscribed stats are told of when they move and when the container stops",
  async (engine) => {
    using at = await subscribed(engine.socketPath);
    const name = uniqueName("stats");
    const id = await engine.run("busybox", { name });
    const told = new Told();
    using client = at.subscriptions.client(told);
    const uri = statsOf(name);
    await client.subscribe(uri);
    const busy = shell(at.docker, id, "timeout 4 sh -c 'while :; do :; done'");
    await until("the CPU's move was told", () => told.count(uri) === 1);
    await busy;
    const before = told.count(uri);
    await engine.raw("POST", `/containers/${id}/kill`);
    await until("the end was told", () => told.count(uri) > before);
  },
);

engineTest("watchList() tells when containers come, start, stop and go", async (engine) => {
  using at = await subscribed(engine.socketPath);
  const told = new Told();
  using client = at.subscriptions.client(told);
  client.watchList();
  client.watchList();
  const isTold = async (what: string, change: () => Promise<unknown>): Promise<void> => {
    const before = told.all.length;
    await change();
    await until(`${what} was told`, () => told.all.length > before);
  };
  let id = "";
  await isTold("a start", async () => id = await engine.run("busybox"));
  await isTold("a stop", () => engine.raw("POST", `/containers/${id}/kill`));
  await isTold("a removal", () => engine.remove(id));
  assert.ok(told.all.every((each) => each === "list"));
});

engineTest(
  "subscribe() refuses what is no resource, what is not there, and too many",
  async (engine) => {
    using at = await subscribed(engine.socketPath);
    using client = at.subscriptions.client(new Told());
    for (const uri of ["container://logs/nobody-has-this-name", "container://logs/", "test://x"]) {
      await assert.rejects(client.subscribe(uri), ResourceNotFoundError, uri);
    }
    const id = await engine.create("busybox");
    const names = await Promise.all(Array.from({ length: 64 }, () => engine.create("busybox")));
    for (const each of names) await client.subscribe(logsOf(each));
    await assert.rejects(client.subscribe(logsOf(id)), (error) => {
      assert.ok(error instanceof RefusedError);
      assert.equal(error.code, "too_many_calls");
      assert.match(error.message, /64/);
      return true;
    });
    client.unsubscribe(logsOf(names[0] ?? ""));
    await client.subscribe(logsOf(id));
  },
);

/** A fake Engine with one running container whose streams say nothing, and how many of them are open. */
async function silentEngine(): Promise<{ engine: FakeEngine; open: Set<string> }> {
  const engine = await FakeEngine.start();
  const open = new Set<string>();
  for (const stream of ["/events", "/containers/c1/logs", "/containers/c1/stats"]) {
    engine.answer(`GET ${stream}`, async (wire) => {
      open.add(stream);
      await hang(OPEN)(wire);
      open.delete(stream);
    });
  }
  const answer = json({ Id: "c1", State: { Running: true }, Config: { Tty: true } });
  for (const name of ["c1", "web"]) engine.answer(`GET /containers/${name}/json`, answer);
  return { engine, open };
}

Deno.test("subscriptions share one stream for each container and resource, and leave none open", async () => {
  const { engine, open } = await silentEngine();
  await using _engine = engine;
  using at = await subscribed(engine.socketPath);
  const clients = Array.from({ length: 5 }, () => at.subscriptions.client(new Told()));
  for (const client of clients) {
    for (const uri of [logsOf("web"), logsOf("c1"), statsOf("c1")]) await client.subscribe(uri);
  }
  await until("the stats are followed", () => open.size === 3);
  for (const stream of open) assert.equal(engine.count(`GET ${stream}`), 1, stream);
  const [first, ...others] = clients;
  for (const client of others) client[Symbol.dispose]();
  assert.equal(open.size, 3);
  first?.unsubscribe(logsOf("web"));
  first?.unsubscribe(logsOf("c1"));
  await until("the log is dropped", () => !open.has("/containers/c1/logs"));
  first?.[Symbol.dispose]();
  await until("all are dropped", () => open.size === 0);
  await first?.subscribe(logsOf("web"));
  first?.watchList();
  assert.equal(engine.count("GET /events"), 1);
});

Deno.test("a log that is written without pause is asked for once a second and not read", async () => {
  const { engine } = await silentEngine();
  await using _engine = engine;
  let written = 0;
  engine.answer("GET /containers/c1/logs", async (wire) => {
    await wire.write(OPEN);
    // As fast as it is taken, until the connection is dropped.
    for (let isOpen = true; isOpen;) {
      isOpen = await wire.write("x".repeat(100_000)).then(() => true, () => false);
      if (isOpen) written += 100_000;
    }
  });
  using at = await subscribed(engine.socketPath);
  const told = new Told();
  using client = at.subscriptions.client(told);
  await client.subscribe(logsOf("web"));
  await until("it was told of three times", () => told.all.length === 3);
  assert.ok(engine.count("GET /containers/c1/logs") <= 4);
  assert.ok(written < 40_000_000, `${written} bytes`);
});

Deno.test("a subscription that is cancelled while it is made leaves nothing open", async () => {
  const { engine, open } = await silentEngine();
  await using _engine = engine;
  using at = await subscribed(engine.socketPath);
  const found = Promise.withResolvers<void>();
  engine.answer("GET /containers/web/json", async (wire) => {
    await found.promise;
    await json({ Id: "c1", State: { Running: true } })(wire);
  });
  const client = at.subscriptions.client(new Told());
  const subscribing = client.subscribe(logsOf("web"));
  await until("the container is looked up", () => engine.count("GET /containers/web/json") === 1);
  client.unsubscribe(logsOf("web"));
  found.resolve();
  await subscribing;
  const aborted = new AbortController();
  const other = client.subscribe(logsOf("web"), aborted.signal);
  const reason = new Error("cancelled");
  aborted.abort(reason);
  await assert.rejects(other, reason);
  await until("all are dropped", () => open.size === 0);
  assert.equal(engine.count("GET /containers/c1/logs"), 0);
  client[Symbol.dispose]();
});

Deno.test("all clients together have 256 subscriptions at most", async () => {
  const { engine } = await silentEngine();
  await using _engine = engine;
  using at = await subscribed(engine.socketPath);
  engine.otherwise = json({ Id: "stopped", State: { Running: false } });
  const clients = Array.from({ length: 5 }, () => at.subscriptions.client(new Told()));
  for (const [at, client] of clients.slice(0, 4).entries()) {
    const uris = Array.from({ length: 64 }, (_, number) => logsOf(`c-${at}-${number}`));
    await Promise.all(uris.map((uri) => client.subscribe(uri)));
  }
  await assert.rejects(clients[4]?.subscribe(logsOf("web")) ?? Promise.resolve(), /256/);
  clients[0]?.unsubscribe(logsOf("c-0-0"));
  await clients[4]?.subscribe(logsOf("web"));
});

Deno.test("subscribe() rejects with the Engine's reason", async () => {
  await using engine = await FakeEngine.start();
  engine.otherwise = json({ message: "disk on fire" }, 500);
  using at = await subscribed(engine.socketPath);
  using client = at.subscriptions.client(new Told());
  await assert.rejects(client.subscribe(logsOf("web")), (error) => {
    assert.ok(error instanceof DockerError);
    assert.match(error.message, /disk on fire/);
    return true;
  });
});

testUnless(
  await missingPrerequisites(),
  "subscriptions survive that the Engine is restarted",
  async () => {
    await using engine = await startRestartableEngine();
    using at = await subscribed(engine.socketPath);
    const HostConfig = { NetworkMode: "none", RestartPolicy: { Name: "always" } };
    const body = { Image: "mcp-docker-test/busybox:1", HostConfig };
    const { Id } = await at.docker.containers.create(body, { name: "survivor" });
    await at.docker.containers.start(Id);
    const told = new Told();
    using client = at.subscriptions.client(told);
    const uri = logsOf("survivor");
    await client.subscribe(uri);
    client.watchList();
    const isTold = async (what: string): Promise<void> => {
      told.all.length = 0;
      await until(what, async () => {
        await write(at.docker, Id).catch(() => {}); // until the container runs again
        return told.count(uri) > 0;
      });
    };
    await engine.stop();
    await until("the end was told", () => told.count(uri) > 0 && told.count("list") > 0);
    await engine.start();
    await isTold("a line after the restart is told");
    await engine.crash();
    await isTold("a line after the crash is told");
  },
);
