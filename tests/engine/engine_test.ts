import { acquireEngine, connectEngine, type TestEngine } from "./fixture.ts";
import { notify } from "./output.ts";

/** What a test on a real Engine does; what it made is removed behind it. */
export type EngineTest = (engine: TestEngine, context: Deno.TestContext) => Promise<void>;

/** Why there is no Engine, for the other test files of this process: one search and one notice is enough. */
export const NO_ENGINE = "MCP_DOCKER_NO_TEST_ENGINE";

const { socketPath, reason } = await findEngine();

/**
 * As `Deno.test`, on a real Engine. Where none can be had the test is skipped, and says why; with
 * `MCP_DOCKER_REQUIRE_ENGINE=1` it fails instead.
 */
export function engineTest(name: string, run: EngineTest): void {
  testUnless(reason, name, async (context) => {
    if (socketPath === undefined) throw new Error("Cannot test: there is no Engine");
    const engine = connectEngine(socketPath);
    try {
      await run(engine, context);
    } finally {
      await engine.release();
    }
  });
}

/** As `Deno.test`; with a reason, one that is skipped for it, or fails under `MCP_DOCKER_REQUIRE_ENGINE=1`. */
export function testUnless(
  reason: string | undefined,
  name: string,
  run: (context: Deno.TestContext) => Promise<void>,
): void {
  if (reason === undefined) return Deno.test(name, run);
  if (Deno.env.get("MCP_DOCKER_REQUIRE_ENGINE") === "1") {
    return Deno.test(name, () => Promise.reject(new Error(`Cannot test: ${reason}`)));
  }
  Deno.test({ name: `${name} [skipped: ${reason}]`, ignore: true, fn: () => {} });
}

async function findEngine(): Promise<{ socketPath?: string; reason?: string }> {
  const known = Deno.env.get(NO_ENGINE);
  if (known !== undefined) return { reason: known };
  try {
    const engine = await acquireEngine();
    await engine.release();
    return { socketPath: engine.socketPath };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    notify(`No Engine for tests: ${reason}`);
    Deno.env.set(NO_ENGINE, reason);
    return { reason };
  }
}
