import assert from "node:assert/strict";
import { z } from "zod";
import { tools } from "../../src/catalog.ts";
import { listing } from "../../src/server/listing.ts";
import { defineTool, type Tool } from "../../src/tools/tool.ts";
import { brokenLaws } from "./catalog.ts";
import { CONTRACT } from "./contract.ts";

/** Bytes of `tools/list` without output schemas, and in all: every conversation pays for them. */
const INPUT_BYTES = 24_000;
const ALL_BYTES = 48_000;

Deno.test("the catalog holds every law of tools", () => {
  assert.deepEqual(brokenLaws(tools), []);
});

for (const [safety, names] of Object.entries(CONTRACT)) {
  Deno.test(`the catalog has the ${names.length} ${safety} tools of the contract`, () => {
    const found = tools.filter((tool) => tool.safety === safety).map(({ name }) => name);
    assert.deepEqual(found.sort(), names);
  });
}

Deno.test("tools/list stays within the context budget", () => {
  const listed = tools.map((tool) => listing(tool) as { outputSchema?: unknown });
  const inputs = listed.map((tool) => ({ ...tool, outputSchema: undefined }));
  const input = JSON.stringify(inputs).length;
  const all = JSON.stringify(listed).length;
  assert.ok(input <= INPUT_BYTES, `input side: ${input} bytes`);
  assert.ok(all <= ALL_BYTES, `in all: ${all} bytes`);
});

const good = {
  name: "docker_look_around",
  title: "Look around",
  safety: "safe",
  description: "Look around. Changes nothing.",
  input: () => z.strictObject({ depth: z.number().min(0).max(9).meta({ description: "How far" }) }),
  output: () => z.object({ seen: z.string() }),
  example: { depth: 3 },
  run: () => Promise.resolve({ seen: "" }),
} satisfies Tool;

const mistakes: readonly [string, Partial<Tool>, RegExp][] = [
  ["a name without the prefix", { name: "look" }, /docker_verb_noun/],
  ["a title that is a sentence", { title: "Look around." }, /full stop/],
  ["a description that is no sentence", { description: "look" }, /sentences/],
  ["a description that is too long", { description: `L${"o".repeat(300)}k.` }, /300 characters/],
  ["a safe tool that does not say so", { description: "Look around." }, /changes nothing/],
  ["a destructive tool without a plan", { safety: "destructive" }, /plan and destructive/],
  [
    "an input that lets anything pass",
    { input: () => z.object({}), example: {} },
    /unknown arguments/,
  ],
  ["an argument without a description", {
    input: () => z.strictObject({ depth: z.boolean() }),
    example: { depth: true },
  }, /depth has no description/],
  ["a number without bounds", {
    input: () => z.strictObject({ depth: z.number().int().meta({ description: "How far" }) }),
  }, /depth is a number without bounds/],
  ["an example that its own schema refuses", { example: { depth: 10 } }, /example is refused/],
  ["an untrusted field that is not there", { untrusted: ["heard"] }, /heard is not in its output/],
  [
    "text of others that is not named untrusted",
    {
      output: () =>
        z.object({ rows: z.array(z.object({ labels: z.record(z.string(), z.string()) })) }),
    },
    /rows\.labels holds text that others wrote/,
  ],
  [
    "an output field the pipeline adds",
    { output: () => z.object({ notice: z.string() }) },
    /notice/,
  ],
];

Deno.test("brokenLaws() accepts a good tool", () => {
  assert.deepEqual(brokenLaws([good]), []);
});

for (const [what, change, expected] of mistakes) {
  Deno.test(`brokenLaws() finds ${what}`, () => {
    assert.match(brokenLaws([{ ...good, ...change } as Tool]).join("\n"), expected);
  });
}

Deno.test("brokenLaws() finds a tool that is in the catalog twice", () => {
  assert.match(brokenLaws([good, good]).join("\n"), /twice/);
});

Deno.test("defineTool() builds each schema once, and not before its first use", () => {
  let built = 0;
  const tool = defineTool({ ...good, output: () => (built++, good.output()) });
  assert.equal(built, 0);
  assert.equal(tool.output(), tool.output());
  assert.equal(built, 1);
});
