import assert from "node:assert/strict";
import { engineHealthcheck, healthcheck } from "../../src/tools/healthcheck.ts";

function engineForm(given: unknown): Record<string, unknown> {
  return engineHealthcheck(healthcheck().parse(given));
}

Deno.test("engineHealthcheck() counts durations in nanoseconds, whichever way they are written", () => {
  const durations: [string | number, number][] = [
    ["30s", 30e9],
    ["1m30s", 90e9],
    ["1.5h", 5400e9],
    ["1ms", 1e6],
    ["24h", 86_400e9],
    [30e9, 30e9],
    ["0s", 0],
    [0, 0],
  ];
  for (const [interval, expected] of durations) {
    assert.deepEqual(engineForm({ test: "x", interval }), {
      Test: ["CMD-SHELL", "x"],
      Interval: expected,
    });
  }
});

Deno.test("engineHealthcheck() passes on each field by the Engine's name", () => {
  const whole = {
    test: ["CMD", "a b"],
    interval: "1s",
    timeout: "2s",
    start_period: "3s",
    retries: 4,
  };
  assert.deepEqual(engineForm(whole), {
    Test: ["CMD", "a b"],
    Interval: 1e9,
    Timeout: 2e9,
    StartPeriod: 3e9,
    Retries: 4,
  });
  assert.deepEqual(engineForm({ test: ["NONE"] }), { Test: ["NONE"] });
});

Deno.test("healthcheck() refuses what the Engine would, or would read otherwise", () => {
  const bad: unknown[] = [
    ...["", " ", [], ["curl"], ["CMD"], ["CMD-SHELL"], ["NONE", "x"], ["cmd", "x"], 1, null]
      .map((test) => ({ test })),
    ...["", "30", "-1s", "1us", "25h", "1 s", "soon", 30, -1, 1.5e17, NaN, true]
      .map((interval) => ({ test: "x", interval })),
    ...[-1, 1.5, 1001, "3"].map((retries) => ({ test: "x", retries })),
    { interval: "1s" },
    { test: "x", start_interval: "1s" },
    "curl",
  ];
  for (const value of bad) {
    assert.ok(!healthcheck().safeParse(value).success, JSON.stringify(value));
  }
});
