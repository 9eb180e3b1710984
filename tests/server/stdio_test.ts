import assert from "node:assert/strict";
import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import { StdioTransport } from "../../src/server/stdio.ts";
import { FakeTime } from "../fakes/fake_time.ts";
import { BytePipe } from "./byte_pipe.ts";

interface Connected {
  readonly pipe: BytePipe;
  readonly transport: StdioTransport;
  readonly received: JSONRPCMessage[];
  readonly errors: Error[];
  readonly closed: Promise<void>;
}

/** A transport that has been started, with what it reports. */
async function connected(onmessage?: (message: JSONRPCMessage) => void): Promise<Connected> {
  const pipe = new BytePipe();
  const transport = new StdioTransport(pipe.stdin, pipe.stdout);
  const received: JSONRPCMessage[] = [];
  const errors: Error[] = [];
  const closed = Promise.withResolvers<void>();
  transport.onmessage = (message) => {
    received.push(message);
    onmessage?.(message);
  };
  transport.onerror = (error) => errors.push(error);
  transport.onclose = () => closed.resolve();
  await transport.start();
  return { pipe, transport, received, errors, closed: closed.promise };
}

const request = (id: number | string) => ({ jsonrpc: "2.0", id, method: "ping" }) as const;
const answer = (id: number | string) => ({ jsonrpc: "2.0", id, result: {} }) as const;

Deno.test("StdioTransport passes messages on and writes answers, one a line", async () => {
  const { pipe, transport, received, closed } = await connected((message) => {
    if ("id" in message && "method" in message) transport.send(answer(message.id));
  });
  await pipe.send(request(1), request("b"));
  assert.deepEqual([await pipe.receive(), await pipe.receive()], [answer(1), answer("b")]);
  assert.deepEqual(received, [request(1), request("b")]);
  await pipe.hangUp();
  await closed;
});

Deno.test("StdioTransport tells once that the client has taken an answer, and not before", async () => {
  const pipe = new BytePipe();
  let told = 0;
  const transport = new StdioTransport(pipe.stdin, pipe.stdout, { onAnswered: () => told++ });
  await transport.start();
  const sent = transport.send(answer(1));
  assert.equal(told, 0);
  await Promise.all([sent, pipe.receive()]);
  await Promise.all([transport.send(answer(2)), pipe.receive()]);
  assert.equal(told, 1);
  await transport.close();
});

Deno.test("StdioTransport answers a line that is no message with an error, and lives on", async () => {
  const { pipe, received, closed } = await connected();
  await pipe.send("{", '{"jsonrpc":"2.0","id":5}', { jsonrpc: "2.0", method: "notifications/x" });
  const first = await pipe.receive();
  const second = await pipe.receive();
  assert.deepEqual([first.id, second.id], [null, 5]);
  assert.deepEqual((first.error as { code: number }).code, -32700);
  assert.deepEqual((second.error as { code: number }).code, -32600);
  await pipe.hangUp();
  await closed;
  assert.equal(received.length, 1);
});

Deno.test("StdioTransport refuses an id that is being answered, and takes it again afterwards", async () => {
  const { pipe, transport, received, closed } = await connected();
  await pipe.send(request(1), request(1));
  const refused = await pipe.receive();
  assert.equal(refused.id, 1);
  assert.match(String((refused.error as Error).message), /another request with this id/);
  assert.equal(received.length, 1);
  const sent = transport.send(answer(1));
  await pipe.receive();
  await sent;
  await pipe.send(request(1), { jsonrpc: "2.0", method: "notifications/last" });
  await pipe.hangUp();
  await transport.send(answer(1));
  await closed;
  assert.deepEqual(received.map((message) => "id" in message ? message.id : undefined), [
    1,
    1,
    undefined,
  ]);
});

Deno.test("StdioTransport does not wait for streams of notifications when its input ends, and reads on beside many", async () => {
  const { pipe, received, closed } = await connected();
  for (let id = 0; id < 300; id++) {
    await pipe.send({ jsonrpc: "2.0", id, method: "subscriptions/listen", params: {} });
  }
  await pipe.hangUp();
  await closed;
  assert.equal(received.length, 300);
});

Deno.test("StdioTransport tells of no more changes while the client leaves much untaken", async () => {
  const pipe = new BytePipe();
  const taken: string[] = [];
  const gate = Promise.withResolvers<void>();
  const stdout = new WritableStream<Uint8Array>({
    async write(bytes) {
      await gate.promise;
      taken.push(JSON.parse(new TextDecoder().decode(bytes)).method ?? "answer");
    },
  });
  const transport = new StdioTransport(pipe.stdin, stdout);
  const hint = { jsonrpc: "2.0", method: "notifications/resources/updated" } as const;
  const large = { jsonrpc: "2.0", id: 1, result: { text: "x".repeat(1024 * 1024) } } as const;
  const sent = [transport.send(hint), transport.send(large), transport.send(hint)];
  sent.push(transport.send(answer(2)));
  gate.resolve();
  await Promise.all(sent);
  await transport.send(hint);
  assert.deepEqual(taken, [hint.method, "answer", "answer", hint.method]);
  await transport.close();
});

