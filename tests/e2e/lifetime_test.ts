import assert from "node:assert/strict";
import { FakeEngine, hang, text } from "../fakes/fake_engine.ts";
import { RawServer, within } from "./raw_server.ts";

const NO_ENGINE = { DOCKER_HOST: "unix:///nonexistent/docker.sock" };
/** What a client may have to wait for the server's end. */
const END_MS = 2000;

interface HangingEngine {
  readonly engine: FakeEngine;
  readonly env: Readonly<Record<string, string>>;
  /** Resolves when a request hangs. */
  readonly hanging: Promise<void>;
  /** Resolves when the server has dropped that request's connection. */
  readonly dropped: Promise<void>;
}

/** An Engine whose `GET /info` never answers. */
async function hangingEngine(): Promise<HangingEngine> {
  const engine = await FakeEngine.start();
  const hanging = Promise.withResolvers<void>();
  const dropped = Promise.withResolvers<void>();
  engine.answer("GET /info", async (wire) => {
    hanging.resolve();
    await wire.gone();
    dropped.resolve();
  });
  const env = { DOCKER_HOST: `unix://${engine.socketPath}` };
  return { engine, env, hanging: hanging.promise, dropped: dropped.promise };
}

Deno.test("serve ends with 0 when its input ends: before any message, after one, after a handshake", async () => {
  for (const talk of ["nothing", "garbage", "handshake"]) {
    await using server = RawServer.start({ env: NO_ENGINE });
    if (talk === "garbage") await server.write("{\n");
    if (talk === "handshake") await server.initialize();
    await server.closeInput();
    const { code, stderr } = await server.exit();
    assert.equal(code, 0, `${talk}: ${stderr}`);
  }
});

Deno.test("serve still answers what was asked before its input ended", async () => {
  await using server = await RawServer.initialized({ env: NO_ENGINE });
  const id = await server.askTool("docker_healthcheck");
  await server.closeInput();
  assert.ok((await server.answerTo(id)).result);
  assert.equal((await server.exit(END_MS)).code, 0);
});

Deno.test("serve ends within two seconds of its input, also with a call in flight, and leaves no connection", async () => {
  const { engine, env, hanging, dropped } = await hangingEngine();
  await using _engine = engine;
  await using server = await RawServer.initialized({ env });
  const id = await server.askTool("docker_system_info");
  await hanging;
  await server.closeInput();
  const { code } = await server.exit(END_MS);
  assert.equal(code, 0);
  await within(dropped, END_MS, "the end of the Engine connection");
  assert.ok(!server.messages.some((message) => message.id === id && message.result));
});

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  Deno.test(`serve ends with 0 on ${signal}, idle and with a call in flight`, async () => {
    const { engine, env, hanging, dropped } = await hangingEngine();
    await using _engine = engine;
    {
      await using idle = await RawServer.initialized({ env });
      idle.kill(signal);
      const { code, signal: died } = await idle.exit(END_MS);
      assert.deepEqual([code, died], [0, null]);
    }
    await using busy = await RawServer.initialized({ env });
    await busy.askTool("docker_system_info");
    await hanging;
    busy.kill(signal);
    const { code, signal: died } = await busy.exit(END_MS);
    assert.deepEqual([code, died], [0, null]);
    await within(dropped, END_MS, "the end of the Engine connection");
  });
}

Deno.test("serve ends when its client no longer reads", async () => {
  await using server = await RawServer.initialized({ env: NO_ENGINE });
  server.stopReading();
  await server.ask("ping");
  const { code, stderr } = await server.exit(END_MS);
  assert.equal(code, 0, stderr);
  assert.ok(!stderr.includes("Uncaught"), stderr);
});

Deno.test("serve ends when its client hangs up in the middle of a long answer", async () => {
  await using engine = await FakeEngine.start();
  engine.answer("GET /info", text(200, JSON.stringify({ Name: "x".repeat(1_000_000) })));
  const env = { DOCKER_HOST: `unix://${engine.socketPath}`, SAFETY_MAX_RESPONSE_BYTES: "10485760" };
  await using server = await RawServer.initialized({ env });
  const id = await server.askTool("docker_system_info", { verbose: true });
  // A pipe holds 64 KiB, so most of the answer waits for a reader that goes away.
  server.stopReading();
  await server.closeInput();
  assert.equal((await server.exit(END_MS)).code, 0);
  assert.ok(!server.messages.some((message) => message.id === id));
});

Deno.test("serve does not wait for an Engine that hangs before it starts or ends", async () => {
  await using engine = await FakeEngine.start();
  engine.answer("GET /_ping", hang());
  await using server = await RawServer.initialized({
    env: { DOCKER_HOST: `unix://${engine.socketPath}` },
  });
  assert.deepEqual((await server.request("ping")).result, {});
  await server.askTool("docker_version");
  await server.request("ping");
  await server.closeInput();
  assert.equal((await server.exit(END_MS)).code, 0);
});
