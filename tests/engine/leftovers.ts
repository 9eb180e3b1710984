import { addressPrefix, bridgeName, cgroupName, type EngineRecord } from "./engine_record.ts";
import { kill } from "./process_identity.ts";
import { exists, removeBridge, removeForwardRule } from "./machine.ts";

/** Long enough for a kernel to take down some hundred containers. */
const GIVE_UP_AFTER_MS = 15_000;
const LOOK_AGAIN_AFTER_MS = 25;

/**
 * Takes away everything an Engine left on this machine, its processes first. Repeats until all is gone,
 * because what a dying process holds is freed a moment after the kill.
 */
export async function removeLeftovers(record: EngineRecord): Promise<void> {
  if (record.init !== undefined) kill(record.init, "SIGKILL");
  const removals = [
    ...bridgesOf(record).map((name) => () => removeBridge(name)),
    ...cgroupsOf(record).map((path) => () => removeCgroup(path)),
    ...record.madeForwardRule ? [() => removeForwardRule(record)] : [],
    ...record.madeConfigFolder ? [() => removeEmptyFolder("/etc/docker")] : [],
    () => removeFolder(record.folder),
  ];
  const deadline = Date.now() + GIVE_UP_AFTER_MS;
  for (;;) {
    const results = await Promise.allSettled(removals.map((remove) => remove()));
    const failures = results.filter((result) => result.status === "rejected");
    if (failures.length === 0) return;
    if (Date.now() > deadline) {
      const causes = failures.map(({ reason }) => reason);
      throw new AggregateError(causes, `Cannot clean up: ${causes.join("; ")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_AFTER_MS));
  }
}

/** The Engine's own bridge and those of its networks, as libnetwork recorded them. */
function bridgesOf(record: EngineRecord): string[] {
  const names = new Set([bridgeName(record)]);
  try {
    const store = `${record.folder}/data/network/files/local-kv.db`;
    // A bolt database, but its values are plain JSON.
    const text = new TextDecoder("latin1").decode(Deno.readFileSync(store));
    for (const match of text.matchAll(/"BridgeName":"([\w.-]{1,15})"/g)) names.add(match[1] ?? "");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  // These two names are every Engine's: only one with an address of ours is ours.
  for (const shared of ["docker0", "docker_gwbridge"]) {
    const ours = Deno.networkInterfaces().some((each) =>
      each.name === shared && each.address.startsWith(addressPrefix(record.slot))
    );
    if (!ours) names.delete(shared);
  }
  return [...names];
}

function cgroupsOf(record: EngineRecord): string[] {
  const mounts = Deno.readTextFileSync("/proc/self/mounts").split("\n").map((line) =>
    line.split(" ")
  );
  return mounts
    .filter(([, , type]) => type === "cgroup" || type === "cgroup2")
    .map(([, mountPoint]) => `${mountPoint}/${cgroupName(record)}`);
}

/** Removes a cgroup and those below it; the kernel refuses while one holds a process. */
async function removeCgroup(path: string): Promise<void> {
  try {
    for await (const entry of Deno.readDir(path)) {
      if (entry.isDirectory) await removeCgroup(`${path}/${entry.name}`);
    }
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function removeFolder(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Leaves a folder alone in which somebody has put something. */
async function removeEmptyFolder(path: string): Promise<void> {
  if (!await exists(path)) return;
  const entries = await Array.fromAsync(Deno.readDir(path));
  if (entries.length === 0) await Deno.remove(path);
}
