import assert from "node:assert/strict";
import { lazyTransport } from "../../../src/docker/transport/lazy.ts";
import type { Transport } from "../../../src/docker/transport/transport.ts";

function fake(): Transport & { disposed: number } {
  return {
    endpoint: "unix:///fake",
    disposed: 0,
    fetch: () => Promise.resolve(new Response("ok")),
    hijack: () => Promise.reject(new Error("not scripted")),
    [Symbol.dispose]() {
      this.disposed++;
    },
  };
}

Deno.test("lazyTransport() opens with the first request, once for concurrent ones", async () => {
  let opened = 0;
  const inner = fake();
  const transport = lazyTransport(() => {
    opened++;
    return Promise.resolve(inner);
  });
  assert.equal(opened, 0);
  assert.match(transport.endpoint, /not contacted/);
  await Promise.all([transport.fetch("/a"), transport.fetch("/b"), transport.fetch("/c")]);
  await transport.fetch("/d");
  assert.equal(opened, 1);
  assert.equal(transport.endpoint, "unix:///fake");
  transport[Symbol.dispose]();
  assert.equal(inner.disposed, 1);
});

Deno.test("lazyTransport() tries again after an opening that failed", async () => {
  let opened = 0;
  using transport = lazyTransport(() =>
    ++opened === 1 ? Promise.reject(new Error("not yet")) : Promise.resolve(fake())
  );
  await assert.rejects(Promise.all([transport.fetch("/a"), transport.fetch("/b")]), {
    message: "not yet",
  });
  assert.equal((await transport.fetch("/c")).status, 200);
  assert.equal(opened, 2);
});

Deno.test("lazyTransport() lets one caller leave without harm to the others", async () => {
  const opening = Promise.withResolvers<Transport>();
  using transport = lazyTransport(() => opening.promise);
  const controller = new AbortController();
  const leaving = assert.rejects(transport.fetch("/a", { signal: controller.signal }), {
    message: "bye",
  });
  const staying = transport.fetch("/b");
  controller.abort(new Error("bye"));
  await leaving;
  opening.resolve(fake());
  assert.equal((await staying).status, 200);
});

Deno.test("lazyTransport() disposes what it opens after it was disposed itself", async () => {
  const opening = Promise.withResolvers<Transport>();
  const inner = fake();
  const transport = lazyTransport(() => opening.promise);
  const pending = transport.fetch("/a");
  transport[Symbol.dispose]();
  opening.resolve(inner);
  await pending;
  assert.equal(inner.disposed, 1);
});
