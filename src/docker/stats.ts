import type { ContainerStats, CpuStats } from "./types.ts";

/** Traffic in bytes since the container started. */
export interface Traffic {
  readonly received: number;
  readonly sent: number;
}

/** Bytes moved to and from block devices since the container started. */
export interface BlockIo {
  readonly read: number;
  readonly written: number;
}

/** Memory in bytes, and its share of the limit in percent. */
export interface Memory {
  /** Without the file cache that the kernel would give back. */
  readonly used: number | undefined;
  /** The container's limit, or the host's memory. */
  readonly limit: number | undefined;
  readonly percent: number | undefined;
}

/**
 * CPU use between two samples in percent of one processor: 200 means two are busy.
 *
 * docker/cli's formula: the container's share of the host's CPU time, times the processors online; on
 * Windows its time over the time its processors had.
 *
 * @returns undefined where the samples do not tell, e.g. in a first sample or for a stopped container
 * @see https://github.com/docker/cli/blob/master/cli/command/container/stats_helpers.go
 */
export function cpuPercent(stats: ContainerStats): number | undefined {
  return isWindows(stats) ? cpuPercentWindows(stats) : cpuPercentUnix(stats);
}

function cpuPercentUnix({ cpu_stats: now, precpu_stats: before }: ContainerStats) {
  const used = difference(now?.cpu_usage?.total_usage, before?.cpu_usage?.total_usage);
  const available = difference(now?.system_cpu_usage, before?.system_cpu_usage);
  const processors = processorCount(now);
  if (used === undefined || available === undefined || processors === undefined) return undefined;
  return used < 0 ? undefined : ratio(used * processors * 100, available);
}

function cpuPercentWindows(stats: ContainerStats): number | undefined {
  const now = stats.cpu_stats?.cpu_usage?.total_usage;
  const used = difference(now, stats.precpu_stats?.cpu_usage?.total_usage);
  const milliseconds = Date.parse(stats.read ?? "") - Date.parse(stats.preread ?? "");
  // Windows counts in units of 100 ns: 10,000 a millisecond.
  const available = milliseconds * 10_000 * (finite(stats.num_procs) ?? 0);
  return used === undefined || used < 0 ? undefined : ratio(used * 100, available);
}

/**
 * What a container uses of its memory.
 *
 * docker/cli subtracts the inactive file cache: `total_inactive_file` with cgroup v1, `inactive_file` with v2;
 * on Windows the private working set is used as it is.
 */
export function memory(stats: ContainerStats): Memory {
  const figures = stats.memory_stats;
  if (isWindows(stats)) {
    return { used: finite(figures?.privateworkingset), limit: undefined, percent: undefined };
  }
  const usage = finite(figures?.usage);
  const cache = finite(figures?.stats?.["total_inactive_file"]) ??
    finite(figures?.stats?.["inactive_file"]) ?? 0;
  const used = usage === undefined || cache >= usage ? usage : usage - cache;
  const limit = positive(figures?.limit);
  const percent = used === undefined || limit === undefined ? undefined : ratio(used * 100, limit);
  return { used, limit, percent };
}

/** The traffic of all interfaces; undefined where there are none, as with a stopped container or the host's network. */
export function networkTraffic(stats: ContainerStats): Traffic | undefined {
  const interfaces = Object.values(stats.networks ?? {}).filter((figures) => figures !== null);
  if (interfaces.length === 0) return undefined;
  return {
    received: sum(interfaces.map(({ rx_bytes }) => rx_bytes)),
    sent: sum(interfaces.map(({ tx_bytes }) => tx_bytes)),
  };
}

/** The block I/O of all devices; undefined where the kernel counts none, which Engines say with `[]` or null. */
export function blockIo(stats: ContainerStats): BlockIo | undefined {
  if (isWindows(stats)) {
    const { read_size_bytes, write_size_bytes } = stats.storage_stats ?? {};
    return { read: sum([read_size_bytes]), written: sum([write_size_bytes]) };
  }
  const entries = stats.blkio_stats?.io_service_bytes_recursive ?? [];
  if (entries.length === 0) return undefined;
  // The first letter decides, as in docker/cli: cgroup v1 writes "Read", v2 "read".
  const of = (letter: string) =>
    sum(entries.filter(({ op }) => op?.toLowerCase().startsWith(letter)).map(({ value }) => value));
  return { read: of("r"), written: of("w") };
}

/** Processors the container may use, as far as the sample tells. */
export function processorCount(cpu: CpuStats | null | undefined): number | undefined {
  return positive(cpu?.online_cpus) ?? positive(cpu?.cpu_usage?.percpu_usage?.length);
}

/** Only Windows counts processors here; docker/cli asks the Engine's `OSType` instead. */
function isWindows(stats: ContainerStats): boolean {
  return positive(stats.num_procs) !== undefined;
}

function finite(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function positive(value: unknown): number | undefined {
  const number = finite(value);
  return number !== undefined && number > 0 ? number : undefined;
}

function difference(now: unknown, before: unknown): number | undefined {
  const [later, earlier] = [finite(now), finite(before)];
  return later === undefined || earlier === undefined ? undefined : later - earlier;
}

function ratio(part: number, whole: number): number | undefined {
  const result = part / whole;
  return whole > 0 && Number.isFinite(result) ? result : undefined;
}

function sum(values: readonly unknown[]): number {
  return values.reduce<number>((total, value) => total + (finite(value) ?? 0), 0);
}
