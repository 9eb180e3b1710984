import assert from "node:assert/strict";
import { z } from "zod";
import { listing } from "../../src/server/listing.ts";
import { defineTool, type Tool } from "../../src/tools/tool.ts";

function tool(change: Partial<Tool> = {}): Tool {
  return defineTool({
    name: "docker_probe",
    title: "Probe",
    safety: "safe",
    description: "Probe. Changes nothing.",
    input: () =>
      z.strictObject({
        names: z.record(z.string(), z.string()).meta({ description: "Names" }),
        depth: z.number().int().min(0).max(9).default(1),
      }),
    output: () => z.object({ seen: z.array(z.object({ id: z.string() })), all: z.unknown() }),
    example: { names: {} },
    run: () => Promise.resolve({ seen: [], all: 1 }),
    ...change,
  });
}

Deno.test("listing() shows a tool as clients read it, without what no model needs", () => {
  assert.deepEqual(listing(tool()), {
    name: "docker_probe",
    title: "Probe",
    description: "Probe. Changes nothing.",
    inputSchema: {
      type: "object",
      properties: {
        names: {
          description: "Names",
          type: "object",
          additionalProperties: { type: "string" },
        },
        depth: { default: 1, type: "integer", minimum: 0, maximum: 9 },
      },
      required: ["names"],
      additionalProperties: false,
    },
    outputSchema: {
      type: "object",
      properties: {
        seen: {
          type: "array",
          items: { type: "object", properties: { id: { type: "string" } }, required: ["id"] },
        },
        all: {},
      },
      required: ["seen", "all"],
    },
    annotations: {
      readOnlyHint: true,
      openWorldHint: false,
    },
  });
});

Deno.test("listing() lets an example of an object stand for the schema of its members", () => {
  const input = () =>
    z.strictObject({
      shown: z.record(z.enum(["a"]), z.string()).meta({ description: 'E.g. {"a": "b"}' }),
      told: z.strictObject({ a: z.string() }).meta({ description: "An a" }),
    });
  const probe = tool({ input, example: { shown: { a: "b" }, told: { a: "b" } } });
  const { properties } = listing(probe).inputSchema as { properties: unknown };
  assert.deepEqual(properties, {
    shown: { description: 'E.g. {"a": "b"}', type: "object", propertyNames: { enum: ["a"] } },
    told: {
      description: "An a",
      type: "object",
      properties: { a: { type: "string" } },
      required: ["a"],
      additionalProperties: false,
    },
  });
  assert.ok(!probe.input().safeParse({ shown: { a: 1 }, told: { a: "b" } }).success);
});

Deno.test("listing() derives the annotations from safety and idempotence", () => {
  const hints = (change: Partial<Tool>) => {
    const { readOnlyHint, destructiveHint, idempotentHint } = listing(tool(change)).annotations ??
      {};
    return [readOnlyHint, destructiveHint, idempotentHint];
  };
  assert.deepEqual(hints({ safety: "safe" }), [true, undefined, undefined]);
  assert.deepEqual(hints({ safety: "moderate" }), [undefined, false, undefined]);
  assert.deepEqual(hints({ safety: "moderate", idempotent: true }), [undefined, false, true]);
  assert.deepEqual(hints({ safety: "destructive" }), [undefined, true, undefined]);
});

Deno.test("listing() makes the schemas of a tool once", () => {
  const probe = tool();
  assert.equal(listing(probe), listing(probe));
});
