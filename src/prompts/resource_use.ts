import { blockIo, cpuPercent, memory, networkTraffic } from "../docker/stats.ts";
import type { ContainerStats } from "../docker/types.ts";
import { keepArrived } from "../tools/broken_stream.ts";
import { bytesText } from "./container_lines.ts";
import { type PromptContext, within } from "./material.ts";

/** The Engine sends one sample at once and then one a second. */
const SAMPLES = 4;
const SAMPLING_MILLISECONDS = 8000;

/** What a container used over some seconds. */
export interface ResourceUse {
  readonly seconds: number;
  /** Percent of one processor, of each second. */
  readonly cpu: readonly number[];
  /** Bytes without the file cache, the highest of the samples. */
  readonly memory: number | undefined;
  /** Bytes: the container's limit, or the host's memory. */
  readonly memoryLimit: number | undefined;
  readonly processes: number | undefined;
  /** Periods in which the kernel held it back during the sample, and all of them. */
  readonly throttled: { readonly periods: number; readonly of: number } | undefined;
  /** Bytes a second. */
  readonly received: number | undefined;
  readonly sent: number | undefined;
  readonly read: number | undefined;
  readonly written: number | undefined;
}

/**
 * Samples of a running container for about three seconds, in one request; what came before a time limit is kept.
 *
 * @throws {DockerError} `not_found`, `timeout` where no sample came
 */
export async function sampleUse(
  { docker, signal }: PromptContext,
  id: string,
): Promise<ContainerStats[]> {
  const samples: ContainerStats[] = [];
  try {
    await within(SAMPLING_MILLISECONDS, { what: "the use", signal }, async (signal) => {
      const stream = docker.containers.statsStream(id, { signal });
      for await (const sample of keepArrived(stream, () => {})) {
        samples.push(sample);
        if (samples.length >= SAMPLES) return;
      }
    });
  } catch (error) {
    if (signal.aborted || samples.length === 0) throw error;
  }
  return samples;
}

/** What samples say together; undefined where there are none that say anything. */
export function useOf(samples: readonly ContainerStats[]): ResourceUse | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  const seconds = (Date.parse(last?.read ?? "") - Date.parse(first?.read ?? "")) / 1000;
  if (first === undefined || last === undefined || !(seconds > 0)) return undefined;
  const memories = samples.map(memory);
  const rate = (before: number | undefined, now: number | undefined): number | undefined =>
    before === undefined || now === undefined ? undefined : Math.max(0, now - before) / seconds;
  const [netBefore, netNow] = [networkTraffic(first), networkTraffic(last)];
  const [diskBefore, diskNow] = [blockIo(first), blockIo(last)];
  return {
    seconds,
    cpu: samples.slice(1).map(cpuPercent).filter((percent) => percent !== undefined),
    memory: highest(memories.map(({ used }) => used)),
    memoryLimit: memories.at(-1)?.limit,
    processes: highest(samples.map(({ pids_stats }) => pids_stats?.current)),
    throttled: throttledBetween(first, last),
    received: rate(netBefore?.received, netNow?.received),
    sent: rate(netBefore?.sent, netNow?.sent),
    read: rate(diskBefore?.read, diskNow?.read),
    written: rate(diskBefore?.written, diskNow?.written),
  };
}

/** The use in lines, each beside its limit. */
export function useLines(
  use: ResourceUse,
  limits: { readonly cpus: number; readonly pids: number },
): string[] {
  const { cpu, memory, memoryLimit, processes, throttled } = use;
  const highestCpu = highest(cpu);
  const average = cpu.reduce((sum, percent) => sum + percent, 0) / (cpu.length || 1);
  const share = memory !== undefined && memoryLimit
    ? ` of ${bytesText(memoryLimit)} (${percentText(memory / memoryLimit)})`
    : "";
  const ofLimit = (percent: number) =>
    limits.cpus > 0 ? `, ${percentText(percent / 100 / limits.cpus)} of its limit` : "";
  return [
    `Sampled for ${use.seconds.toFixed(1)} s; a busy hour may look otherwise`,
    ...(highestCpu === undefined ? [] : [
      `CPU: ${average.toFixed(1)} % of one processor on average, ${
        highestCpu.toFixed(1)
      } % at most${ofLimit(highestCpu)}`,
    ]),
    ...(memory === undefined ? [] : [`Memory without file cache: ${bytesText(memory)}${share}`]),
    ...(processes === undefined ? [] : [
      `Processes and threads: ${processes}${limits.pids > 0 ? ` of ${limits.pids}` : ""}`,
    ]),
    ...(throttled === undefined || throttled.of === 0 ? [] : [
      `Held back by its CPU limit in ${throttled.periods} of ${throttled.of} periods`,
    ]),
    ...rateLine("Network", use.received, use.sent),
    ...rateLine("Disk", use.read, use.written),
  ];
}

function rateLine(what: string, into: number | undefined, out: number | undefined): string[] {
  if (into === undefined && out === undefined) return [];
  const [verbIn, verbOut] = what === "Disk" ? ["read", "written"] : ["received", "sent"];
  return [
    `${what} a second: ${bytesText(into ?? 0)} ${verbIn}, ${bytesText(out ?? 0)} ${verbOut}`,
  ];
}

/** A share as percent for people. */
export function percentText(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}

function throttledBetween(first: ContainerStats, last: ContainerStats): ResourceUse["throttled"] {
  const [before, now] = [first.cpu_stats?.throttling_data, last.cpu_stats?.throttling_data];
  if (typeof now?.periods !== "number") return undefined;
  return {
    periods: Math.max(0, (now.throttled_periods ?? 0) - (before?.throttled_periods ?? 0)),
    of: Math.max(0, now.periods - (before?.periods ?? 0)),
  };
}

function highest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => typeof value === "number");
  return known.length === 0 ? undefined : Math.max(...known);
}
