import assert from "node:assert/strict";
import { interleave, median } from "./measure.ts";

Deno.test("median() is the middle value, whatever the order", () => {
  assert.equal(median([9, 1, 10]), 9);
  assert.equal(median([7]), 7);
});

Deno.test("median() of an even number of values is the mean of the two in the middle", () => {
  assert.equal(median([4, 1, 100, 2]), 3);
});

Deno.test("median() leaves its input as it is, and refuses nothing at all", () => {
  const values = [3, 1, 2];
  median(values);
  assert.deepEqual(values, [3, 1, 2]);
  assert.throws(() => median([]), RangeError);
});

Deno.test("interleave() takes samples in turn and does not count the first round", async () => {
  const order: string[] = [];
  let next = 0;
  const sample = (name: string) => () => {
    order.push(name);
    return Promise.resolve(next++);
  };
  const samples = await interleave(2, { ours: sample("ours"), raw: sample("raw") });
  assert.deepEqual(order, ["ours", "raw", "ours", "raw", "ours", "raw"]);
  assert.deepEqual(samples("ours"), [2, 4]);
  assert.deepEqual(samples("raw"), [3, 5]);
});

Deno.test("interleave() has no samples of what could not be had", async () => {
  const samples = await interleave(3, { ours: () => Promise.resolve(1), cli: undefined });
  assert.deepEqual(samples("ours"), [1, 1, 1]);
  assert.deepEqual(samples("cli"), []);
  assert.deepEqual(samples("no such name"), []);
});
