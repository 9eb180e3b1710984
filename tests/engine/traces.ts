import { bridgeName, cgroupName, type EngineRecord } from "./engine_record.ts";
import type { TestEngine } from "./fixture.ts";
import { exists, hasInterface, run } from "./machine.ts";
import { isRunning } from "./process_identity.ts";

/** What a running container with a network of its own adds to the machine. */
export interface Occupation {
  readonly container: string;
  readonly bridge: string;
  /** Where the machine reaches the container's page. */
  readonly url: string;
}

/** Makes an Engine do what leaves traces: a network, a volume, a published port, a running container. */
export async function occupy(
  engine: TestEngine,
): Promise<Occupation> {
  const { json } = await engine.raw("POST", "/networks/create", {
    Name: "own",
    Labels: engine.labels,
  });
  const { Id: network } = json as { Id: string };
  const id = await engine.run("web", {
    hostConfig: {
      NetworkMode: network,
      Mounts: [{ Type: "volume", Source: "own", Target: "/data" }],
      PortBindings: { "8080/tcp": [{ HostIp: "127.0.0.1", HostPort: "0" }] },
    },
  });
  await engine.until(id, (state) => state.Health?.Status === "healthy");
  const answer = await engine.raw("GET", `/containers/${id}/json`);
  const { NetworkSettings: { Ports } } = answer.json as {
    NetworkSettings: { Ports: Record<string, { HostPort: string }[]> };
  };
  const url = `http://127.0.0.1:${Ports["8080/tcp"]?.[0]?.HostPort}/`;
  return { container: id, url, bridge: `br-${network.slice(0, 12)}` };
}

/** Every trace of an Engine, and of what occupies it, that this machine still shows. */
export async function tracesOf(
  record: EngineRecord,
  { bridge, container }: Occupation,
): Promise<string[]> {
  const traces: string[] = [];
  for (const name of [bridgeName(record), bridge]) {
    if (await hasInterface(name)) traces.push(`interface ${name}`);
  }
  const cgroups = await run("find", [
    ...["/sys/fs/cgroup", "-type", "d"],
    ...["-name", cgroupName(record), "-o", "-name", container],
  ]);
  traces.push(...cgroups.split("\n").filter((line) => line !== ""));
  const mounts = (await Deno.readTextFile("/proc/self/mounts")).split("\n");
  traces.push(...mounts.filter((line) => line.includes(record.folder)));
  traces.push(...commandLines().filter((line) => line.includes(record.folder)));
  for (const each of [record.supervisor, record.init]) {
    if (each !== undefined && isRunning(each)) traces.push(`process ${each.pid}`);
  }
  if (await exists(record.folder)) traces.push(record.folder);
  return traces;
}

function commandLines(): string[] {
  const lines: string[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      lines.push(Deno.readTextFileSync(`/proc/${name}/cmdline`).replaceAll("\0", " "));
    } catch {
      continue; // ended since the listing
    }
  }
  return lines;
}
