import type { CompleteRequestParams } from "@modelcontextprotocol/server";
import assert from "node:assert/strict";
import { prompts, resources } from "../../src/catalog.ts";
import { createDocker } from "../../src/docker/client.ts";
import { DockerError } from "../../src/docker/errors.ts";
import type { Completion } from "../../src/resources/name_index.ts";
import type { NameKind } from "../../src/resources/named_objects.ts";
import type { ToolPolicy } from "../../src/safety/policy.ts";
import { complete } from "../../src/server/completion.ts";
import { FakeTransport, hang } from "../fakes/fake_transport.ts";
import { connectedTo, liveServer } from "./live_server.ts";

const OPEN: ToolPolicy = { allowModerate: false, allowDestructive: false, deniedTools: [] };
const TEMPLATE = { type: "ref/resource", uri: "container://logs/{container_id}" } as const;

const promptNamed = (name: string) => ({ type: "ref/prompt", name }) as const;

interface Asked {
  readonly ref?: CompleteRequestParams["ref"];
  readonly name?: string;
  readonly value?: string;
  readonly policy?: Partial<ToolPolicy>;
  readonly answer?: (kind: NameKind, typed: string) => Promise<Completion>;
}

/** Every name begins as typed: `web1`, `web2`. */
function two(_kind: NameKind, typed: string): Promise<Completion> {
  return Promise.resolve({ values: [`${typed}1`, `${typed}2`], total: 7, hasMore: false });
}

async function completed(
  { ref = TEMPLATE, name = "container_id", value = "web", policy, answer = two }: Asked,
): Promise<unknown> {
  const { completion } = await complete({ ref, argument: { name, value } }, {
    prompts,
    resources,
    policy: { ...OPEN, ...policy },
    names: { complete: answer, [Symbol.dispose]: () => {} },
    signal: new AbortController().signal,
  });
  return completion;
}

Deno.test("complete() completes the variable of a template", async () => {
  assert.deepEqual(await completed({}), { values: ["web1", "web2"], total: 7, hasMore: false });
  await assert.rejects(completed({ ref: { ...TEMPLATE, uri: "container://logs/web" } }), {
    code: -32602,
  });
  await assert.rejects(completed({ name: "id" }), { code: -32602, message: /argument: "id"/ });
});

Deno.test("complete() completes the containers of every prompt, and hosts that may be containers", async () => {
  for (const { name, input } of prompts) {
    assert.ok(Object.hasOwn(input().shape, "container_id"), name);
    const { values } = await completed({ ref: promptNamed(name) }) as Completion;
    assert.deepEqual(values, ["web1", "web2"], name);
  }
  const asked: NameKind[] = [];
  const answer: Asked["answer"] = (kind, typed) => (asked.push(kind), two(kind, typed));
  await completed({ ref: promptNamed("debug_networking"), name: "target_host", answer });
  const none = await completed({
    ref: promptNamed("generate_compose"),
    name: "service_description",
    answer,
  });
  assert.deepEqual([asked, none], [["container"], { values: [], total: 0, hasMore: false }]);
});

Deno.test("complete() completes the last of several containers, and none a second time", async () => {
  const ref = promptNamed("generate_compose");
  const completion = await completed({ ref, value: "web, db1,db" });
  assert.deepEqual(completion, { values: ["web, db1,db2"], total: 6, hasMore: false });
  const typed: string[] = [];
  const answer: Asked["answer"] = (kind, text) => (typed.push(text), two(kind, text));
  await completed({ ref: promptNamed("troubleshoot_container"), value: "web,d", answer });
  assert.deepEqual(typed, ["web,d"], "a prompt about one container");
});

Deno.test("complete() refuses prompts and arguments that there are not, and names the nearest", async () => {
  await assert.rejects(completed({ ref: promptNamed("generate_compos") }), {
    code: -32602,
    message: /did you mean "generate_compose"/,
  });
  for (const name of ["image", "__proto__", "constructor", "x\n[fake]"]) {
    await assert.rejects(
      completed({ ref: promptNamed("security_audit"), name }),
      (error: Error) => error.message.includes("argument") && !error.message.includes("\n"),
    );
  }
});

Deno.test("complete() shows no names where the tool that lists them may not be called", async () => {
  const empty = { values: [], total: 0, hasMore: false };
  const answer = () => assert.fail("The Engine must not be asked");
  for (
    const policy of [{ deniedTools: ["docker_list_containers"] }, { allowedTools: [] }]
  ) assert.deepEqual(await completed({ policy, answer }), empty);
});

Deno.test("complete() shows no name that looks like a credential", async () => {
  const secret = `ghp_${"a1B2".repeat(10)}`;
  const answer = () => Promise.resolve({ values: [secret, "web"], total: 2, hasMore: false });
  assert.deepEqual(await completed({ answer }), { values: ["web"], total: 1, hasMore: false });
});

Deno.test("complete() tells why the Engine cannot be asked, without secrets and control characters", async () => {
  const message = "Cannot reach tcp://user:hunter2hunter2@host\u001b[31m";
  const answer = () => Promise.reject(new DockerError("unreachable", message));
  await assert.rejects(completed({ answer }), (error: Error & { code?: number }) => {
    assert.equal(error.code, -32603);
    assert.match(error.message, /^Cannot reach tcp:/);
    assert.ok(!error.message.includes("hunter2") && !error.message.includes("\u001b"));
    return true;
  });
});

Deno.test("createServer() answers completions of 1,000 containers from one list, in 100 values", async () => {
  const listed = Array.from({ length: 1000 }, (_, at) => ({
    Id: `${at}`.padStart(64, "a"),
    Names: [`/shop-${at}`],
  }));
  const transport = new FakeTransport({
    "GET /containers/json": listed,
    "GET /events": (request: Parameters<typeof hang>[0]) => {
      const body = new ReadableStream({
        start: (controller) =>
          request.signal?.addEventListener("abort", () => controller.error(request.signal?.reason)),
      });
      return new Response(body);
    },
  });
  using docker = createDocker(transport);
  using server = liveServer(docker);
  await using client = await connectedTo(server.create());
  for (const value of ["shop-", "shop-1", "shop-12", ""]) {
    const argument = { name: "container_id", value };
    const { completion } = await client.complete({ ref: TEMPLATE, argument });
    const { values, total, hasMore } = completion;
    const expected = { "shop-": 1000, "shop-1": 111, "shop-12": 11, "": 1000 }[value];
    assert.deepEqual([values.length, total], [Math.min(100, expected ?? 0), expected]);
    assert.equal(hasMore, values.length < (total ?? 0));
  }
  const lists = transport.requests.filter(({ path }) => path === "/containers/json");
  assert.equal(lists.length, 1);
});
