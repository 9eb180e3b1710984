import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport } from "@modelcontextprotocol/server";
import assert from "node:assert/strict";
import { z } from "zod";
import { createDocker } from "../../src/docker/client.ts";
import { createPipeline } from "../../src/server/pipeline.ts";
import { createServer } from "../../src/server/server.ts";
import type { ToolPolicy } from "../../src/safety/policy.ts";
import { RefusedError } from "../../src/tools/refused.ts";
import { type Audit, unaudited } from "../../src/telemetry/audit.ts";
import { defineTool, type Tool, type ToolCall, type ToolContext } from "../../src/tools/tool.ts";
import { FakeTransport } from "../fakes/fake_transport.ts";

type Run = (context: ToolContext) => Promise<{ text: string }>;

function tool(name: string, run: Run, safety: Tool["safety"] = "safe"): Tool {
  return defineTool({
    name: `docker_${name}`,
    title: "Probe",
    safety,
    description: "Probe. Changes nothing.",
    input: () => z.strictObject({ id: z.string().optional() }),
    output: () => z.object({ text: z.string() }),
    example: {},
    ...(safety === "destructive" ? { plan: () => Promise.resolve({ objects: [] }) } : {}),
    run,
  });
}

const open: ToolPolicy = { allowModerate: true, allowDestructive: true, deniedTools: [] };

/** The official client, connected to a server over these tools. */
async function connected(
  tools: readonly Tool[],
  policy = open,
  audit = unaudited,
): Promise<Client & AsyncDisposable> {
  const pipeline = createPipeline({
    docker: createDocker(new FakeTransport()),
    engineChoice: () => undefined,
    limits: { logLines: 0, execBytes: 0, listRows: 0, inspectFieldBytes: 0, responseBytes: 0 },
    owner: "mcp-docker",
    policy,
    confirmation: false,
    maximumCalls: 10,
    audit,
    defaultSeconds: 0,
  });
  const server = createServer({ name: "mcp-docker", version: "1.2.3", tools, policy, pipeline });
  const [near, far] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "test", version: "1" });
  await server.connect(far);
  await client.connect(near);
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() });
}

const good = tool("good", () => Promise.resolve({ text: "ok" }));

Deno.test("createServer() introduces itself with name, version and instructions", async () => {
  await using client = await connected([good]);
  assert.equal(client.getServerVersion()?.name, "mcp-docker");
  assert.equal(client.getServerVersion()?.version, "1.2.3");
  assert.match(client.getInstructions() ?? "", /Mode: everything, deletions included/);
  assert.match(client.getInstructions() ?? "", /never as instructions/);
});

Deno.test("createServer() tells the mode in its instructions", async () => {
  const modes: [Partial<ToolPolicy>, RegExp][] = [
    [{ allowModerate: false }, /read-only: nothing can be changed/],
    [{ allowDestructive: false }, /nothing can be deleted/],
  ];
  for (const [policy, expected] of modes) {
    await using client = await connected([good], { ...open, ...policy });
    assert.match(client.getInstructions() ?? "", expected);
  }
});

Deno.test("createServer() lists only the tools that the policy offers, and refuses the others when called", async () => {
  const change = tool("change", () => Promise.resolve({ text: "changed" }), "moderate");
  await using client = await connected([good, change], { ...open, allowModerate: false });
  const { tools } = await client.listTools();
  assert.deepEqual(tools.map(({ name }) => name), ["docker_good"]);
  const { isError, content } = await client.callTool({ name: "docker_change", arguments: {} });
  assert.equal(isError, true);
  assert.match(JSON.stringify(content), /not allowed in read-only mode/);
});

Deno.test("createServer() answers a call with structure and the same as text", async () => {
  await using client = await connected([good]);
  await client.listTools();
  const { content, structuredContent } = await client.callTool({ name: "docker_good" });
  assert.deepEqual(structuredContent, { text: "ok" });
  assert.deepEqual(content, [{ type: "text", text: '{"text":"ok"}' }]);
});

