import assert from "node:assert/strict";
import { cutText } from "../../src/docker/cut_text.ts";

Deno.test("cutText() leaves out the word that the cut would tear", () => {
  assert.equal(cutText("short", 5), "short");
  assert.equal(cutText("one two three", 7), "one two");
  assert.equal(cutText("one two three", 8), "one two");
  assert.equal(cutText("one two three", 10), "one two");
  assert.equal(cutText("one\ntwo", 6), "one");
  assert.equal(cutText("https://bob:secret@host/", 16), "");
});

Deno.test("cutText() keeps the beginning of a word that is longer than any token", () => {
  assert.equal(cutText("a".repeat(5000), 4096), "a".repeat(3840));
  assert.equal(cutText(`one ${"a".repeat(5000)}`, 4096), `one ${"a".repeat(3836)}`);
});
