import assert from "node:assert/strict";
import { listOf, objectOf } from "../../../src/docker/api/answer.ts";

Deno.test("listOf() takes a list, null for an empty one, and of its items the objects", () => {
  assert.deepEqual(listOf(null, "list"), []);
  assert.deepEqual(listOf(undefined, "list"), []);
  assert.deepEqual(listOf([null, { Id: "a" }, 5, "x", {}], "list"), [{ Id: "a" }, {}]);
});

Deno.test("listOf() and objectOf() refuse what has another form", () => {
  const expected = {
    code: "incomplete",
    message: "Cannot list things: the answer has an unexpected form",
  };
  for (const answer of [{}, "x", 5]) {
    assert.throws(() => listOf(answer, "list things"), expected);
  }
  for (const answer of [[], "x", 5, null, undefined]) {
    assert.throws(() => objectOf(answer, "list things"), expected);
  }
});
