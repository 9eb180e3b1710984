import { EngineClient } from "./engine_client.ts";
import {
  addressPrefix,
  bridgeName,
  cgroupName,
  type EngineRecord,
  socketOf,
} from "./engine_record.ts";
import { initProgram } from "./prerequisites.ts";
import { childOf, type ProcessIdentity } from "./process_identity.ts";

const GIVE_UP_AFTER_MS = 30_000; // about a second is usual; a loaded machine takes several
const LOOK_AGAIN_AFTER_MS = 20;

/**
 * Runs inside the namespaces. What the machine's own Engine keeps in /run, /etc/docker and /opt is hidden, and
 * nothing of ours is written there. $1 is the folder; the rest are arguments for dockerd.
 */
const SCRIPT = `set -eu
folder=$1; shift
mkdir "$folder/data" "$folder/probe" "$folder/probe/lower" "$folder/probe/upper" "$folder/probe/work" "$folder/probe/merged"
for hidden in /run /etc/docker /opt; do [ ! -d $hidden ] || mount -t tmpfs -o mode=755 tmpfs $hidden; done
cd "$folder/probe"
driver=vfs
if mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay merged; then umount merged; driver=overlay2; fi
cd "$folder"
exec dockerd --storage-driver=$driver "$@"`;

const UNSHARE = ["unshare", "--pid", "--fork", "--kill-child", "--mount", "--mount-proc"];

/** A dockerd in PID and mount namespaces of its own, which dies with the process that started it. */
export interface Daemon {
  readonly child: Deno.ChildProcess;
  /** PID 1 of its namespace. */
  readonly init: ProcessIdentity;
}

/** Starts dockerd and waits until it answers; throws with the last words of its log. */
export async function startDaemon(record: EngineRecord): Promise<Daemon> {
  const log = `${record.folder}/log`;
  const namespace = ["--pdeathsig", "KILL", ...UNSHARE, await initProgram(), "--"];
  const script = ["sh", "-c", `exec >"$0" 2>&1; ${SCRIPT}`, log, record.folder];
  const child = new Deno.Command("setpriv", {
    args: [...namespace, ...script, ...daemonArguments(record)],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let ended = false;
  child.status.then(() => ended = true);
  const client = new EngineClient(socketOf(record));
  const deadline = Date.now() + GIVE_UP_AFTER_MS;
  try {
    while (!await client.isReady()) {
      if (ended || Date.now() > deadline) throw new Error(lastWords(log));
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_AFTER_MS));
    }
    const init = childOf(child.pid);
    if (init === undefined) throw new Error(lastWords(log));
    return { child, init };
  } catch (error) {
    if (!ended) child.kill("SIGKILL");
    await child.status;
    throw error;
  } finally {
    client.close();
  }
}

function daemonArguments(record: EngineRecord): string[] {
  return [
    `--data-root=${record.folder}/data`,
    "--exec-root=/run/docker",
    "--pidfile=/run/docker.pid",
    `--host=unix://${socketOf(record)}`,
    `--bridge=${bridgeName(record)}`,
    `--default-address-pool=base=${addressPrefix(record.slot)}0.0/16,size=24`,
    // Two daemons that write firewall rules undo each other's; published ports go through the proxy instead.
    "--iptables=false",
    "--ip6tables=false",
    "--ip-forward=false", // a setting of the whole machine
    "--userland-proxy=true",
    `--cgroup-parent=/${cgroupName(record)}`,
    "--exec-opt=native.cgroupdriver=cgroupfs",
  ];
}

function lastWords(log: string): string {
  let lines: string[] = [];
  try {
    lines = Deno.readTextFileSync(log).trim().split("\n");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return `Cannot start dockerd: ${lines.slice(-3).join(" | ") || "it said nothing"}`;
}
