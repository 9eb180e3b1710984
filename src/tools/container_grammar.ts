import { isContainerLookup, isNetworkLookup, isVolumeName } from "../docker/reference.ts";
import { isContainerPath } from "./fields.ts";

/** A name or number, each for user and group. */
const USER =
  /^(?:\d{1,10}|[a-z_][a-z0-9_.-]{0,31}\$?)(?::(?:\d{1,10}|[a-z_][a-z0-9_.-]{0,31}\$?))?$/;
/** What {@linkcode isUser} takes, for a message. */
export const USER_FORM =
  'expected a user or uid, with :group; names have lower-case letters, digits, "_", "." and "-", e.g. "app" or "1000:1000"';
/** Labels of RFC 1123, and with "_", which Engines and Compose take as well; Linux has room for 64 characters. */
const HOSTNAME = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/i;
const LONGEST_HOSTNAME = 63;
const RESTART = /^(?:no|always|unless-stopped|on-failure(?::(?:0|[1-9]\d{0,8}))?)$/;
/** "dev" and "suid" are not among them: they would bring back what a container has no use for. */
const TMPFS_OPTION =
  /^(?:size=\d{1,15}[kmg%]?|nr_inodes=\d{1,15}[kmg]?|mode=[0-7]{3,4}|[ug]id=\d{1,10}|ro|rw|exec|noexec|nodev|nosuid|noatime)$/i;
/** All that Linux 6 knows. */
const CAPABILITIES = new Set(
  ("AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH " +
    "FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN " +
    "NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT " +
    "SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM")
    .split(" "),
);

/** Whether a text is `user` or `uid`, either with `:group` or `:gid`. */
export function isUser(text: string): boolean {
  return USER.test(text);
}

/** Whether a text can be the name of a host, with or without domain. */
export function isHostname(text: string): boolean {
  return text.length <= LONGEST_HOSTNAME && HOSTNAME.test(text);
}

/** Whether a text is a restart policy as `docker run --restart` takes it, e.g. `on-failure:3`. */
export function isRestartPolicy(text: string): boolean {
  return RESTART.test(text);
}

/** Whether something can be mounted at this path of a container. */
export function isMountTarget(path: string): boolean {
  return isContainerPath(path) && !path.includes(":") && !/^\/+$/.test(path);
}

/** Whether a text names a path of the host, of whatever kind, and not a volume. */
export function isHostPath(source: string): boolean {
  return /^(?:\/|\\\\|[A-Za-z]:[\\/])/.test(source);
}

/** Whether a text names a volume or a path of the host; which paths may be mounted is up to the create policy. */
export function isMountSource(source: string): boolean {
  return isHostPath(source) || isVolumeName(source);
}

/** Whether a text holds options of a tmpfs, e.g. `size=64m,mode=1777`; none is fine. */
export function isTmpfsOptions(text: string): boolean {
  return text === "" || text.split(",").every((option) => TMPFS_OPTION.test(option));
}

/** The name of a capability as the Engine prints it, without `CAP_`; undefined for what is none. */
export function capability(text: string): string | undefined {
  const name = text.toUpperCase().replace(/^CAP_/, "");
  return CAPABILITIES.has(name) || name === "ALL" ? name : undefined;
}

/** Whether a container can be asked onto this network; `host` and `container:name` are up to the create policy. */
export function isNetworkMode(text: string): boolean {
  const shared = /^container:(.*)$/s.exec(text)?.[1];
  return shared === undefined ? isNetworkLookup(text) : isContainerLookup(shared);
}
