import { root, serverCommand, serverEnvironment } from "../../e2e/client.ts";
import { run } from "../../engine/machine.ts";
import type { BenchContext } from "../context.ts";
import { compare, type Report, showMedian } from "../finding.ts";
import { interleave, milliseconds } from "../measure.ts";
import { type ServerCommand, StdioServer } from "../stdio_server.ts";

/** From the start of the process to the answer to `initialize`, against a program that does nothing. */
export async function start(context: BenchContext): Promise<Report> {
  const { binaries, original, rounds } = context;
  const env = serverEnvironment();
  const [program, args] = serverCommand();
  const samples = await interleave(rounds, {
    compiled: () => startedIn({ program: binaries.server, env, cwd: root }),
    empty: () => milliseconds(() => run(binaries.empty, [])),
    uncompiled: () => startedIn({ program, args, env, cwd: root }),
    original: original.command && (() => startedIn(original.command)),
  });
  const compiled = samples("compiled");
  return {
    findings: [compare({
      what: "start → `initialize` answered, compiled",
      ours: compiled,
      baseline: samples("empty"),
      baselineName: "an empty compiled script",
      limit: 6,
      unit: "ms",
    })],
    beside: [
      {
        what: "start → `initialize` answered",
        ours: showMedian(compiled, "ms", ""),
        cli: "–",
        original: showMedian(samples("original"), "ms", original.reason ?? ""),
      },
      {
        what: "… with `deno run main.ts`",
        ours: showMedian(samples("uncompiled"), "ms", ""),
        cli: "–",
        original: "–",
      },
    ],
  };
}

async function startedIn(command: ServerCommand): Promise<number> {
  await using server = await StdioServer.start(command);
  return server.startedIn;
}
