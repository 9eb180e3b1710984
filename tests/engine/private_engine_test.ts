import assert from "node:assert/strict";
import { NO_ENGINE, testUnless } from "./engine_test.ts";
import { bridgeName, type EngineRecord, findRunning } from "./engine_record.ts";
import { connectEngine } from "./fixture.ts";
import { seedImages } from "./images.ts";
import { missingPrerequisites } from "./prerequisites.ts";
import { findPrivateEngine, startPrivateEngine, stopPrivateEngine } from "./private_engine.ts";
import { occupy, tracesOf } from "./traces.ts";

const reason = Deno.env.get(NO_ENGINE) ?? await missingPrerequisites();

let count = 0;
/** A name that no other test, file or process uses. */
const newName = (): string => `own-${Deno.pid}-${crypto.randomUUID().slice(0, 8)}-${count++}`;

function recordOf(name: string): EngineRecord {
  const record = findRunning(name);
  assert.ok(record !== undefined, `"${name}" runs`);
  return record;
}

testUnless(reason, "startPrivateEngine() returns the Engine of that name that runs", async () => {
  const name = newName();
  try {
    const [first, second] = await Promise.all([
      startPrivateEngine({ name }),
      startPrivateEngine({ name }),
    ]);
    assert.deepEqual(second, first);
    assert.deepEqual(await startPrivateEngine({ name }), first);
    assert.deepEqual(findPrivateEngine(name), first);
  } finally {
    await stopPrivateEngine(name);
  }
  assert.equal(findPrivateEngine(name), undefined);
});

testUnless(reason, "startPrivateEngine() runs two Engines side by side", async () => {
  const names = [newName(), newName()];
  try {
    const engines = await Promise.all(names.map((name) => startPrivateEngine({ name })));
    const pages = await Promise.all(engines.map(async ({ socketPath }) => {
      await seedImages(socketPath);
      const engine = connectEngine(socketPath);
      try {
        const { url } = await occupy(engine);
        const { json } = await engine.raw("GET", "/containers/json");
        const page = await fetch(url, { signal: AbortSignal.timeout(10_000) });
        return { containers: (json as unknown[]).length, text: await page.text() };
      } finally {
        await engine.release();
      }
    }));
    const expected = { containers: 1, text: "<h1>It works</h1>\n" };
    assert.deepEqual(pages, [expected, expected]);
  } finally {
    await Promise.all(names.map(stopPrivateEngine));
  }
});

testUnless(reason, "stopPrivateEngine() leaves nothing behind", async () => {
  const name = newName();
  const { socketPath } = await startPrivateEngine({ name });
  const record = recordOf(name);
  const engine = connectEngine(socketPath);
  try {
    await seedImages(socketPath);
    const occupation = await occupy(engine);
    const found = (await tracesOf(record, occupation)).join("\n");
    for (
      const trace of [
        occupation.bridge,
        bridgeName(record),
        `/${occupation.container}`,
        record.folder,
      ]
    ) {
      assert.ok(found.includes(trace), `the traces while it runs show "${trace}"`);
    }
    assert.equal(await stopPrivateEngine(name), true);
    assert.deepEqual(await tracesOf(record, occupation), []);
  } finally {
    await stopPrivateEngine(name);
    engine.disconnect();
  }
});

testUnless(reason, "stopPrivateEngine() says when there was no such Engine", async () => {
  assert.equal(await stopPrivateEngine(newName()), false);
});
