import assert from "node:assert/strict";
import { type FakeAnswer, FakeEngine, frame, head, json, text } from "../fakes/fake_engine.ts";
import { serverTest } from "./engine_server.ts";
import { RawServer, within } from "./raw_server.ts";

/** Nothing here takes longer than a fraction of this. */
const PATIENCE_MS = 10_000;

const RUNNING = { Id: "a".repeat(64), State: { Running: true, Status: "running" }, Config: {} };
const MULTIPLEXED = {
  connection: "close",
  "content-type": "application/vnd.docker.multiplexed-stream",
};

interface LongCall {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The request that takes long, and what comes before it goes on. */
  readonly endpoint: string;
  readonly begin?: readonly (string | Uint8Array)[];
}

const LONG_CALLS: readonly LongCall[] = [
  {
    tool: "docker_exec_command",
    input: { container_id: "web", command: "sleep 600", timeout: 600 },
    endpoint: "POST /exec/e/start",
    begin: [head(200, MULTIPLEXED), frame(1, "begun\n")],
  },
  {
    tool: "docker_container_logs",
    input: { container_id: "web", follow: true, follow_seconds: 600 },
    endpoint: "GET /containers/web/logs",
    begin: [head(200, MULTIPLEXED), frame(1, "line\n")],
  },
  {
    tool: "docker_events",
    input: { until: new Date(Date.now() + 300_000).toISOString() },
    endpoint: "GET /events",
    begin: [head(200, { connection: "close", "content-type": "application/json" })],
  },
  {
    tool: "docker_stop_container",
    input: { container_id: "web", timeout: 600 },
    endpoint: "POST /containers/web/stop",
  },
  {
    tool: "docker_container_stats",
    input: { container_id: "web" },
    endpoint: "GET /containers/web/stats",
    begin: [head(200, { connection: "close", "content-type": "application/json" }), "{}\n"],
  },
  { tool: "docker_system_df", input: {}, endpoint: "GET /system/df" },
];

/** An Engine on which the given request never ends; it tells when it began and when its connection closed. */
async function endlessEngine(
  { endpoint, begin = [] }: LongCall,
): Promise<{ engine: FakeEngine; begun: Promise<void>; dropped: Promise<void> }> {
  const engine = await FakeEngine.start();
  const begun = Promise.withResolvers<void>();
  const dropped = Promise.withResolvers<void>();
  const endless: FakeAnswer = async (wire) => {
    for (const piece of begin) await wire.write(piece);
    begun.resolve();
    await wire.gone();
    dropped.resolve();
  };
  engine.answer("GET /containers/web/json", json(RUNNING));
  engine.answer("POST /containers/web/exec", json({ Id: "e" }, 201));
  engine.answer("GET /info", json({ Name: "fake" }));
  engine.answer(endpoint, endless);
  return { engine, begun: begun.promise, dropped: dropped.promise };
}

for (const call of LONG_CALLS) {
  Deno.test(`a cancelled ${call.tool} gets no answer, drops its connection and frees its slot`, async () => {
    const { engine, begun, dropped } = await endlessEngine(call);
    await using _engine = engine;
    await using server = await RawServer.initialized({
      env: {
        DOCKER_HOST: `unix://${engine.socketPath}`,
        SAFETY_MAX_CONCURRENT_OPERATIONS: "1",
      },
    });
    const id = await server.askTool(call.tool, call.input);
    await within(begun, PATIENCE_MS, "the request to the Engine");
    await server.send({
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId: id, reason: "enough" },
    });
    await within(dropped, PATIENCE_MS, "the end of the connection");
    const { result } = await server.request("tools/call", { name: "docker_system_info" });
    assert.deepEqual(result?.["structuredContent"], { info: { Name: "fake" } });
    // The id is free again, and no late answer to the cancelled request comes before this one.
    await server.send({ jsonrpc: "2.0", id, method: "ping" });
    assert.deepEqual((await server.answerTo(id)).result, {});
  });
}

