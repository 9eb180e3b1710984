import type { Client } from "@modelcontextprotocol/client";
import assert from "node:assert/strict";
import type { Docker } from "../../src/docker/client.ts";
import { FakeEngine, type FakeWire, frame, hang, head, json } from "../fakes/fake_engine.ts";
import { connect, until } from "../resources/watching.ts";
import { connectedTo, liveServer, type LiveServerOptions, modernClient } from "./live_server.ts";

const ID = "4f1c2d3e4a5b".padEnd(64, "0");
const LOGS = "container://logs/web";
const OPEN = head(200, {
  connection: "close",
  "content-type": "application/vnd.docker.multiplexed-stream",
});

/** An Engine with a container `web` whose log and events a test holds in its hands. */
class WatchedEngine implements AsyncDisposable {
  /** Streams that are open: `log` and `events`. */
  readonly open = new Map<string, FakeWire>();

  private constructor(readonly engine: FakeEngine, readonly docker: Docker) {}

  static async start(): Promise<WatchedEngine> {
    const engine = await FakeEngine.start();
    const watched = new WatchedEngine(engine, await connect(engine.socketPath));
    const State = { Running: true, StartedAt: "a", FinishedAt: "b" };
    const container = { Id: ID, Name: "/web", State, Config: { Tty: false } };
    engine.answer("GET /containers/web/json", json(container));
    engine.answer(`GET /containers/${ID}/json`, json(container));
    engine.answer(`GET /containers/${ID}/logs`, (wire) => watched.#hold("log", wire));
    engine.answer("GET /events", (wire) => watched.#hold("events", wire));
    engine.answer("GET /containers/json", json([]));
    return watched;
  }

  /** Lets the container write. */
  async write(): Promise<void> {
    await until("the log is followed", () => this.open.has("log"));
    await this.open.get("log")?.write(frame(1, "more\n"));
  }

  /** Lets something happen to the container. */
  async happen(Action: string): Promise<void> {
    const Actor = { ID, Attributes: { name: "web" } };
    const event = { Type: "container", Action, Actor, time: 1, timeNano: Math.random() };
    await this.open.get("events")?.write(`${JSON.stringify(event)}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.docker[Symbol.dispose]();
    await this.engine[Symbol.asyncDispose]();
  }

  async #hold(name: string, wire: FakeWire): Promise<void> {
    await wire.write(OPEN);
    this.open.set(name, wire);
    await wire.gone();
    if (this.open.get(name) === wire) this.open.delete(name);
  }
}

/** Runs a test with the official client of the older protocols; `told` are the URIs it was told of, and `list`. */
async function legacy(
  test: (part: { watched: WatchedEngine; client: Client; told: string[] }) => Promise<void>,
  options: LiveServerOptions = {},
): Promise<void> {
  await using watched = await WatchedEngine.start();
  using server = liveServer(watched.docker, options);
  await using client = await connectedTo(server.create());
  const told: string[] = [];
  client.setNotificationHandler("notifications/resources/updated", ({ params }) => {
    told.push(params.uri);
  });
  client.setNotificationHandler("notifications/resources/list_changed", () => {
    told.push("list");
  });
  await test({ watched, client, told });
}

Deno.test("createServer() tells a client of 2025-11-25 that a log it subscribed to has grown, until it unsubscribes", async () => {
  await legacy(async ({ watched, client, told }) => {
    await client.subscribeResource({ uri: LOGS });
    await client.subscribeResource({ uri: LOGS });
    await watched.write();
    await until("the client was told", () => told.length === 1);
    assert.deepEqual(told, [LOGS]);
    await client.unsubscribeResource({ uri: LOGS });
    await client.unsubscribeResource({ uri: LOGS });
    await until("the Engine is left alone", () => watched.open.size === 0);
  });
});

Deno.test("createServer() tells a client of 2025-11-25 that has seen the list when it changes", async () => {
  await legacy(async ({ watched, client, told }) => {
    await client.ping();
    assert.equal(watched.engine.requests.length, 0);
    await client.listResources();
    await until("the events are followed", () => watched.open.has("events"));
    await watched.happen("create");
    await until("the client was told", () => told.length === 1);
    assert.deepEqual(told, ["list"]);
  });
});

Deno.test("createServer() leaves the Engine alone when a client of 2025-11-25 leaves", async () => {
  await legacy(async ({ watched, client }) => {
    await client.listResources();
    await client.subscribeResource({ uri: LOGS });
    await until("both are followed", () => watched.open.size === 2);
    await client.close();
    await until("neither is", () => watched.open.size === 0);
  });
});

Deno.test("createServer() forgets a subscription that is given up before the Engine has answered", async () => {
  await legacy(async ({ watched, client }) => {
    watched.engine.answer("GET /containers/web/json", hang());
    const subscribed = client.subscribeResource({ uri: LOGS });
    const asked = "GET /containers/web/json";
    await until("the Engine is asked", () => watched.engine.count(asked) === 1);
    await client.unsubscribeResource({ uri: LOGS });
    await assert.rejects(subscribed, /does not want it any more/);
    await until("the Engine is left alone", () => watched.open.size === 0);
    assert.equal(watched.engine.count(`GET /containers/${ID}/logs`), 0);
  });
});

Deno.test("createServer() counts subscriptions as calls", async () => {
  let count = 0;
  const audit: LiveServerOptions["audit"] = {
    open: () => Promise.resolve(undefined),
    prepare: () => Promise.resolve(),
    outcome: async (call, next) => (count++, await next(call)),
    intent: (call, next) => next(call),
    [Symbol.dispose]: () => {},
  };
  await legacy(async ({ client }) => {
    for (let at = 0; at < 3; at++) await client.subscribeResource({ uri: LOGS });
    assert.equal(count, 3);
  }, { audit });
});

const FILTER = { notifications: { resourceSubscriptions: [LOGS], resourcesListChanged: true } };

Deno.test("createServer() tells a client of 2026-07-28 what it listens for, until it cancels", async () => {
  await using watched = await WatchedEngine.start();
  using server = liveServer(watched.docker);
  await using client = modernClient(server);
  await client.request("s", "subscriptions/listen", FILTER);
  const acknowledged = await client.pipe.receive();
  assert.equal(acknowledged["method"], "notifications/subscriptions/acknowledged");
  await watched.write();
  const updated = await client.pipe.receive();
  assert.equal(updated["method"], "notifications/resources/updated");
  const { uri, _meta } = updated["params"] as Record<string, Record<string, unknown>>;
  assert.deepEqual([uri, _meta?.["io.modelcontextprotocol/subscriptionId"]], [LOGS, "s"]);
  await watched.happen("create");
  const changed = await client.pipe.receive();
  assert.equal(changed["method"], "notifications/resources/list_changed");
  await client.cancel("s");
  await until("the Engine is left alone", () => watched.open.size === 0);
  await client.request(1, "resources/templates/list");
  assert.equal((await client.pipe.receive())["id"], 1);
});

Deno.test("createServer() leaves the Engine alone when a client of 2026-07-28 hangs up while it listens", async () => {
  await using watched = await WatchedEngine.start();
  using server = liveServer(watched.docker);
  await using client = modernClient(server);
  await client.request("s", "subscriptions/listen", FILTER);
  await client.pipe.receive();
  await until("both are followed", () => watched.open.size === 2);
  await client.pipe.hangUp();
  await until("neither is", () => watched.open.size === 0);
});

Deno.test("createServer() follows nothing for a client of 2026-07-28 that only reads, or listens to what is not allowed", async () => {
  await using watched = await WatchedEngine.start();
  using server = liveServer(watched.docker, { policy: { allowedResources: ["container_stats"] } });
  await using client = modernClient(server);
  await client.request(1, "resources/list");
  await client.pipe.receive();
  await client.request("s", "subscriptions/listen", {
    notifications: { resourceSubscriptions: [LOGS] },
  });
  await client.pipe.receive();
  await client.request(2, "resources/read", { uri: LOGS });
  const { error } = await client.pipe.receive() as { error?: { message: string } };
  assert.match(error?.message ?? "", /not in allow list/);
  assert.deepEqual([watched.engine.count("GET /events"), watched.open.size], [0, 0]);
});