Deno.test("createServer() answers a failed call with an error result that says what to do", async () => {
  const bad = tool("bad", () => Promise.reject(new RefusedError("policy", "Not that", "Do this")));
  const broken = tool("broken", () => Promise.reject(new Error("x is undefined")));
  await using client = await connected([bad, broken]);
  const refused = await client.callTool({ name: "docker_bad", arguments: {} });
  assert.deepEqual(refused.content, [{ type: "text", text: "Not that. Do this." }]);
  assert.equal(refused.isError, true);
  const unexpected = await client.callTool({ name: "docker_broken", arguments: {} });
  assert.match(JSON.stringify(unexpected.content), /docker_broken failed unexpectedly/);
});

Deno.test("createServer() answers bad arguments with an error result, as the model can correct them", async () => {
  await using client = await connected([good]);
  const { isError, content } = await client.callTool({
    name: "docker_good",
    arguments: { idd: "x" },
  });
  assert.equal(isError, true);
  assert.match(JSON.stringify(content), /did you mean \\"id\\"\?/);
});

Deno.test("createServer() answers an unknown tool with a protocol error and the nearest name", async () => {
  await using client = await connected([good]);
  const unknown = client.callTool({ name: "docker_god", arguments: {} });
  await assert.rejects(unknown, {
    code: -32602,
    message: /"docker_god"; did you mean "docker_good"\?/,
  });
  const hostile = client.callTool({ name: "x\n[fake log line]", arguments: {} });
  await assert.rejects(hostile, (error: Error) => !error.message.includes("fake"));
});

Deno.test("createServer() shows a call of an unknown tool to the pipeline, which refuses it", async () => {
  const calls: ToolCall[] = [];
  const codes: unknown[] = [];
  const recording: Audit = {
    ...unaudited,
    outcome: async (call, next) => {
      calls.push(call);
      return await next(call).catch((error) => {
        codes.push(error.code);
        throw error;
      });
    },
  };
  const policy = { ...open, allowedTools: ["docker_good"] };
  await using client = await connected([good], policy, recording);
  const input = { id: "x", confirm: "token" };
  await assert.rejects(client.callTool({ name: "docker_god", arguments: input }), { code: -32602 });
  assert.deepEqual(codes, ["unknown_tool"]);
  assert.deepEqual(calls.map(({ operation, input }) => [operation.name, input]), [
    ["(unknown)", { tool: "docker_god", arguments: { id: "x" }, confirm: "token" }],
  ]);
});

Deno.test("createServer() passes a cancellation on and answers nothing", async () => {
  const started = Promise.withResolvers<AbortSignal>();
  const slow = tool("slow", ({ signal }) => {
    started.resolve(signal);
    return new Promise((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason))
    );
  });
  await using client = await connected([slow, good]);
  const controller = new AbortController();
  const call = client.callTool({ name: "docker_slow" }, { signal: controller.signal });
  const signal = await started.promise;
  controller.abort(new Error("enough"));
  await assert.rejects(call, /enough/);
  const { structuredContent } = await client.callTool({ name: "docker_good" });
  assert.deepEqual(structuredContent, { text: "ok" });
  assert.equal(signal.aborted, true);
});

Deno.test("createServer() sends progress only to a client that asked for it", async () => {
  const busy = tool("busy", ({ progress }) => {
    progress({ progress: 1, total: 2, message: "half" });
    return Promise.resolve({ text: "done" });
  });
  await using client = await connected([busy]);
  const told: unknown[] = [];
  const onprogress = (progress: unknown) => void told.push(progress);
  await client.callTool({ name: "docker_busy" }, { onprogress });
  assert.deepEqual(told, [{ progress: 1, total: 2, message: "half" }]);
  await client.callTool({ name: "docker_busy" });
  assert.equal(told.length, 1);
});

Deno.test("createServer() answers one call while another one waits", async () => {
  const held = Promise.withResolvers<{ text: string }>();
  await using client = await connected([tool("slow", () => held.promise), good]);
  const slow = client.callTool({ name: "docker_slow" });
  await client.ping();
  assert.deepEqual((await client.callTool({ name: "docker_good" })).structuredContent, {
    text: "ok",
  });
  held.resolve({ text: "late" });
  assert.deepEqual((await slow).structuredContent, { text: "late" });
});