Deno.test("a call that is cancelled while it waits for a slot leaves the line", async () => {
  const call = LONG_CALLS[0];
  assert.ok(call);
  const { engine, begun, dropped } = await endlessEngine(call);
  await using _engine = engine;
  await using server = await RawServer.initialized({
    env: { DOCKER_HOST: `unix://${engine.socketPath}`, SAFETY_MAX_CONCURRENT_OPERATIONS: "1" },
  });
  const first = await server.askTool(call.tool, call.input);
  await begun;
  const waiting = await server.askTool("docker_version");
  const cancel = (requestId: number) =>
    server.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId } });
  await cancel(waiting);
  await cancel(first);
  await within(dropped, PATIENCE_MS, "the end of the connection");
  const { result } = await server.request("tools/call", { name: "docker_system_info" });
  assert.ok(result?.["structuredContent"]);
  assert.equal(engine.count("GET /version"), 0);
  assert.ok(!server.messages.some(({ id }) => id === waiting || id === first));
});

Deno.test("a call beyond the limit is refused after its wait, and one that gets a slot runs", async () => {
  await using engine = await FakeEngine.start();
  const held: (() => void)[] = [];
  engine.answer("GET /info", async (wire) => {
    await new Promise<void>((resolve) => held.push(resolve));
    await text(200, '{"Name":"held"}')(wire);
  });
  await using server = await RawServer.initialized({
    env: { DOCKER_HOST: `unix://${engine.socketPath}` },
  });
  const running: number[] = [];
  for (let count = 0; count < 10; count++) running.push(await server.askTool("docker_system_info"));
  const refused = await server.request("tools/call", { name: "docker_version" });
  assert.equal(refused.result?.["isError"], true);
  assert.match(
    JSON.stringify(refused.result?.["content"]),
    /10 calls of this kind are running already \(SAFETY_MAX_CONCURRENT_OPERATIONS\)\. Wait until one of them/,
  );
  assert.deepEqual((await server.request("ping")).result, {});
  const eleventh = await server.askTool("docker_version");
  engine.answer("GET /version", json({ Version: "1" }));
  await server.request("ping");
  held.shift()?.();
  assert.deepEqual((await server.answerTo(eleventh)).result?.["structuredContent"], {
    version: { Version: "1" },
  });
  while (held.length > 0) held.shift()?.();
  for (const id of running) {
    const { result } = await server.answerTo(id);
    assert.deepEqual(result?.["structuredContent"], { info: { Name: "held" } });
  }
});

serverTest(
  "no call waits for another: a ping and a list are answered while a command sleeps",
  async ({
    call,
    engine,
    own,
    server,
  }) => {
    const id = await engine.run("busybox");
    const order: string[] = [];
    const sleeping = call("docker_exec_command", { container_id: id, command: "sleep 3" })
      .then(() => order.push("exec"));
    await server.client.ping();
    order.push("ping");
    await call("docker_list_containers", { filters: own });
    order.push("list");
    await sleeping;
    assert.deepEqual(order, ["ping", "list", "exec"]);
  },
  { env: { SAFETY_MAX_CONCURRENT_OPERATIONS: "1" } },
);

serverTest("a cancelled command of the official client frees its slot on a real Engine", async ({
  call,
  engine,
  server,
}) => {
  const id = await engine.run("chatty", { env: { LINES: "0", PAUSE: "0.1" } });
  const controller = new AbortController();
  const started = Promise.withResolvers<void>();
  const cancelled = server.client.callTool({
    name: "docker_container_logs",
    arguments: { container_id: id, follow: true, follow_seconds: 600 },
  }, { signal: controller.signal, onprogress: () => started.resolve() });
  const rejected = assert.rejects(cancelled, /enough/);
  await within(started.promise, PATIENCE_MS, "the first progress");
  controller.abort(new Error("enough"));
  await rejected;
  const again = { container_id: id, follow: true, follow_seconds: 1 };
  await call("docker_container_logs", again);
}, { env: { SAFETY_MAX_CONCURRENT_OPERATIONS: "1" } });
