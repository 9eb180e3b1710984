import { isRunning, type ProcessIdentity } from "./process_identity.ts";

/** Everything that a private Engine put on this machine, so that anyone can find it and take it away. */
export interface EngineRecord {
  readonly name: string;
  /** Eight random hexadecimal digits, in the name of all that is made for this Engine. */
  readonly id: string;
  /** 0 to 15; gives the address pool its number. */
  readonly slot: number;
  /** Holds data root, socket and log; only root can enter it. */
  readonly folder: string;
  readonly supervisor: ProcessIdentity;
  /** The Engine ends with this process; without one it runs until it is stopped. */
  readonly owner?: ProcessIdentity;
  /** PID 1 of the Engine's namespace: killing it ends everything inside. */
  readonly init?: ProcessIdentity;
  /** False while it starts and while it ends. */
  readonly ready: boolean;
  /** Whether /etc/docker did not exist before and had to be made to be hidden. */
  readonly madeConfigFolder: boolean;
  /** Whether the machine's firewall needed a rule to let our containers talk. */
  readonly madeForwardRule: boolean;
}

const SLOTS = 16;
const FOLDER = "/run"; // only root can write there, so nobody can plant a record for us to act on
const PREFIX = "mcp-docker-engine-";

/** An interface name has at most 15 characters. */
export const bridgeName = ({ id }: EngineRecord): string => `mcp-${id}`;
export const cgroupName = ({ id }: EngineRecord): string => `${PREFIX}${id}`;
/** The first two numbers of the slot's addresses, with a full stop behind each. */
export const addressPrefix = (slot: number): string => `10.${200 + slot}.`;
export const socketOf = (record: EngineRecord): string => `${record.folder}/docker.sock`;

/** Runs alone on this machine among all who start, stop or clean up Engines. */
export async function withEngineLock<Result>(work: () => Promise<Result>): Promise<Result> {
  // A lock on the folder itself leaves no lock file behind.
  using folder = await Deno.open(FOLDER);
  await folder.lock(true);
  return await work();
}

/** Every record, those of Engines whose supervisor has died included. */
export function readRecords(): EngineRecord[] {
  const records: EngineRecord[] = [];
  for (let slot = 0; slot < SLOTS; slot++) {
    try {
      records.push(JSON.parse(Deno.readTextFileSync(recordPath(slot))));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return records;
}

/** Whether an Engine can be used, now and for as long as its owner lives. */
export function isUsable({ ready, supervisor, owner }: EngineRecord): boolean {
  return ready && isRunning(supervisor) && (owner === undefined || isRunning(owner));
}

/** The usable Engine of this name, if there is one. */
export function findRunning(name: string): EngineRecord | undefined {
  return readRecords().find((each) => each.name === name && isUsable(each));
}

/** A slot that no Engine and no address of this machine uses. */
export function freeSlot(): number {
  const taken = new Set(readRecords().map((each) => each.slot));
  const addresses = Deno.networkInterfaces().map((each) => each.address);
  for (let slot = 0; slot < SLOTS; slot++) {
    const inUse = addresses.some((address) => address.startsWith(addressPrefix(slot)));
    if (!taken.has(slot) && !inUse) return slot;
  }
  throw new Error(`Cannot start a private Engine: all ${SLOTS} slots are taken`);
}

export function writeRecord(record: EngineRecord): void {
  const path = recordPath(record.slot);
  Deno.writeTextFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600 });
  Deno.renameSync(`${path}.new`, path); // readers see the old one or the new one, never half
}

export function removeRecord(record: EngineRecord): void {
  Deno.removeSync(recordPath(record.slot));
}

function recordPath(slot: number): string {
  return `${FOLDER}/${PREFIX}${slot}.json`;
}
