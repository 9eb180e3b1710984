import assert from "node:assert/strict";
import { z } from "zod";
import { settingEntries } from "../../src/config/settings.ts";
import { configurationPage } from "../../src/docs/configuration_page.ts";
import { generatedFiles } from "../../src/docs/files.ts";
import { helpText } from "../../src/docs/help.ts";
import { table } from "../../src/docs/markdown.ts";
import { promptsPage } from "../../src/docs/prompts_page.ts";
import { toolsPage } from "../../src/docs/tools_page.ts";
import { defineTool, type Tool } from "../../src/tools/tool.ts";

const probe: Tool = defineTool({
  name: "docker_probe",
  title: "Probe",
  safety: "moderate",
  description: "Probe a thing. It changes.",
  idempotent: true,
  input: () =>
    z.strictObject({
      thing: z.string().meta({ description: "What | which" }),
      depth: z.number().int().min(0).max(9).default(1).meta({ description: "How far" }),
      ways: z.array(z.enum(["a", "b"])).optional().meta({ description: "Ways" }),
      size: z.union([z.literal("all"), z.number().min(1).max(5)]).optional(),
    }),
  output: () => z.object({ seen: z.string(), count: z.number().optional() }),
  example: { thing: "x" },
  run: () => Promise.resolve({ seen: "" }),
});

Deno.test("table() writes one row a line, whatever the cells hold", () => {
  assert.equal(
    table(["A", "B"], [["x|y", "two\nlines"], ["", "`z`"]]),
    "| A | B |\n| --- | --- |\n| x\\|y | two lines |\n|  | `z` |\n",
  );
});

Deno.test("toolsPage() says of each tool what it takes, what it answers and how safe it is", () => {
  const page = toolsPage([probe]);
  const expected = [
    "| [docker_probe](#docker_probe) | moderate | Probe a thing |",
    "## docker_probe\n\nProbe a thing. It changes.",
    "Safety: moderate. Calling it twice changes nothing more.",
    "| `thing` | string | required | What \\| which |",
    "| `depth` | integer 0–9 | `1` | How far |",
    '| `ways` | list of "a" or "b" |  | Ways |',
    '| `size` | "all" or number 1–5 |  |  |',
    "Answers: `seen`, `count`.",
    'Example: `{"thing":"x"}`',
  ];
  for (const text of expected) assert.ok(page.includes(text), `${text} is not in\n${page}`);
});

Deno.test("toolsPage() says so of a tool without arguments", () => {
  const page = toolsPage([{ ...probe, input: () => z.strictObject({}), example: {} }]);
  assert.match(page, /No arguments\./);
});

Deno.test("promptsPage() says of each prompt what it takes", () => {
  const page = promptsPage([{
    name: "look_around",
    description: "Look around.",
    arguments: [{ name: "depth", description: "How | far", required: true }, { name: "way" }],
  }]);
  const expected = [
    "## look_around\n\nLook around.",
    "| `depth` | required | How \\| far |",
    "| `way` |  |  |",
  ];
  for (const text of expected) assert.ok(page.includes(text), `${text} is not in\n${page}`);
});

Deno.test("configurationPage() has every variable, its default and what is not in force", () => {
  const page = configurationPage();
  for (const [, { env, effect }] of settingEntries) {
    const row = page.split("\n").find((line) => line.startsWith(`| \`${env}\``));
    assert.ok(row, env);
    assert.equal(row.includes("(not in force yet: "), effect === "later", row);
  }
});

Deno.test("helpText() has every variable in force and no other", () => {
  const help = helpText("1.2.3");
  for (const [, { env, effect }] of settingEntries) {
    assert.equal(new RegExp(`^  ${env} `, "m").test(help), effect === "now", env);
  }
});

Deno.test("generatedFiles() replaces the README's table and nothing else", async () => {
  const readme =
    "# Title\n<!-- tools: written by `deno task docs` -->\nold\n<!-- end of tools -->\nEnd\n";
  const sources = {
    tools: [probe],
    list: ({ name }: { name: string }) => ({ name }),
    prompts: [],
    listPrompt: ({ name }: { name: string }) => ({ name }),
    resources: [],
    listTemplate: ({ uriTemplate }: { uriTemplate: string }) => ({ uriTemplate }),
    readTextFile: () => Promise.resolve(readme),
  };
  const files = await generatedFiles(sources);
  assert.equal(
    files.get("README.md"),
    "# Title\n<!-- tools: written by `deno task docs` -->\n" +
      "| Tool | Safety | What it does |\n| --- | --- | --- |\n| `docker_probe` | moderate | Probe |\n" +
      "<!-- end of tools -->\nEnd\n",
  );
  assert.deepEqual(JSON.parse(files.get("docs/manifest.json") ?? ""), {
    tools: [{ name: "docker_probe", safety: "moderate" }],
    prompts: [],
    resourceTemplates: [],
  });
});
