/** A process that cannot be mistaken for a later one that got the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot at which it started, from /proc/<pid>/stat. */
  readonly startedAt: string;
}

/** The process with this number, or undefined when it has ended; a zombie has ended. */
export function identify(pid: number): ProcessIdentity | undefined {
  const fields = statFields(pid);
  if (fields === undefined || fields.state === "Z" || fields.state === "X") return undefined;
  return { pid, startedAt: fields.startedAt };
}

/** Whether this very process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startedAt === identity.startedAt;
}

/** Ends this very process at once; one that has ended already is left alone. */
export function kill(identity: ProcessIdentity, signal: Deno.Signal): void {
  if (!isRunning(identity)) return;
  try {
    Deno.kill(identity.pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The first child of a process, or undefined while it has none. */
export function childOf(parent: number): ProcessIdentity | undefined {
  for (const entry of Deno.readDirSync("/proc")) {
    const pid = Number(entry.name);
    if (Number.isInteger(pid) && statFields(pid)?.parent === parent) return identify(pid);
  }
  return undefined;
}

function statFields(pid: number): { state: string; parent: number; startedAt: string } | undefined {
  let stat: string;
  try {
    stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  } catch {
    return undefined; // ended: ENOENT before the open, ESRCH after it
  }
  // The command name, in parentheses, may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "X", parent: Number(fields[1]), startedAt: fields[19] ?? "" };
}
