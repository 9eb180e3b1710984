import assert from "node:assert/strict";
import { Pace } from "../../src/resources/pace.ts";
import { FakeTime } from "../fakes/fake_time.ts";

Deno.test("Pace tells a first change at once, and later ones together, one a second", async () => {
  using time = new FakeTime();
  const told: number[] = [];
  using pace = new Pace(() => told.push(time.now), () => time.now);
  pace.touch();
  assert.deepEqual(told, [0]);
  await time.pass(300);
  pace.touch();
  pace.touch();
  await time.pass(600);
  pace.touch();
  assert.deepEqual(told, [0]);
  await time.pass(5000);
  assert.deepEqual(told, [0, 1000]);
  pace.touch();
  assert.deepEqual(told, [0, 1000, 5900]);
});

Deno.test("Pace tells nothing more once it is disposed", async () => {
  using time = new FakeTime();
  let told = 0;
  const pace = new Pace(() => told++, () => time.now);
  pace.touch();
  pace.touch();
  pace[Symbol.dispose]();
  await time.pass(5000);
  assert.deepEqual([told, time.pending], [1, 0]);
});