Deno.test("StdioTransport ends at once when its input ends and nothing is being answered", async () => {
  const { pipe, closed, errors } = await connected();
  await pipe.hangUp();
  await closed;
  assert.deepEqual(errors, []);
});

Deno.test("StdioTransport waits for answers when its input ends, until the client has taken them", async () => {
  using time = new FakeTime();
  const pipe = new BytePipe();
  await pipe.send(request(1));
  await pipe.hangUp();
  const taken = Promise.withResolvers<void>();
  const stdout = new WritableStream<Uint8Array>({ write: () => taken.promise });
  const transport = new StdioTransport(pipe.stdin, stdout);
  let closed = false;
  transport.onclose = () => closed = true;
  transport.onmessage = () => void transport.send(answer(1));
  await transport.start();
  await time.settle();
  assert.equal(closed, false);
  taken.resolve();
  await time.settle();
  assert.equal(closed, true);
  assert.equal(time.pending, 0);
});

Deno.test("StdioTransport waits a second for answers when its input ends, not longer", async () => {
  using time = new FakeTime();
  const { pipe, transport, closed } = await connected();
  await pipe.send(request(1));
  await pipe.hangUp();
  await time.settle();
  let ended = false;
  const closing = closed.then(() => ended = true);
  await time.pass(999);
  assert.equal(ended, false);
  await time.pass(1);
  await closing;
  await assert.rejects(transport.send(answer(1)), /the client is gone/);
});

Deno.test("StdioTransport does not wait for a request that the client has cancelled", async () => {
  const { pipe, closed } = await connected();
  const params = { requestId: 1 };
  await pipe.send(request(1), { jsonrpc: "2.0", method: "notifications/cancelled", params });
  await pipe.hangUp();
  await closed;
});

Deno.test("StdioTransport closes when the client no longer reads", async () => {
  const { pipe, transport, closed } = await connected();
  await pipe.send(request(1));
  await pipe.stopReading();
  await assert.rejects(transport.send(answer(1)), /the client no longer reads/);
  await closed;
});

Deno.test("StdioTransport closes when its own refusal cannot be written, and says why", async () => {
  const { pipe, closed, errors } = await connected();
  await pipe.stopReading();
  await pipe.send("{").catch(() => {}); // the transport may let its input go before it has taken all
  await closed;
  assert.equal(errors.length, 1);
});

Deno.test("StdioTransport waits for a client that reads slowly", async () => {
  const { pipe, transport, closed } = await connected();
  const note = {
    jsonrpc: "2.0",
    method: "notifications/x",
    params: { text: "x".repeat(100_000) },
  } as const;
  let written = 0;
  const all = Array.from({ length: 20 }, () => transport.send(note).then(() => written++));
  await pipe.receive();
  assert.ok(written < 20, "it did not wait");
  for (let count = 1; count < 20; count++) await pipe.receive();
  await Promise.all(all);
  await pipe.hangUp();
  await closed;
});

/** A thousand requests, with how many of them were taken. */
function manyRequests(): { stdin: ReadableStream<Uint8Array>; taken: () => number } {
  let id = 0;
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void =>
    id === 1000
      ? controller.close()
      : controller.enqueue(new TextEncoder().encode(`${JSON.stringify(request(++id))}\n`));
  return { stdin: new ReadableStream({ pull }, { highWaterMark: 0 }), taken: () => id };
}

Deno.test("StdioTransport reads no further while the client does not take its answers", async () => {
  using time = new FakeTime();
  const { stdin, taken } = manyRequests();
  const untaken: (() => void)[] = [];
  const stdout = new WritableStream<Uint8Array>({
    write: () => new Promise((resolve) => untaken.push(resolve)),
  });
  const transport = new StdioTransport(stdin, stdout);
  const result = { text: "x".repeat(4 * 1024 * 1024) };
  const sent: Promise<unknown>[] = [];
  transport.onmessage = (message) => {
    if ("id" in message) {
      sent.push(transport.send({ ...answer(message.id ?? 0), result }).catch(() => {}));
    }
  };
  await transport.start();
  await time.settle();
  assert.equal(taken(), 4);
  untaken.shift()?.();
  await time.settle();
  assert.equal(taken(), 5);
  await transport.close();
  while (untaken.length > 0) {
    untaken.shift()?.();
    await time.settle();
  }
  await Promise.all(sent);
});

Deno.test("StdioTransport reads no further while 256 requests are being answered", async () => {
  using time = new FakeTime();
  const { stdin, taken } = manyRequests();
  const transport = new StdioTransport(stdin, new WritableStream());
  await transport.start();
  await time.settle();
  assert.equal(taken(), 256);
  await transport.send(answer(7));
  await time.settle();
  assert.equal(taken(), 257);
  await transport.close();
});

Deno.test("StdioTransport can be closed twice, reports it once and lets both streams go", async () => {
  const pipe = new BytePipe();
  const transport = new StdioTransport(pipe.stdin, pipe.stdout);
  let closed = 0;
  transport.onclose = () => closed++;
  await transport.start();
  await transport.close();
  await transport.close();
  assert.equal(closed, 1);
  assert.equal(pipe.stdout.locked, false);
  await assert.rejects(transport.send(answer(1)), /the client is gone/);
});
