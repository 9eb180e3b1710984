import assert from "node:assert/strict";
import { RawServer } from "./raw_server.ts";

/** A socket where nothing is, so that no Engine is needed. */
const NO_ENGINE = { DOCKER_HOST: "unix:///nonexistent/docker.sock" };

const PING = { jsonrpc: "2.0", method: "ping" };
const LIMIT_BYTES = 4 * 1024 * 1024;

function nested(levels: number): string {
  return `${"[".repeat(levels)}${"]".repeat(levels)}`;
}

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

interface BadLine {
  readonly what: string;
  readonly line: string | Uint8Array<ArrayBuffer>;
  readonly code: number;
  readonly id?: string | number | null;
}

const BAD_LINES: readonly BadLine[] = [
  { what: "no JSON", line: "{nope", code: -32700 },
  { what: "words", line: "GET / HTTP/1.1", code: -32700 },
  { what: "two messages on a line", line: '{"jsonrpc":"2.0"}{"jsonrpc":"2.0"}', code: -32700 },
  { what: "half a character", line: new Uint8Array([0x22, 0xe2, 0x82]), code: -32700 },
  { what: "a NUL", line: '{"jsonrpc":"2.0",\0"id":1}', code: -32700 },
  { what: "null", line: "null", code: -32600 },
  { what: "a number", line: "42", code: -32600 },
  { what: "a string", line: '"ping"', code: -32600 },
  { what: "an empty list", line: "[]", code: -32600 },
  { what: "a batch", line: JSON.stringify([{ ...PING, id: 1 }]), code: -32600 },
  { what: "an empty object", line: "{}", code: -32600 },
  { what: "no method", line: '{"jsonrpc":"2.0","id":5}', code: -32600, id: 5 },
  {
    what: "a method that is a number",
    line: '{"jsonrpc":"2.0","id":6,"method":7}',
    code: -32600,
    id: 6,
  },
  {
    what: "an old jsonrpc",
    line: '{"jsonrpc":"1.0","id":"x","method":"ping"}',
    code: -32600,
    id: "x",
  },
  { what: "no jsonrpc", line: '{"id":8,"method":"ping"}', code: -32600, id: 8 },
  {
    what: "params that are text",
    line: '{"jsonrpc":"2.0","id":9,"method":"ping","params":"x"}',
    code: -32600,
    id: 9,
  },
  {
    what: "params that are a list",
    line: '{"jsonrpc":"2.0","id":10,"method":"ping","params":[]}',
    code: -32600,
    id: 10,
  },
  {
    what: "params that are null",
    line: '{"jsonrpc":"2.0","id":11,"method":"ping","params":null}',
    code: -32600,
    id: 11,
  },
  { what: "an id that is null", line: '{"jsonrpc":"2.0","id":null,"method":"ping"}', code: -32600 },
  {
    what: "an id that is an object",
    line: '{"jsonrpc":"2.0","id":{},"method":"ping"}',
    code: -32600,
  },
  {
    what: "an id beyond whole numbers",
    line: '{"jsonrpc":"2.0","id":1e300,"method":"ping"}',
    code: -32600,
  },
  {
    what: "deep nesting",
    line: `{"jsonrpc":"2.0","id":12,"method":"ping","params":{"x":${nested(65)}}}`,
    code: -32600,
    id: 12,
  },
  {
    what: "very deep nesting",
    line: `{"jsonrpc":"2.0","id":13,"method":"ping","params":{"x":${nested(100_000)}}}`,
    code: -32600,
  },
  {
    what: "a giant line",
    line: `{"jsonrpc":"2.0","id":14,"method":"ping","params":{"x":"${"x".repeat(LIMIT_BYTES)}"}}`,
    code: -32600,
  },
];

Deno.test("serve answers every malformed line with its code, and the next request as ever", async () => {
  await using server = await RawServer.initialized({ env: NO_ENGINE });
  for (const { what, line, code, id = null } of BAD_LINES) {
    const from = server.messages.length;
    await server.write(line);
    await server.write("\n");
    const answer = await server.until(({ error }) => error !== undefined, from);
    assert.equal(answer.error?.code, code, what);
    assert.equal(answer.jsonrpc, "2.0", what);
    if (what !== "very deep nesting") assert.equal(answer.id, id, what);
    assert.deepEqual((await server.request("ping")).result, {}, what);
    assert.equal(server.messages.length, from + 2, `${what}: one answer each`);
  }
});

