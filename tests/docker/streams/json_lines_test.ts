import assert from "node:assert/strict";
import fc from "../../property.ts";
import { DockerError } from "../../../src/docker/errors.ts";
import { jsonLines } from "../../../src/docker/streams/json_lines.ts";

async function read(chunks: Iterable<Uint8Array>, limit?: number): Promise<unknown[]> {
  async function* source(): AsyncGenerator<Uint8Array> {
    yield* chunks;
  }
  const values: unknown[] = [];
  for await (const value of jsonLines(source(), limit)) values.push(value);
  return values;
}

function* cut(text: string, size: number): Generator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

const values = fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), {
  maxLength: 6,
});

Deno.test("jsonLines() yields the same values however the stream is cut", async () => {
  const ends = fc.constantFrom("\n", "\r\n", "\n\n");
  await fc.assert(
    fc.asyncProperty(values, ends, fc.integer({ min: 1, max: 9 }), fc.boolean(), async (
      sent,
      end,
      size,
      closed,
    ) => {
      const lines = sent.map((value) => JSON.stringify(value)).join(end) + (closed ? end : "");
      const expected = sent.map((value) => JSON.parse(JSON.stringify(value)));
      assert.deepEqual(await read(cut(lines, size)), expected);
    }),
  );
});

Deno.test("jsonLines() puts characters together that are cut between pieces", async () => {
  assert.deepEqual(await read(cut('{"a":"größe 漢 🐳"}\n', 1)), [{ a: "größe 漢 🐳" }]);
});

Deno.test("jsonLines() starts each line afresh after bytes that are not UTF-8", async () => {
  const bytes = new Uint8Array(
    [...'"a'].map((c) => c.charCodeAt(0)).concat([0xe2, 0x82, 0x22, 10]),
  );
  assert.deepEqual(await read([bytes, new TextEncoder().encode('"b"\n')]), ["a\ufffd", "b"]);
});

Deno.test("jsonLines() refuses a line beyond the limit while it arrives", async () => {
  let taken = 0;
  function* endless(): Generator<Uint8Array> {
    for (;;) {
      taken += 10;
      yield new Uint8Array(10).fill(0x20);
    }
  }
  await assert.rejects(
    read(endless(), 100),
    (error) => error instanceof DockerError && error.code === "too_large",
  );
  assert.equal(taken, 110);
  assert.equal((await read(cut("[1]\n".repeat(100), 7), 10)).length, 100);
});

Deno.test("jsonLines() reports a line that is not JSON as incomplete", async () => {
  for (const text of ['{"a":1}\n{"b":', "oops\n", "{} {}\n"]) {
    await assert.rejects(
      read(cut(text, 3)),
      (error) => error instanceof DockerError && error.code === "incomplete",
    );
  }
});

Deno.test("jsonLines() yields nothing of an empty stream", async () => {
  assert.deepEqual(await read([]), []);
  assert.deepEqual(await read(cut("\n \r\n", 1)), []);
});
