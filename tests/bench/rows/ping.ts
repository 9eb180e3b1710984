import { type BenchContext, FEW_ROUNDS, withOriginal } from "../context.ts";
import { compare, type Report, showMedian } from "../finding.ts";
import { interleave, median, milliseconds, type Sample } from "../measure.ts";
import { StdioServer } from "../stdio_server.ts";

/** "As fast" is within the noise of two medians of half a millisecond. */
const AS_FAST = 1.5;
const PINGS_PER_SAMPLE = 20;
/** All of them fit into the sleep many times over. */
const MORE_ROUNDS = 5;
const SLEEP_SECONDS = 4;

/** `ping` while an exec sleeps, against an idle server. */
export async function ping(context: BenchContext): Promise<Report> {
  const id = await context.engine.run("busybox");
  try {
    return await measure(context, id);
  } finally {
    await context.engine.remove(id);
  }
}

async function measure(context: BenchContext, id: string): Promise<Report> {
  await using idle = await StdioServer.start(context.ours);
  await using busy = await StdioServer.start(context.ours);
  const pings = (server: StdioServer): Sample => async () => {
    const times = [];
    for (let sent = 0; sent < PINGS_PER_SAMPLE; sent++) {
      times.push(await milliseconds(() => server.request("ping")));
    }
    return median(times);
  };
  let asleep = true;
  const sleeping = sleep(busy, id).finally(() => asleep = false);
  const samples = await interleave(context.rounds * MORE_ROUNDS, {
    busy: pings(busy),
    idle: pings(idle),
  });
  if (!asleep) throw new Error("Cannot measure: the exec ended before the last ping");
  await sleeping;
  const originals: number[] = [];
  await withOriginal(context, async (server) => {
    for (let round = 0; server !== undefined && round < FEW_ROUNDS; round++) {
      const sleeping = sleep(server, id);
      originals.push(await milliseconds(() => server.request("ping")));
      await sleeping;
    }
  });
  const what = `\`ping\` while an exec sleeps ${SLEEP_SECONDS} s`;
  return {
    findings: [compare({
      what,
      ours: samples("busy"),
      baseline: samples("idle"),
      baselineName: "an idle server",
      limit: AS_FAST,
      unit: "ms",
    })],
    beside: [{
      what,
      ours: showMedian(samples("busy"), "ms", ""),
      cli: "–",
      original: showMedian(originals, "ms", context.original.reason ?? ""),
    }],
  };
}

async function sleep(server: StdioServer, id: string): Promise<void> {
  const command = ["sleep", String(SLEEP_SECONDS)];
  await server.call("docker_exec_command", { container_id: id, command });
}
