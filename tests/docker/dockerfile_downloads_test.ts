import assert from "node:assert/strict";
import { downloadHosts } from "../../src/docker/dockerfile_downloads.ts";
import { assertLinear, repeatTo } from "../safety/linear_time.ts";

Deno.test("downloadHosts() finds the hosts of ADD, by every value that a variable may have", () => {
  const text = "ARG A=a.example:1\nFROM x\nENV A=b.example\nADD https://u@$A/x y://c#d /\nADD x /";
  assert.deepEqual([...downloadHosts(text, { A: "d" })].sort(), [
    "a.example:1",
    "b.example",
    "c",
    "d",
  ]);
  assert.deepEqual([...downloadHosts("FROM x\nRUN curl https://a.example")], []);
});

Deno.test("downloadHosts() does work in proportion to the text, whatever the text is", () => {
  const units = [
    "ADD $A$A$A /x\nENV A=b\n",
    "ADD a://",
    "ARG A=b\n",
    "ADD ${A${A",
    "ENV a a",
    "a=",
    "://",
  ];
  for (const unit of units) {
    const textOf = (length: number): string =>
      `FROM a\nARG A=${"x".repeat(length / 2)}\nADD ${repeatTo(unit, length / 2)}`;
    assertLinear(downloadHosts, textOf, unit);
  }
});
