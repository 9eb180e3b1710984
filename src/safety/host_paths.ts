import { posix } from "node:path";

/** What else is known of the host, beyond what every host has. */
export interface HostFacts {
  /** The home directory of the user who runs this program. */
  readonly home?: string | undefined;
  /** The socket through which this program reaches the Engine. */
  readonly engineSocket?: string | undefined;
}

/** Bytes of the longest path that Linux takes. */
const LONGEST_PATH = 4096;
/** Control characters, and those that some file systems skip when they compare names. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Cs}]/u;
const WINDOWS_PATH = /^(?:[A-Za-z]:|\\|\/\/[.?]\/)/;

/** In lower case; what is equal, below or above one of them is never mounted. */
const SYSTEM_PATHS = [
  ...["/bin", "/boot", "/dev", "/etc", "/proc", "/run", "/sbin", "/sys", "/usr", "/var/run"],
  ...["/var/lib/docker", "/var/lib/containerd", "/var/lib/containers", "/var/lib/kubelet"],
  ...["/var/lib/buildkit", "/var/lib/rancher", "/var/snap/docker", "/var/spool", "/var/log"],
  // Where Docker Desktop keeps the files of its own machine and those of the user's.
  ...["/host_mnt", "/run/desktop"],
  ...["/system", "/library", "/private/etc", "/private/var/run", "/private/var/db", "/var/db"],
  // Of the user that may do everything.
  ...["/root", "/var/root", "/private/var/root"],
];
const LIBRARIES = /^\/lib[^/]*(?:\/|$)/;
/** As Docker Desktop, Git Bash and WSL write the drives of Windows. */
const WINDOWS_SYSTEM = /^\/(?:mnt\/)?c(?:$|\/(?:windows|program files[^/]*|programdata)(?:\/|$))/;
/** Below them only what was listed for it, themselves never. */
const HOME =
  /^(?:(?:\/var|\/export)?\/home\/[^/]+|(?:\/(?:mnt\/)?[a-z])?\/users\/(?!shared$)[^/]+)$/;
const HOMES = /^(?:(?:\/var|\/export)?\/home|(?:\/(?:mnt\/)?[a-z])?\/users)$/;
/** Holds the keychains. */
const MACOS_LIBRARY = /^\/users\/[^/]+\/library(?:\/|$)/;

/** Folders and files that hold keys, tokens or the sockets of agents and runtimes. */
const SECRET_NAMES = new Set([
  ...[".ssh", ".aws", ".azure", ".kube", ".docker", ".gnupg", ".config", ".local", ".gcloud"],
  ...[".netrc", "_netrc", ".npmrc", ".pypirc", ".git-credentials", ".pgpass", ".my.cnf", ".boto"],
  ...[".s3cfg", ".vault-token", ".terraform.d", ".password-store", ".mozilla", ".thunderbird"],
  ...[".bash_history", ".zsh_history", ".colima", ".lima", ".rd", ".orbstack", ".minikube"],
]);
const SSH_KEY = /^id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?$/;
/** Where ssh puts the socket of its agent. */
const SSH_AGENT = /^(?:\/private)?(?:\/var)?\/tmp\/ssh-[^/]+(?:\/|$)/;
const RUNTIME_SOCKET =
  /^(?:docker|dockershim|containerd|podman|crio|cri-o|cri-dockerd|buildkit|buildkitd|nerdctl|frakti)[\w.-]*\.sock$/;

/**
 * What is wrong with how a path of the host is written.
 *
 * @returns undefined for an absolute path in its shortest form, whose characters can all be seen
 */
export function hostPathMistake(path: string): string | undefined {
  if (WINDOWS_PATH.test(path)) {
    return "is a Windows path; the Engine runs Linux: write it as the Engine sees it, e.g. /c/projects/shop";
  }
  if (!path.startsWith("/")) return "is not absolute";
  if (INVISIBLE.test(path)) return "has a character that cannot be seen";
  if (path.includes(":")) return 'has a ":"';
  if (new TextEncoder().encode(path).length > LONGEST_PATH) return "is too long";
  const segments = path.slice(1).split("/");
  if (path !== "/" && segments.some((segment) => /^\.{0,2}$/.test(segment))) {
    const shortest = posix.normalize(path).replace(/(.)\/$/, "$1");
    return `is not in its shortest form, ${JSON.stringify(shortest)}`;
  }
  return undefined;
}

/**
 * Why a path of the host may never be mounted, whatever is listed; without regard to case, because the disks of Macs and of
 * Windows have none.
 *
 * @returns undefined where nothing speaks against it
 */
export function deniedPath(path: string, facts: HostFacts = {}): string | undefined {
  const folded = fold(path);
  const system = systemPath(folded, facts);
  if (system !== undefined) return system;
  if (SSH_AGENT.test(folded)) return "it leads to the keys of an ssh agent";
  const name = folded.split("/").find(isSecretName);
  if (name !== undefined) return `"${name}" holds credentials, or the way to an Engine`;
  const socket = facts.engineSocket === undefined ? undefined : fold(facts.engineSocket);
  if (socket !== undefined && related(folded, socket)) return "it leads to the Engine's socket";
  return undefined;
}

function systemPath(folded: string, facts: HostFacts): string | undefined {
  if (folded === "/") return "it is the whole disk of the host";
  if (isHome(folded, facts)) return "it is a home directory, or holds one";
  const system = SYSTEM_PATHS.find((denied) => related(folded, denied));
  if (system !== undefined) return systemReason(folded, system);
  if (LIBRARIES.test(folded) || WINDOWS_SYSTEM.test(folded)) return "it belongs to the system";
  return MACOS_LIBRARY.test(folded) ? "it holds keys and settings of a user" : undefined;
}

/** Whether `path` is `root` or below it, by whole components. */
export function isWithin(path: string, root: string): boolean {
  return root === "/" || path === root || path.startsWith(`${root}/`);
}

/** Whether a path is a container runtime's socket, judged by its name. */
export function isRuntimeSocket(path: string): boolean {
  return RUNTIME_SOCKET.test(fold(path).split("/").at(-1) ?? "");
}

/** As the most forgiving file system compares: without case, and without dots and blanks at the end of a name. */
export function fold(path: string): string {
  const names = path.normalize("NFC").toUpperCase().toLowerCase().split("/");
  return names.map((name) => name.replace(/[. ]+$/, "")).join("/");
}

/** Whether a folded path is a home directory, or holds one. */
export function isHome(folded: string, { home }: HostFacts): boolean {
  if (HOME.test(folded) || HOMES.test(folded)) return true;
  if (home === undefined || !home.startsWith("/")) return false;
  return isWithin(fold(home.replace(/(.)\/+$/, "$1")), folded);
}

function related(path: string, denied: string): boolean {
  return isWithin(path, denied) || isWithin(denied, path);
}

function systemReason(path: string, system: string): string {
  return isWithin(path, system)
    ? `"${system}" belongs to the system`
    : `it contains "${system}", which belongs to the system`;
}

function isSecretName(name: string): boolean {
  return SECRET_NAMES.has(name) || SSH_KEY.test(name) || RUNTIME_SOCKET.test(name);
}
