/** Longer names are not compared: the work grows with the square of the length, and the name may be hostile. */
const MAXIMUM_LENGTH = 100;

/**
 * Finds the candidate that `name` was probably meant to be, or `undefined` when none is close.
 * Close is at most a third of the longer name in edits: letters added, dropped, changed or swapped with a neighbour, case ignored.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > MAXIMUM_LENGTH) return undefined;
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let fewest = Infinity;
  for (const candidate of candidates) {
    const limit = Math.floor(Math.max(name.length, candidate.length) / 3);
    if (Math.abs(name.length - candidate.length) > Math.min(limit, fewest)) continue;
    const edits = editDistance(wanted, candidate.toLowerCase());
    if (edits > limit || edits >= fewest) continue;
    best = candidate;
    fewest = edits;
  }
  return best;
}

/** The optimal string alignment distance: Levenshtein's, with a swap of neighbours as one edit. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
        swapped ? at(beforeLast, column - 2) + 1 : Infinity,
      ));
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, to.length);
}

function at(costs: readonly number[], index: number): number {
  return costs[index] ?? Infinity;
}
