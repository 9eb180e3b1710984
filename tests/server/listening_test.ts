import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/server";
import assert from "node:assert/strict";
import { ListenStreams } from "../../src/resources/listen_streams.ts";
import { followListening } from "../../src/server/listening.ts";

interface Followed {
  /** What the client sends. */
  receive(message: object): void;
  /** What the server sends. */
  send(message: object): Promise<void>;
  /** `+ id` for a stream that was opened and `- id` for one that was closed. */
  readonly told: string[];
}

function followed(): Followed {
  const told: string[] = [];
  const transport: Transport = {
    start: () => Promise.resolve(),
    send: (message) =>
      Promise.resolve(void told.push("method" in message ? message.method : "answer")),
    close: () => Promise.resolve(),
    onmessage: (message) => void told.push("method" in message ? message.method : "answer"),
  };
  const streams = new ListenStreams({
    subscribe: (uri) => Promise.resolve(void told.push(`+ ${uri}`)),
    unsubscribe: (uri) => void told.push(`- ${uri}`),
    watchList: () => void told.push("+ list"),
    unwatchList: () => void told.push("- list"),
    [Symbol.dispose]: () => {},
  }, (error) => assert.fail(String(error)));
  followListening(transport, () => streams);
  const typed = (message: object) => ({ jsonrpc: "2.0", ...message }) as JSONRPCMessage;
  return {
    receive: (message) => transport.onmessage?.(typed(message)),
    send: (message) => transport.send(typed(message)),
    told,
  };
}

const listen = (id: unknown) => ({ id, method: "subscriptions/listen", params: {} });
const cancel = (requestId: unknown) => ({
  method: "notifications/cancelled",
  params: { requestId },
});
const ACKNOWLEDGED = "notifications/subscriptions/acknowledged";
const acknowledge = (id: unknown, notifications: object = { resourceSubscriptions: ["a"] }) => ({
  method: ACKNOWLEDGED,
  params: { notifications, _meta: { "io.modelcontextprotocol/subscriptionId": id } },
});

Deno.test("followListening() opens what was acknowledged, behind the acknowledgement, and closes what was cancelled", async () => {
  const { receive, send, told } = followed();
  receive(listen(0));
  await send(acknowledge(0, { resourceSubscriptions: ["a"], resourcesListChanged: true }));
  receive(cancel(0));
  const cancelled = "notifications/cancelled";
  assert.deepEqual(told, [
    ...["subscriptions/listen", ACKNOWLEDGED, "+ list", "+ a", "- a", "- list", cancelled],
  ]);
});

Deno.test("followListening() opens nothing that was refused, cancelled before, or not asked for", async () => {
  const { receive, send, told } = followed();
  receive(listen(1));
  await send({ id: 1, error: { code: -32602, message: "no" } });
  await send(acknowledge(1));
  receive(listen("2"));
  receive(cancel("2"));
  await send(acknowledge("2"));
  await send(acknowledge(3));
  receive(listen(4));
  await send(acknowledge("4"));
  receive(cancel({}));
  receive(cancel(undefined));
  assert.deepEqual(told.filter((word) => /^[+-]/.test(word)), []);
});

Deno.test("followListening() passes on what it does not know", async () => {
  const { receive, send, told } = followed();
  receive({ method: "ping", id: 7 });
  receive({ method: "notifications/cancelled" });
  await send({ id: 7, result: {} });
  await send({ method: ACKNOWLEDGED });
  assert.deepEqual(told, ["ping", "notifications/cancelled", "answer", ACKNOWLEDGED]);
});
