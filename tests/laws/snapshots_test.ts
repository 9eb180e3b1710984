import assert from "node:assert/strict";
import { prompts, resources, tools } from "../../src/catalog.ts";
import { listing } from "../../src/server/listing.ts";
import { promptListing } from "../../src/server/prompts.ts";
import { templateListing } from "../../src/server/resources.ts";
import { root } from "../e2e/client.ts";

const update = Deno.env.has("UPDATE_SNAPSHOTS");

/** What is listed on the wire, by its name, and the folder with its snapshots. */
const LISTED = {
  tools: new Map(tools.map((tool) => [tool.name, () => listing(tool)])),
  prompts: new Map(prompts.map((prompt) => [prompt.name, () => promptListing(prompt)])),
  resources: new Map(resources.map((each) => [each.name, () => templateListing(each)])),
};

for (const [kind, listings] of Object.entries(LISTED)) {
  const folder = `${root}tests/snapshots/${kind}`;

  for (const [name, list] of listings) {
    Deno.test(`${name} is listed on the wire as its snapshot says`, async () => {
      const path = `${folder}/${name}.json`;
      const listed = `${JSON.stringify(list(), null, 2)}\n`;
      if (update) await Deno.writeTextFile(path, listed);
      const snapshot = await Deno.readTextFile(path).catch(() => "");
      const hint =
        `${name} changed on the wire; if that is meant, run UPDATE_SNAPSHOTS=1 deno test -A tests/laws`;
      assert.equal(listed, snapshot, hint);
    });
  }

  Deno.test(`every snapshot of ${kind} belongs to one`, async () => {
    const strangers = [];
    for await (const { name } of Deno.readDir(folder)) {
      if (!listings.has(name.replace(/\.json$/, ""))) strangers.push(name);
    }
    assert.deepEqual(strangers, []);
  });
}
