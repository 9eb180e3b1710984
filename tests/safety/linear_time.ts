import assert from "node:assert/strict";
import fc from "../property.ts";

const LENGTH = 8 * 1024;
const GROWTH = 8;
const MAXIMUM_ROUNDS = 20;
/** Work in proportion to the text grows by 8, quadratic work by 64. */
const MAXIMUM_RATIO = 24;
/** The clock and the collector disturb shorter runs more than a text does. */
const SHORTEST_RUN_MS = 0.3;

/**
 * Fails where a text eight times as long takes much more than eight times as long, both measured in this run.
 *
 * @param textOf Makes the text of about so many characters.
 */
export function assertLinear(
  work: (text: string) => unknown,
  textOf: (length: number) => string,
  message: string,
): void {
  const [short, long] = [textOf(LENGTH), textOf(GROWTH * LENGTH)];
  work(short);
  let [shortest, longest, ratio] = [Infinity, Infinity, Infinity];
  // What else the machine does can only lengthen a run, so that the best of many counts.
  for (let round = 0; round < MAXIMUM_ROUNDS && ratio >= MAXIMUM_RATIO; round++) {
    shortest = Math.min(shortest, duration(work, short));
    longest = Math.min(longest, duration(work, long));
    ratio = longest / Math.max(shortest, SHORTEST_RUN_MS);
  }
  if (ratio < MAXIMUM_RATIO) return;
  assert.fail(`${message}: ${GROWTH} times the text takes ${ratio.toFixed(0)} times as long`);
}

/** Texts made of a few units: alternating, one after the other, and many of one between the others. */
export function combinations(units: readonly string[]): fc.Arbitrary<{
  readonly name: string;
  readonly textOf: (length: number) => string;
}> {
  const chosen = fc.array(fc.constantFrom(...units), { minLength: 2, maxLength: 4 });
  return fc.record({ parts: chosen, repeats: fc.constantFrom(1, 3, 20, 200, Infinity) })
    .map(({ parts: [first = "", ...rest], repeats }) => ({
      name: `${JSON.stringify([first, ...rest])} × ${repeats}`,
      textOf: (length: number): string =>
        repeats === Infinity
          ? [first, ...rest].map((part) => repeatTo(part, length / (rest.length + 1))).join("")
          : repeatTo(first.repeat(repeats) + rest.join(""), length),
    }));
}

/** A text of about `length` characters that repeats `unit`. */
export function repeatTo(unit: string, length: number): string {
  return unit.repeat(Math.ceil(length / unit.length));
}

function duration(work: (text: string) => unknown, text: string): number {
  const started = performance.now();
  work(text);
  return performance.now() - started;
}
