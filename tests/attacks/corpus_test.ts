import assert from "node:assert/strict";
import { root } from "../e2e/client.ts";
import type { Family } from "./attack_case.ts";
import { corpus } from "./corpus.ts";
import { figuresPage } from "./figures.ts";
import { type Outcome, tryAll } from "./runner.ts";

const LEAST_ATTACKS = 600;
const LEAST_CONTROLS = 200;
const PAGE = `${root}docs/security-figures.md`;

let tried: Promise<readonly Outcome[]> | undefined;
/** How every case went; whichever test comes first tries them. */
const outcomes = (): Promise<readonly Outcome[]> => tried ??= tryAll(corpus);

for (const { code, title } of corpus) {
  Deno.test(`${code}: attacks on ${title} are stopped, and their legitimate neighbours pass`, async () => {
    const failures = (await outcomes())
      .filter(({ family, failure }) => family === code && failure !== undefined)
      .map(({ kind, name, failure }) => `${code} ${kind} "${name}": ${failure}`);
    assert.deepEqual(failures, []);
  });
}

Deno.test("the corpus has attacks and legitimate neighbours enough, of every family, and none twice", () => {
  const attacks = corpus.flatMap((family) => family.attacks);
  const controls = corpus.flatMap((family) => family.controls);
  assert.ok(attacks.length >= LEAST_ATTACKS, `${attacks.length} attacks`);
  assert.ok(controls.length >= LEAST_CONTROLS, `${controls.length} legitimate calls`);
  for (const { code, attacks, controls } of corpus) {
    assert.ok(attacks.length > 0 && controls.length > 0, code);
    for (const cases of [attacks, controls]) {
      const names = cases.map(({ name }) => name);
      assert.deepEqual(names.filter((name, index) => names.indexOf(name) !== index), [], code);
      const said = cases.map((tried) => JSON.stringify({ ...tried, name: undefined }, spelled));
      const same = cases.filter((_, index) => said.indexOf(said[index] ?? "") !== index);
      assert.deepEqual(
        same.map(({ name }) => name),
        [],
        `${code} has the same case by another name`,
      );
    }
  }
});

Deno.test("tryAll() tells an attack that succeeds and a legitimate call that is refused by their names", async () => {
  const [sent, refused, leaked, unsent, silent] = await tryAll([BROKEN]);
  assert.match(sent?.failure ?? "", /was sent: POST \/containers\/web\/stop/);
  assert.match(refused?.failure ?? "", /refused for another reason/);
  assert.match(leaked?.failure ?? "", /"one" came out/);
  assert.match(unsent?.failure ?? "", /DELETE.* was not sent/);
  assert.match(silent?.failure ?? "", /was refused/);
});

Deno.test("docs/security-figures.md says how the cases go", async () => {
  const page = figuresPage(corpus, await outcomes());
  if (Deno.env.has("UPDATE_SNAPSHOTS")) await Deno.writeTextFile(PAGE, page);
  const hint =
    "the page is not current; run UPDATE_SNAPSHOTS=1 deno test -A tests/attacks/corpus_test.ts";
  assert.equal(await Deno.readTextFile(PAGE).catch(() => ""), page, hint);
});

/** Cases that go wrong on any server that works. */
const BROKEN: Family = {
  code: "XXX",
  title: "nothing",
  attacks: [
    {
      name: "a stop",
      call: { tool: "docker_stop_container", input: { container_id: "web" } },
      stopped: { refused: /./ },
    },
    {
      name: "a refusal of something else",
      call: { tool: "docker_stop_container", input: { container_id: "a/b" } },
      stopped: { refused: /privileged/ },
    },
    {
      name: "a log",
      call: { tool: "docker_container_logs", input: { container_id: "web" } },
      stopped: { absent: ["one"] },
    },
  ],
  controls: [
    {
      name: "a stop that deletes",
      call: { tool: "docker_stop_container", input: { container_id: "web" } },
      passed: { sends: [/^DELETE /] },
    },
    {
      name: "a stop of nothing",
      call: { tool: "docker_stop_container", input: { container_id: "a/b" } },
      passed: {},
    },
  ],
};

/** Functions are taken to differ, because what they hold on to cannot be seen. */
function spelled(_key: string, value: unknown): unknown {
  if (typeof value === "function") return crypto.randomUUID();
  return value instanceof RegExp ? String(value) : value;
}
