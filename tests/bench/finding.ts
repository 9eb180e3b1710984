import { median } from "./measure.ts";

/** One figure against its bar. */
export interface Finding {
  readonly what: string;
  readonly ours: string;
  /** What it is measured against, with its own figure; empty for an absolute bar. */
  readonly against: string;
  readonly figure: string;
  readonly bar: string;
  readonly met: boolean;
}

/** What others do in the same run; a figure, or why there is none. */
export interface Beside {
  readonly what: string;
  readonly ours: string;
  readonly cli: string;
  readonly original: string;
}

/** What one benchmark found. */
export interface Report {
  readonly findings: readonly Finding[];
  readonly beside?: readonly Beside[];
}

/** What is compared, and how far ours may be from it. */
export interface RatioBar {
  readonly what: string;
  readonly ours: readonly number[];
  readonly baseline: readonly number[];
  /** Completes "measured against …". */
  readonly baselineName: string;
  /** The greatest ratio of the medians that meets the bar. */
  readonly limit: number;
  readonly unit: Unit;
}

/** A size or duration that must stay below a limit. */
export interface AbsoluteBar {
  readonly what: string;
  readonly ours: readonly number[];
  readonly limit: number;
  readonly unit: Unit;
}

/** What numbers count: milliseconds, microseconds, or bytes. */
export type Unit = "ms" | "µs" | "bytes" | "MiB" | "MB";

const BYTES: Readonly<Record<Exclude<Unit, "ms" | "µs">, number>> = {
  bytes: 1,
  MB: 1_000_000,
  MiB: 1_048_576,
};

/** Ours divided by the baseline, medians both, against the greatest ratio allowed. */
export function compare(bar: RatioBar): Finding {
  const { what, ours, baseline, baselineName, limit, unit } = bar;
  const ratio = median(ours) / median(baseline);
  return {
    what,
    ours: show(median(ours), unit),
    against: `${baselineName}: ${show(median(baseline), unit)}`,
    figure: `${ratio.toFixed(2)}×`,
    bar: `≤ ${limit < 1 ? `1/${Math.round(1 / limit)}` : `${limit}×`}`,
    met: ratio <= limit,
  };
}

/** Ours divided by the baseline, medians both, for information. */
export function inform(bar: Omit<RatioBar, "limit">): Finding {
  return { ...compare({ ...bar, limit: Infinity }), bar: "none" };
}

/** A median against a limit; both in the unit's own numbers, sizes in bytes. */
export function limitTo({ what, ours, limit, unit }: AbsoluteBar): Finding {
  const value = show(median(ours), unit);
  const met = median(ours) <= limit;
  return { what, ours: value, against: "", figure: value, bar: `≤ ${show(limit, unit)}`, met };
}

/** A yes-or-no bar. */
export function require(what: string, met: boolean): Finding {
  const answer = met ? "yes" : "no";
  return { what, ours: answer, against: "", figure: answer, bar: "yes", met };
}

/** A number for people: a time in its unit, or bytes shown in `unit`. */
export function show(value: number, unit: Unit): string {
  if (unit === "ms") return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ms`;
  if (unit === "µs") return `${value.toFixed(0)} µs`;
  const amount = value / BYTES[unit];
  return `${amount.toFixed(unit === "bytes" ? 0 : 1).replace(/\.0$/, "")} ${unit}`;
}

/** The median of samples for people; the reason where there are none. */
export function showMedian(samples: readonly number[], unit: Unit, reason: string): string {
  return samples.length === 0 ? reason : show(median(samples), unit);
}
