/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) {
    throw new RangeError("Cannot take the median of nothing");
  }
  return (lower + upper) / 2;
}

/** Takes one sample, whatever it counts. */
export type Sample = () => Promise<number>;

/** The samples taken under a name, in order; none where there was nothing to measure. */
export type Samples = (name: string) => readonly number[];

/**
 * Takes samples in turn, ours, baseline, ours, baseline…, so that a slow moment of the machine meets all
 * alike. One round ahead warms up and does not count.
 */
export async function interleave(
  rounds: number,
  samples: Readonly<Record<string, Sample | undefined>>,
): Promise<Samples> {
  const taken = new Map<string, number[]>(Object.keys(samples).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, sample] of Object.entries(samples)) {
      const value = await sample?.();
      if (round > 0 && value !== undefined) taken.get(name)?.push(value);
    }
  }
  return (name) => taken.get(name) ?? [];
}

/** Milliseconds that an action takes. */
export async function milliseconds(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}
