import { serverEnvironment } from "../e2e/client.ts";
import { acquireEngine, type TestEngine } from "../engine/fixture.ts";
import { type Binaries, provideBinaries } from "./binaries.ts";
import { installOriginal, type Original } from "./original.ts";
import { RawEngine } from "./raw_engine.ts";
import { type ServerCommand, StdioServer } from "./stdio_server.ts";

/** What every benchmark works with. */
export interface BenchContext {
  readonly engine: TestEngine;
  /** The same Engine by bare fetch. */
  readonly raw: RawEngine;
  /** Samples to take of each thing. */
  readonly rounds: number;
  readonly binaries: Binaries;
  readonly original: Original;
  /** Runs the docker command to its end and drops its output; undefined where there is none. */
  readonly cli: ((args: readonly string[]) => Promise<void>) | undefined;
  /** How to start our compiled server on the Engine. */
  readonly ours: ServerCommand;
}

/** Says why a figure of the docker command is missing. */
export const NO_CLI = "no docker command";
/** Rounds for what takes seconds and is no bar, only information. */
export const FEW_ROUNDS = 3;

/** Provides all that the benchmarks need, runs them and removes it again. */
export async function withContext<Result>(
  rounds: number,
  run: (context: BenchContext) => Promise<Result>,
): Promise<Result> {
  const engine = await acquireEngine();
  try {
    using raw = new RawEngine(engine.socketPath);
    await using binaries = await provideBinaries();
    await using original = await installOriginal(engine.host);
    const cli = await findCli(engine.host);
    const env = serverEnvironment({
      DOCKER_HOST: engine.host,
      SECURITY_RATE_LIMIT_ENABLED: "false", // what is measured is called more often than any user calls
    });
    const ours = { program: binaries.fullServer, env };
    return await run({ engine, raw, rounds, binaries, original, cli, ours });
  } finally {
    await engine.release();
  }
}

/** Starts the original, where it is here, lets it be used, and ends it. */
export async function withOriginal(
  { original }: BenchContext,
  use: (server: StdioServer | undefined) => Promise<void>,
): Promise<void> {
  if (original.command === undefined) return await use(undefined);
  await using server = await StdioServer.start(original.command);
  await use(server);
}

async function findCli(host: string): Promise<BenchContext["cli"]> {
  const cli = async (args: readonly string[]) => {
    const env = { DOCKER_HOST: host };
    const command = new Deno.Command("docker", {
      args: [...args],
      env,
      stdin: "null",
      stdout: "null",
    });
    const { success, stderr } = await command.output();
    if (!success) throw new Error(`Cannot measure docker: ${new TextDecoder().decode(stderr)}`);
  };
  try {
    await cli(["version"]);
    return cli;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
