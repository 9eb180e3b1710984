import assert from "node:assert/strict";
import { compare, limitTo, require, show, showMedian } from "./finding.ts";
import { tables } from "./page.ts";

const BAR = { what: "a", baselineName: "b", unit: "ms" } as const;

Deno.test("compare() divides medians, and meets a bar that it just reaches", () => {
  const finding = compare({ ...BAR, ours: [1, 30, 99], baseline: [20], limit: 1.5 });
  assert.deepEqual(finding, {
    what: "a",
    ours: "30.0 ms",
    against: "b: 20.0 ms",
    figure: "1.50×",
    bar: "≤ 1.5×",
    met: true,
  });
});

Deno.test("compare() misses a bar by a hair, also where both look the same when rounded", () => {
  const finding = compare({ ...BAR, ours: [1501], baseline: [1000], limit: 1.5 });
  assert.equal(finding.figure, "1.50×");
  assert.equal(finding.met, false);
});

Deno.test("compare() writes a bar below 1 as a fraction", () => {
  const finding = compare({ ...BAR, ours: [26], baseline: [100], limit: 0.25 });
  assert.equal(finding.bar, "≤ 1/4");
  assert.equal(finding.met, false);
});

Deno.test("limitTo() holds the median against the limit, in its unit", () => {
  const bar = { what: "a", limit: 64 * 1_048_576, unit: "MiB" } as const;
  const finding = limitTo({ ...bar, ours: [1, 64 * 1_048_576, 99 * 1_048_576] });
  assert.equal(finding.figure, "64 MiB");
  assert.equal(finding.bar, "≤ 64 MiB");
  assert.equal(finding.met, true);
  assert.equal(limitTo({ ...bar, ours: [64 * 1_048_576 + 1] }).met, false);
});

Deno.test("require() is met by what is true only", () => {
  assert.equal(require("a", true).met, true);
  assert.equal(require("a", false).met, false);
});

Deno.test("show() keeps three figures of a time, and one place behind the point of a size", () => {
  assert.equal(show(0.4321, "ms"), "0.43 ms");
  assert.equal(show(43.21, "ms"), "43.2 ms");
  assert.equal(show(4321.4, "ms"), "4321 ms");
  assert.equal(show(1_572_864, "MiB"), "1.5 MiB");
  assert.equal(show(63_200_000, "MB"), "63.2 MB");
  assert.equal(show(13132, "bytes"), "13132 bytes");
});

Deno.test("showMedian() gives the reason where there is nothing to show", () => {
  assert.equal(showMedian([1, 2, 3], "bytes", "left out"), "2 bytes");
  assert.equal(showMedian([], "bytes", "left out"), "left out");
});

Deno.test("tables() says plainly that a bar was missed", () => {
  const missed = compare({ ...BAR, ours: [3], baseline: [1], limit: 2 });
  const text = tables([{ findings: [missed] }]);
  assert.match(text, /\| a {4}\| 3\.00 ms \| b: 1\.00 ms +\| 3\.00× +\| ≤ 2× \| \*\*no\*\* \|$/);
});
