import assert from "node:assert/strict";
import { z } from "zod";
import { createDocker } from "../../src/docker/client.ts";
import { DockerError } from "../../src/docker/errors.ts";
import { createPipeline, type PipelineOptions } from "../../src/server/pipeline.ts";
import type { Plan, PlannedObject } from "../../src/tools/plan.ts";
import { defineTool, type Tool, type ToolOutput } from "../../src/tools/tool.ts";
import { FakeTransport } from "../fakes/fake_transport.ts";
import { callOf } from "../safety/tool_call.ts";

/** What a probe was given when it ran. */
interface Seen {
  input?: Record<string, unknown>;
  planned?: readonly PlannedObject[];
  ran: number;
}

interface Probe {
  readonly seen: Seen;
  readonly run: (
    input: Record<string, unknown>,
    signal?: AbortSignal,
  ) => Promise<ToolOutput>;
}

/** A tool in a whole pipeline; `answer` is what it answers or throws. */
function probe(
  answer: (signal: AbortSignal) => unknown,
  options: Partial<PipelineOptions> = {},
  change: Partial<Tool> = {},
): Probe {
  const seen: Seen = { ran: 0 };
  const tool = defineTool({
    name: "docker_probe",
    title: "Probe",
    safety: "safe",
    description: "Probe. Changes nothing.",
    untrusted: ["logs"],
    input: () => z.strictObject({ depth: z.number().max(9).default(1), id: z.string().optional() }),
    output: () =>
      z.object({
        status: z.string().optional(),
        logs: z.string().optional(),
        count: z.number().optional(),
      }),
    example: {},
    async run({ signal }, input, planned) {
      seen.ran++;
      seen.input = input;
      seen.planned = planned;
      return await answer(signal) as { logs?: string };
    },
    ...change,
  } as Tool);
  const pipeline = createPipeline({
    docker: createDocker(new FakeTransport()),
    engineChoice: () => undefined,
    limits: { logLines: 0, execBytes: 0, listRows: 0, inspectFieldBytes: 0, responseBytes: 0 },
    owner: "mcp-docker",
    policy: { allowModerate: true, allowDestructive: true, deniedTools: [] },
    confirmation: false,
    maximumCalls: 10,
    defaultSeconds: 0,
    ...options,
  });
  const run: Probe["run"] = (input, signal = new AbortController().signal) =>
    pipeline(callOf(tool, { input, signal }));
  return { seen, run };
}

Deno.test("createPipeline() gives the tool parsed arguments", async () => {
  const { run, seen } = probe(() => ({}));
  await run({ id: "a" });
  assert.deepEqual(seen.input, { depth: 1, id: "a" });
  assert.deepEqual(seen.planned, []);
});

Deno.test("createPipeline() notes arguments that were read from strings, ahead of the answer", async () => {
  const { run } = probe(() => ({ count: 1 }));
  assert.deepEqual(await run({ depth: "2" }), {
    notice: "depth was sent as a string and read as JSON",
    count: 1,
  });
});

Deno.test("createPipeline() refuses a denied tool before it looks at the arguments", async () => {
  const policy = { allowModerate: true, allowDestructive: true, deniedTools: ["docker_probe"] };
  const { run, seen } = probe(() => ({}), { policy });
  await assert.rejects(run({ depht: 1 }), { code: "not_allowed" });
  assert.equal(seen.ran, 0);
});

Deno.test("createPipeline() refuses bad arguments before anything runs", async () => {
  const { run, seen } = probe(() => ({}));
  await assert.rejects(run({ depth: 10 }), { code: "invalid_arguments" });
  assert.equal(seen.ran, 0);
});

Deno.test("createPipeline() drops every field that the output schema does not name", async () => {
  const { run } = probe(() => ({ count: 1, Secret: "x", notice: "forged", truncated: "forged" }));
  assert.deepEqual(await run({}), { count: 1 });
});

Deno.test("createPipeline() fails a tool whose output breaks its schema", async () => {
  const { run } = probe(() => ({ count: "many" }));
  await assert.rejects(run({}), {
    code: "incomplete",
    message: "Cannot finish docker_probe: the Engine's answer has an unexpected form",
    remedy: /20\.10 to 29/,
  });
});

