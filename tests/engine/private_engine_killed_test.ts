import assert from "node:assert/strict";
import { type EngineRecord, findRunning, readRecords } from "./engine_record.ts";
import { NO_ENGINE, testUnless } from "./engine_test.ts";
import { connectEngine } from "./fixture.ts";
import { seedImages } from "./images.ts";
import { missingPrerequisites } from "./prerequisites.ts";
import { startPrivateEngine, stopPrivateEngine } from "./private_engine.ts";
import { isRunning, kill } from "./process_identity.ts";
import { type Occupation, occupy, tracesOf } from "./traces.ts";

const reason = Deno.env.get(NO_ENGINE) ?? await missingPrerequisites();

/** Starts an Engine in a process of its own, which then waits to be killed. */
async function startElsewhere(name: string): Promise<Deno.ChildProcess> {
  const module = JSON.stringify(new URL("private_engine.ts", import.meta.url).href);
  const program = `import { startPrivateEngine } from ${module};
    await startPrivateEngine({ name: ${JSON.stringify(name)} });
    setInterval(() => {}, 60_000);
    Deno.stdout.writeSync(new Uint8Array([10]));`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", "--no-lock", "--quiet", program],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  for await (const piece of child.stdout) {
    if (piece.length > 0) break;
  }
  return child;
}

/** Occupies an Engine that is about to be killed. */
async function occupyFor(record: EngineRecord): Promise<Occupation> {
  const socketPath = `${record.folder}/docker.sock`;
  await seedImages(socketPath);
  const engine = connectEngine(socketPath);
  try {
    return await occupy(engine);
  } finally {
    engine.disconnect();
  }
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`Cannot wait any longer until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const isRecorded = ({ folder }: EngineRecord): boolean =>
  readRecords().some((each) => each.folder === folder);

testUnless(reason, "a private Engine ends without a trace when its owner is killed", async () => {
  const name = `orphan-${crypto.randomUUID()}`;
  const owner = await startElsewhere(name);
  try {
    const record = findRunning(name);
    assert.ok(record !== undefined);
    const occupation = await occupyFor(record);
    owner.kill("SIGKILL");
    await owner.status;
    await until("the supervisor has noticed", () => !isRunning(record.supervisor));
    assert.equal(isRecorded(record), false);
    assert.deepEqual(await tracesOf(record, occupation), []);
  } finally {
    await stopPrivateEngine(name);
  }
});

testUnless(reason, "what a killed supervisor leaves is removed by the next start", async () => {
  const [killed, next] = [`killed-${crypto.randomUUID()}`, `next-${crypto.randomUUID()}`];
  try {
    await startPrivateEngine({ name: killed });
    const record = findRunning(killed);
    assert.ok(record?.init !== undefined);
    const { init, supervisor } = record;
    const occupation = await occupyFor(record);
    kill(supervisor, "SIGKILL");
    await until("the Engine has died with its supervisor", () => !isRunning(init));
    assert.notDeepEqual(await tracesOf(record, occupation), []);
    await startPrivateEngine({ name: next });
    // The next Engine may well have got the slot, and with it the names of bridge and cgroup.
    await stopPrivateEngine(next);
    assert.equal(isRecorded(record), false);
    assert.deepEqual(await tracesOf(record, occupation), []);
  } finally {
    await stopPrivateEngine(killed);
    await stopPrivateEngine(next);
  }
});
