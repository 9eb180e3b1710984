import { z } from "zod";
import { blockIo, cpuPercent, memory as memoryOf, networkTraffic } from "../docker/stats.ts";
import type { ContainerStats } from "../docker/types.ts";
import { shortId } from "./container_view.ts";
import { containerRef, verbose } from "./fields.ts";
import { defineTool, type Tool, type ToolContext } from "./tool.ts";
import { type Json, pick, statsView } from "./views.ts";

/** What a container uses. */
export const containerStats: Tool = defineTool({
  name: "docker_container_stats",
  title: "Container resource usage",
  safety: "safe",
  description:
    "Measure a container's CPU, memory, network and disk use for about a second, like `docker stats`. Changes nothing.",
  input: () =>
    z.strictObject({
      container_id: containerRef(),
      stream: z.boolean().default(false).meta({
        description: "At once: no CPU percentage, no rates",
      }),
      verbose: verbose("Everything"),
    }),
  output: () => z.object({ stats: z.record(z.string(), z.unknown()), container_id: z.string() }),
  example: { container_id: "web" },
  async run(context, { container_id, stream, verbose }) {
    const { Id, State } = await context.docker.containers.inspect(container_id, {
      signal: context.signal,
    });
    const wanted = stream || State?.Running !== true ? 1 : 2;
    const [first = {}, second] = await samples(context, container_id, wanted);
    const last = second ?? first;
    const shown = verbose ? last as Json : pick(last, statsView);
    return { stats: { ...derived(first, second), ...shown }, container_id: shortId(Id) };
  },
});

/** The first `count` samples: the Engine sends one at once and then one a second. */
async function samples(
  { docker, signal }: ToolContext,
  id: string,
  count: number,
): Promise<ContainerStats[]> {
  const taken: ContainerStats[] = [];
  for await (const sample of docker.containers.statsStream(id, { signal })) {
    taken.push(sample);
    if (taken.length >= count) break;
  }
  return taken;
}

/** Percentages, totals and rates a second; a figure the Engine gives no basis for is left out. */
function derived(first: ContainerStats, second: ContainerStats | undefined): Json {
  const last = second ?? first;
  const memory = memoryOf(last);
  const network = networkTraffic(last);
  const block = blockIo(last);
  const seconds = second === undefined ? 0 : secondsBetween(first, second);
  const rate = (now: number | undefined, before: number | undefined): number | undefined =>
    seconds <= 0 || now === undefined || before === undefined
      ? undefined
      : Math.round(Math.max(0, now - before) / seconds);
  const networkBefore = networkTraffic(first);
  const blockBefore = blockIo(first);
  return defined({
    cpu_percent: second === undefined ? undefined : rounded(cpuPercent(second)),
    memory_percent: rounded(memory.percent),
    memory_bytes: memory.used,
    memory_limit_bytes: memory.limit,
    network_rx_bytes: network?.received,
    network_tx_bytes: network?.sent,
    network_rx_bytes_per_second: rate(network?.received, networkBefore?.received),
    network_tx_bytes_per_second: rate(network?.sent, networkBefore?.sent),
    block_read_bytes: block?.read,
    block_write_bytes: block?.written,
    block_read_bytes_per_second: rate(block?.read, blockBefore?.read),
    block_write_bytes_per_second: rate(block?.written, blockBefore?.written),
  });
}

function secondsBetween(first: ContainerStats, second: ContainerStats): number {
  const between = Date.parse(second.read ?? "") - Date.parse(first.read ?? "");
  return Number.isFinite(between) ? between / 1000 : 0;
}

function rounded(percent: number | undefined): number | undefined {
  return percent === undefined ? undefined : Math.round(percent * 100) / 100;
}

function defined(figures: Readonly<Record<string, number | undefined>>): Json {
  return Object.fromEntries(Object.entries(figures).filter(([, figure]) => figure !== undefined));
}
