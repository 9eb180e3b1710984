import { type BenchContext, FEW_ROUNDS, NO_CLI, withOriginal } from "../context.ts";
import { compare, limitTo, type Report, showMedian } from "../finding.ts";
import { interleave, milliseconds } from "../measure.ts";
import { costOfCall } from "../memory.ts";
import { StdioServer } from "../stdio_server.ts";

const MEBIBYTE = 1_048_576;
const TOOL = "docker_container_logs";
const LINES = 1000;
/** Reading is cheap enough to be done more often than the rest. */
const MORE_ROUNDS = 5;
/** Two million lines of 100 bytes, as a web server would write them. */
const WRITE_LOG = `awk 'BEGIN { for (i = 0; i < 2000000; i++) printf ` +
  `"2026-01-01T00:00:00.%09dZ INFO GET /api/v1/items/%07d status=200 bytes=%05d duration=%03dms\\n", ` +
  `i, i, i % 99999, i % 1000 }'`;

/** The last 1,000 lines of a log of 200 MB. */
export async function logs(context: BenchContext): Promise<Report> {
  const { engine } = context;
  const id = await engine.run("busybox", { cmd: ["sh", "-c", WRITE_LOG] });
  try {
    await engine.raw("POST", `/containers/${id}/wait`);
    return await measure(context, id);
  } finally {
    await engine.remove(id);
  }
}

async function measure(context: BenchContext, id: string): Promise<Report> {
  const { cli, ours, raw, rounds, original: { command, reason = "" } } = context;
  const input = { container_id: id, tail: LINES };
  const rawTail = `/containers/${id}/logs?stdout=1&stderr=1&tail=${LINES}`;
  const originals: number[] = [];
  await withOriginal(context, async (original) => {
    const call = original && (() => milliseconds(() => original.call(TOOL, input)));
    originals.push(...(await interleave(FEW_ROUNDS, { call }))("call"));
  });
  await using server = await StdioServer.start(ours);
  const time = await interleave(rounds * MORE_ROUNDS, {
    ours: () => milliseconds(() => server.call(TOOL, input)),
    raw: () => milliseconds(() => raw.drain(rawTail)),
    cli: cli && (() => milliseconds(() => cli(["logs", "--tail", String(LINES), id]))),
  });
  const peak = await interleave(rounds, {
    ours: async () => (await costOfCall(ours, TOOL, input)).peakBytes,
  });
  const originalPeak = await interleave(FEW_ROUNDS, {
    peak: command && (async () => (await costOfCall(command, TOOL, input)).peakBytes),
  });
  const what = "last 1,000 lines of a 200 MB log";
  const memory = `memory above idle, ${what}`;
  return {
    findings: [
      compare({
        what,
        ours: time("ours"),
        baseline: time("raw"),
        baselineName: "reading them raw",
        limit: 1.5,
        unit: "ms",
      }),
      limitTo({ what: memory, ours: peak("ours"), limit: 64 * MEBIBYTE, unit: "MiB" }),
    ],
    beside: [
      {
        what,
        ours: showMedian(time("ours"), "ms", ""),
        cli: showMedian(time("cli"), "ms", NO_CLI),
        original: showMedian(originals, "ms", reason),
      },
      {
        what: memory,
        ours: showMedian(peak("ours"), "MiB", ""),
        cli: "–",
        original: showMedian(originalPeak("peak"), "MiB", reason),
      },
    ],
  };
}
