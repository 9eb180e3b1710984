import { serverEnvironment } from "../../e2e/client.ts";
import type { BenchContext } from "../context.ts";
import { limitTo, type Report, showMedian } from "../finding.ts";
import { interleave } from "../measure.ts";
import { idleMemory } from "../memory.ts";
import { type ServerCommand, StdioServer } from "../stdio_server.ts";

/** Memory of a server that a client has started and then leaves alone. */
export async function idle({ binaries, original, rounds }: BenchContext): Promise<Report> {
  const { command, reason = "" } = original;
  const memory = await interleave(rounds, {
    ours: () => memoryOf({ program: binaries.server, env: serverEnvironment() }),
    original: command && (() => memoryOf(command)),
  });
  const what = "idle memory, compiled";
  const ours = memory("ours");
  return {
    findings: [limitTo({ what, ours, limit: 70_000_000, unit: "MB" })],
    beside: [{
      what: "idle memory",
      ours: showMedian(ours, "MB", ""),
      cli: "–",
      original: showMedian(memory("original"), "MB", reason),
    }],
  };
}

async function memoryOf(command: ServerCommand): Promise<number> {
  await using server = await StdioServer.start(command);
  return await idleMemory(server);
}
