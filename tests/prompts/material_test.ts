import assert from "node:assert/strict";
import { DockerError } from "../../src/docker/errors.ts";
import {
  jsonBytes,
  oneLine,
  type Section,
  sectionsText,
  Unseen,
  within,
} from "../../src/prompts/material.ts";
import fc from "../property.ts";

const plain = { redact: (text: string) => text };
const signal = new AbortController().signal;

Deno.test("sectionsText() never exceeds its bytes, and lets nobody forge a title", () => {
  const section = fc.record({
    title: fc.constantFrom("A", "B"),
    lines: fc.array(fc.string({ unit: "binary", maxLength: 600 }), { maxLength: 60 }),
  });
  fc.assert(
    fc.property(
      fc.array(section, { maxLength: 5 }),
      fc.integer({ min: 500, max: 20_000 }),
      (sections, maximumBytes) => {
        const text = sectionsText(sections, { ...plain, maximumBytes });
        assert.ok(jsonBytes(text) <= maximumBytes, `${jsonBytes(text)} > ${maximumBytes}`);
        for (const line of text.split("\n")) assert.match(line, /^(?:$|# [AB]$|- |-$|# ?$)/u);
      },
    ),
  );
});

Deno.test("sectionsText() leaves out empty sections, cuts the longest, and says so", () => {
  const sections: Section[] = [
    { title: "Short", lines: ["one"] },
    { title: "Empty", lines: [] },
    { title: "Long", lines: Array.from({ length: 400 }, (_, index) => `line ${index}`) },
  ];
  const text = sectionsText(sections, { ...plain, maximumBytes: 1000 });
  assert.match(text, /^# Short\n- one\n\n# Long\n- line 0\n/);
  assert.match(text, /- \(\d+ more lines left out\)\n$/);
  assert.ok(!text.includes("Empty"));
});

Deno.test("sectionsText() replaces secrets before it cuts a line or joins lines", () => {
  const redact = (text: string) => text.replace(/BEGIN[^]*END/, "[redacted:key]");
  const line = `${"x ".repeat(150)}BEGIN secret\n${"secret ".repeat(40)}END`;
  assert.equal(
    sectionsText([{ title: "A", lines: [line] }], { redact }),
    `# A\n- ${"x ".repeat(150)}[redacted:key]\n`,
  );
});

Deno.test("oneLine() makes one line of any text", () => {
  assert.equal(oneLine("a\r\n\tb\u2028c\u0085d"), "a b c d");
  assert.ok(oneLine("word ".repeat(500)).length <= 402);
});

Deno.test("Unseen.attempt() notes what the Engine refuses, and passes all else on", async () => {
  const unseen = new Unseen();
  const fail = (error: Error) => Promise.reject(error);
  assert.equal(await unseen.attempt("a", Promise.resolve(1)), 1);
  assert.equal(
    await unseen.attempt("the image", fail(new DockerError("not_found", "no"))),
    undefined,
  );
  assert.equal(
    await unseen.attempt("the log", fail(new DockerError("unsupported", "Cannot read"))),
    undefined,
  );
  assert.deepEqual(unseen.section("always").lines, [
    "the image: gone meanwhile",
    "the log: Cannot read",
    "always",
  ]);
  await assert.rejects(unseen.attempt("a", fail(new TypeError("defect"))), TypeError);
});

Deno.test("within() ends what does not end by itself, and leaves no timer", async () => {
  const endless = (signal: AbortSignal) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const limits = { what: "events", signal };
  await assert.rejects(
    within(1, limits, endless),
    (error) => error instanceof DockerError && error.code === "timeout",
  );
  assert.equal(await within(60_000, limits, () => Promise.resolve(1)), 1);
});
