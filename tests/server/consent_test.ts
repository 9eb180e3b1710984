import { Client, type ElicitResult } from "@modelcontextprotocol/client";
import {
  type ClientCapabilities,
  InMemoryTransport,
  type Server,
} from "@modelcontextprotocol/server";
import assert from "node:assert/strict";
import { z } from "zod";
import { createDocker } from "../../src/docker/client.ts";
import type { Confirmation } from "../../src/safety/confirm.ts";
import { createPipeline } from "../../src/server/pipeline.ts";
import { serveStreams } from "../../src/server/serve_stdio.ts";
import { createServer } from "../../src/server/server.ts";
import type { Plan } from "../../src/tools/plan.ts";
import { defineTool, type Tool } from "../../src/tools/tool.ts";
import { FakeTime } from "../fakes/fake_time.ts";
import { FakeTransport } from "../fakes/fake_transport.ts";
import { textOf } from "../e2e/client.ts";
import { BytePipe } from "./byte_pipe.ts";

/** A server over one destructive tool, which counts what it deletes. */
function serving(
  confirmation: Confirmation,
): { server: () => Server; deleted: string[]; plan: Plan } {
  const deleted: string[] = [];
  const plan = { objects: [{ kind: "volume", id: "data" }] } satisfies Plan;
  const tool: Tool = defineTool({
    name: "docker_delete",
    title: "Delete",
    safety: "destructive",
    description: "Delete.",
    input: () => z.strictObject({ id: z.string().optional() }),
    output: () => z.object({ status: z.literal("done"), count: z.number() }),
    example: {},
    plan: () => Promise.resolve(plan),
    run: (_context, _input, planned) => {
      deleted.push(...planned.map(({ id }) => id));
      return Promise.resolve({ status: "done" as const, count: planned.length });
    },
  });
  const policy = { allowModerate: true, allowDestructive: true, deniedTools: [] };
  const pipeline = createPipeline({
    docker: createDocker(new FakeTransport()),
    engineChoice: () => undefined,
    limits: { logLines: 0, execBytes: 0, listRows: 0, inspectFieldBytes: 0, responseBytes: 0 },
    owner: "mcp-docker",
    policy,
    confirmation,
    maximumCalls: 1, // whoever waits for a person holds none
    defaultSeconds: 0,
  });
  const options = {
    name: "mcp-docker",
    version: "1",
    tools: [tool],
    policy,
    pipeline,
    confirmation,
  };
  return { server: () => createServer(options), deleted, plan };
}

type User = (message: string) => ElicitResult | Promise<ElicitResult>;

/** The official client of revision 2025-11-25 with a user, connected to a new server. */
async function connected(
  server: Server,
  { user, capabilities = { elicitation: { form: {} } } }: {
    readonly user?: User;
    readonly capabilities?: ClientCapabilities;
  } = {},
): Promise<Client & AsyncDisposable> {
  const client = new Client({ name: "test", version: "1" }, { capabilities });
  if (user !== undefined) {
    client.setRequestHandler("elicitation/create", ({ params }) => user(params.message));
  }
  const [near, far] = InMemoryTransport.createLinkedPair();
  await server.connect(far);
  await client.connect(near);
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() });
}

const CALL = { name: "docker_delete", arguments: {} };
const YES = { action: "accept", content: { delete: true } } as const;

Deno.test("createServer() shows a plan to a client that cannot ask, with the output schema it announced", async () => {
  const { server, deleted } = serving(true);
  await using client = await connected(server(), { capabilities: {} });
  await client.listTools(); // from here on the client checks answers
  const { structuredContent } = await client.callTool(CALL);
  const { status, confirm } = structuredContent as { status: string; confirm: string };
  assert.deepEqual([status, deleted], ["planned", []]);
  const done = await client.callTool({ ...CALL, arguments: { confirm } });
  assert.deepEqual(done.structuredContent, { status: "done", count: 1 });
});

