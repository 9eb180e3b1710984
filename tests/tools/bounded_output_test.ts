import assert from "node:assert/strict";
import fc from "../property.ts";
import { BoundedOutput, type OutputText } from "../../src/tools/bounded_output.ts";

interface Read extends OutputText {
  readonly lostBytes: number;
  readonly bytes: number;
}

/** Feeds `bytes` in pieces of the given lengths, the rest at once, through one reused buffer. */
function read(bytes: Uint8Array, lengths: readonly number[], [head, tail]: [number, number]): Read {
  const output = new BoundedOutput({ headBytes: head, tailBytes: tail });
  const buffer = new Uint8Array(bytes.length);
  let at = 0;
  for (const length of [...lengths, bytes.length]) {
    const piece = buffer.subarray(0, Math.min(length, bytes.length - at));
    piece.set(bytes.subarray(at, at + piece.length));
    output.add({ stream: "stdout", data: piece });
    piece.fill(0xff); // a piece is only valid until the next one
    at += piece.length;
  }
  return { ...output.text(), lostBytes: output.lostBytes, bytes: output.bytes };
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const limits = fc.tuple(fc.nat(20), fc.nat(40));
const lengths = fc.array(fc.nat(9), { maxLength: 30 });

Deno.test("BoundedOutput keeps the same head and tail however any bytes are cut into pieces", () => {
  const bytes = fc.uint8Array({ maxLength: 120 });
  fc.assert(
    fc.property(bytes, lengths, limits, (bytes, lengths, limits) => {
      assert.deepEqual(read(bytes, lengths, limits), read(bytes, [], limits));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("BoundedOutput keeps short output whole, and says how much of a long one it lost", () => {
  const text = fc.string({ unit: "grapheme-composite", maxLength: 60 }).map((text) =>
    text.replaceAll(/[\0\ufffd\ufeff]/g, "") // what makes it binary, and a mark that decoders drop
  );
  fc.assert(
    fc.property(text, lengths, limits, (text, lengths, [head, tail]) => {
      const bytes = encode(text);
      const kept = read(bytes, lengths, [head, tail]);
      const lost = Math.max(0, bytes.length - head - tail);
      assert.equal(kept.lostBytes, lost);
      assert.equal(kept.bytes, bytes.length);
      if (lost === 0) return assert.equal(kept.text, text);
      const gap = `\n[... ${lost} bytes left out ...]\n`;
      const [before, after] = head === 0 ? ["", kept.text] : kept.text.split(gap);
      assert.ok(text.startsWith(before ?? "?"), kept.text);
      assert.ok(text.endsWith(after ?? "?"), kept.text);
      // Nothing is lost but what the limits say and characters torn by the cut.
      const shown = encode(before ?? "").length + encode(after ?? "").length;
      assert.ok(bytes.length - lost - shown <= 6, `${shown} of ${bytes.length} bytes`);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("BoundedOutput never splits characters at its cuts", () => {
  const kept = read(encode("🐳".repeat(100)), [7, 13, 1], [10, 10]);
  assert.equal(kept.text, "🐳🐳\n[... 380 bytes left out ...]\n🐳🐳");
});

Deno.test("BoundedOutput puts a character together whose bytes come around the other stream's", () => {
  const output = new BoundedOutput({ headBytes: 0, tailBytes: 100 });
  const [first = 0, ...rest] = encode("€");
  output.add({ stream: "stdout", data: new Uint8Array([first]) });
  output.add({ stream: "stderr", data: encode("E") });
  output.add({ stream: "stdout", data: new Uint8Array(rest) });
  assert.equal(output.text().text, "E€");
});

Deno.test("BoundedOutput shows half a character at the very end as one replacement", () => {
  const whole = encode("plenty of good text, then half a character: €");
  const kept = read(whole.subarray(0, -1), [], [0, 100]);
  assert.equal(kept.text, "plenty of good text, then half a character: \ufffd");
});

Deno.test("BoundedOutput shows a binary as base64 of its first 4 KiB", () => {
  const bytes = new Uint8Array(10_000).map((_, index) => index % 256);
  const kept = read(bytes, [1000], [3000, 9000]);
  assert.equal(kept.encoding, "base64");
  assert.deepEqual(Uint8Array.fromBase64(kept.text), bytes.subarray(0, 4096));
});

Deno.test("BoundedOutput takes text with a few bad bytes for text, and with many for binary", () => {
  const bad = (count: number) =>
    new Uint8Array([...encode("x".repeat(100)), ...Array.from({ length: count }, () => 0xff)]);
  assert.equal(read(bad(10), [], [0, 1000]).encoding, undefined);
  assert.equal(read(bad(40), [], [0, 1000]).encoding, "base64");
});

Deno.test("BoundedOutput answers the same text twice, and nothing for nothing", () => {
  const output = new BoundedOutput({ headBytes: 5, tailBytes: 5 });
  assert.deepEqual(output.text(), { text: "" });
  output.add({ stream: "stderr", data: encode("0123456789abc€").subarray(0, -1) });
  assert.deepEqual(output.text(), output.text());
});

Deno.test("BoundedOutput holds constant memory on endless output", () => {
  const output = new BoundedOutput({ headBytes: 256 * 1024, tailBytes: 768 * 1024 });
  const piece = encode("a line of sixty-three characters, which is what lines are like..\n");
  const block = new Uint8Array(1024 * 1024).map((_, index) => piece[index % piece.length] ?? 0);
  const before = Deno.memoryUsage();
  for (let count = 0; count < 256; count++) output.add({ stream: "stdout", data: block });
  const after = Deno.memoryUsage();
  const grown = after.external + after.heapUsed - before.external - before.heapUsed;
  assert.ok(grown < 64 * 1024 * 1024, `${grown} bytes more after 256 MiB`);
  assert.equal(output.lostBytes, 255 * 1024 * 1024);
});
