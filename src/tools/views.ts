import { cutText } from "../docker/cut_text.ts";

/** A JSON object as the Engine sent it. */
export type Json = Readonly<Record<string, unknown>>;

/** Keys to show, in the Engine's spelling; a pair goes on inside the key, and `*` stands for every key. */
export type View = readonly (string | readonly [string, View])[];

/** What a reader of `GET /containers/{id}/json` needs; the rest is there with `verbose`. */
export const containerView: View = [
  "Id",
  "Name",
  "Created",
  "Path",
  "Args",
  ["State", [
    "Status",
    "ExitCode",
    "Error",
    "OOMKilled",
    "Pid",
    "StartedAt",
    "FinishedAt",
    ["Health", ["Status", "FailingStreak", ["Log", ["End", "ExitCode", "Output"]]]],
  ]],
  "Image",
  "Platform",
  "RestartCount",
  ["Config", [
    "Image",
    "Hostname",
    "User",
    "Env",
    "Entrypoint",
    "Cmd",
    "WorkingDir",
    "ExposedPorts",
    "Labels",
    "Healthcheck",
    "StopSignal",
    "StopTimeout",
    "Tty",
  ]],
  ["HostConfig", [
    "NetworkMode",
    "PortBindings",
    "RestartPolicy",
    "AutoRemove",
    "Privileged",
    "ReadonlyRootfs",
    "CapAdd",
    "CapDrop",
    "SecurityOpt",
    "PidMode",
    "IpcMode",
    "UsernsMode",
    "Devices",
    "Memory",
    "NanoCpus",
    "CpuShares",
    "PidsLimit",
    "Tmpfs",
    ["LogConfig", ["Type"]],
  ]],
  ["Mounts", ["Type", "Name", "Source", "Destination", "RW"]],
  ["NetworkSettings", [
    "Ports",
    ["Networks", [["*", ["IPAddress", "GlobalIPv6Address", "Gateway", "Aliases", "NetworkID"]]]],
  ]],
];

/** What a reader of `GET /networks/{id}` needs; `Containers` is made from it and the list of containers. */
export const networkView: View = [
  "Id",
  "Name",
  "Created",
  "Scope",
  "Driver",
  "EnableIPv6",
  "Internal",
  "Attachable",
  ["IPAM", ["Driver", "Options", "Config"]],
  "Options",
  "Labels",
];

/** What a reader of `GET /volumes/{name}` needs. */
export const volumeView: View = [
  "Name",
  "Driver",
  "Scope",
  "Mountpoint",
  "CreatedAt",
  "Options",
  "Status",
  "Labels",
];

/** What a reader of `GET /info` needs. */
export const infoView: View = [
  "Name",
  "ServerVersion",
  "OperatingSystem",
  "OSType",
  "Architecture",
  "KernelVersion",
  "NCPU",
  "MemTotal",
  "Containers",
  "ContainersRunning",
  "ContainersPaused",
  "ContainersStopped",
  "Images",
  "Driver",
  "LoggingDriver",
  "CgroupDriver",
  "CgroupVersion",
  "DefaultRuntime",
  "DockerRootDir",
  "SecurityOptions",
  "LiveRestoreEnabled",
  ["Swarm", ["LocalNodeState"]],
  "Warnings",
];

/** What a reader of `GET /version` needs. */
export const versionView: View = [
  ["Platform", ["Name"]],
  "Version",
  "ApiVersion",
  "MinAPIVersion",
  "Os",
  "Arch",
  "KernelVersion",
  "GoVersion",
  "GitCommit",
  "BuildTime",
  ["Components", ["Name", "Version"]],
];

/** What a reader of one sample of `GET /containers/{id}/stats` needs beside the derived figures. */
export const statsView: View = [
  "read",
  ["cpu_stats", [
    ["cpu_usage", ["total_usage"]],
    "system_cpu_usage",
    "online_cpus",
    ["throttling_data", ["throttled_periods", "throttled_time"]],
  ]],
  ["memory_stats", ["usage", "limit"]],
  ["networks", [["*", ["rx_bytes", "tx_bytes", "rx_errors", "tx_errors"]]]],
  "pids_stats",
];

/** What a reader of one event needs; the Engine repeats every label of the container in each event. */
export const eventView: View = [
  "time",
  "Type",
  "Action",
  ["Actor", ["ID", ["Attributes", [
    "name",
    "image",
    "container",
    "exitCode",
    "signal",
    "execID",
    "execDuration",
    "driver",
    "destination",
    "type",
  ]]]],
];

/** The keys of `view` that `value` has and that say something: null, "" and empty lists and objects say nothing. */
export function pick(value: unknown, view: View): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  if (!isJson(value)) return kept;
  for (const entry of view) {
    const [key, inner] = typeof entry === "string" ? [entry, undefined] : entry;
    for (const name of key === "*" ? Object.keys(value) : [key]) {
      const found = inner === undefined ? value[name] : pickInside(value[name], inner);
      if (!isEmpty(found)) kept[name] = found;
    }
  }
  return kept;
}

/** Below this, strings stay whole: no Engine answers so deep, and what does shall not exhaust the stack. */
const MAXIMUM_DEPTH = 64;
/** Longest path that is told, in characters. */
const LONGEST_PATH = 128;

/**
 * Cuts strings longer than `maximumBytes` (0: none) in a copy, and tells how many bytes each of them had, by its path.
 *
 * Paths are shown as the server's own words, so characters beyond those of plain names are replaced by `_`.
 */
export function cutStrings(
  value: Json,
  maximumBytes: number,
): { value: Record<string, unknown>; cut: Record<string, number> } {
  const cut: Record<string, number> = {};
  const visit = (item: unknown, path: string, depth: number): unknown => {
    if (typeof item === "string") {
      // A UTF-16 unit takes at most three bytes, so most strings need no encoding to be judged.
      if (maximumBytes === 0 || item.length * 3 <= maximumBytes) return item;
      const bytes = new TextEncoder().encode(item);
      if (bytes.length <= maximumBytes) return item;
      cut[path.replace(/[^\w.[\]-]/g, "_").slice(0, LONGEST_PATH)] = bytes.length;
      const head = new TextDecoder().decode(bytes.subarray(0, maximumBytes)).replace(/\uFFFD$/, "");
      return cutText(item, head.length);
    }
    if (depth >= MAXIMUM_DEPTH) return item;
    if (Array.isArray(item)) {
      return item.map((inner, index) => visit(inner, `${path}[${index}]`, depth + 1));
    }
    if (!isJson(item)) return item;
    const below = path === "" ? "" : `${path}.`;
    return Object.fromEntries(
      Object.entries(item).map(([key, inner]) => [key, visit(inner, below + key, depth + 1)]),
    );
  };
  return { value: visit(value, "", 0) as Record<string, unknown>, cut };
}

function pickInside(value: unknown, view: View): unknown {
  return Array.isArray(value) ? value.map((item) => pick(item, view)) : pick(value, view);
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
