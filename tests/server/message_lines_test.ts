import assert from "node:assert/strict";
import fc from "../property.ts";
import { type MessageLine, messageLines } from "../../src/server/message_lines.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

async function read(...chunks: readonly (string | Uint8Array)[]): Promise<MessageLine[]> {
  const bytes = chunks.map((chunk) => typeof chunk === "string" ? encode(chunk) : chunk);
  const found: MessageLine[] = [];
  const { signal } = new AbortController();
  for await (const line of messageLines(ReadableStream.from(bytes), signal)) found.push(line);
  return found;
}

/** The code and id of the only line, which is expected to be refused. */
async function refused(line: string): Promise<{ code: number; id: unknown; message: string }> {
  const [found, ...more] = await read(`${line}\n`);
  assert.ok(found !== undefined && "error" in found && more.length === 0, line);
  return { code: found.error.code, id: found.id, message: found.error.message };
}

const ping = { jsonrpc: "2.0", id: 1, method: "ping" };

Deno.test("messageLines() reads one message a line, with either line end, and skips blank lines", async () => {
  const text = `${JSON.stringify(ping)}\r\n\n  \n${JSON.stringify({ ...ping, id: "b" })}\n`;
  assert.deepEqual(await read(text), [{ message: ping }, { message: { ...ping, id: "b" } }]);
});

Deno.test("messageLines() drops a line that has no end when the input ends", async () => {
  assert.deepEqual(await read(`${JSON.stringify(ping)}\n`, JSON.stringify(ping)), [{
    message: ping,
  }]);
});

Deno.test("messageLines() finds the same messages however the bytes are cut into chunks", async () => {
  const line = fc.oneof(
    fc.record({ jsonrpc: fc.constant("2.0"), id: fc.nat(), method: fc.string({ unit: "binary" }) })
      .map((message) => JSON.stringify(message)),
    fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", "")),
    fc.constantFrom("", "{", "[]", '{"jsonrpc":"2.0"}'),
  );
  const cuts = fc.array(fc.nat(400), { maxLength: 20 });
  await fc.assert(fc.asyncProperty(fc.array(line, { maxLength: 8 }), cuts, async (lines, cuts) => {
    const bytes = encode(lines.map((line) => `${line}\n`).join(""));
    const ends = [...cuts.filter((at) => at < bytes.length).sort((a, b) => a - b), bytes.length];
    const chunks = ends.map((end, index) => bytes.slice(ends[index - 1] ?? 0, end));
    assert.deepEqual(await read(...chunks), await read(bytes));
  }));
});

Deno.test("messageLines() answers what is no JSON with a parse error", async () => {
  for (const line of ["{", "hello", "{'a':1}", '{"a":1}}', "\ufeffx", "\0"]) {
    assert.deepEqual(await refused(line), {
      code: -32700,
      id: null,
      message: "Parse error: the line is not JSON",
    });
  }
});

Deno.test("messageLines() answers what is no JSON-RPC message with an invalid request and its id", async () => {
  const cases: [string, unknown, RegExp][] = [
    ["[]", null, /one JSON-RPC object a line/],
    [`[${JSON.stringify(ping)}]`, null, /one JSON-RPC object a line/],
    ["null", null, /one JSON-RPC object/],
    ["1", null, /one JSON-RPC object/],
    ['"ping"', null, /one JSON-RPC object/],
    ['{"id":7,"method":"ping"}', 7, /jsonrpc must be "2.0"/],
    ['{"jsonrpc":"1.0","id":"x","method":"ping"}', "x", /jsonrpc must be/],
    ['{"jsonrpc":2,"id":1,"method":"ping"}', 1, /jsonrpc must be/],
    ['{"jsonrpc":"2.0","id":1}', 1, /method must be a string/],
    ['{"jsonrpc":"2.0","id":1,"method":5}', 1, /method must be a string/],
    ['{"jsonrpc":"2.0","id":null,"method":"ping"}', null, /id must be/],
    ['{"jsonrpc":"2.0","id":1.5,"method":"ping"}', null, /id must be/],
    ['{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}', null, /id must be/],
    ['{"jsonrpc":"2.0","id":{},"method":"ping"}', null, /id must be/],
    ['{"jsonrpc":"2.0","id":true,"method":"ping"}', null, /id must be/],
    ['{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', 1, /params must be an object/],
    ['{"jsonrpc":"2.0","id":1,"method":"ping","params":null}', 1, /params must be an object/],
    ['{"jsonrpc":"2.0","id":1,"method":"ping","params":"x"}', 1, /params must be an object/],
  ];
  for (const [line, id, message] of cases) {
    const found = await refused(line);
    assert.deepEqual([found.code, found.id], [-32600, id], line);
    assert.match(found.message, message);
  }
});

