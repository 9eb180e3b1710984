import assert from "node:assert/strict";
import { nearest } from "../../src/tools/nearest.ts";

const TOOLS = ["docker_list_containers", "docker_exec_command", "docker_version"];

Deno.test("nearest() finds a name with a letter dropped, added, changed or swapped", () => {
  for (
    const name of [
      "docker_exec_comand",
      "docker_exec_commmand",
      "docker_exec_commond",
      "docker_exec_commnad",
    ]
  ) {
    assert.equal(nearest(name, TOOLS), "docker_exec_command", name);
  }
});

Deno.test("nearest() ignores case", () => {
  assert.equal(nearest("Container_ID", ["image", "container_id"]), "container_id");
});

Deno.test("nearest() counts a swap of neighbours as one edit", () => {
  assert.equal(nearest("tial", ["tail"]), "tail"); // two edits would be more than a third of four letters
});

Deno.test("nearest() prefers the closest candidate, and the first of equals", () => {
  assert.equal(nearest("cart", ["cast", "carts", "car"]), "cast");
  assert.equal(nearest("filter", ["fitter2", "filters", "filter_"]), "filters");
});

Deno.test("nearest() returns undefined where nothing is close", () => {
  assert.equal(nearest("memory", TOOLS), undefined);
  assert.equal(nearest("", ["a"]), undefined);
  assert.equal(nearest("anything", []), undefined);
  assert.equal(nearest("ab", ["cd"]), undefined);
});

Deno.test("nearest() does not compare names that are too long to be mistakes", () => {
  const long = "x".repeat(101);
  assert.equal(nearest(long, [long]), undefined);
});
