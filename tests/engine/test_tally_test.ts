import assert from "node:assert/strict";
import { parseTally } from "./test_tally.ts";

Deno.test("parseTally() reads the closing line of a run that succeeded", () => {
  const output = "a ... ok\n\n\x1b[32mok\x1b[0m | 3 passed (1 step) | 0 failed | 1 ignored (2s)\n";
  assert.deepEqual(parseTally(output, 0), { passed: 3, failed: 0, skipped: 1 });
});

Deno.test("parseTally() takes the last line that looks like one, not what a test printed", () => {
  const output = "ok | 9 passed | 9 failed\nFAILED | 3 passed | 2 failed (4 steps) (2s)\n";
  assert.deepEqual(parseTally(output, 1), { passed: 3, failed: 2, skipped: 0 });
});

Deno.test("parseTally() counts a run that failed without a failed test as one failure", () => {
  assert.deepEqual(parseTally("ok | 5 passed | 0 failed (2s)\n", 1), {
    passed: 5,
    failed: 1,
    skipped: 0,
  });
  assert.deepEqual(parseTally("error: Type checking failed\n", 1), {
    passed: 0,
    failed: 1,
    skipped: 0,
  });
});