Deno.test("createServer() asks no client that can only open links", async () => {
  const { server } = serving(true);
  await using client = await connected(server(), { capabilities: { elicitation: { url: {} } } });
  const { structuredContent } = await client.callTool(CALL);
  assert.equal((structuredContent as { status: string }).status, "planned");
  const human = serving("human");
  await using alone = await connected(human.server(), {
    capabilities: { elicitation: { url: {} } },
  });
  const { isError, content } = await alone.callTool(CALL);
  assert.ok(isError);
  assert.match(textOf(content), /^Nothing was deleted: .*cannot ask/);
});

for (const confirmation of [true, "human"] as const) {
  Deno.test(`createServer() asks the user of a client that can, not its model (${confirmation})`, async () => {
    const { server, deleted } = serving(confirmation);
    await using client = await connected(server(), { user: () => YES });
    const { structuredContent } = await client.callTool(CALL);
    assert.deepEqual(structuredContent, { status: "done", count: 1 });
    assert.deepEqual(deleted, ["data"]);
  });
}

Deno.test("createServer() takes no accepted question for a yes whose box is not ticked", async () => {
  const { server, deleted } = serving(true);
  const contents = [undefined, {}, { delete: false }, { delete: "true" }, { other: true }];
  const answers = contents.map((content) => ({ action: "accept", content }) as ElicitResult);
  await using client = await connected(server(), {
    user: () => answers.shift() ?? { action: "cancel" },
  });
  for (const content of contents) {
    const { isError } = await client.callTool(CALL);
    assert.ok(isError, JSON.stringify(content));
  }
  assert.deepEqual([answers, deleted], [[], []]);
});

Deno.test("createServer() answers other calls while a user thinks", async () => {
  const { server, deleted } = serving(true);
  const thinking = Promise.withResolvers<ElicitResult>();
  const asked: string[] = [];
  await using client = await connected(server(), {
    user: (message) => asked.push(message) === 1 ? thinking.promise : YES,
  });
  const slow = client.callTool(CALL);
  const { structuredContent } = await client.callTool({ ...CALL, arguments: { id: "b" } });
  assert.deepEqual(structuredContent, { status: "done", count: 1 });
  thinking.resolve({ action: "decline" });
  const { isError, content } = await slow;
  assert.ok(isError);
  assert.match(textOf(content), /^Nothing was deleted: the user said no\./);
  assert.deepEqual(deleted, ["data"]);
});

Deno.test("createServer() gives up after 120 s without an answer, deletes nothing and says so", async () => {
  const { server, deleted } = serving(true);
  const asked = Promise.withResolvers<void>();
  await using client = await connected(server(), {
    user: () => (asked.resolve(), new Promise(() => {})),
  });
  using time = new FakeTime();
  const call = client.callTool(CALL, { timeout: 1_000_000 });
  let answered = false;
  call.then(() => answered = true);
  await asked.promise;
  await time.pass(119_999);
  assert.equal(answered, false);
  await time.pass(1);
  const { isError, content } = await call;
  assert.ok(isError);
  assert.match(textOf(content), /^Nothing was deleted: the user did not answer within 120 s/);
  assert.deepEqual([deleted, time.pending], [[], 0]);
});

Deno.test("createServer() deletes nothing where a client fails to ask, and says so", async () => {
  const { server, deleted } = serving(true);
  await using client = await connected(server(), {
    user: () => Promise.reject(new Error("no window")),
  });
  const { isError, content } = await client.callTool(CALL);
  assert.ok(isError);
  assert.match(textOf(content), /^Nothing was deleted: the client failed to ask the user/);
  assert.deepEqual(deleted, []);
});

Deno.test("createServer() asks no more when the client cancels the call", async () => {
  const { server, deleted } = serving(true);
  const asked = Promise.withResolvers<void>();
  await using client = await connected(server(), {
    user: () => (asked.resolve(), new Promise(() => {})),
  });
  const controller = new AbortController();
  const call = client.callTool(CALL, { signal: controller.signal });
  await asked.promise;
  controller.abort(new Error("enough"));
  await assert.rejects(call, /enough/);
  assert.deepEqual(deleted, []);
});

