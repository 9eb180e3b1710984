/** What a command would do, and what to do instead; both complete a message. */
export interface Danger {
  readonly what: string;
  readonly remedy: string;
}

/** Folders that hold a system; what lies deeper is somebody's own. */
const SYSTEM = new Set(
  "bin boot dev etc home lib lib32 lib64 proc root sbin sys usr var".split(" "),
);
const HOME = /^(?:~|\$HOME|\$\{HOME\})(?:\/+\.?\*?)*$/;
/** Disks, their parts and what is made of them, memory, ports, and the file that stops a machine. */
const DEVICE =
  /^\/dev\/(?:sd|hd|vd|xvd|nvme|mmcblk|md|dm-|mapper\/|disk\/|mem$|kmem$|port$)|^\/proc\/sysrq-trigger$/;
const DEEPER = 'Name what you mean by a deeper path, e.g. "/var/cache/app"';
const NO_DISKS = "Leave devices alone; what they hold belongs to the host";
const POWER: Danger["remedy"] = "Use docker_stop_container or docker_restart_container";
const ONLY_TELLS = /^(?:-h|-l|-L|-V|-v|--help|--list|--version)$/;

type Judge = (program: string, words: readonly string[]) => Danger | undefined;

const DELETES: Judge = (program, words) => {
  const isForced = hasFlag(words, /^-[a-zA-Z]*f|^--force$/);
  const isRecursive = hasFlag(words, /^-[a-zA-Z]*[rR]|^--r/);
  const whole = words.find((word) => isWhole(word) && (isRecursive || /\*$/.test(word)));
  if (whole === undefined || !(isRecursive || isForced)) return undefined;
  return { what: `"${program}" would delete all of "${whole}"`, remedy: DEEPER };
};

const CHANGES_RIGHTS: Judge = (program, words) => {
  const isRecursive = hasFlag(words, /^-[a-zA-Z]*R|^--rec/);
  const isOpen = words.some((word) => /^(?:[0-7]?777|(?:a|ugo)?[+=]rwx)$/.test(word));
  const whole = words.find(isWhole);
  if (whole === undefined || !(isRecursive || (program === "chmod" && isOpen))) return undefined;
  return { what: `"${program}" would change the rights of all of "${whole}"`, remedy: DEEPER };
};

const ERASES: Judge = (program, words) =>
  words.length === 0 || words.some((word) => ONLY_TELLS.test(word))
    ? undefined
    : { what: `"${program}" would erase or repartition a disk`, remedy: NO_DISKS };

const POWERS_OFF: Judge = (program, words) =>
  words.some((word) => ONLY_TELLS.test(word) && word !== "-h") || words.includes("--help")
    ? undefined
    : { what: `"${program}" would stop a machine, not a container`, remedy: POWER };

const SYSTEMCTL: Judge = (program, words) =>
  words.some((word) => /^(?:poweroff|reboot|halt|kexec|emergency|rescue)$/.test(word))
    ? { what: `"${program}" would stop a machine, not a container`, remedy: POWER }
    : undefined;

const COPIES: Judge = (program, words) =>
  writing(program, words.map((word) => word.replace(/^(?:if|of)=/, "")));

const MOVES: Judge = (program, words) => {
  const target = words.at(-1) ?? "";
  return target === "/dev/null" && words.length > 1
    ? { what: `"${program}" would put a file in the place of "/dev/null"`, remedy: "Use rm" }
    : writing(program, [target]);
};

const JUDGES: ReadonlyMap<string, Judge> = new Map([
  ["rm", DELETES],
  ["chmod", CHANGES_RIGHTS],
  ["chown", CHANGES_RIGHTS],
  ["chgrp", CHANGES_RIGHTS],
  ["dd", COPIES],
  ["shred", COPIES],
  ["tee", COPIES],
  ["cp", MOVES],
  ["mv", MOVES],
  ...["mke2fs", "mkswap", "fdisk", "sfdisk", "cfdisk", "gdisk", "sgdisk", "parted", "wipefs"]
    .map((name) => [name, ERASES] as const),
  ...["shutdown", "reboot", "halt", "poweroff"].map((name) => [name, POWERS_OFF] as const),
  ["init", (program, words) => /^[06]$/.test(words[0] ?? "") ? POWERS_OFF(program, []) : undefined],
  ["telinit", POWERS_OFF],
  ["systemctl", SYSTEMCTL],
  ["loginctl", SYSTEMCTL],
]);

/** What a program would ruin with these arguments; undefined for all that is ordinary. */
export function dangerOf(program: string, words: readonly string[]): Danger | undefined {
  const judge = /^mkfs(?:\.|$)/.test(program) ? ERASES : JUDGES.get(program);
  return judge?.(program, words);
}

/** What a redirection, or a copy, into these files would ruin. */
export function writing(program: string, files: readonly string[]): Danger | undefined {
  const device = files.find((file) => DEVICE.test(file));
  if (device === undefined) return undefined;
  return { what: `"${program}" would use the device "${device}"`, remedy: NO_DISKS };
}

/** Flags end at `--`; behind it every word is a file. */
function hasFlag(words: readonly string[], flag: RegExp): boolean {
  const end = words.indexOf("--");
  return (end < 0 ? words : words.slice(0, end)).some((word) => flag.test(word));
}

/** Whether a path is the whole file system, one of the system's folders, or a home. */
function isWhole(path: string): boolean {
  if (HOME.test(path)) return true;
  if (!path.startsWith("/")) return false;
  const folders: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") folders.pop();
    else if (part !== "" && part !== "." && !/^\.?\*$/.test(part)) folders.push(part);
  }
  const [first] = folders;
  return first === undefined || (folders.length === 1 && SYSTEM.has(first));
}
