import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import { type EnvFile, readEnvFile } from "../../src/config/env_file.ts";

function values(file: EnvFile): Record<string, string> {
  return Object.fromEntries(file.entries.map(({ name, text }) => [name, text]));
}

/** Lines on which we and Node's own parser agree. */
const ORDINARY_LINES = [
  "A=1",
  "  A = spaced out  ",
  "export A=1",
  "A=",
  "A=''",
  'A="with # inside" # and a comment after',
  "A='single \"double\" inside'",
  'A=`it\'s "both"`',
  "A=1 # a comment",
  "A=a=b=c",
  'A=["x", "y"]',
  "A=x\r",
  "# only a comment",
  "   ",
  "",
];

for (const line of ORDINARY_LINES) {
  Deno.test(`readEnvFile() reads ${JSON.stringify(line)} as Node does`, () => {
    const file = readEnvFile(line);
    assert.deepEqual(values(file), { ...parseEnv(line) });
    assert.deepEqual(file.badLines, []);
  });
}

Deno.test("readEnvFile() counts lines from 1, through blank lines and any line end", () => {
  const file = readEnvFile("\uFEFFA=1\r\n\n# x\nB=2\rC=3");
  assert.deepEqual(file.entries, [
    { name: "A", text: "1", line: 1 },
    { name: "B", text: "2", line: 4 },
    { name: "C", text: "3", line: 5 },
  ]);
});

Deno.test("readEnvFile() keeps a # inside a word", () => {
  assert.deepEqual(values(readEnvFile("A=red#1")), { A: "red#1" });
});

Deno.test("readEnvFile() expands nothing", () => {
  assert.deepEqual(values(readEnvFile("A=$HOME/${B}")), { A: "$HOME/${B}" });
});

Deno.test("readEnvFile() names the lines it cannot read instead of dropping them", () => {
  for (
    const line of [
      "SAFETY_DENIED_TOOLS docker_version",
      "=1",
      "1A=1",
      'A="open',
      'A="a" b',
      "A B=1",
    ]
  ) {
    const file = readEnvFile(`X=1\n${line}`);
    assert.deepEqual(file.badLines, [2], line);
    assert.deepEqual(values(file), { X: "1" }, line);
  }
});

Deno.test("readEnvFile() keeps every entry of a repeated name, in order", () => {
  assert.deepEqual(readEnvFile("A=1\nA=2").entries.map(({ text }) => text), ["1", "2"]);
});
