import assert from "node:assert/strict";
import { exitMeaning, stateLines } from "../../src/prompts/exit_code.ts";
import { healthLines } from "../../src/prompts/health_log.ts";
import fc from "../property.ts";

const YEAR_ONE = "0001-01-01T00:00:00Z";

Deno.test("exitMeaning() tells what each known exit code means", () => {
  const meanings: readonly (readonly [number, RegExp])[] = [
    [0, /success/],
    [1, /error of its own/],
    [2, /wrong usage/],
    [3, /the program's own/],
    [125, /Docker itself/],
    [126, /cannot be run/],
    [127, /not found/],
    [128, /could not start/],
    [130, /^SIGINT \(128 \+ 2\)/],
    [134, /^SIGABRT/],
    [135, /^SIGBUS/],
    [139, /^SIGSEGV \(128 \+ 11\): bad memory access/],
    [141, /^SIGPIPE/],
    [143, /^SIGTERM \(128 \+ 15\): it was asked to stop/],
    [159, /seccomp/],
    [162, /^signal 34/],
    [192, /^signal 64/],
    [193, /the program's own/],
    [255, /-1 or beyond 255/],
    [3_221_225_477, /access violation/],
    [-1_073_741_510, /stopped/],
  ];
  for (const [code, expected] of meanings) assert.match(exitMeaning(code), expected, String(code));
});

Deno.test("exitMeaning() tells 137 for want of memory from 137 by somebody's hand", () => {
  assert.match(exitMeaning(137, { oomKilled: true }), /memory limit \(OOMKilled\)/);
  assert.match(exitMeaning(137), /not for its memory limit.*docker kill/);
  assert.match(exitMeaning(1, { oomKilled: true }), /error of its own.*want of memory/);
});

Deno.test("exitMeaning() has a clause for every number", () => {
  fc.assert(fc.property(fc.integer(), fc.boolean(), (code, oomKilled) => {
    assert.match(exitMeaning(code, { oomKilled }), /^\S.*[^.]$/s);
  }));
});

Deno.test("stateLines() explains an exit code only where the container has ended or never started", () => {
  const started = { StartedAt: "2026-01-01T00:00:00Z" };
  const running = stateLines({
    Status: "running",
    Running: true,
    ExitCode: 0,
    ...started,
    FinishedAt: YEAR_ONE,
  }, 3);
  assert.deepEqual(running, [
    "State: running",
    "Started: 2026-01-01T00:00:00Z",
    "Restarts by its policy: 3",
  ]);
  const restarting = {
    Status: "restarting",
    Running: true,
    Restarting: true,
    ExitCode: 1,
    ...started,
    FinishedAt: "2026-01-01T00:00:01Z",
  };
  assert.ok(stateLines(restarting, 9).some((line) => line.startsWith("Exit code 1: ")));
  const created = { Status: "created", ExitCode: 0, StartedAt: YEAR_ONE, FinishedAt: YEAR_ONE };
  assert.deepEqual(stateLines(created, 0), ["State: created", "It has never started"]);
  const failed = stateLines({ ...created, ExitCode: 127, Error: "exec: no such file" }, undefined);
  assert.deepEqual(failed.slice(1), [
    "It has never started",
    `Exit code 127: ${exitMeaning(127)}`,
    "The runtime's message: exec: no such file",
  ]);
});

Deno.test("healthLines() shows the check and its last runs, and says where there is none", () => {
  assert.deepEqual(healthLines({}, null), ["No health check"]);
  assert.deepEqual(healthLines({ Health: { Status: "" } }, undefined), ["No health check"]);
  assert.match(healthLines({}, { Test: ["NONE"] }).join(), /switched off/);
  const run = (ExitCode: number, Output: string) => ({
    End: "2026-01-01T00:00:00.5Z",
    ExitCode,
    Output,
  });
  const lines = healthLines(
    {
      Health: {
        Status: "unhealthy",
        FailingStreak: 4,
        Log: [run(0, "ok"), run(1, "bad\n"), run(-1, "too long"), run(127, "")],
      },
    },
    { Test: ["CMD", "probe"], Interval: 2e9, Retries: 2 },
  );
  const many = { Health: { Status: "healthy", Log: Array.from({ length: 9 }, () => run(0, "")) } };
  assert.equal(healthLines(many, null).length, 6);
  assert.deepEqual(lines, [
    "Status: unhealthy, failed 4 times in a row",
    "Check: CMD probe (every 2 s, at most 30 s, unhealthy after 2 failures, 0 s to start)",
    "2026-01-01T00:00:00 passed: ok",
    "2026-01-01T00:00:00 failed with 1: bad",
    "2026-01-01T00:00:00 did not end in time or could not run: too long",
    "2026-01-01T00:00:00 failed with 127: the check's program is not in the image or cannot be run",
  ]);
});
