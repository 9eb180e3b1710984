import { EngineClient } from "../engine/engine_client.ts";
import { cgroupName, type EngineRecord, socketOf } from "../engine/engine_record.ts";
import { seedImages } from "../engine/images.ts";
import { removeLeftovers } from "../engine/leftovers.ts";
import { initProgram } from "../engine/prerequisites.ts";
import { childOf, identify, kill, type ProcessIdentity } from "../engine/process_identity.ts";
import { until } from "./watching.ts";

/** As in the private Engine of all tests, but dockerd is started again whenever it ends. */
const SCRIPT = `set -eu
folder=$1; shift
for hidden in /run /etc/docker /opt; do [ ! -d $hidden ] || mount -t tmpfs -o mode=755 tmpfs $hidden; done
cd "$folder"
set +e
while [ ! -e "$folder/down" ] || sleep 0.05; do [ -e "$folder/down" ] || dockerd "$@"; rm -f /run/docker.pid; done`;

const UNSHARE = ["unshare", "--pid", "--fork", "--kill-child", "--mount", "--mount-proc"];

/** An Engine without networks of its own, which can be restarted as an operator restarts it; dispose it. */
export interface RestartableEngine extends AsyncDisposable {
  readonly socketPath: string;
  /** Ends it as the system does, containers included. */
  stop(): Promise<void>;
  /** Starts it again on what it had. */
  start(): Promise<void>;
  /** Ends it at once; its containers run on, and it starts again by itself. */
  crash(): Promise<void>;
}

/** Starts one with the test images. Needs what a private Engine needs. */
export async function startRestartableEngine(): Promise<RestartableEngine> {
  const record = newRecord(await Deno.makeTempDir({ prefix: "mcp-docker-restart-" }));
  const child = await spawn(record);
  const client = new EngineClient(socketOf(record));
  const ready = () => until("the Engine answers", () => client.isReady());
  const daemon = (): ProcessIdentity => {
    const found = processUnder(child.pid, "dockerd");
    if (found === undefined) throw new Error("Cannot find dockerd");
    return found;
  };
  const down = `${record.folder}/down`;
  await ready();
  await seedImages(socketOf(record));
  return {
    socketPath: socketOf(record),
    async stop() {
      await Deno.writeTextFile(down, "");
      const before = daemon();
      kill(before, "SIGTERM");
      await until("dockerd has ended", () => identify(before.pid)?.startedAt !== before.startedAt);
    },
    async start() {
      await Deno.remove(down);
      await ready();
    },
    async crash() {
      const before = daemon();
      kill(before, "SIGKILL");
      await until("dockerd has ended", () => identify(before.pid)?.startedAt !== before.startedAt);
      await ready();
    },
    async [Symbol.asyncDispose]() {
      client.close();
      child.kill("SIGKILL");
      await child.status;
      await removeLeftovers(record);
    },
  };
}

function newRecord(folder: string): EngineRecord {
  const own = identify(Deno.pid);
  if (own === undefined) throw new Error("Cannot identify this process");
  const id = crypto.randomUUID().slice(0, 8);
  const state = { ready: true, madeConfigFolder: false, madeForwardRule: false };
  return { name: `restart-${id}`, id, slot: 0, folder, supervisor: own, ...state };
}

async function spawn(record: EngineRecord): Promise<Deno.ChildProcess> {
  const { folder } = record;
  await Deno.mkdir(`${folder}/data`);
  const daemonArguments = [
    `--data-root=${folder}/data`,
    "--exec-root=/run/docker",
    "--pidfile=/run/docker.pid",
    `--host=unix://${socketOf(record)}`,
    "--bridge=none",
    "--iptables=false",
    "--ip6tables=false",
    "--ip-forward=false",
    `--cgroup-parent=/${cgroupName(record)}`,
    "--exec-opt=native.cgroupdriver=cgroupfs",
  ];
  const script = ["sh", "-c", `exec >"$0" 2>&1; ${SCRIPT}`, `${folder}/log`, folder];
  return new Deno.Command("setpriv", {
    args: [
      ...["--pdeathsig", "KILL", ...UNSHARE, await initProgram(), "--"],
      ...script,
      ...daemonArguments,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

/** The first process below another whose program has this name. */
function processUnder(parent: number, name: string): ProcessIdentity | undefined {
  for (let found = childOf(parent); found !== undefined; found = childOf(found.pid)) {
    if (Deno.readTextFileSync(`/proc/${found.pid}/comm`).trim() === name) return found;
  }
  return undefined;
}
