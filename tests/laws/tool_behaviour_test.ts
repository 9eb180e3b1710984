import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport } from "@modelcontextprotocol/server";
import assert from "node:assert/strict";
import { z } from "zod";
import { tools } from "../../src/catalog.ts";
import { createDocker } from "../../src/docker/client.ts";
import { guardTransport } from "../../src/safety/engine_guard.ts";
import { createPipeline, type Pipeline } from "../../src/server/pipeline.ts";
import { createServer } from "../../src/server/server.ts";
import { defineTool, type Tool } from "../../src/tools/tool.ts";
import { goodAnswers } from "../fakes/fake_answers.ts";
import { FakeTime } from "../fakes/fake_time.ts";
import { type FakeReply, FakeTransport, hang, type SentRequest } from "../fakes/fake_transport.ts";
import { callOf } from "../safety/tool_call.ts";

/** A folder with a Dockerfile, which the example of a build finds. */
const BUILD_ROOT = new URL("../fakes/build_context", import.meta.url).pathname;

const policy = { allowModerate: true, allowDestructive: true, deniedTools: [] };

/** Everything a call goes through, down to a fake Engine. */
function wholeWay(replies = goodAnswers): { transport: FakeTransport; pipeline: Pipeline } {
  const transport = new FakeTransport(replies);
  const pipeline = createPipeline({
    docker: createDocker(guardTransport(transport, { allowPrivileged: false })),
    engineChoice: () => "Using the fake Engine.",
    limits: { logLines: 10, execBytes: 1000, listRows: 10, inspectFieldBytes: 0, responseBytes: 0 },
    buildRoots: [BUILD_ROOT],
    owner: "mcp-docker",
    policy,
    confirmation: false,
    maximumCalls: 2,
    defaultSeconds: 60,
  });
  return { transport, pipeline };
}

function call(pipeline: Pipeline, tool: Tool, signal: AbortSignal): Promise<unknown> {
  return pipeline(callOf(tool, { input: tool.example, signal }));
}

/** The requests of a call with the tool's example. */
async function requestsOf(tool: Tool): Promise<readonly SentRequest[]> {
  const { transport, pipeline } = wholeWay();
  await call(pipeline, tool, new AbortController().signal);
  return transport.requests;
}

function changes({ method }: SentRequest): boolean {
  return method !== "GET" && method !== "HEAD";
}

/** Good answers, but the request with this number, from 0, is never answered, or its answer never ends. */
function stuckAt(number: number, stuck: FakeReply): typeof goodAnswers {
  let count = 0;
  return Object.fromEntries(
    Object.entries(goodAnswers).map(([endpoint, reply]) => [endpoint, (request: SentRequest) => {
      const chosen = count++ === number ? stuck : reply;
      return typeof chosen === "function" ? chosen(request) : chosen;
    }]),
  );
}

/** The head of an answer whose body never comes. */
function endless({ signal }: SentRequest): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      signal?.addEventListener("abort", () => controller.error(signal.reason), { once: true });
    },
  });
  return new Response(body);
}

for (const tool of tools) {
  const { name, safety } = tool;

  Deno.test(`${name} sends ${safety === "safe" ? "nothing but reads" : "a change"}`, async () => {
    const requests = await requestsOf(tool);
    assert.ok(requests.length > 0);
    assert.equal(requests.some(changes), safety !== "safe", JSON.stringify(requests));
  });

  Deno.test(`${name} sends nothing when it is cancelled before it begins`, async () => {
    const { transport, pipeline } = wholeWay();
    const cancelled = call(pipeline, tool, AbortSignal.abort(new Error("cancelled")));
    await assert.rejects(cancelled, /cancelled/);
    assert.deepEqual(transport.requests, []);
  });

  for (const [kind, stuck] of [["answer", hang], ["finish its answer", endless]] as const) {
    Deno.test(`${name} ends at once when it is cancelled while the Engine does not ${kind}`, async () => {
      const { length } = await requestsOf(tool);
      for (let number = 0; number < length; number++) {
        using time = new FakeTime();
        const { transport, pipeline } = wholeWay(stuckAt(number, stuck));
        const controller = new AbortController();
        const ended: unknown[] = [];
        const running = call(pipeline, tool, controller.signal).then(
          () => ended.push("succeeded"),
          (error) => ended.push(error.message),
        );
        await time.pass(10);
        // An answer without a body counts as finished: the tool may have gone on.
        if (ended.length > 0 && stuck === endless) continue;
        assert.deepEqual(ended, [], `request ${number} was to hang`);
        controller.abort(new Error("cancelled"));
        await time.settle();
        await time.settle();
        assert.deepEqual(ended, ["cancelled"], `request ${number}`);
        assert.deepEqual(
          [transport.open, time.pending],
          [0, 0],
          `request ${number} left something`,
        );
        await running;
      }
    });
  }
}

Deno.test("every tool's answer is what its schema on the wire says, for the official client", async () => {
  const { pipeline } = wholeWay();
  const server = createServer({ name: "mcp-docker", version: "1", tools, policy, pipeline });
  const [near, far] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "test", version: "1" });
  await server.connect(far);
  await client.connect(near);
  try {
    await client.listTools(); // from here on the client checks answers
    for (const { name, example } of tools) {
      const { isError, content } = await client.callTool({ name, arguments: { ...example } });
      assert.ok(!isError, `${name}: ${JSON.stringify(content)}`);
    }
  } finally {
    await client.close();
  }
});

Deno.test("the official client finds an answer that breaks its schema", async () => {
  const liar = defineTool({
    name: "docker_lie",
    title: "Lie",
    safety: "safe",
    description: "Lie. Changes nothing.",
    input: () => z.strictObject({}),
    output: () => z.object({ count: z.number() }),
    example: {},
    run: () => Promise.resolve({ count: 1 }),
  });
  const pipeline = () => Promise.resolve({ count: "many" });
  const options = { name: "mcp-docker", version: "1", tools: [liar], policy, pipeline };
  const [near, far] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "test", version: "1" });
  await createServer(options).connect(far);
  await client.connect(near);
  await client.listTools();
  await assert.rejects(client.callTool({ name: "docker_lie", arguments: {} }), /schema/);
  await client.close();
});

Deno.test("a safe tool that changes something would be found", async () => {
  const restart = tools.find(({ name }) => name === "docker_restart_container");
  assert.ok(restart);
  assert.ok((await requestsOf({ ...restart, safety: "safe" })).some(changes));
});
