import assert from "node:assert/strict";
import { prompts, resources, tools } from "../../src/catalog.ts";
import { generatedFiles } from "../../src/docs/files.ts";
import { listing } from "../../src/server/listing.ts";
import { promptListing } from "../../src/server/prompts.ts";
import { templateListing } from "../../src/server/resources.ts";
import { root } from "../e2e/client.ts";

const readTextFile = (path: string): Promise<string> => Deno.readTextFile(root + path);
const sources = {
  tools,
  list: listing,
  prompts,
  listPrompt: promptListing,
  resources,
  listTemplate: templateListing,
  readTextFile,
};
const files = await generatedFiles(sources);

for (const [path, text] of files) {
  Deno.test(`${path} says what the definitions say`, async () => {
    assert.equal(await readTextFile(path), text, `${path} is not current; run deno task docs`);
  });
}

Deno.test("generatedFiles() refuses a README that lost the marks of its table", async () => {
  const without = () => Promise.resolve("# mcp-docker\n");
  await assert.rejects(generatedFiles({ ...sources, readTextFile: without }), /marks/);
});

Deno.test("generatedFiles() changes when a definition changes", async () => {
  const [first, ...rest] = tools;
  assert.ok(first);
  const changed = [{ ...first, title: "Another title" }, ...rest];
  const others = await generatedFiles({ ...sources, tools: changed });
  assert.notEqual(others.get("README.md"), files.get("README.md"));
  assert.notEqual(others.get("docs/manifest.json"), files.get("docs/manifest.json"));
  const [prompt] = prompts;
  assert.ok(prompt);
  const renamed = [{ ...prompt, description: "Another one" }];
  const third = await generatedFiles({ ...sources, prompts: renamed });
  assert.notEqual(third.get("docs/prompts.md"), files.get("docs/prompts.md"));
});
