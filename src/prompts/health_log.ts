import type { ContainerState, HealthLog } from "../docker/types.ts";
import { fieldsOf, numberOf, objectsOf, textOf, textsOf } from "../tools/security_values.ts";

const NANOSECONDS = 1e9;
/** The Engine keeps the last five runs; some more do no harm. */
const MOST_RUNS = 5;
/** What the Engine uses where the check does not say. */
const DEFAULTS = { interval: 30, timeout: 30, retries: 3 };

/** The health check as configured and what came of its last runs; one line says so where there is none. */
export function healthLines(state: ContainerState, check: unknown): string[] {
  const { Status, FailingStreak, Log } = state.Health ?? {};
  const test = textsOf(fieldsOf(check).Test);
  if (test.length === 0 && !Status) return ["No health check"];
  if (test[0] === "NONE") return ["The image's health check is switched off"];
  return [
    `Status: ${Status || "not run yet"}${
      FailingStreak ? `, failed ${FailingStreak} times in a row` : ""
    }`,
    ...(test.length === 0 ? [] : [`Check: ${test.join(" ")} (${scheduleOf(check)})`]),
    ...objectsOf(Log).slice(-MOST_RUNS).map((run) => runLine(run)),
  ];
}

function scheduleOf(check: unknown): string {
  const { Interval, Timeout, Retries, StartPeriod } = fieldsOf(check);
  const seconds = (value: unknown, usual: number) =>
    numberOf(value) > 0 ? numberOf(value) / NANOSECONDS : usual;
  return `every ${seconds(Interval, DEFAULTS.interval)} s, at most ${
    seconds(Timeout, DEFAULTS.timeout)
  } s, unhealthy after ${numberOf(Retries) || DEFAULTS.retries} failures, ${
    seconds(StartPeriod, 0)
  } s to start`;
}

/** Other exit codes than 0 and 1 come from the check's own program or shell; the Engine writes -1 where it ran too long. */
function runLine(run: HealthLog): string {
  const code = numberOf(run.ExitCode);
  const verdict = code === 0
    ? "passed"
    : code === -1
    ? "did not end in time or could not run"
    : code === 126 || code === 127
    ? `failed with ${code}: the check's program is not in the image or cannot be run`
    : `failed with ${code}`;
  const output = textOf(run.Output).trim();
  return `${textOf(run.End).slice(0, 19)} ${verdict}${output === "" ? "" : `: ${output}`}`;
}
