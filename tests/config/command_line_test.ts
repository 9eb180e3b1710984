import assert from "node:assert/strict";
import { readCommandLine } from "../../src/config/command_line.ts";

const commands = {
  config: { switches: ["deno-flags"] },
  docs: { switches: ["write"] },
  "audit verify": { values: ["expect"], words: 1 },
};

function lines(args: readonly string[]): string[] {
  return readCommandLine(args, { commands }).mistakes.map(({ line }) => line);
}

Deno.test("readCommandLine() serves when nothing is said", () => {
  const line = readCommandLine([]);
  assert.equal(line.command, "serve");
  assert.equal(line.help || line.version || line.readOnly, false);
  assert.equal(line.envFile, undefined);
  assert.equal(line.values.size + line.switches.size + line.mistakes.length, 0);
});

Deno.test("readCommandLine() reads values with a blank or an equals sign", () => {
  const args = ["--transport", "stdio", "--port=8443", "--env-file", "a b.env"];
  const line = readCommandLine(args);
  assert.deepEqual([...line.values], [["transport", "stdio"], ["port", "8443"]]);
  assert.equal(line.envFile, "a b.env");
  assert.deepEqual(line.mistakes, []);
});

Deno.test("readCommandLine() lets the last of a repeated flag win", () => {
  assert.deepEqual([...readCommandLine(["--port", "1", "--port", "2"]).values], [["port", "2"]]);
});

Deno.test("readCommandLine() reads --help and its short form, --version and --read-only anywhere", () => {
  for (const args of [["--help"], ["-h"], ["config", "--help"], ["--bogus", "--help"]]) {
    assert.equal(readCommandLine(args, { commands }).help, true, args.join(" "));
  }
  assert.equal(readCommandLine(["--version"]).version, true);
  assert.equal(readCommandLine(["serve", "--read-only"]).readOnly, true);
});

Deno.test("readCommandLine() gives a command its own switches and no other command's", () => {
  const line = readCommandLine(["config", "--deno-flags"], { commands });
  assert.equal(line.command, "config");
  assert.ok(line.switches.has("deno-flags"));
  assert.deepEqual(line.mistakes, []);
  assert.match(lines(["docs", "--deno-flags"])[0] ?? "", /^--deno-flags: is not a flag; /);
});

Deno.test("readCommandLine() reads a command of two words, its words and its flags with values", () => {
  const args = ["audit", "verify", "a.jsonl", "--expect", "12ab", "--port", "1"];
  const { command, words, options, values, mistakes } = readCommandLine(args, { commands });
  assert.deepEqual([command, words, mistakes], ["audit verify", ["a.jsonl"], []]);
  assert.equal(options.get("expect"), "12ab");
  assert.deepEqual([...values], [["port", "1"]]);
  assert.deepEqual(lines(["audit", "verify", "a", "b"]), [
    '"b": is one word too many after "audit verify"',
  ]);
  assert.match(lines(["audit"])[0] ?? "", /^"audit": is not a command; /);
  assert.deepEqual(lines(["audit", "verify", "--expect"]), ["--expect: needs a value"]);
  assert.match(lines(["config", "--expect", "12ab"])[0] ?? "", /^--expect: is not a flag; /);
});

Deno.test("readCommandLine() reports every mistake with its code", () => {
  const { mistakes } = readCommandLine(["cofnig", "--read-onyl", "--host", "--port"], { commands });
  assert.deepEqual(mistakes, [
    { code: "bad_argument", line: '"cofnig": is not a command; did you mean config?' },
    { code: "bad_argument", line: "--read-onyl: is not a flag; did you mean --read-only?" },
    { code: "bad_argument", line: "--host: needs a value" },
  ]);
});

Deno.test("readCommandLine() refuses values where none belong, and words too many", () => {
  assert.deepEqual(lines(["--read-only=false"]), ["--read-only: takes no value"]);
  assert.deepEqual(lines(["--env-file"]), ["--env-file: needs a value"]);
  assert.deepEqual(lines(["docs", "now"]), ['"now": is one word too many after "docs"']);
  assert.deepEqual(lines(["-x"]).length, 1);
});

Deno.test("readCommandLine() does not take names of Object's prototype for commands or flags", () => {
  assert.match(lines(["constructor"])[0] ?? "", /is not a command/);
  assert.match(lines(["--__proto__=1"])[0] ?? "", /is not a flag/);
  assert.match(lines(["--toString"])[0] ?? "", /is not a flag/);
});

Deno.test("readCommandLine() never shows the value of an unknown flag", () => {
  assert.ok(!lines(["--password=hunter2"]).join().includes("hunter2"));
});
