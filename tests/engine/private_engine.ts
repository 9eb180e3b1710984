import {
  type EngineRecord,
  findRunning,
  isUsable,
  readRecords,
  removeRecord,
  socketOf,
  withEngineLock,
} from "./engine_record.ts";
import { removeLeftovers } from "./leftovers.ts";
import { identify, isRunning, kill, type ProcessIdentity } from "./process_identity.ts";
import type { SupervisorAnswer, SupervisorOptions } from "./supervisor.ts";

/** A Docker Engine of our own: not the machine's, and gone without a trace when it is stopped. */
export interface PrivateEngine {
  readonly name: string;
  /** As `DOCKER_HOST` wants it. */
  readonly host: string;
  readonly socketPath: string;
}

/** How to start a private Engine. */
export interface PrivateEngineOptions {
  /** Engines are told apart by name; starting one that runs returns it. @default {`test-${Deno.pid}`} */
  readonly name?: string;
  /** Keep it until `stopPrivateEngine()`, not only until this process ends. @default {false} */
  readonly detached?: boolean;
}

const STOP_GIVES_UP_AFTER_MS = 20_000;
const LOOK_AGAIN_AFTER_MS = 20;

/** Starts a private Engine, or returns the one of this name that runs. Needs root and Linux. */
export async function startPrivateEngine(
  { name = `test-${Deno.pid}`, detached = false }: PrivateEngineOptions = {},
): Promise<PrivateEngine> {
  const running = findRunning(name);
  if (running !== undefined) return toEngine(running);
  const owner = detached ? undefined : identify(Deno.pid);
  const answer = await startSupervisor(owner === undefined ? { name } : { name, owner });
  if ("error" in answer) throw new Error(answer.error);
  return toEngine(answer.record);
}

/** The running Engine of this name, if there is one. */
export function findPrivateEngine(name: string): PrivateEngine | undefined {
  const record = findRunning(name);
  return record === undefined ? undefined : toEngine(record);
}

/** The Engines that run now. */
export function listPrivateEngines(): PrivateEngine[] {
  return readRecords().filter(isUsable).map(toEngine);
}

/** Stops the Engine of this name and waits until nothing of it is left; false when there was none. */
export async function stopPrivateEngine(name: string): Promise<boolean> {
  const records = readRecords().filter((each) => each.name === name);
  for (const record of records) {
    kill(record.supervisor, "SIGTERM");
    await ended(record.supervisor);
    await withEngineLock(async () => {
      if (!readRecords().some(({ id }) => id === record.id)) return;
      // Only when its supervisor was killed before it could clean up.
      await removeLeftovers(record);
      removeRecord(record);
    });
  }
  return records.length > 0;
}

async function startSupervisor(options: SupervisorOptions): Promise<SupervisorAnswer> {
  const program = new URL("supervisor.ts", import.meta.url).href;
  const flags = ["run", "-A", "--quiet", "--no-prompt", "--no-config", "--no-lock"];
  // A session of its own: neither Ctrl-C nor the end of the terminal reaches it before its owner is done.
  const command = new Deno.Command("setsid", {
    args: ["--fork", Deno.execPath(), ...flags, program, JSON.stringify(options)],
    cwd: "/",
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  });
  const child = command.spawn(); // ends at once, its child does not: nothing of it stays with this process
  const line = await firstLine(child.stdout);
  await child.status;
  if (line === "") throw new Error("Cannot start a private Engine: its supervisor said nothing");
  return JSON.parse(line);
}

async function firstLine(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.endsWith("\n")) break; // leaving the loop closes the stream
  }
  return text.trim();
}

async function ended(process: ProcessIdentity): Promise<void> {
  const deadline = Date.now() + STOP_GIVES_UP_AFTER_MS;
  while (isRunning(process)) {
    if (Date.now() > deadline) throw new Error(`Cannot stop process ${process.pid}: it still runs`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_AFTER_MS));
  }
}

function toEngine(record: EngineRecord): PrivateEngine {
  const socketPath = socketOf(record);
  return { name: record.name, host: `unix://${socketPath}`, socketPath };
}
