import assert from "node:assert/strict";
import type { Filters } from "../../src/tools/fields.ts";
import { flagFilter, pruneRules } from "../../src/tools/prune_filters.ts";

const now = Date.now() / 1000;

Deno.test("pruneRules() matches everything without filters", () => {
  const { matches } = pruneRules(undefined, true);
  assert.equal(matches(null, undefined), true);
  assert.equal(matches({ a: "b" }, now), true);
});

Deno.test("pruneRules() matches labels by key, or by key and value, all of them", () => {
  const labels = { stage: "ci", owner: "", "a=b": "c" };
  const cases: [Filters, boolean][] = [
    [{ label: "stage" }, true],
    [{ label: "stage=ci" }, true],
    [{ label: "stage=c" }, false],
    [{ label: "stage=" }, false],
    [{ label: "owner=" }, true],
    [{ label: ["stage", "owner"] }, true],
    [{ label: ["stage", "missing"] }, false],
    [{ label: "toString" }, false],
    [{ "label!": "stage" }, false],
    [{ "label!": "stage=prod" }, true],
    [{ "label!": ["missing", "stage=ci"] }, false],
    [{ label: "stage", "label!": "missing" }, true],
  ];
  for (const [filters, expected] of cases) {
    assert.equal(
      pruneRules(filters, false).matches(labels, now),
      expected,
      JSON.stringify(filters),
    );
  }
});

Deno.test("pruneRules() takes missing labels for none", () => {
  for (const labels of [null, undefined, {}]) {
    assert.equal(pruneRules({ label: "a" }, false).matches(labels, now), false);
    assert.equal(pruneRules({ "label!": "a" }, false).matches(labels, now), true);
  }
});

Deno.test("pruneRules() matches by until only what is known to be older", () => {
  const { matches } = pruneRules({ until: "1h" }, false);
  assert.equal(matches({}, now - 7200), true);
  assert.equal(matches({}, now - 60), false);
  assert.equal(matches({}, undefined), false);
});

Deno.test("flagFilter() reads one truth value, and refuses everything else", () => {
  const cases: [Filters | undefined, boolean | undefined][] = [
    [undefined, undefined],
    [{ label: "a" }, undefined],
    [{ dangling: "true" }, true],
    [{ dangling: ["1"] }, true],
    [{ dangling: "false" }, false],
    [{ dangling: "0" }, false],
  ];
  for (const [filters, expected] of cases) assert.equal(flagFilter(filters, "dangling"), expected);
  for (const dangling of ["", "yes", "TRUE", "true\n", [], ["true", "true"], ["true", "false"]]) {
    const refused = { code: "invalid_arguments", message: /is neither true nor false/ };
    assert.throws(() => flagFilter({ dangling }, "dangling"), refused, JSON.stringify(dangling));
  }
});

Deno.test("pruneRules() refuses filters that would widen the deletion", () => {
  const bad: [Filters, boolean, RegExp][] = [
    [{ label: "" }, false, /a filter is empty/],
    [{ "label!": ["a", ""] }, false, /a filter is empty/],
    [{ until: "" }, false, /a filter is empty/],
    [{ until: ["1h", "2h"] }, false, /until is given twice/],
    [{ until: "yesterday" }, false, /^filters\.until: "yesterday" is not a point in time/],
    [{ until: "1h" }, true, /until cannot be used with volumes/],
  ];
  for (const [filters, volumes, message] of bad) {
    const expected = { code: "invalid_arguments", message };
    assert.throws(() => pruneRules(filters, volumes), expected, JSON.stringify(filters));
  }
});