Deno.test("messageLines() passes answers and notifications", async () => {
  const messages = [
    { jsonrpc: "2.0", id: 1, result: {} },
    { jsonrpc: "2.0", id: "x", error: { code: -1, message: "no" } },
    { jsonrpc: "2.0", method: "notifications/initialized" },
  ];
  const text = messages.map((message) => `${JSON.stringify(message)}\n`).join("");
  assert.deepEqual(await read(text), messages.map((message) => ({ message })));
});

Deno.test("messageLines() drops answers to no request, because answering them would go on for ever", async () => {
  const error = { code: -32700, message: "Parse error" };
  const answers = [{ id: null, error }, { result: {} }, { id: 1.5, result: {} }, { id: {}, error }];
  const text = answers.map((answer) => `${JSON.stringify({ jsonrpc: "2.0", ...answer })}\n`).join(
    "",
  );
  assert.deepEqual(await read(text), []);
});

Deno.test("messageLines() refuses nesting beyond 64 levels, without running out of stack", async () => {
  const nested = (depth: number): string =>
    `{"jsonrpc":"2.0","id":1,"method":"a","params":${'{"a":'.repeat(depth)}1${"}".repeat(depth)}}`;
  assert.ok("message" in ((await read(`${nested(62)}\n`))[0] ?? {}));
  assert.match((await refused(nested(65))).message, /nested deeper than 64/);
  assert.match((await refused(nested(100_000))).message, /nested deeper than 64/);
});

Deno.test('messageLines() refuses a key "__proto__" wherever it stands', async () => {
  for (
    const line of [
      '{"jsonrpc":"2.0","id":1,"method":"a","__proto__":{}}',
      '{"jsonrpc":"2.0","id":1,"method":"a","params":{"arguments":{"__proto__":"x"}}}',
      '{"jsonrpc":"2.0","id":1,"method":"a","params":{"a":[{"\\u005f_proto__":1}]}}',
    ]
  ) {
    assert.deepEqual(await refused(line), {
      code: -32600,
      id: 1,
      message: 'Invalid request: it has a key "__proto__"',
    });
  }
  const text = '{"jsonrpc":"2.0","id":1,"method":"a","params":{"a":"__proto__"}}\n';
  assert.ok("message" in ((await read(text))[0] ?? {}));
});

Deno.test("messageLines() refuses a line of more than 4 MiB, and reads the next one", async () => {
  const piece = new Uint8Array(1024 * 1024).fill(0x78);
  const next = `\n${JSON.stringify(ping)}\n`;
  const [first, second] = await read(piece, piece, piece, piece, piece, next);
  assert.ok(first !== undefined && "error" in first);
  assert.equal(first.error.code, -32600);
  assert.match(first.error.message, /longer than 4194304 bytes/);
  assert.deepEqual(second, { message: ping });
});

Deno.test("messageLines() takes a line of just 4 MiB", async () => {
  const line = JSON.stringify({ ...ping, params: { text: "" } });
  const padding = "x".repeat(4 * 1024 * 1024 - line.length);
  const whole = JSON.stringify({ ...ping, params: { text: padding } });
  assert.equal(whole.length, 4 * 1024 * 1024);
  const [found] = await read(`${whole}\n`);
  assert.ok(found !== undefined && "message" in found);
  assert.equal((await refused(`${whole} `)).code, -32600);
});

Deno.test("messageLines() reads bytes that are no UTF-8 as replacement characters", async () => {
  const broken = new Uint8Array([
    ...encode('{"jsonrpc":"2.0","id":1,"method":"'),
    0xff,
    ...encode('"}\n'),
  ]);
  assert.deepEqual(await read(broken), [{ message: { ...ping, method: "\ufffd" } }]);
});

Deno.test("messageLines() ends when its signal aborts, and lets the input go", async () => {
  let cancelled = false;
  const input = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encode(`${JSON.stringify(ping)}\n`)),
    cancel: () => void (cancelled = true),
  });
  const controller = new AbortController();
  const found: MessageLine[] = [];
  for await (const line of messageLines(input, controller.signal)) {
    found.push(line);
    controller.abort();
  }
  assert.equal(found.length, 1);
  assert.ok(cancelled);
  assert.equal(input.locked, false);
});

Deno.test("messageLines() passes on an error of its input", async () => {
  const input = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new Error("gone")),
  });
  const lines = messageLines(input, new AbortController().signal);
  await assert.rejects(Array.fromAsync(lines), /gone/);
});
