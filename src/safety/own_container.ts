/** The container that this program runs in. */
export interface OwnContainer {
  /** 64 hexadecimal digits; undefined where only the container's own name is known. */
  readonly id?: string | undefined;
  /** The name that the container has itself: of most, the first 12 digits of the id. */
  readonly hostname?: string | undefined;
}

/** Docker, then Podman, put one into every container. */
const MARKS = ["/.dockerenv", "/run/.containerenv"];
const MOUNTS = "/proc/self/mountinfo";
/** The files that a runtime keeps outside under the container's id and mounts over the container's own. */
const ID_OF_MOUNT = /\/([0-9a-f]{64})\/(?:userdata\/)?(?:hostname|hosts|resolv\.conf)\b/;

/** How files of this machine are read; rejected promises have no place here, so each answers undefined instead. */
export interface OwnFiles {
  readonly exists: (path: string) => boolean;
  readonly read: (path: string) => string | undefined;
}

/**
 * Finds the container that this program runs in by what is mounted there, else by its host name; undefined outside of one.
 *
 * @param hostname `HOSTNAME` of the environment.
 */
export function findOwnContainer(
  hostname: string | undefined,
  files: OwnFiles = ownFiles,
): OwnContainer | undefined {
  if (!MARKS.some(files.exists)) return undefined;
  const id = ID_OF_MOUNT.exec(files.read(MOUNTS) ?? "")?.[1];
  return { id, hostname: hostname || files.read("/etc/hostname")?.trim() || undefined };
}

const ownFiles: OwnFiles = {
  exists(path) {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false; // not there, or not to be seen, is the same outside of a container
    }
  },
  read(path) {
    try {
      return Deno.readTextFileSync(path);
    } catch {
      return undefined; // Deno lets only a program that is granted everything read below /proc
    }
  },
};
