import { SEVERITIES, type Severity, type Status } from "./security_check.ts";
import { FRAMEWORKS } from "./security_frameworks.ts";
import type { Outcome, Scope } from "./security_judgement.ts";

/** What was found by one check with one status, on however many objects. */
export interface Finding {
  readonly id: string;
  readonly title: string;
  readonly status: Status;
  readonly severity: Severity;
  readonly scope: Scope;
  /** The profile of the CIS Docker Benchmark; absent for a check beyond it. */
  readonly level?: 1 | 2;
  readonly hits: readonly Hit[];
  /** Absent where there is nothing to do. */
  readonly remedy?: string;
  /** Counterparts in PCI-DSS, HIPAA and SOC 2; absent where there is nothing to do. */
  readonly frameworks?: string;
}

/** The objects of which a check found the same. */
export interface Hit {
  readonly evidence: string;
  /** Names of containers or images; absent for the daemon and the swarm. */
  readonly on?: readonly string[];
  /** Objects that are not named. */
  readonly more?: number;
}

/** Which findings to tell. */
export interface ReportOptions {
  /** The least severity that is told. */
  readonly severity: Severity;
  /** Tell also what passed, what is for a person to judge and what could not be seen. */
  readonly verbose: boolean;
}

/** Names and pieces of evidence of one finding that are told. */
const MOST_NAMES = 20;
const MOST_HITS = 10;
/** Of statuses, worst first. */
const STATUSES: readonly Status[] = ["fail", "warn", "not_checkable", "info", "pass"];
/** Under "pass", a number is taken for a password and redacted. */
const COUNT_NAMES: Readonly<Record<Status, string>> = {
  fail: "failed",
  warn: "warned",
  not_checkable: "not_checkable",
  info: "info",
  pass: "passed",
};
/** What the API never shows, by the section of the benchmark. */
const HOST_SECTIONS = [
  "CIS section 1 (host configuration, auditd): not checkable through the Engine API",
  "CIS section 3 (owners and modes of Docker's files): not checkable through the Engine API",
];

/** The findings, worst first, with the objects of equal evidence together. */
export function findingsOf(
  outcomes: readonly Outcome[],
  { severity, verbose }: ReportOptions,
): Finding[] {
  const told = outcomes.filter(({ check, status, neverSeen }) =>
    !neverSeen && rank(check.severity) <= rank(severity) && (verbose || isBad(status))
  );
  const groups = Map.groupBy(told, ({ check, status }) => `${status} ${check.id}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [finding(first, group)];
  }).sort((one, other) =>
    rank(one.severity) - rank(other.severity) ||
    STATUSES.indexOf(one.status) - STATUSES.indexOf(other.status)
  );
}

/** How many checks of how many objects had each status, and how many of those that fail or warn each severity. */
export function countsOf(
  outcomes: readonly Outcome[],
): { by_status: Record<string, number>; by_severity: Record<string, number> } {
  const bad = outcomes.filter(({ status }) => isBad(status));
  return {
    by_status: counted(
      STATUSES.map((status) => COUNT_NAMES[status]),
      outcomes.map(({ status }) => COUNT_NAMES[status]),
    ),
    by_severity: counted(SEVERITIES, bad.map(({ check }) => check.severity)),
  };
}

/** What no check could see: whole sections, checks that the API never answers, and those it did not answer this time. */
export function notSeenOf(outcomes: readonly Outcome[], isWhole: boolean): string[] {
  const missed = outcomes.filter(({ status }) => status === "not_checkable");
  const [never, thisTime] = [
    missed.filter(({ neverSeen }) => neverSeen),
    missed.filter(({ neverSeen }) => !neverSeen),
  ];
  const reasons = Map.groupBy(never, ({ evidence }) => evidence);
  return [
    ...HOST_SECTIONS,
    ...[...reasons].map(([reason, of]) => `${idsOf(of)}: not checkable. ${reason}`),
    ...thisTime.length > 0 ? [`${idsOf(thisTime)}: not checkable this time; see verbose`] : [],
    ...isWhole ? [] : ["The daemon and the swarm: leave container_id out"],
  ];
}

function finding({ check, scope, status }: Outcome, group: readonly Outcome[]): Finding {
  const { id, title, severity, level, remedy, concern } = check;
  const byEvidence = [...Map.groupBy(group, ({ evidence }) => evidence)];
  const hits = byEvidence.slice(0, MOST_HITS).map(([evidence, of]) => hit(evidence, of));
  const rest = byEvidence.slice(MOST_HITS).flatMap(([, of]) => of);
  return {
    id,
    title,
    status,
    severity,
    scope,
    ...level === undefined ? {} : { level },
    hits: rest.length === 0 ? hits : [...hits, hit("Likewise", rest)],
    ...isBad(status) ? { remedy, frameworks: FRAMEWORKS[concern] } : {},
  };
}

function hit(evidence: string, of: readonly Outcome[]): Hit {
  const names = of.flatMap(({ on }) => on === undefined ? [] : [on]);
  const more = names.length - MOST_NAMES;
  return {
    evidence,
    ...names.length === 0 ? {} : { on: names.slice(0, MOST_NAMES) },
    ...more > 0 ? { more } : {},
  };
}

function isBad(status: Status): boolean {
  return status === "fail" || status === "warn";
}

function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

function idsOf(outcomes: readonly Outcome[]): string {
  return [...new Set(outcomes.map(({ check }) => check.id))].join(", ");
}

/** Only those that occur, in the order of `keys`. */
function counted(keys: readonly string[], found: readonly string[]): Record<string, number> {
  const counts = keys.map((key) => [key, found.filter((item) => item === key).length] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}
