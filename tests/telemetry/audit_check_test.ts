import assert from "node:assert/strict";
import { AuditCheck, type AuditFindings } from "../../src/telemetry/audit_check.ts";
import {
  asciiJson,
  type AuditFields,
  CHAIN_START,
  type ChainHead,
  linked,
  readAuditLine,
  tornHash,
} from "../../src/telemetry/audit_chain.ts";
import fc from "../property.ts";
import { loadSha256, sha256 } from "../../src/telemetry/sha256.ts";

await loadSha256();

/** Lines of a chain, each with its line end. */
function chain(records: readonly AuditFields[], start: ChainHead = CHAIN_START): string[] {
  let head = start;
  return records.map((fields) => {
    const next = linked(head, fields);
    head = next.head;
    return next.line;
  });
}

const OPENING = { kind: "admin", name: "log_opened" };
const ROTATION = { kind: "admin", name: "log_rotated" };

/** A sound log of `count` lines. */
function log(count: number): string[] {
  const calls = Array.from({ length: count - 1 }, (_, index) => ({
    kind: "tool",
    name: "docker_version",
    args: `{"n":${index}}`,
  }));
  return chain([OPENING, ...calls]);
}

function check(texts: readonly string[], expected?: string): AuditFindings {
  const check = new AuditCheck(expected);
  for (const [index, text] of texts.entries()) check.file(`f${index}`, text);
  return check.findings();
}

function problemsOf(lines: readonly string[]): readonly string[] {
  return check([lines.join("")]).problems;
}

Deno.test("AuditCheck finds nothing wrong with a chain as it was written, and tells its last record", () => {
  const lines = log(4);
  const { problems, notes, records, first, head } = check([lines.join("")]);
  assert.deepEqual([problems, notes, records, first], [[], [], 4, 1]);
  const { seq, hash } = readAuditLine(lines[3]?.trimEnd() ?? "") ?? {};
  assert.deepEqual(head, { seq, hash });
  assert.equal(seq, 4);
});

Deno.test("linked() makes a hash that anybody can make again: of the line without its hash", () => {
  const [line = ""] = log(1);
  const { hash } = JSON.parse(line);
  assert.equal(sha256(line.trimEnd().replace(/,"hash":"[0-9a-f]{64}"\}$/, "}")), hash);
});

Deno.test("linked() writes printable ASCII on one line, whatever a record holds", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const { line } = linked(CHAIN_START, { kind: "tool", name: text });
    assert.match(line, /^[ -~]+\n$/);
    assert.equal(JSON.parse(line).name, text);
    assert.deepEqual(problemsOf(chain([{ ...OPENING, reason: text }])), []);
  }));
});

Deno.test("asciiJson() escapes what some readers take for a line end", () => {
  assert.equal(asciiJson("a\u2028\u0085\u{1f600}"), '"a\\u2028\\u0085\\ud83d\\ude00"');
});

Deno.test("AuditCheck tells which line was changed, dropped, doubled, moved or added, and only that", () => {
  const lines = log(5);
  const [one = "", two = "", three = "", four = "", five = ""] = lines;
  const cases: readonly (readonly [name: string, lines: readonly string[], problem: RegExp])[] = [
    ["changed", [one, two.replace("version", "events_"), three, four, five], /^f0:2 was changed/],
    ["dropped", [one, two, four, five], /^f0:3 is number 4 where 3 belongs/],
    ["doubled", [one, two, two, three, four, five], /^f0:3 is number 2 where 3 belongs/],
    ["moved", [one, three, two, four, five], /^f0:2 is number 3 where 2 belongs/],
    ["text added", [one, two, "hello\n", three, four, five], /^f0:3 is no record/],
    ["an empty line added", [one, "\n", two, three, four, five], /^f0:2 is no record/],
    ["the first dropped", [two, three, four, five], /^f0:1 is number 2: records before it/],
    ["the last cut", [one, two, three, four, five.slice(0, 90)], /^f0:5 is no whole record/],
    ["the last line end cut", [one, two, three, four, five.trimEnd()], /^f0:5 breaks off/],
  ];
  for (const [name, edited, problem] of cases) {
    const found = problemsOf(edited);
    assert.match(found[0] ?? "(nothing)", problem, name);
    if (name === "changed" || name === "text added") assert.equal(found.length, 1, name);
  }
});

