import { addressPrefix, bridgeName, type EngineRecord } from "./engine_record.ts";

/** Runs a program to its end; its standard output, or an error with its standard error. */
export async function run(program: string, args: readonly string[]): Promise<string> {
  const command = new Deno.Command(program, { args: [...args], stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  if (!success) {
    const words = decoder.decode(stderr).trim();
    throw new Error(`Cannot run "${program} ${args.join(" ")}": ${words}`);
  }
  return decoder.decode(stdout);
}

/** Whether there is a file, or a folder, under this path. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}

/** Makes the Engine's bridge, with the first address of its pool. */
export async function makeBridge(record: EngineRecord): Promise<void> {
  const name = bridgeName(record);
  // busybox brings its own `ip`; many machines have no other.
  await run("busybox", ["ip", "link", "add", name, "type", "bridge"]);
  await run("busybox", [
    "ip",
    "address",
    "add",
    `${addressPrefix(record.slot)}0.1/24`,
    "dev",
    name,
  ]);
  await run("busybox", ["ip", "link", "set", name, "up"]);
}

/** Whether this network namespace has an interface of this name; /sys may show another namespace's. */
export async function hasInterface(name: string): Promise<boolean> {
  const interfaces = await Deno.readTextFile("/proc/self/net/dev");
  return interfaces.split("\n").some((line) => line.trimStart().startsWith(`${name}:`));
}

/** Removes a bridge; one that is gone already is fine. */
export async function removeBridge(name: string): Promise<void> {
  if (await hasInterface(name)) await run("busybox", ["ip", "link", "delete", name]);
}

/** Lets an Engine's containers talk to each other on a machine where `needsForwardRule()`. */
export async function makeForwardRule(record: EngineRecord): Promise<void> {
  await run("iptables", ["-I", ...forwardRule(record)]);
}

/** Removes an Engine's rule; one that is gone already is fine. */
export async function removeForwardRule(record: EngineRecord): Promise<void> {
  const rules = await run("iptables", ["-S", "FORWARD"]);
  if (rules.includes(`--comment ${bridgeName(record)} `)) {
    await run("iptables", ["-D", ...forwardRule(record)]);
  }
}

function forwardRule(record: EngineRecord): string[] {
  const pool = `${addressPrefix(record.slot)}0.0/16`;
  const mark = ["-m", "comment", "--comment", bridgeName(record)];
  return ["FORWARD", "-s", pool, "-d", pool, ...mark, "-j", "ACCEPT"];
}

/**
 * Another Engine on this machine may have told the kernel to drop what it forwards, and bridged packets
 * to ask it: then our containers could not reach each other.
 */
export async function needsForwardRule(): Promise<boolean> {
  try {
    const filtered = await Deno.readTextFile("/proc/sys/net/bridge/bridge-nf-call-iptables");
    if (filtered.trim() !== "1") return false;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false; // the kernel module is not loaded
    throw error;
  }
  return (await run("iptables", ["-S", "FORWARD"])).includes("-P FORWARD DROP");
}
