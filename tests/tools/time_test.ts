import assert from "node:assert/strict";
import { parseTime, parseWindow } from "../../src/tools/time.ts";

const NOW = 1_800_000_000;

const good: readonly [string, number][] = [
  ["10m", NOW - 600],
  ["1h30m", NOW - 5400],
  ["1.5h", NOW - 5400],
  ["2d", NOW - 172_800],
  ["500ms", NOW - 0.5],
  ["1us", NOW - 1e-6],
  ["1µs", NOW - 1e-6],
  ["1000000000ns", NOW - 1],
  ["0s", NOW],
  ["99999d", 0], // nothing is older than 1970
  ["0", 0],
  ["1700000000", 1_700_000_000],
  ["1700000000.25", 1_700_000_000.25],
  ["2026-01-31", Date.UTC(2026, 0, 31) / 1000],
  ["2024-02-29", Date.UTC(2024, 1, 29) / 1000],
  ["2026-01-31T12:30", Date.UTC(2026, 0, 31, 12, 30) / 1000],
  ["2026-01-31 12:30:15", Date.UTC(2026, 0, 31, 12, 30, 15) / 1000],
  ["2026-01-31T12:30:15Z", Date.UTC(2026, 0, 31, 12, 30, 15) / 1000],
  ["2026-01-31T12:30:15z", Date.UTC(2026, 0, 31, 12, 30, 15) / 1000],
  ["2026-01-31t12:30:15.5+02:00", Date.UTC(2026, 0, 31, 10, 30, 15, 500) / 1000],
  ["2026-01-31T12:30:15.000000250Z", Date.UTC(2026, 0, 31, 12, 30, 15) / 1000 + 2.5e-7],
];

const bad: readonly string[] = [
  "",
  " ",
  "yesterday",
  "-5m",
  "5 m",
  "10m ago",
  "1h30",
  "m",
  "1M",
  "1e3",
  "10000000000000",
  "1700000000.",
  "2026-13-01",
  "2026-00-01",
  "2026-02-31",
  "2025-02-29",
  "2026-1-1",
  "2026-01-31T25:00",
  "2026-01-31T12:61",
  "2026-01-31T12",
  "2026-01-31T12:30+0200",
  "2026-01-31T12:30:15.1234567890Z",
  "2026-01-31\n",
  "10m\n",
  "１０m",
];

Deno.test("parseTime() reads durations, Unix seconds, dates and RFC 3339", () => {
  for (const [text, expected] of good) assert.equal(parseTime("since", text, NOW), expected, text);
});

Deno.test("parseTime() refuses everything else with the field and the accepted forms", () => {
  for (const text of bad) {
    assert.throws(() => parseTime("since", text, NOW), {
      name: "RefusedError",
      code: "invalid_arguments",
      message: /^since: ".*" is not a point in time$/s,
      remedy: /RFC 3339/,
    }, text);
  }
});

Deno.test("parseTime() shows at most 64 characters of what it refused", () => {
  assert.throws(() => parseTime("until", "x".repeat(500), NOW), (error: Error) => {
    return error.message.length < 100;
  });
});

Deno.test("parseWindow() reads both ends from one clock reading", () => {
  assert.deepEqual(parseWindow({ since: "2h", until: "1h" }, NOW), {
    since: NOW - 7200,
    until: NOW - 3600,
  });
  assert.deepEqual(parseWindow({ since: "1h", until: "1h" }, NOW), {
    since: NOW - 3600,
    until: NOW - 3600,
  });
});

Deno.test("parseWindow() leaves out what was not given", () => {
  assert.deepEqual(parseWindow({}, NOW), {});
  assert.deepEqual(parseWindow({ since: null, until: undefined }, NOW), {});
  assert.deepEqual(parseWindow({ until: "0" }, NOW), { until: 0 });
});

Deno.test("parseWindow() refuses an end before its beginning", () => {
  assert.throws(() => parseWindow({ since: "1h", until: "2h" }, NOW), {
    code: "invalid_arguments",
    message: "until: lies before since",
  });
});
