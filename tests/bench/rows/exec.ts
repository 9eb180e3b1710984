import { type BenchContext, FEW_ROUNDS, NO_CLI } from "../context.ts";
import { compare, limitTo, type Report, require, showMedian } from "../finding.ts";
import { interleave, milliseconds } from "../measure.ts";
import { costOfCall } from "../memory.ts";

const MEBIBYTE = 1_048_576;
const TOOL = "docker_exec_command";
const EXIT_CODE = 7;
/** 200 MB in lines of 100 bytes, and an exit code that is not the usual one. */
const LINE = "a".repeat(99);
const COMMAND = ["sh", "-c", `yes ${LINE} | head -c 200000000; exit ${EXIT_CODE}`];

/** An exec that prints 200 MB, of which 1 MiB is kept. */
export async function exec(context: BenchContext): Promise<Report> {
  const id = await context.engine.run("busybox");
  try {
    return await measure(context, id);
  } finally {
    await context.engine.remove(id);
  }
}

async function measure(context: BenchContext, id: string): Promise<Report> {
  const { cli, ours, rounds, original: { command, reason = "" } } = context;
  const input = { container_id: id, command: COMMAND };
  const peaks: number[] = [];
  const originalPeaks: number[] = [];
  let reported = true;
  const time = await interleave(rounds, {
    ours: async () => {
      const { milliseconds, peakBytes, result } = await costOfCall(ours, TOOL, input);
      peaks.push(peakBytes);
      reported &&= result.structuredContent?.exit_code === EXIT_CODE;
      return milliseconds;
    },
    raw: () => milliseconds(() => drainRaw(context, id)),
    cli: cli && (() => milliseconds(() => cli(["exec", id, ...COMMAND.with(2, PLAIN_SCRIPT)]))),
  });
  const original = await interleave(FEW_ROUNDS, {
    time: command && (async () => {
      const { milliseconds, peakBytes } = await costOfCall(command, TOOL, input);
      originalPeaks.push(peakBytes);
      return milliseconds;
    }),
  });
  const what = "exec that prints 200 MB, 1 MiB kept";
  const memory = `memory above idle, ${what}`;
  return {
    findings: [
      compare({
        what,
        ours: time("ours"),
        baseline: time("raw"),
        baselineName: "draining it raw",
        limit: 1.5,
        unit: "ms",
      }),
      limitTo({ what: memory, ours: peaks, limit: 32 * MEBIBYTE, unit: "MiB" }),
      require(`exit code reported, ${what}`, reported),
    ],
    beside: [
      {
        what,
        ours: showMedian(time("ours"), "ms", ""),
        cli: showMedian(time("cli"), "ms", NO_CLI),
        original: showMedian(original("time"), "ms", reason),
      },
      {
        what: memory,
        ours: showMedian(peaks, "MiB", ""),
        cli: "–",
        original: showMedian(originalPeaks, "MiB", reason),
      },
    ],
  };
}

/** Without the exit code, which the docker command would pass on and which looks like its own failure. */
const PLAIN_SCRIPT = `yes ${LINE} | head -c 200000000`;

async function drainRaw({ raw }: BenchContext, id: string): Promise<void> {
  const config = { Cmd: COMMAND, AttachStdout: true, AttachStderr: true };
  const { value } = await raw.json(`/containers/${id}/exec`, config);
  const { Id } = value as { Id: string };
  await raw.drain(`/exec/${Id}/start`, { Detach: false, Tty: false });
  await raw.json(`/exec/${Id}/json`);
}