Deno.test("AuditCheck finds a record that was made again after it was changed", () => {
  const lines = log(5);
  const head = readAuditLine(lines[1]?.trimEnd() ?? "");
  assert.ok(head);
  const forged = linked(head, { kind: "tool", name: "docker_events", args: "{}" }).line;
  assert.match(problemsOf(lines.with(2, forged))[0] ?? "", /^f0:4 follows another record/);
});

Deno.test("AuditCheck finds any single edit of a log", () => {
  const lines = log(6);
  const text = lines.join("");
  const place = fc.nat(text.length - 1);
  const line = fc.nat(lines.length - 2); // what is gone from the end was never there, for the chain
  const edits = fc.oneof(
    fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(([at, bits]) =>
      text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ bits) + text.slice(at + 1)
    ),
    fc.tuple(place, fc.string({ minLength: 1, unit: "binary-ascii" })).map(([at, added]) =>
      text.slice(0, at) + added + text.slice(at)
    ),
    fc.tuple(place, fc.integer({ min: 1, max: 400 }))
      .map(([at, count]) => text.slice(0, at) + text.slice(at + count)),
    line.map((at) => lines.toSpliced(at, 1).join("")),
    line.map((at) => lines.toSpliced(at, 0, lines[at] ?? "").join("")),
    fc.tuple(line, line).filter(([from, to]) => from !== to).map(([from, to]) =>
      lines.with(from, lines[to] ?? "").with(to, lines[from] ?? "").join("")
    ),
  );
  const shorter = new Set(lines.map((_, count) => lines.slice(0, count).join("")));
  fc.assert(
    fc.property(edits, (edited) => {
      fc.pre(edited !== text && !shorter.has(edited));
      assert.notEqual(check([edited]).problems.length, 0);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("AuditCheck finds a log that was cut at its end by a hash noted before", () => {
  const lines = log(5);
  const hashes = lines.map((line) => readAuditLine(line.trimEnd())?.hash);
  const cut = lines.slice(0, 3).join("");
  assert.deepEqual(check([cut], hashes[4]).problems, []);
  assert.equal(check([cut], hashes[4]).hasExpected, false);
  assert.equal(check([cut], hashes[2]).hasExpected, true);
  assert.equal(check([lines.join("")], hashes[2]).hasExpected, true);
});

Deno.test("AuditCheck follows a chain through the files that a log was rotated to", () => {
  const older = log(3);
  const head = readAuditLine(older[2]?.trimEnd() ?? "");
  assert.ok(head);
  const newer = chain([ROTATION, { kind: "tool", name: "docker_events" }], head);
  assert.deepEqual(check([older.join(""), newer.join("")]).problems, []);
  const { problems, notes, first } = check([newer.join("")]);
  assert.deepEqual([problems, first], [[], 4]);
  assert.match(notes[0] ?? "", /records before number 4 are in files that are no longer kept/);
  // Without its first line, a file does not begin where the server began it.
  assert.match(check([newer.slice(1).join("")]).problems[0] ?? "", /records before it are missing/);
  assert.match(check([older.slice(0, 2).join(""), newer.join("")]).problems[0] ?? "", /belongs/);
});

Deno.test("AuditCheck accepts an incomplete line that the next record tells of, and no other", () => {
  const [one = "", two = ""] = log(2);
  const torn = '{"ts":"2026-01-01T00:';
  const head = readAuditLine(two.trimEnd());
  assert.ok(head);
  const [resumed = ""] = chain([{ ...OPENING, torn: tornHash([torn]) }], head);
  const sound = check([`${one}${two}${torn}\n${resumed}`]);
  assert.deepEqual(sound.problems, []);
  assert.match(sound.notes[0] ?? "", /^f0:3 is incomplete; the server noted that/);
  assert.match(problemsOf([one, two, "other\n", resumed])[0] ?? "", /^f0:3 is no record/);
  assert.match(problemsOf([one, two, resumed])[0] ?? "", /tells of an incomplete line .* missing/);
});
