import assert from "node:assert/strict";
import { engineCalls } from "../../src/telemetry/engine_calls.ts";
import { FakeTransport } from "../fakes/fake_transport.ts";
import { toolCall } from "../safety/tool_call.ts";

Deno.test("engineCalls() counts for each call what it asks of the Engine, also for calls at once", async () => {
  const { step, counted } = engineCalls();
  using transport = counted(new FakeTransport({ "GET /info": {} }));
  const calls = [1, 2, 3].map((count) => ({ count, call: toolCall() }));
  await Promise.all(calls.map(({ count, call }) =>
    step(call, async () => {
      for (let asked = 0; asked < count; asked++) {
        await (await transport.fetch("/v1.51/info")).body?.cancel();
      }
      return {};
    })
  ));
  assert.deepEqual(calls.map(({ call }) => call.facts.engineCalls), [1, 2, 3]);
  await (await transport.fetch("/v1.51/info")).body?.cancel(); // of no call
  assert.deepEqual(calls.map(({ call }) => [...call.facts.targets]), [[], [], []]);
});

Deno.test("engineCalls() notes the objects that requests change, not those that they read or make", async () => {
  const { step, counted } = engineCalls();
  using transport = counted(new FakeTransport());
  const call = toolCall();
  const requests = [
    ["POST", "/v1.51/containers/web/stop?t=10"],
    ["DELETE", "/v1.51/volumes/data"],
    ["POST", "/images/registry.example%2Fshop%3A1/push?tag=1"],
    ["POST", "/v1.51/networks/net/connect"],
    ["GET", "/v1.51/containers/read/json"],
    ["POST", "/v1.51/containers/create?name=new"],
    ["POST", "/v1.51/images/create?fromImage=nginx"],
    ["POST", "/v1.51/exec/e1/start"],
  ] as const;
  await step(call, async () => {
    for (const [method, path] of requests) {
      await (await transport.fetch(path, { method })).body?.cancel();
    }
    await assert.rejects(transport.hijack("/v1.51/containers/tty/attach"));
    return {};
  });
  const changed = ["web", "data", "registry.example/shop:1", "net", "tty"];
  assert.deepEqual([...call.facts.targets], changed);
  assert.equal(call.facts.engineCalls, requests.length + 1);
});

Deno.test("engineCalls() passes on what a transport is", () => {
  const fake = new FakeTransport();
  const transport = engineCalls().counted(fake);
  assert.equal(transport.endpoint, fake.endpoint);
  transport[Symbol.dispose]();
  assert.equal(fake.disposed, true);
});
