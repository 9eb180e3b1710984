import type { Filters } from "./fields.ts";
import { RefusedError } from "./refused.ts";
import { parseTime } from "./time.ts";

/** What a prune may touch. */
export interface PruneRules {
  /** Whether an object with these labels and this age (Unix seconds; unknown for networks of old Engines) may go. */
  readonly matches: (
    labels: Readonly<Record<string, string>> | null | undefined,
    created: number | undefined,
  ) => boolean;
}

/**
 * Reads the filters of a prune before anything is deleted: `until`, `label`, `label!`.
 *
 * @throws {RefusedError} `invalid_arguments` for an empty or unreadable filter, which would otherwise widen the deletion,
 * and for `until` together with volumes, whose age the Engine does not filter by.
 */
export function pruneRules(filters: Filters | undefined, volumes: boolean): PruneRules {
  const all = (key: string): string[] => [filters?.[key] ?? []].flat();
  if (Object.values(filters ?? {}).some((value) => value === "" || [value].flat().includes(""))) {
    throw wrong("filters: a filter is empty", "Leave it out, or give it a value");
  }
  const [until, ...more] = all("until");
  if (more.length > 0) throw wrong("filters: until is given twice", "Give one point in time");
  if (until !== undefined && volumes) {
    throw wrong(
      "filters: until cannot be used with volumes",
      "Prune volumes in a call without until",
    );
  }
  const before = until === undefined
    ? undefined
    : parseTime("filters.until", until, Date.now() / 1000);
  const wanted = all("label").map(labelTest);
  const unwanted = all("label!").map(labelTest);
  return {
    matches: (labels, created) =>
      (before === undefined || (created !== undefined && created < before)) &&
      wanted.every((has) => has(labels ?? {})) && !unwanted.some((has) => has(labels ?? {})),
  };
}

/**
 * Reads a filter that is true or false.
 *
 * @returns undefined where it was not given
 * @throws {RefusedError} `invalid_arguments` for anything but one of true, false, 1 and 0.
 */
export function flagFilter(filters: Filters | undefined, key: string): boolean | undefined {
  const given = filters?.[key];
  if (given === undefined) return undefined;
  const [value = "", ...more] = [given].flat();
  if (more.length === 0 && /^(?:true|1)$/.test(value)) return true;
  if (more.length === 0 && /^(?:false|0)$/.test(value)) return false;
  throw wrong(`filters.${key}: is neither true nor false`, 'Use "true" or "false"');
}

/** `key` or `key=value`, as everywhere in Docker. */
function labelTest(filter: string): (labels: Readonly<Record<string, string>>) => boolean {
  const at = filter.indexOf("=");
  if (at === -1) return (labels) => Object.hasOwn(labels, filter);
  const [key, value] = [filter.slice(0, at), filter.slice(at + 1)];
  return (labels) => Object.hasOwn(labels, key) && labels[key] === value;
}

function wrong(message: string, remedy: string): RefusedError {
  return new RefusedError("invalid_arguments", message, remedy);
}