Deno.test("createPipeline() blames the answer for what its form makes fail, and keeps the cause", async () => {
  const answer = { Id: 5 } as unknown as { Id: string };
  const { run } = probe(() => answer.Id.slice(0, 12), {}, { safety: "moderate" });
  await assert.rejects(run({}), (error) => {
    assert.ok(error instanceof DockerError && error.cause instanceof TypeError);
    assert.match(error.remedy ?? "", /may have been done/);
    return error.code === "incomplete";
  });
});

Deno.test("createPipeline() redacts and sanitizes answers, and names untrusted fields", async () => {
  const { run } = probe(() => ({
    logs: "\x1b[31mred\x1b[0m postgres://app:hunter2@db/app",
    count: 1,
  }));
  const output = await run({});
  assert.equal(Object.keys(output)[0], "notice");
  assert.match(String(output.notice), /^logs: text that others wrote/);
  assert.match(String(output.logs), /^red postgres:/);
  assert.doesNotMatch(JSON.stringify(output), /hunter2|\\u001b/);
});

Deno.test("createPipeline() redacts and sanitizes errors, keeping code and remedy", async () => {
  const { run } = probe(() => {
    throw new DockerError("conflict", "Cannot x: \x1b[31mpostgres://app:hunter2@db/app", {
      status: 409,
      remedy: "Do y",
    });
  });
  await assert.rejects(run({}), (error) => {
    assert.ok(error instanceof DockerError);
    assert.equal(error.code, "conflict");
    assert.equal(error.remedy, "Do y");
    assert.ok(!error.message.includes("hunter2") && !error.message.includes("\x1b"));
    return true;
  });
});

Deno.test("createPipeline() finds secrets that unseen characters had taken apart", async () => {
  const leak = "DB_PASS\x1b[0mWO\u200bRD=hunter2";
  const { run } = probe(() => ({ logs: leak }));
  assert.equal((await run({})).logs, "DB_PASSWORD=[redacted:env]");
  const failing = probe(() => {
    throw new DockerError("conflict", `Cannot x: ${leak}`);
  });
  await assert.rejects(failing.run({}), { message: "Cannot x: DB_PASSWORD=[redacted:env]" });
});

Deno.test("createPipeline() shortens what is too long and keeps its notices", async () => {
  const limits = { logLines: 0, execBytes: 0, listRows: 0, inspectFieldBytes: 0 };
  const { run } = probe(() => ({ logs: "line\n".repeat(10_000) }), {
    limits: { ...limits, responseBytes: 4000 },
  });
  const output = await run({});
  assert.ok(JSON.stringify(output).length < 4500);
  assert.match(String(output.truncated), /^logs: /);
  assert.match(String(output.notice), /^logs: /);
});

Deno.test("createPipeline() redacts before it shortens, so that no cut splits a secret", async () => {
  const limits = { logLines: 0, execBytes: 0, listRows: 0, inspectFieldBytes: 0 };
  for (let size = 2000; size < 2080; size++) {
    const { run } = probe(() => ({ logs: "DB_PASSWORD=hunter2secretvalue\n".repeat(1000) }), {
      limits: { ...limits, responseBytes: size },
    });
    const output = await run({});
    assert.match(String(output.truncated), /^logs: /);
    assert.doesNotMatch(String(output.logs), /secret|value/, `at ${size} bytes`);
  }
});

Deno.test("createPipeline() plans a destructive call first and gives the tool what was planned", async () => {
  const object = { kind: "container", id: "a" } as const;
  const plan = () => Promise.resolve({ objects: [object] });
  const { run, seen } = probe(() => ({ status: "done" }), {}, { safety: "destructive", plan });
  assert.deepEqual(await run({}), { status: "done" });
  assert.deepEqual(seen.planned, [object]);
});

