import assert from "node:assert/strict";
import fc from "../property.ts";
import { redactText } from "../../src/safety/redact.ts";
import { sanitizeText } from "../../src/safety/untrusted.ts";
import { BoundedOutput, type OutputText } from "../../src/tools/bounded_output.ts";

interface Read extends OutputText {
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
  return { ...output.text(), bytes: output.bytes };
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
    text.replaceAll("\ufeff", "") // a mark that decoders drop
  );
  fc.assert(
    fc.property(text, lengths, limits, (text, lengths, [head, tail]) => {
      const bytes = encode(text);
      const kept = read(bytes, lengths, [head, tail]);
      const least = Math.max(0, bytes.length - head - tail);
      assert.equal(kept.bytes, bytes.length);
      if (least === 0) return assert.deepEqual([kept.text, kept.lostBytes], [text, 0]);
      const gap = `\n[... ${kept.lostBytes} bytes left out ...]\n`;
      const [before, after] = head === 0 ? ["", kept.text] : kept.text.split(gap);
      assert.ok(text.startsWith(before ?? "?"), kept.text);
      assert.ok(text.endsWith(after ?? "?"), kept.text);
      const shown = encode(before ?? "").length + encode(after ?? "").length;
      assert.equal(kept.lostBytes, bytes.length - shown);
      assert.ok(kept.lostBytes >= least, `${kept.lostBytes} of ${bytes.length} bytes`);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("BoundedOutput never splits characters at its cuts", () => {
  for (const limit of [5000, 5001, 5002, 5003]) {
    const kept = read(encode("🐳".repeat(4000)), [7, 13, 1], [limit, limit]);
    assert.match(
      kept.text,
      /^(?:🐳){624,626}\n\[\.\.\. \d+ bytes left out \.\.\.\]\n(?:🐳){624,626}$/u,
    );
  }
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

Deno.test("BoundedOutput shows whole lines around a gap, else whole values, else whole words", () => {
  const row = `"n": "12345", `.repeat(40);
  const cases = [
    ["one\ntwo\nthree\nfour\nfive\nsix\n", [10, 12], "one\ntwo\n", "five\nsix\n"],
    ["one\ntwo\nthree:\n  four\n\tfive\nsix\n", [8, 22], "one\ntwo\n", "six\n"],
    [
      `{"a": "12345", ${row}"z": "12345"}`,
      [19, 150],
      `{"a": "12345",`,
      ` "z": "12345"}`,
    ],
    [`alpha beta ${"gamma delta ".repeat(40)}epsilon`, [14, 140], "alpha beta ", "epsilon"],
    ["alpha beta gamma delta epsilon", [14, 12], "alpha beta ", ""],
  ] as const;
  for (const [text, limits, before, after] of cases) {
    const kept = read(encode(text), [], [...limits]);
    const lost = text.length - before.length - after.length;
    assert.equal(kept.text, `${before}\n[... ${lost} bytes left out ...]\n${after}`);
  }
});

Deno.test("BoundedOutput shows no half of a secret, wherever the gap begins and ends", () => {
  const secret = "hunter2secretvalue";
  const filler = "plain words of a line that is nothing special\n".repeat(3);
  const whole = encode(`${filler}DB_PASSWORD=${secret}\n${filler}`);
  for (let limit = 60; limit < whole.length; limit++) {
    for (const limits of [[0, limit], [limit, 60], [60, limit]] as [number, number][]) {
      const shown = redactText(read(whole, [], limits).text);
      for (let at = 0; at + 4 <= secret.length; at++) {
        assert.ok(!shown.includes(secret.slice(at, at + 4)), `${limits}: ${shown}`);
      }
    }
  }
});

Deno.test("BoundedOutput shows no half of a secret in endless lines, whatever announces it", () => {
  const secret = "hunter2secretvalue";
  const words = "plain words of a line that is nothing special and never ends ".repeat(5);
  const values = `"name": "web", "image": "nginx:1.27", "state": "running", `.repeat(5);
  const forms = [
    [words, `mysql --password ${secret} --host db `],
    [words, `the password is ${secret} and so on `],
    [words, `curl -u bob:${secret} https://x `],
    [words, `Authorization: Bearer ${secret} `],
    [words, `export DB_PASSWORD="${secret}" `],
    [values, `"password": "${secret}", `],
    [values, `"Cmd": ["--password", "${secret}"], `],
    [values, `"password": "a, b, ${secret}, c", `],
  ] as const;
  for (const [filler, form] of forms) {
    for (const end of ["", "\n"]) {
      const whole = encode(filler + form + filler + end);
      for (let cut = filler.length - 10; cut < filler.length + form.length + 10; cut++) {
        const shown = [[0, whole.length - cut], [cut, 60], [60, whole.length - cut]].map((limits) =>
          redactText(read(whole, [], limits as [number, number]).text)
        ).join("\n\n");
        for (let at = 0; at + 4 <= secret.length; at++) {
          assert.ok(!shown.includes(secret.slice(at, at + 4)), `${form} at ${cut}: ${shown}`);
        }
      }
    }
  }
});

Deno.test("BoundedOutput shows the end of one endless line", () => {
  const whole = `{${`"name": "web", "state": "running", `.repeat(2000)}"last": 1}\n`;
  const { text } = read(encode(whole), [], [10_000, 30_000]);
  assert.ok(text.length > 39_000, `${text.length} characters`);
  assert.ok(text.endsWith('"last": 1}\n'));
});

Deno.test("BoundedOutput keeps secrets readable for redaction among bytes that are no UTF-8", () => {
  const secret = "DB_PASSWORD=hunter2secret\n";
  const utf16 = new Uint8Array([...secret].flatMap((letter) => [letter.charCodeAt(0), 0]));
  const binary = new Uint8Array(2000).map((_, index) => index % 256);
  for (
    const bytes of [encode(`start\0\n${secret}`), utf16, joined(binary, encode(`\n${secret}`))]
  ) {
    const shown = redactText(sanitizeText(read(bytes, [], [0, 9000]).text));
    assert.match(shown, /DB_PASSWORD=\[redacted/);
    assert.doesNotMatch(shown, /hunter2/);
  }
  const latin1 = read(new Uint8Array([0x64, 0xe9, 0x6a, 0xe0, 0x20, 0x76, 0x75, 0x0a]), [], [
    0,
    99,
  ]);
  assert.deepEqual([latin1.text, latin1.lostBytes], ["d\ufffdj\ufffd vu\n", 0]);
});

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  return new Uint8Array([...first, ...second]);
}

Deno.test("BoundedOutput answers the same text twice, and nothing for nothing", () => {
  const output = new BoundedOutput({ headBytes: 5, tailBytes: 5 });
  assert.deepEqual(output.text(), { text: "", lostBytes: 0 });
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
  const { lostBytes } = output.text();
  assert.ok(lostBytes >= 255 * 1024 * 1024 && lostBytes < 255 * 1024 * 1024 + 200, `${lostBytes}`);
});