Deno.test("serve takes odd but valid lines: CRLF, empty ones, pieces, several at once", async () => {
  await using server = await RawServer.initialized({ env: NO_ENGINE });
  const line = (id: string): string => JSON.stringify({ ...PING, id });
  const count = server.messages.length;
  await server.write(`\n\r\n  \n${line("crlf")}\r\n  ${line("blanks")}  \n`);
  await server.write(`${line("first")}\n${line("second")}\n`);
  const euro = bytes(JSON.stringify({ ...PING, id: "€" }) + "\n");
  const torn = euro.indexOf(0xe2) + 1;
  await server.write(euro.slice(0, torn));
  await server.write(euro.slice(torn));
  for (const byte of bytes(line("slow") + "\n")) await server.write(new Uint8Array([byte]));
  const padded = JSON.stringify({ ...PING, id: "large", params: { _meta: { x: "" } } });
  await server.write(padded.replace('""', `"${"x".repeat(LIMIT_BYTES - padded.length)}"`) + "\n");
  for (const id of ["crlf", "blanks", "first", "second", "€", "slow", "large"]) {
    assert.deepEqual((await server.answerTo(id)).result, {}, id);
  }
  assert.equal(server.messages.length, count + 7);
});

Deno.test("serve stays silent on notifications and answers it did not ask for", async () => {
  await using server = await RawServer.initialized({ env: NO_ENGINE });
  const count = server.messages.length;
  for (
    const message of [
      { jsonrpc: "2.0", method: "notifications/unheard-of" },
      { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 77 } },
      { jsonrpc: "2.0", method: "notifications/cancelled" },
      { jsonrpc: "2.0", id: 99, result: {} },
      { jsonrpc: "2.0", id: 98, error: { code: 1, message: "x" } },
    ]
  ) await server.send(message);
  await server.request("ping");
  assert.equal(server.messages.length, count + 1);
});

Deno.test("serve refuses what it does not know, by the protocol's codes", async () => {
  await using server = await RawServer.initialized({ env: NO_ENGINE });
  const cases: [string, Record<string, unknown> | undefined, number, RegExp][] = [
    ["no/such/method", {}, -32601, /not found/i],
    ["tasks/list", {}, -32601, /not found/i],
    ["resources/read", { uri: "file:///etc/passwd" }, -32602, /Cannot find resource/],
    ["resources/subscribe", { uri: "container://logs/../web" }, -32602, /Cannot find resource/],
    ["resources/list", {}, -32603, /Cannot reach/],
    [
      "tools/call",
      { name: "docker_list_container" },
      -32602,
      /did you mean "docker_list_containers"/,
    ],
    ["tools/call", { name: "rm -rf /\n" }, -32602, /^[^\n]*Tool not found$/],
    ["tools/call", {}, -32602, /./],
    ["tools/call", { name: 7 }, -32602, /./],
    ["tools/call", { name: "docker_version", arguments: "x" }, -32602, /./],
  ];
  for (const [method, params, code, message] of cases) {
    const { error } = await server.request(method, params);
    assert.equal(error?.code, code, `${method} ${JSON.stringify(params)}: ${error?.message}`);
    assert.match(error?.message ?? "", message);
  }
});

Deno.test("serve refuses a second request with an id that is still being answered", async () => {
  await using server = await RawServer.initialized({ env: NO_ENGINE });
  // Both lines are in one write, so that the first cannot be answered before the second is read.
  const call = JSON.stringify({
    ...PING,
    id: "same",
    method: "tools/call",
    params: { name: "docker_version" },
  });
  await server.write(`${call}\n${call}\n`);
  const refused = await server.until(({ id, error }) => id === "same" && error !== undefined);
  assert.equal(refused.error?.code, -32600);
  await server.until(({ id, result }) => id === "same" && result !== undefined);
  await server.send({ ...PING, id: "same" });
  await server.until(({ id, result }) =>
    id === "same" && Object.keys(result ?? { x: 1 }).length === 0
  );
});

Deno.test("serve answers requests that come before initialize, and still shakes hands", async () => {
  await using server = RawServer.start({ env: NO_ENGINE });
  const early = await server.request("tools/list");
  assert.equal((early.result?.["tools"] as unknown[]).length, 30);
  const unknown = await server.request("no/such/method");
  assert.equal(unknown.error?.code, -32601);
  const { result } = await server.initialize();
  assert.equal(result?.["protocolVersion"], "2025-11-25");
  assert.deepEqual((await server.request("ping")).result, {});
});

Deno.test("serve agrees on a protocol revision that it knows", async () => {
  for (
    const [asked, agreed] of [["2024-11-05", "2024-11-05"], ["1999-01-01", "2025-11-25"]] as const
  ) {
    await using server = RawServer.start({ env: NO_ENGINE });
    const { result } = await server.request("initialize", {
      protocolVersion: asked,
      capabilities: {},
      clientInfo: { name: "raw", version: "1" },
    });
    assert.equal(result?.["protocolVersion"], agreed);
    const capabilities = Object.keys(result?.["capabilities"] ?? {});
    assert.deepEqual(capabilities, ["tools", "prompts", "resources", "completions"]);
    assert.match(String(result?.["instructions"]), /docker_healthcheck/);
  }
});
