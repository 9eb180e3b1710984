const NAMESPACE = "it joins a namespace of the host or of another container";
const DEVICE = "it hands out devices of the host";
const KERNEL = "it changes or uncovers settings of the host's kernel";
const NAMES = "it changes what the names of other hosts mean";
const STARVES = "it can take memory, processes or the disk from the rest of the host";

/** Why a field of `HostConfig` is in no body that this server sends. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ["Privileged", "it gives the container full control of the host"],
  ["CapAdd", "added capabilities reach the host's kernel"],
  ["Devices", DEVICE],
  ["DeviceRequests", DEVICE],
  ["DeviceCgroupRules", DEVICE],
  ["PidMode", NAMESPACE],
  ["IpcMode", NAMESPACE],
  ["UTSMode", NAMESPACE],
  ["UsernsMode", NAMESPACE],
  ["CgroupnsMode", NAMESPACE],
  ["Cgroup", NAMESPACE],
  ["CgroupParent", "it takes the container out of its limits"],
  ["SecurityOpt", "it can switch off the container's confinement"],
  ["Sysctls", KERNEL],
  ["MaskedPaths", KERNEL],
  ["ReadonlyPaths", KERNEL],
  ["Runtime", "another runtime may confine less"],
  ["Isolation", "it can switch off the container's isolation"],
  ["Binds", "host paths are mounted through the mount policy only"],
  ["VolumesFrom", "it mounts whatever another container has, host paths included"],
  ["VolumeDriver", "a driver can reach beyond the Engine"],
  ["LogConfig", "a log driver can send the output to another machine"],
  ["ExtraHosts", NAMES],
  ["Dns", NAMES],
  ["DnsOptions", NAMES],
  ["DnsSearch", NAMES],
  ["Links", "it hands out the environment of another container"],
  ["GroupAdd", "it adds a group that may own files of the host"],
  ["PublishAllPorts", "it opens ports on every address of the host"],
  ["OomKillDisable", STARVES],
  ["OomScoreAdj", STARVES],
  ["Ulimits", STARVES],
  ["ShmSize", STARVES],
  ["StorageOpt", STARVES],
  ["Annotations", "a runtime can take it for an order"],
]);

/** Why a field of `HostConfig` is never sent; undefined where no reason is known. */
export function reasonAgainst(field: string): string | undefined {
  return REASONS.get(field);
}
