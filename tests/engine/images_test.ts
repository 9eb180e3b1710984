import assert from "node:assert/strict";
import { engineTest } from "./engine_test.ts";
import type { TestEngine } from "./fixture.ts";
import { imageReference, IMAGES } from "./image_definitions.ts";
import { seedImages } from "./images.ts";

/** Everything a container wrote, by stream, from the frames of its log; a character for each byte. */
async function logs(engine: TestEngine, id: string): Promise<{ stdout: string; stderr: string }> {
  const { bytes } = await engine.raw("GET", `/containers/${id}/logs?stdout=1&stderr=1`);
  const streams = ["", "", ""];
  for (let offset = 0; offset < bytes.length;) {
    const length = new DataView(bytes.buffer, bytes.byteOffset + offset + 4).getUint32(0);
    const frame = bytes.subarray(offset + 8, offset + 8 + length);
    streams[bytes[offset] ?? 0] += String.fromCharCode(...frame);
    offset += 8 + length;
  }
  return { stdout: streams[1] ?? "", stderr: streams[2] ?? "" };
}

async function inspectImage(engine: TestEngine, name: string): Promise<Record<string, unknown>> {
  const { json } = await engine.raw("GET", `/images/${imageReference(name)}/json`);
  return (json as { Config: Record<string, unknown> }).Config;
}

/** Waits for the word that a container writes when its signal handler is set. */
async function untilReady(engine: TestEngine, id: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while ((await logs(engine, id)).stdout !== "ready\n") {
    if (Date.now() > deadline) throw new Error(`Cannot wait any longer for "${id}"`);
  }
}

const exited = (state: { Status: string }) => state.Status === "exited";

engineTest("seedImages() makes nothing when every image is there", async (engine) => {
  assert.deepEqual(await seedImages(engine.socketPath), []);
});

engineTest("seedImages() makes an image again whose definition has changed", async (engine) => {
  const seed = (purpose: string, script: string) =>
    seedImages(engine.socketPath, { changing: { purpose, script } });
  try {
    assert.deepEqual(await seed("is new", "echo old"), ["changing"]);
    assert.deepEqual(await seed("is the same under other words", "echo old"), []);
    assert.deepEqual(await seed("has changed", "echo new"), ["changing"]);
    const id = await engine.run(imageReference("changing"));
    await engine.until(id, exited);
    assert.equal((await logs(engine, id)).stdout, "new\n");
  } finally {
    await engine.raw("DELETE", `/images/${imageReference("changing")}?force=1`);
  }
});

engineTest("busybox waits, and has a shell", async (engine) => {
  const id = await engine.run("busybox");
  assert.equal((await engine.until(id, (state) => state.Running)).Status, "running");
  const once = await engine.run("busybox", {
    cmd: ["sh", "-c", "echo $WORD"],
    env: { WORD: "hi" },
  });
  await engine.until(once, exited);
  assert.equal((await logs(engine, once)).stdout, "hi\n");
});

engineTest("web becomes healthy and serves its page", async (engine) => {
  const id = await engine.run("web");
  await engine.until(id, (state) => state.Health?.Status === "healthy");
  const cmd = ["wget", "-O", "-", "http://127.0.0.1:8080/"];
  const client = await engine.run("busybox", {
    cmd,
    hostConfig: { NetworkMode: `container:${id}` },
  });
  await engine.until(client, exited);
  assert.equal((await logs(engine, client)).stdout, "<h1>It works</h1>\n");
  assert.deepEqual((await inspectImage(engine, "web")).ExposedPorts, { "8080/tcp": {} });
});

engineTest("chatty writes to both streams in turn", async (engine) => {
  const id = await engine.run("chatty", { env: { LINES: "2" } });
  await engine.until(id, exited);
  assert.deepEqual(await logs(engine, id), { stdout: "out 1\nout 2\n", stderr: "err 1\nerr 2\n" });
});

engineTest("crash exits with the code it was given", async (engine) => {
  const usual = await engine.run("crash");
  const given = await engine.run("crash", { env: { CODE: "3" } });
  assert.equal((await engine.until(usual, exited)).ExitCode, 137);
  assert.equal((await engine.until(given, exited)).ExitCode, 3);
  assert.match((await logs(engine, given)).stderr, /^fatal: /);
});

engineTest("stubborn survives SIGTERM, polite exits with 0", async (engine) => {
  const stubborn = await engine.run("stubborn");
  const polite = await engine.run("polite");
  for (const id of [stubborn, polite]) {
    await untilReady(engine, id);
    await engine.raw("POST", `/containers/${id}/kill?signal=TERM`);
  }
  assert.equal((await engine.until(polite, exited)).ExitCode, 0);
  assert.equal((await logs(engine, polite)).stdout, "ready\ngoodbye\n");
  const { json } = await engine.raw("POST", `/containers/${stubborn}/stop?t=1`);
  assert.equal(json, null);
  assert.equal((await engine.until(stubborn, exited)).ExitCode, 137);
});

engineTest("secrets carries its secrets in the environment", async (engine) => {
  const { Env } = await inspectImage(engine, "secrets") as { Env: string[] };
  for (const pair of Object.entries(IMAGES.secrets.env)) assert.ok(Env.includes(pair.join("=")));
});

engineTest("binary prints what is not text, and half a character at the end", async (engine) => {
  // The usual log driver stores text and would replace what is none.
  const id = await engine.run("binary", { hostConfig: { LogConfig: { Type: "local" } } });
  await engine.until(id, exited);
  const { stdout } = await logs(engine, id);
  assert.equal(stdout, "before\n\xff\xfe\0\x01\xc3(\0after\n\xe2\x82");
});

engineTest("sick becomes unhealthy", async (engine) => {
  const id = await engine.run("sick");
  await engine.until(id, (state) => state.Health?.Status === "unhealthy");
});

engineTest("labels has its odd labels unchanged", async (engine) => {
  assert.deepEqual((await inspectImage(engine, "labels")).Labels, IMAGES.labels.labels);
});
