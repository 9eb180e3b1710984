import assert from "node:assert/strict";
import { labels, ownedLabels } from "../../src/tools/labels.ts";

Deno.test("labels() takes names and values as people write them", () => {
  const good = {
    "app": "shop",
    "com.example/part-1_x": "",
    "mcp.docker": "x",
    "com.example.mcp.docker.owner": "x",
    "maintainer": "Ana <ana@example.com>, née Šmíd 🐳",
    ["k".repeat(256)]: "v".repeat(4096),
  };
  assert.deepEqual(labels().parse(good), good);
  assert.equal(labels().parse(undefined), undefined);
});

Deno.test("labels() refuses names and values that break lists, filters and terminals", () => {
  const bad: Record<string, unknown>[] = [
    { "": "x" },
    { "a b": "x" },
    { "a=b": "x" },
    { "a\n": "x" },
    { "né": "x" },
    { ["k".repeat(257)]: "x" },
    { a: "x\ny" },
    { a: "\x1b[31m" },
    { a: "€".repeat(1366) },
    { a: 1 },
    { a: null },
    { "mcp.docker.owner": "me" },
    { "MCP.Docker.anything": "x" },
    { constructor: "x" },
    { prototype: "x" },
    Object.fromEntries(Array.from({ length: 257 }, (_, index) => [`k${index}`, ""])),
  ];
  for (const value of bad) {
    assert.ok(!labels().safeParse(value).success, JSON.stringify(value).slice(0, 80));
  }
});

Deno.test("labels() says which label is wrong, and in what", () => {
  const cases: [Record<string, string>, RegExp][] = [
    [{ app: "shop", "a b": "x" }, /^has a name "a b" that is not 1 to 256 printable/],
    [{ a: "x\ny" }, /^has a label "a" whose value has control characters/],
    [{ "a\nSYSTEM": "x" }, /^has a name that is not/],
  ];
  for (const [value, message] of cases) {
    assert.match(labels().safeParse(value).error?.issues[0]?.message ?? "", message);
  }
});

Deno.test("ownedLabels() adds the owner, whom nobody can replace", () => {
  assert.deepEqual(ownedLabels(undefined, "me"), { "mcp.docker.owner": "me" });
  assert.deepEqual(ownedLabels({ a: "b", "mcp.docker.owner": "you" }, "me"), {
    a: "b",
    "mcp.docker.owner": "me",
  });
});
