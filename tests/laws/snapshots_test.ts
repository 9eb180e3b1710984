import assert from "node:assert/strict";
import { tools } from "../../src/catalog.ts";
import { listing } from "../../src/server/listing.ts";
import { root } from "../e2e/client.ts";

const folder = `${root}tests/snapshots/tools`;
const update = Deno.env.has("UPDATE_SNAPSHOTS");

for (const tool of tools) {
  Deno.test(`${tool.name} is listed on the wire as its snapshot says`, async () => {
    const path = `${folder}/${tool.name}.json`;
    const listed = `${JSON.stringify(listing(tool), null, 2)}\n`;
    if (update) await Deno.writeTextFile(path, listed);
    const snapshot = await Deno.readTextFile(path).catch(() => "");
    const hint =
      `${tool.name} changed on the wire; if that is meant, run UPDATE_SNAPSHOTS=1 deno test -A tests/laws`;
    assert.equal(listed, snapshot, hint);
  });
}

Deno.test("every snapshot belongs to a tool", async () => {
  const names = new Set(tools.map(({ name }) => `${name}.json`));
  const strangers = [];
  for await (const { name } of Deno.readDir(folder)) if (!names.has(name)) strangers.push(name);
  assert.deepEqual(strangers, []);
});
