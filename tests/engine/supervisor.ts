/**
 * The process that keeps one private Engine: starts it, waits for a signal or for its owner's end, and takes
 * everything away. Started by `startPrivateEngine()`, which reads the one line it prints.
 */
import { type Daemon, startDaemon } from "./daemon.ts";
import {
  type EngineRecord,
  findRunning,
  freeSlot,
  readRecords,
  removeRecord,
  withEngineLock,
  writeRecord,
} from "./engine_record.ts";
import { removeLeftovers } from "./leftovers.ts";
import { exists, makeBridge, makeForwardRule, needsForwardRule } from "./machine.ts";
import { identify, isRunning, type ProcessIdentity } from "./process_identity.ts";

/** What `startPrivateEngine()` asks for, as JSON in the first argument. */
export interface SupervisorOptions {
  readonly name: string;
  /** The Engine ends with this process; without one it runs until it is stopped. */
  readonly owner?: ProcessIdentity;
}

/** The line the supervisor prints: the Engine, or why there is none. */
export type SupervisorAnswer = { readonly record: EngineRecord } | { readonly error: string };

const OWNER_CHECK_MS = 100;

/** Cleans up after Engines whose supervisor was killed. The caller holds the lock. */
async function sweep(): Promise<void> {
  for (const record of readRecords()) {
    if (isRunning(record.supervisor)) continue;
    await removeLeftovers(record);
    removeRecord(record);
  }
}

async function launch(
  { name, owner }: SupervisorOptions,
): Promise<{ record: EngineRecord; daemon: Daemon }> {
  const supervisor = identify(Deno.pid);
  if (supervisor === undefined) throw new Error("Cannot start an Engine: /proc is not mounted");
  const id = crypto.randomUUID().slice(0, 8);
  let record: EngineRecord = {
    name,
    id,
    slot: freeSlot(),
    folder: `${Deno.env.get("TMPDIR") ?? "/tmp"}/mcp-docker-engine-${id}`,
    supervisor,
    ...owner === undefined ? {} : { owner },
    ready: false,
    madeConfigFolder: !await exists("/etc/docker"),
    madeForwardRule: await needsForwardRule(),
  };
  // Written before anything is made: whoever finds the record can undo all of it.
  writeRecord(record);
  try {
    await Deno.mkdir(record.folder, { mode: 0o700 });
    if (record.madeConfigFolder) await Deno.mkdir("/etc/docker");
    if (record.madeForwardRule) await makeForwardRule(record);
    await makeBridge(record);
    const daemon = await startDaemon(record);
    record = { ...record, init: daemon.init, ready: true };
    writeRecord(record);
    return { record, daemon };
  } catch (error) {
    await removeLeftovers(record);
    removeRecord(record);
    throw error;
  }
}

async function answer(value: SupervisorAnswer): Promise<void> {
  try {
    await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
  } catch (error) {
    // Who asked was killed meanwhile; as the owner it is missed soon, and then all is taken away.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

function ownerGone(owner: ProcessIdentity | undefined): Promise<void> {
  if (owner === undefined) return new Promise(() => {});
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (isRunning(owner)) return;
      clearInterval(timer);
      resolve();
    }, OWNER_CHECK_MS);
  });
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
      Deno.addSignalListener(signal, resolve);
    }
  });
}

async function supervise(options: SupervisorOptions): Promise<void> {
  const stopped = stopSignal();
  let started: Awaited<ReturnType<typeof launch>> | undefined;
  await withEngineLock(async () => {
    try {
      await sweep();
      const running = findRunning(options.name);
      if (running !== undefined) return await answer({ record: running });
      started = await launch(options);
      await answer({ record: started.record });
    } catch (error) {
      await answer({ error: error instanceof Error ? error.message : String(error) });
    }
  });
  if (started === undefined) return;
  const { record, daemon } = started;
  await Promise.race([stopped, ownerGone(options.owner), daemon.child.status]);
  writeRecord({ ...record, ready: false }); // nobody may pick it up any more
  await withEngineLock(async () => {
    await removeLeftovers(record);
    await daemon.child.status;
    removeRecord(record);
  });
}

if (import.meta.main) {
  await supervise(JSON.parse(Deno.args[0] ?? "{}"));
  Deno.exit(); // the signal listeners would keep it alive
}
