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
  for (const [index, text] of texts.entries()) check.file(`f${index}`, [text]);
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

Deno.test("AuditCheck finds the same in whatever pieces a log is read", () => {
  const [one = "", two = ""] = log(2);
  const head = readAuditLine(two.trimEnd());
  assert.ok(head);
  const [resumed = ""] = chain([{ ...OPENING, torn: tornHash(["half", "", "x"]) }], head);
  const text = `${one}${two}half\n\nx\n${resumed}x\nopen`;
  const whole = check([text]);
  assert.deepEqual([whole.problems.length, whole.notes.length, whole.records], [1, 1, 3]);
  fc.assert(fc.property(fc.array(fc.nat(text.length)), (cuts) => {
    const places = [0, ...cuts.sort((left, right) => left - right), text.length];
    const pieces = places.map((place, index) => text.slice(place, places[index + 1]));
    const inPieces = new AuditCheck();
    inPieces.file("f0", pieces);
    assert.deepEqual(inPieces.findings(), whole);
  }));
});

Deno.test("AuditCheck takes no line over 1 MiB for a record, keeps none of it, and accounts for it by its hash", () => {
  const [one = "", two = ""] = log(2);
  const head = readAuditLine(two.trimEnd());
  assert.ok(head);
  const piece = "x".repeat(700_000);
  const torn = [piece + piece + piece + piece, piece];
  const [resumed = ""] = chain([{ ...OPENING, torn: tornHash(torn) }], head);
  const pieces = [one + two + piece, piece, piece, `${piece}\n${piece}\n${resumed}`];
  const sound = new AuditCheck();
  sound.file("f0", pieces);
  assert.deepEqual(sound.findings().problems, []);
  assert.match(sound.findings().notes[0] ?? "", /^f0:3 is incomplete; the server noted that/);
  const [long = ""] = chain([{ ...OPENING, reason: "x".repeat(1024 * 1024) }]);
  assert.match(problemsOf([long])[0] ?? "", /^f0:1 is no whole record/);
});

Deno.test("AuditCheck keeps the first twenty problems and counts the others", () => {
  const twice = log(40).flatMap((line) => [line, line]);
  const { problems, moreProblems } = check([twice.join("")]);
  assert.equal(problems.length, 20);
  assert.equal(moreProblems, 40 - 20);
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

/** What two servers wrote to the same stderr, one after the other. */
function captured(): string[] {
  const opening = { ...OPENING, to: "stderr" };
  const call = { kind: "tool", name: "docker_version" };
  const [first, second] = [chain([opening, call, call]), chain([opening, call])];
  return ["[INF] a log line\n", ...first, "[WRN] another\n", "\n", "[INF] a\n", ...second];
}

Deno.test("AuditCheck takes captured output as it is: other lines, and a chain for each server", () => {
  const { problems, notes, records, head } = check([captured().join("")]);
  assert.deepEqual([problems, records, head?.seq], [[], 5, 2]);
  assert.match(notes[0] ?? "", /other lines of captured output, passed over: 4$/);
  assert.match(notes[1] ?? "", /^f0:8 begins a new chain: a server was started/);
});

Deno.test("AuditCheck finds changed, dropped, added and broken records in captured output", () => {
  const lines = captured();
  const [, one = "", two = "", three = ""] = lines;
  const late = linked({ ...CHAIN_START, seq: 4 }, { ...OPENING, to: "stderr" }).line;
  const cases: readonly (readonly [lines: readonly string[], problem: RegExp])[] = [
    [lines.with(2, two.replace("version", "events_")), /^f0:3 was changed/],
    [lines.toSpliced(2, 1), /^f0:3 is number 3 where 2 belongs/],
    [lines.toSpliced(3, 0, two), /^f0:4 is number 2 where 3 belongs/],
    [lines.toSpliced(7, 1), /^f0:8 is number 2 where 4 belongs/],
    [[...lines, late], /^f0:10 is number 5 where 3 belongs/],
    [lines.with(2, `${two.slice(0, 90)}\n`), /^f0:3 is no whole record/],
    [[...lines, three.slice(0, 90)], /^f0:10 is no whole record/],
    [[...lines, one.replace("stderr", "stdout")], /^f0:10 was changed/],
  ];
  for (const [edited, problem] of cases) {
    assert.match(problemsOf(edited)[0] ?? "(nothing)", problem);
  }
});

Deno.test("AuditCheck lets no file become captured output by what is put into it", () => {
  const [opening = "", ...calls] = captured().filter((line) => line.startsWith("{"));
  const lines = log(3);
  assert.match(problemsOf([...lines, opening])[0] ?? "", /^f0:4 is number 1 where 4 belongs/);
  assert.match(problemsOf([...lines, "x\n", opening, ...calls])[0] ?? "", /^f0:4 is no record/);
});