Deno.test("createServer() stops asking where the set changes with every answer", async () => {
  const { server, deleted, plan } = serving(true);
  let count = 0;
  const objects = plan.objects as { kind: "volume"; id: string }[];
  await using client = await connected(server(), {
    user: () => (objects.push({ kind: "volume", id: `new-${count++}` }), YES),
  });
  const { isError, content } = await client.callTool(CALL);
  assert.ok(isError);
  assert.match(textOf(content), /^Nothing was deleted: .*another set each time/);
  assert.deepEqual([count, deleted], [3, []]);
});

Deno.test("createServer() tells the model how deleting works, as far as it may delete", async () => {
  const expected = [[true, /repeat the call with the plan's `confirm`/], [
    "human",
    /plan to the user/,
  ]];
  for (const [confirmation, words] of expected as [Confirmation, RegExp][]) {
    await using client = await connected(serving(confirmation).server());
    assert.match(client.getInstructions() ?? "", words);
  }
  await using client = await connected(serving(false).server());
  assert.doesNotMatch(client.getInstructions() ?? "", /plan/);
});

/** A client of revision 2026-07-28 in a test's own hands: it may send back what it likes. */
async function modern(
  test: (
    call: (params?: object) => Promise<Record<string, unknown>>,
    deleted: string[],
  ) => Promise<void>,
): Promise<void> {
  const { server, deleted } = serving("human");
  const pipe = new BytePipe();
  const ended = new AbortController();
  const streams = { stdin: pipe.stdin, stdout: pipe.stdout, ended: ended.signal };
  const serve = serveStreams(server, streams);
  let id = 0;
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "raw", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } },
  };
  const call = async (params: object = {}): Promise<Record<string, unknown>> => {
    const whole = { ...CALL, _meta, ...params };
    await pipe.send({ jsonrpc: "2.0", id: ++id, method: "tools/call", params: whole });
    const { result, error } = await pipe.receive();
    return (result ?? { error }) as Record<string, unknown>;
  };
  try {
    await test(call, deleted);
  } finally {
    ended.abort();
    await serve;
    await pipe.stopReading();
  }
}

function yes(state: unknown): object {
  return { requestState: state, inputResponses: { confirm: YES } };
}

Deno.test("createServer() lets a client of 2026-07-28 ask, and takes its yes once", async () => {
  await modern(async (call, deleted) => {
    const asked = await call();
    assert.equal(asked["resultType"], "input_required");
    const { confirm } = asked["inputRequests"] as { confirm: { method: string } };
    assert.equal(confirm.method, "elicitation/create");
    assert.deepEqual(deleted, []);
    const done = await call(yes(asked["requestState"]));
    assert.deepEqual(done["structuredContent"], { status: "done", count: 1 });
    const again = await call(yes(asked["requestState"]));
    assert.match(textOf(again["content"]), /^Nothing was deleted: .*was used already/);
    assert.deepEqual(deleted, ["data"]);
  });
});

Deno.test("createServer() deletes nothing with a state that a client of 2026-07-28 has changed or not waited for", async () => {
  await modern(async (call, deleted) => {
    const { requestState } = await call() as { requestState: string };
    const end = requestState.endsWith("A") ? "B" : "A";
    const cases: [object, RegExp][] = [
      [yes(requestState.slice(0, -1) + end), /was changed/],
      [yes("made up"), /is not one that this server gives/],
      [{ ...yes(requestState), arguments: { id: "other" } }, /given for other arguments/],
      [{ arguments: { confirm: requestState } }, /not given for this/],
      [{ requestState }, /the user did not agree/],
      [yes(requestState), /was used already/],
    ];
    for (const [params, expected] of cases) {
      const { isError, content } = await call(params);
      assert.equal(isError, true);
      assert.match(textOf(content), expected);
      assert.match(textOf(content), /^Nothing was deleted: /);
    }
    assert.deepEqual(deleted, []);
  });
});

Deno.test("createServer() asks again where a client of 2026-07-28 answers without the state", async () => {
  await modern(async (call, deleted) => {
    const { resultType } = await call({ inputResponses: { confirm: YES } });
    assert.equal(resultType, "input_required");
    assert.deepEqual(deleted, []);
  });
});
