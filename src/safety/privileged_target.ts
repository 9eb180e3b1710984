import type { ContainerDetails, MountPoint } from "../docker/types.ts";
import { isRuntimeSocket, isWithin } from "./host_paths.ts";

/** Capabilities with which a process gets out of its container. */
const HOST_CAPABILITIES = new Set([
  ...["ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO", "SYS_BOOT", "DAC_READ_SEARCH", "BPF"],
]);
/** Where runtimes have their sockets; a folder above one holds it. */
const SOCKETS = [
  ...["/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock"],
  ...["/run/crio/crio.sock", "/run/buildkit/buildkitd.sock", "/run/cri-dockerd.sock"],
];
/** A user's own Engine; the number is the user's id. */
const USER_RUNTIME = /^\/run\/user(?:\/\d+(?:\/(?:docker|podman|containerd)(?:[-/].*)?)?)?$/;
/** Whoever writes there runs programs as the host's root; single folders below are in common use. */
const HOST_FOLDERS = [
  ...["/bin", "/boot", "/etc", "/lib", "/proc", "/root", "/sbin", "/sys", "/usr", "/var/lib"],
  ...["/var/lib/docker", "/var/lib/containerd", "/var/lib/containers", "/var/lib/kubelet"],
];
/** Memory, ports and disks. */
const HOST_DEVICE =
  /^\/dev(?:$|\/(?:mem|kmem|port|mapper|disk|block|(?:[shv]d|xvd)[a-z]+\d*|(?:nvme|mmcblk|dm-|md|loop|sr|ram|zd|nbd)\d).*)/;

type Host = Readonly<Record<string, unknown>>;

/**
 * How a container that exists controls its host, as the end of "because …"; undefined where it does not.
 *
 * Works on whatever the Engine answers; what is not of the expected form counts as not there.
 */
export function hostControl({ HostConfig, Mounts }: ContainerDetails): string | undefined {
  const host: Host = HostConfig ?? {};
  if (host.Privileged === true) return "it is privileged";
  if (host.PidMode === "host") return "it sees every process of the host";
  const capability = texts(host.CapAdd).map(plainCapability).find((name) =>
    HOST_CAPABILITIES.has(name)
  );
  if (capability !== undefined) return `it has the capability ${capability}`;
  const device = deviceOf(host);
  if (device !== undefined) return `it has the host's device ${device}`;
  for (const mount of [...objects(Mounts).map(mountOf), ...mountsOf(host)]) {
    const reason = mountControl(mount);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

interface HostMount {
  readonly source: string;
  readonly writable: boolean;
}

/** Whether a path of the host is a container runtime's socket, or a folder that holds one. */
export function reachesRuntime(source: string): boolean {
  const path = plainPath(source);
  if (!path.startsWith("/")) return false;
  return isRuntimeSocket(path) || USER_RUNTIME.test(path) || path === "/var" ||
    SOCKETS.some((socket) => isWithin(socket, path));
}

function mountControl({ source, writable }: HostMount): string | undefined {
  if (reachesRuntime(source)) return `it can reach a container runtime through "${source}"`;
  if (!writable) return undefined;
  const path = plainPath(source);
  const isHost = HOST_FOLDERS.includes(path) || /^\/lib(?:x?\d\d)$/.test(path);
  return isHost ? `it can write to "${source}" of the host` : undefined;
}

function plainPath(source: string): string {
  return source.replace(/\/+/g, "/").replace(/(.)\/$/, "$1")
    .replace(/^(?:\/private)?\/var\/run(?=\/|$)/, "/run");
}

function mountOf({ Type, Source, RW }: MountPoint): HostMount {
  // The source of a volume is the Engine's own folder for it.
  return { source: Type === "bind" ? text(Source) : "", writable: RW !== false };
}

/** A container that never started may have its mounts only here. */
function mountsOf(host: Host): HostMount[] {
  const binds = texts(host.Binds).map((bind) => {
    const [source = "", , mode = ""] = bind.split(":");
    return { source: source.startsWith("/") ? source : "", writable: !/\bro\b/.test(mode) };
  });
  const mounts = objects(host.Mounts).flatMap((mount) => {
    const { Type, Source, ReadOnly, VolumeOptions } = mount as Host;
    const driver = objectOf(objectOf(VolumeOptions).DriverConfig);
    const device = objectOf(driver.Options).device;
    const source = Type === "bind" ? text(Source) : text(device);
    return [{ source: source.startsWith("/") ? source : "", writable: ReadOnly !== true }];
  });
  return [...binds, ...mounts];
}

function deviceOf({ Devices, DeviceCgroupRules }: Host): string | undefined {
  const paths = objects(Devices).map((device) => text((device as Host).PathOnHost));
  const path = paths.find((path) => HOST_DEVICE.test(path));
  // "a" is every device, "b" a disk; which one does not matter, mknod makes it.
  return path ?? texts(DeviceCgroupRules).find((rule) => /^\s*[ab]\b/.test(rule));
}

function plainCapability(name: string): string {
  return name.toUpperCase().replace(/^CAP_/, "");
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function objects(value: unknown): object[] {
  return Array.isArray(value)
    ? value.filter((item) => typeof item === "object" && item !== null)
    : [];
}

function objectOf(value: unknown): Host {
  return typeof value === "object" && value !== null ? value as Host : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
