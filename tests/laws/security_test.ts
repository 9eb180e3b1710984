import assert from "node:assert/strict";
import { corpus } from "../attacks/corpus.ts";
import { root } from "../e2e/client.ts";

/** Sections of which every claim must be held by something. */
const HELD = ["What is guaranteed"];
const FAMILIES = new Set(corpus.map(({ code }) => code));

const page = await Deno.readTextFile(`${root}SECURITY.md`);

Deno.test("every family that SECURITY.md names is one of the corpus, and every family is named", () => {
  const named = new Set(page.match(/(?<=[(, ])[A-Z]{2,3}(?=[,;)])/g));
  assert.deepEqual([...named].filter((code) => !FAMILIES.has(code)), []);
  assert.deepEqual([...FAMILIES].filter((code) => !named.has(code)), []);
});

Deno.test("every test that SECURITY.md names exists, by its file and its name", async () => {
  const pointers = [...page.matchAll(/`(tests\/[\w/]+)(_test\.ts)?\/?`(?::\s+"([^"]+)")?/g)];
  assert.ok(pointers.length > 10, `${pointers.length} pointers`);
  for (const [, path = "", ending = "", name] of pointers) {
    const { isFile, isDirectory } = await Deno.stat(root + path + ending);
    assert.equal(isFile || isDirectory, true, path);
    if (name === undefined) continue;
    const source = await Deno.readTextFile(root + path + ending);
    assert.ok(
      source.includes(`"${name.replaceAll(/\s+/g, " ")}"`),
      `${path}${ending}: no test "${name}"`,
    );
  }
});

Deno.test("every guarantee in SECURITY.md says what holds it", () => {
  for (const title of HELD) {
    const section = page.split(`\n## ${title}\n`)[1]?.split("\n## ")[0] ?? "";
    const claims = section.split("\n- ").slice(1);
    assert.ok(claims.length > 5, title);
    for (const claim of claims) {
      assert.match(claim.trim(), /\((?:[A-Z]{2,3}|`tests\/)[^()]*(?:\(\)[^()]*)*\)$/, claim);
    }
  }
});