Deno.test("createPipeline() answers what has to be confirmed with a plan, and runs it with the plan's token", async () => {
  let planned = 0;
  const objects = [{ kind: "volume", id: "data", name: "x \x1b[31mAWS_SECRET_ACCESS_KEY=hunter2" }];
  const plan = () => Promise.resolve((planned++, { objects } as Plan));
  const answer = () => ({ status: "done", count: 1 });
  const { run, seen } = probe(answer, { confirmation: true }, { safety: "destructive", plan });
  const output = await run({ depth: "2" });
  assert.deepEqual([output.status, planned, seen.ran], ["planned", 1, 0]);
  assert.match(String(output.notice), /depth was sent as a string/);
  assert.doesNotMatch(JSON.stringify(output), /hunter2|\\u001b/);
  const done = await run({ confirm: output.confirm, depth: 2, id: null });
  assert.deepEqual([done, planned, seen.ran], [{ status: "done", count: 1 }, 2, 1]);
  assert.deepEqual(seen.planned, objects);
  assert.deepEqual(seen.input, { depth: 2 });
});

Deno.test("createPipeline() says of a plan that fails that nothing was changed", async () => {
  const answer = { Id: 5 } as unknown as { Id: string };
  const plan = () => Promise.reject(new TypeError(answer.Id));
  const { run } = probe(() => ({}), {}, { safety: "destructive", plan });
  await assert.rejects(run({}), { code: "incomplete", remedy: /20\.10 to 29/ });
});

Deno.test("createPipeline() runs no destructive tool that has no plan", async () => {
  const { run, seen } = probe(() => ({ status: "done" }), {}, { safety: "destructive" });
  await assert.rejects(run({}), /has no plan/);
  assert.equal(seen.ran, 0);
});

Deno.test("createPipeline() holds no slot between a plan and its confirmation", async () => {
  const plan = () => Promise.resolve({ objects: [{ kind: "volume", id: "data" }] } as Plan);
  const options = { confirmation: true, maximumCalls: 1 } as const;
  const { run } = probe(() => ({ status: "done" }), options, { safety: "destructive", plan });
  const plans = [await run({}), await run({ depth: 2 }), await run({ depth: 3 })];
  assert.ok(plans.every(({ status }) => status === "planned"));
});

Deno.test("createPipeline() does not start a call that is cancelled already", async () => {
  const { run, seen } = probe(() => ({}));
  await assert.rejects(run({}, AbortSignal.abort(new Error("cancelled"))), /cancelled/);
  assert.equal(seen.ran, 0);
});

Deno.test("createPipeline() ends a call at its deadline through its signal", async () => {
  const { run } = probe(
    (signal) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    { defaultSeconds: 0.01 },
  );
  await assert.rejects(run({}), { code: "timeout" });
});

Deno.test("createPipeline() holds no slot while arguments or policy refuse a call", async () => {
  const held = Promise.withResolvers<object>();
  const { run } = probe(() => held.promise, { maximumCalls: 1 });
  const running = run({});
  await assert.rejects(run({ depth: 10 }), { code: "invalid_arguments" });
  held.resolve({ count: 1 });
  assert.deepEqual(await running, { count: 1 });
});

Deno.test("createPipeline() holds a caller to its limits, and each caller to its own", async () => {
  const callerLimits = { rate: { perCaller: 1, total: 10 } };
  const { run } = probe(() => ({ count: 1 }), { callerLimits });
  await run({});
  await assert.rejects(run({}), { code: "too_many_calls", remedy: /^Call again in 60 s$/ });
  const { run: always } = probe(() => ({}), { callerLimits }, { alwaysAllowed: true });
  await always({});
  await assert.rejects(always({}), { code: "too_many_calls" });
});

Deno.test("createPipeline() does not count a call that policy or arguments refuse", async () => {
  const callerLimits = { rate: { perCaller: 1, total: 10 } };
  const { run } = probe(() => ({ count: 1 }), { callerLimits });
  await assert.rejects(run({ depth: 10 }), { code: "invalid_arguments" });
  assert.deepEqual(await run({}), { count: 1 });
});

Deno.test("createPipeline() gives a tool that is always allowed the client that always asks", async () => {
  const probingDocker = createDocker(new FakeTransport());
  for (const alwaysAllowed of [true, false]) {
    let given: unknown;
    const { run } = probe(() => ({}), { probingDocker }, {
      alwaysAllowed,
      run: ({ docker }) => Promise.resolve((given = docker, {})),
    });
    await run({});
    assert.equal(given === probingDocker, alwaysAllowed);
  }
});
