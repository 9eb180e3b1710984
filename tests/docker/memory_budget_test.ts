import assert from "node:assert/strict";
import { createDocker } from "../../src/docker/client.ts";
import { MemoryBudget } from "../../src/docker/memory_budget.ts";
import type { Transport } from "../../src/docker/transport/transport.ts";

const MEBIBYTE = 1024 * 1024;

Deno.test("MemoryBudget refuses a large answer beyond 64 MiB in all, and takes it when others have ended", () => {
  const budget = new MemoryBudget();
  const accounts = Array.from({ length: 4 }, () => budget.open("list images"));
  for (const account of accounts) account.hold(16 * MEBIBYTE);
  assert.equal(budget.held, 64 * MEBIBYTE);
  using late = budget.open("list containers");
  assert.throws(() => late.hold(2 * MEBIBYTE), {
    code: "too_large",
    message:
      "Cannot list containers: other large answers are being read, which may take 64 MiB together",
    remedy: /Call again when they have ended/,
  });
  accounts[0]?.[Symbol.dispose]();
  late.hold(2 * MEBIBYTE);
  assert.equal(budget.held, 50 * MEBIBYTE);
});

Deno.test("MemoryBudget lets small answers pass whatever is held, and counts an answer that grows once", () => {
  const budget = new MemoryBudget();
  {
    using large = budget.open("list images");
    for (let bytes = MEBIBYTE; bytes <= 64 * MEBIBYTE; bytes += MEBIBYTE) large.hold(bytes);
    assert.equal(budget.held, 64 * MEBIBYTE);
    using small = budget.open("inspect container");
    small.hold(MEBIBYTE);
  }
  assert.equal(budget.held, 0);
});

/** An Engine whose lists grow as far as it is let. */
class GrowingLists implements Transport {
  readonly endpoint = "test";
  readonly bodies: ReadableStreamDefaultController<Uint8Array>[] = [];

  fetch(): Promise<Response> {
    const body = new ReadableStream<Uint8Array>({ start: (body) => void this.bodies.push(body) });
    return Promise.resolve(new Response(body));
  }

  hijack(): Promise<never> {
    return Promise.reject(new Error("not scripted"));
  }

  [Symbol.dispose](): void {}
}

Deno.test("createDocker() holds at most 64 MiB of lists at a time, and reads on when one has failed", async () => {
  const engine = new GrowingLists();
  using docker = createDocker(engine, { apiVersion: "1.45" });
  for (const round of ["first", "after those have ended"]) {
    engine.bodies.length = 0;
    const lists = Array.from(
      { length: 5 },
      () => docker.images.list().then(({ length }) => length, ({ code }) => code),
    );
    await new Promise((resolve) => setTimeout(resolve, 1)); // all are asked
    const blanks = new Uint8Array(13 * MEBIBYTE).fill(32);
    for (const body of engine.bodies) body.enqueue(blanks);
    await Promise.race(lists); // the one that was too much has failed
    for (const body of engine.bodies.slice(0, 4)) {
      body.enqueue(new TextEncoder().encode("[]"));
      body.close();
    }
    assert.deepEqual(await Promise.all(lists), [0, 0, 0, 0, "too_large"], round);
  }
});
