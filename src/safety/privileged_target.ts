import { posix } from "node:path";
import type { ContainerDetails, MountPoint } from "../docker/types.ts";
import { isHostFolder } from "./host_folders.ts";
import { type HostFacts, isRuntimeSocket, isWithin } from "./host_paths.ts";

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
/** Where Engines for desktops have theirs, below a home. */
const DESKTOP_RUNTIME =
  /\/(?:\.docker\/(?:run|desktop)|\.orbstack(?:\/run)?|\.rd|\.colima(?:\/[^/]+)?|\.lima(?:\/[^/]+(?:\/sock)?)?)$/;
/** The host's first process takes orders through it, also to run programs; a socket heeds no read-only mount. */
const ORDERS = "/run/systemd/private";
/** Its policy decides who may ask for what; whom the operator gave it read-only was given it to listen. */
const BUS = "/run/dbus/system_bus_socket";
/** Names of folders below /dev that hold no disks; others are groups of logical volumes. */
const NO_DISKS =
  "bus|char|dma_heap|dri|dvb|fd|hugepages|infiniband|input|mqueue|net|nvidia-caps|serial|shm|snd|tpm|usb|v4l|vfio";
/** `/dev/<group>/<logical volume>`; those for other devices lie deeper, or in a folder that is known. */
const LOGICAL_VOLUME = new RegExp(`^/dev/(?!(?:${NO_DISKS})/)[^/]+/[^/]+$`);
/** Memory, ports, terminals and disks; disks also as SCSI devices. */
const HOST_DEVICE =
  /^\/dev(?:$|\/(?:mem|kmem|port|pts|bsg|mapper|disk|block|zvol|(?:[shv]d|xvd|dasd)[a-z]+\d*|(?:nvme|mmcblk|dm-|md|loop|sr|sg|ram|zd|nbd|rbd|drbd|bcache|pmem)\d).*)/;
/** Every device, disks, and every character device or the SCSI ones among them, which are disks too. */
const DEVICE_RULE = /^\s*(?:[ab]\b|c\s+(?:\*|21):)/;
/** A program that may write there has the host's kernel run its own programs, or stops the host. */
const KERNEL_SETTINGS = ["/proc/sys", "/proc/sysrq-trigger"];

type Host = Readonly<Record<string, unknown>>;

/**
 * How a container that exists controls its host, as the end of "because …"; undefined where it does not.
 *
 * Works on whatever the Engine answers; what is not of the expected form counts as not there. Options that only confine less
 * (no seccomp or AppArmor profile, no new user or cgroup namespace) hand out nothing by themselves and are not meant.
 *
 * @param facts What is known of the host where it is this machine.
 */
export function hostControl(
  details: ContainerDetails,
  facts: HostFacts = {},
): string | undefined {
  const host: Host = details.HostConfig ?? {};
  if (host.Privileged === true) return "it is privileged";
  if (host.PidMode === "host") return "it sees every process of the host";
  const capability = texts(host.CapAdd).map(plainCapability).find((name) =>
    HOST_CAPABILITIES.has(name)
  );
  if (capability !== undefined) return `it has the capability ${capability}`;
  if (writesKernelSettings(host)) return "it can write to the settings of the host's kernel";
  if (writesGroups(host)) return "it can write to the control groups of the host";
  const device = deviceOf(host);
  if (device !== undefined) return `it has the host's device ${device}`;
  for (const mount of hostMounts(details)) {
    const reason = mountControl(mount, facts);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** A path of the host in a container. */
export interface HostMount {
  /** Absolute; any other text is not a path of the host. */
  readonly source: string;
  readonly writable: boolean;
}

/** What a container has of its host's paths, some of it twice. */
export function hostMounts({ HostConfig, Mounts }: ContainerDetails): HostMount[] {
  const all = [...objects(Mounts).map(mountOf), ...mountsOf(HostConfig ?? {})];
  return all.filter(({ source }) => source.startsWith("/"));
}

/** Whether a path of the host is a container runtime's socket, or a folder that holds one. */
export function reachesRuntime(source: string): boolean {
  const path = plainPath(source);
  if (!path.startsWith("/")) return false;
  if (USER_RUNTIME.test(path) || DESKTOP_RUNTIME.test(path)) return true;
  return isRuntimeSocket(path) || path === "/var" ||
    SOCKETS.some((socket) => isWithin(socket, path));
}

/**
 * How a container controls its host through one mount, as the end of "because …"; undefined where it does not. Read-only
 * only sockets count: what else is there can be read, which is much, but not control.
 */
export function mountControl(
  { source, writable }: HostMount,
  facts: HostFacts = {},
): string | undefined {
  const path = plainPath(source);
  if (!path.startsWith("/")) return undefined;
  const { engineSocket } = facts;
  const isEngine = engineSocket !== undefined && isWithin(plainPath(engineSocket), path);
  if (isEngine || reachesRuntime(path)) {
    return `it can reach a container runtime through "${source}"`;
  }
  if (isWithin(ORDERS, path) || writable && isWithin(BUS, path)) {
    return `it can give orders to the host through "${source}"`;
  }
  if (!writable) return undefined;
  const isHosts = isHostDevice(path) || isHostFolder(path, facts);
  return isHosts ? `it can write to "${source}" of the host` : undefined;
}

function isHostDevice(path: string): boolean {
  return HOST_DEVICE.test(path) || LOGICAL_VOLUME.test(path);
}

/** Without what Docker Desktop puts before the paths of its user's machine, and without the well-known links. */
function plainPath(source: string): string {
  const path = posix.normalize(source).replace(/(.)\/$/, "$1")
    .replace(/^(?:\/host_mnt|\/run\/desktop\/mnt\/host)(?=\/|$)/, "") || "/";
  return path.replace(/^\/private(?=\/(?:etc|tmp|var)(?:\/|$))/, "")
    .replace(/^\/var\/run(?=\/|$)/, "/run");
}

/** Privileged containers have no such list; one that is there and lacks them was shortened. */
function writesKernelSettings({ ReadonlyPaths: paths }: Host): boolean {
  return Array.isArray(paths) && !KERNEL_SETTINGS.every((setting) => paths.includes(setting));
}

function writesGroups({ CgroupnsMode, SecurityOpt }: Host): boolean {
  return CgroupnsMode === "host" &&
    texts(SecurityOpt).some((option) => /^writable-cgroups(?:$|[=:](?:true|1)$)/i.test(option));
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
  const path = paths.find((path) => isHostDevice(plainPath(path)));
  // Which one does not matter, mknod makes it.
  return path ?? texts(DeviceCgroupRules).find((rule) => DEVICE_RULE.test(rule));
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
