import assert from "node:assert/strict";
import { FakeEngine, json } from "../fakes/fake_engine.ts";
import { connect, textOf } from "./client.ts";

interface Outcome {
  readonly isError: boolean;
  readonly text: string;
}

/** Calls a tool many times at once. */
async function storm(
  calls: number,
  { env = {}, tool = "docker_version", input = {} }: {
    env?: Record<string, string>;
    tool?: string;
    input?: Record<string, unknown>;
  },
): Promise<{ outcomes: Outcome[]; health: unknown; engine: FakeEngine }> {
  await using engine = await FakeEngine.start();
  engine.answer("GET /version", json({ Version: "1" }));
  engine.answer("GET /info", json({ Name: "fake" }));
  await using server = await connect({
    env: { DOCKER_HOST: `unix://${engine.socketPath}`, ...env },
  });
  const outcomes = await Promise.all(Array.from({ length: calls }, async () => {
    const { isError = false, content } = await server.client.callTool({
      name: tool,
      arguments: input,
    });
    return { isError, text: textOf(content) };
  }));
  const { structuredContent } = await server.client.callTool({ name: "docker_healthcheck" });
  const { healthy } = structuredContent as { healthy?: unknown };
  return { outcomes, health: healthy, engine };
}

function refusals(outcomes: readonly Outcome[]): string[] {
  return outcomes.filter(({ isError }) => isError).map(({ text }) => text);
}

Deno.test("a thousand calls at once are answered for a minute's worth, the others told when to come again", async () => {
  const { outcomes, health, engine } = await storm(1000, {});
  const refused = refusals(outcomes);
  const answered = outcomes.length - refused.length;
  assert.ok(answered >= 60 && answered < 100, `${answered} were answered`);
  for (const text of refused) {
    assert.match(
      text,
      /^The 60 calls of a minute are used up \(SECURITY_RATE_LIMIT_RPM\)\. Call again in \d s\.$/,
    );
  }
  assert.equal(engine.count("GET /version"), answered + 1); // the health check's
  assert.equal(health, true);
});

Deno.test("calls that one client makes at once are not refused for being many", async () => {
  const { outcomes } = await storm(40, {});
  assert.deepEqual(refusals(outcomes), []);
});

Deno.test("every call is answered where calls are not limited, however many run at once", async () => {
  const { outcomes } = await storm(100, { env: { SECURITY_RATE_LIMIT_ENABLED: "false" } });
  assert.deepEqual(refusals(outcomes), []);
});

Deno.test("expensive calls are counted apart where the operator wants it", async () => {
  const { outcomes, health } = await storm(5, {
    env: { SECURITY_RATE_LIMIT_EXPENSIVE_RPM: "2" },
    tool: "docker_exec_command",
    input: { container_id: "web", command: "true" },
  });
  const used = refusals(outcomes).filter((text) =>
    text.includes("SECURITY_RATE_LIMIT_EXPENSIVE_RPM")
  );
  assert.equal(used.length, 3);
  assert.match(
    used[0] ?? "",
    /^The 2 calls of this kind of a minute are used up .*Call again in \d\d s/,
  );
  assert.equal(health, true);
});
