import type { Concern } from "./security_frameworks.ts";

/** How bad it is where a check fails. */
export type Severity = "critical" | "high" | "medium" | "low" | "info";

/** The severities, worst first. */
export const SEVERITIES = ["critical", "high", "medium", "low", "info"] as const;

/**
 * What came of a check: `warn` is for what may be wanted or was seen in part, `info` for what only a person can judge or what
 * does not apply, `not_checkable` for what could not be seen, which is never a pass.
 */
export type Status = "pass" | "fail" | "warn" | "info" | "not_checkable";

/** What a check found; the evidence names fields of the Engine and never the value of a variable. */
export interface Verdict<Given extends Status = Status> {
  readonly status: Given;
  readonly evidence: string;
}

/** What a check is, apart from how it is decided. */
export interface CheckAbout {
  /** The id in the CIS Docker Benchmark; a word for a check beyond it. */
  readonly id: string;
  readonly title: string;
  /** The profile of the CIS Docker Benchmark; absent for a check beyond it. */
  readonly level?: 1 | 2;
  readonly severity: Severity;
  /** Which requirements of other frameworks it serves. */
  readonly concern: Concern;
  /** One sentence: what to do about it. */
  readonly remedy: string;
}

/** A check that the Engine's API decides. */
export interface FullCheck<Facts> extends CheckAbout {
  readonly sees: "all";
  run(facts: Facts): Verdict;
}

/** A check of which the API shows a part: it can find fault, and never says `pass`. */
export interface PartialCheck<Facts> extends CheckAbout {
  readonly sees: "part";
  run(facts: Facts): Verdict<Exclude<Status, "pass">>;
}

/** A check of which the API shows nothing; the evidence says why. */
export interface UnseenCheck extends CheckAbout {
  readonly sees: "nothing";
  readonly evidence: string;
}

/** One check on one kind of object. */
export type Check<Facts> = FullCheck<Facts> | PartialCheck<Facts> | UnseenCheck;

/** The check is met. */
export function pass(evidence: string): Verdict<"pass"> {
  return { status: "pass", evidence };
}

/** The check is not met. */
export function fail(evidence: string): Verdict<"fail"> {
  return { status: "fail", evidence };
}

/** The check may not be met. */
export function warn(evidence: string): Verdict<"warn"> {
  return { status: "warn", evidence };
}

/** Nothing speaks against it, or it is for a person to judge, or it does not apply. */
export function info(evidence: string): Verdict<"info"> {
  return { status: "info", evidence };
}

/** It could not be seen. */
export function unseen(evidence: string): Verdict<"not_checkable"> {
  return { status: "not_checkable", evidence };
}
