import assert from "node:assert/strict";
import { createDocker } from "../../src/docker/client.ts";
import type { Transport } from "../../src/docker/transport/transport.ts";

/** A transport whose bodies are streams that know nothing of the signal, as a fetch's sometimes do not. */
function transportOf(body: ReadableStream<Uint8Array>): Transport {
  return {
    endpoint: "test",
    fetch: () => Promise.resolve(new Response(body)),
    hijack: () => Promise.reject(new Error("not scripted")),
    [Symbol.dispose]() {},
  };
}

Deno.test("BodyReader ends with the signal, also where the body does not", async () => {
  for (const type of [undefined, "bytes"] as const) {
    let cancelled = false;
    const source = { cancel: () => void (cancelled = true) };
    const body = type === "bytes"
      ? new ReadableStream({ ...source, type })
      : new ReadableStream<Uint8Array>(source);
    using docker = createDocker(transportOf(body), { apiVersion: "1.45" });
    const controller = new AbortController();
    const reason = new Error("enough");
    const call = assert.rejects(docker.system.info({ signal: controller.signal }), reason);
    await new Promise((resolve) => setTimeout(resolve, 1)); // the read is under way
    controller.abort(reason);
    await call;
    assert.equal(cancelled, true);
  }
});

Deno.test("BodyReader reads streams that are no byte streams", async () => {
  const pieces = ['{"Name":"gr', 'öße"}'].map((text) => new TextEncoder().encode(text));
  const body = ReadableStream.from(pieces);
  using docker = createDocker(transportOf(body), { apiVersion: "1.45" });
  assert.equal((await docker.system.info()).Name, "größe");
});
