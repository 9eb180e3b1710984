import assert from "node:assert/strict";
import { memoryBytes } from "../../src/tools/memory_size.ts";

const MIB = 1024 * 1024;

Deno.test("memoryBytes() reads amounts as docker run does", () => {
  const good: readonly [string, number][] = [
    ["6m", 6 * MIB],
    ["512m", 512 * MIB],
    ["512M", 512 * MIB],
    ["512mb", 512 * MIB],
    ["512MiB", 512 * MIB],
    ["512 m", 512 * MIB],
    ["1.5g", 1536 * MIB],
    ["1048576k", 1024 * MIB],
    ["1t", 1024 * 1024 * MIB],
    ["1p", 1024 * 1024 * 1024 * MIB],
    ["6291456", 6 * MIB],
    ["6291456b", 6 * MIB],
    ["6.0000001m", 6 * MIB],
  ];
  for (const [text, bytes] of good) assert.equal(memoryBytes(text), bytes, text);
});

Deno.test("memoryBytes() refuses other forms and less than 6 MiB", () => {
  const bad = [
    "",
    "0",
    "5m",
    "6291455",
    "5.99m",
    "-1g",
    "1e9",
    "1.g",
    ".5g",
    "1,5g",
    "512 mm",
    "1  g",
  ];
  bad.push("512m\n", " 512m", "1x", "lots", "99999p", "５１２m", "Infinity", "0x600000");
  for (const text of bad) {
    const expected = { code: "invalid_arguments", message: /^mem_limit: ".*" is not an amount/s };
    assert.throws(() => memoryBytes(text), expected, text);
  }
});
