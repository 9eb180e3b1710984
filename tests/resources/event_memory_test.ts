import assert from "node:assert/strict";
import type { EngineEvent } from "../../src/docker/types.ts";
import { EventMemory } from "../../src/resources/event_memory.ts";

const at = (timeNano: number, Action = "start"): EngineEvent => ({
  Type: "container",
  Action,
  Actor: { ID: "c1" },
  time: Math.floor(timeNano / 1e9),
  timeNano,
});

Deno.test("EventMemory.add() knows an event again, and tells those of one moment apart", () => {
  const memory = new EventMemory();
  assert.equal(memory.add(at(5)), true);
  assert.equal(memory.add(at(5)), false);
  assert.equal(memory.add(at(6)), true);
  assert.equal(memory.add(at(6, "die")), true);
  const connect = { ...at(6, "connect"), Type: "network" };
  const of = (container: string): EngineEvent => ({
    ...connect,
    Actor: { ID: "n1", Attributes: { container } },
  });
  assert.deepEqual([memory.add(of("a")), memory.add(of("b")), memory.add(of("a"))], [
    true,
    true,
    false,
  ]);
  assert.deepEqual([memory.has(at(6, "die")), memory.has(at(7))], [true, false]);
});

Deno.test("EventMemory forgets the oldest of many events, as the Engine does", () => {
  const memory = new EventMemory();
  for (let time = 0; time < 1000; time++) memory.add(at(time));
  assert.equal(memory.has(at(999)), true);
  assert.equal(memory.has(at(744)), true);
  assert.equal(memory.has(at(743)), false);
});

Deno.test("EventMemory.window() lies around the last event, a microsecond to each side", () => {
  const memory = new EventMemory();
  assert.equal(memory.window(), undefined);
  memory.add(at(1_700_000_000_000_000_000));
  assert.deepEqual(memory.window(), {
    since: "1699999999.999999000",
    until: "1700000000.000001000",
  });
  memory.add({ Type: "container", Action: "die", time: 1_700_000_001 });
  assert.equal(memory.window()?.until, "1700000001.000001000");
  memory.add({ Type: "container", Action: "die" });
  assert.equal(memory.window(), undefined);
  memory.add({ Type: "container", Action: "die", timeNano: NaN, time: 0.5 });
  assert.equal(memory.window(), undefined);
});
