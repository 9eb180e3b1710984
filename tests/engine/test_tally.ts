import { stripVTControlCharacters } from "node:util";

/** How many tests ended how. */
export interface TestTally {
  passed: number;
  failed: number;
  skipped: number;
}

export const NO_TESTS: Readonly<TestTally> = { passed: 0, failed: 0, skipped: 0 };

/**
 * The tally in the closing line of `deno test`. A run that failed has at least one failure, also where
 * the line does not say so, or is missing because nothing could be run.
 */
export function parseTally(output: string, code: number): TestTally {
  const text = stripVTControlCharacters(output);
  const closing =
    /^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed(?: \(.*?\))?(?: \| (\d+) ignored)?/gm;
  const [, passed, failed, skipped] = [...text.matchAll(closing)].at(-1) ?? [];
  const tally = {
    passed: Number(passed ?? 0),
    failed: Number(failed ?? 0),
    skipped: Number(skipped ?? 0),
  };
  if (code !== 0 && tally.failed === 0) tally.failed = 1;
  return tally;
}
