import { posix } from "node:path";
import { RefusedError } from "../tools/refused.ts";
import { deniedPath, hostPathMistake, isWithin } from "./host_paths.ts";

/** Which paths of the host containers may be given. */
export interface MountPolicy {
  /** Absolute folders that may be mounted read-only, with everything below them. */
  readonly readOnlyRoots: readonly string[];
  /** Absolute folders that may be mounted writable as well. */
  readonly writableRoots: readonly string[];
  /**
   * Whether this program may look at the Engine's files; elsewhere symbolic links cannot be resolved. From a container beside
   * the socket only those are seen that are at the same path in it.
   */
  readonly isLocal: () => boolean;
  /** The path with its symbolic links resolved as far as it exists; rejects where that cannot be told. */
  readonly realPath: (path: string) => Promise<string>;
  /** The home directory of whoever runs this program: never mounted itself. */
  readonly home?: string | undefined;
  /** The socket through which this program reaches the Engine, once that is known: never mounted. */
  readonly engineSocket?: () => string | undefined;
}

/** One host path in a container. */
export interface BindMount {
  /** The path of the host. */
  readonly source: string;
  /** The path in the container. */
  readonly target: string;
  readonly readOnly: boolean;
}

/** Nothing of the host may be mounted. */
export const NO_MOUNTS: MountPolicy = {
  readOnlyRoots: [],
  writableRoots: [],
  isLocal: () => false,
  realPath: (path) => Promise.resolve(path),
};

const READ_ONLY_SETTING = "SAFETY_VOLUME_MOUNT_ALLOWLIST";
const WRITABLE_SETTING = "SAFETY_VOLUME_MOUNT_RW_ALLOWLIST";
const USE_VOLUME = 'Use a named volume instead, e.g. {"data": {"bind": "/data", "mode": "rw"}}';
const BELOW_ONLY = "No setting can allow it: mount a project's own folder, or use a named volume";

/**
 * Judges one bind mount.
 *
 * @throws {RefusedError} `policy`, with the setting and the value that would allow it, or that none would.
 */
export async function judgeBind(mount: BindMount, policy: MountPolicy): Promise<void> {
  const { source } = mount;
  const mistake = hostPathMistake(source);
  if (mistake !== undefined) throw refused(`${shown(source)} ${mistake}`, USE_VOLUME);
  judgePath(source, mount, policy);
  if (!policy.isLocal()) return;
  const real = await resolved(source, policy);
  judgePath(real, mount, await withRealRoots(policy));
}

/**
 * Judges one bind mount of a container that exists, of which the Engine follows the links at every start: where they led when
 * it was created says nothing any more. What is no link, or leads where it may, passes; so does every path of another machine.
 *
 * @throws {RefusedError} `policy`
 */
export async function judgeBindAgain(mount: BindMount, policy: MountPolicy): Promise<void> {
  if (!policy.isLocal()) return;
  const source = posix.normalize(mount.source).replace(/(.)\/$/, "$1");
  const real = await resolved(source, policy);
  if (real !== source) judgePath(real, { ...mount, source }, await withRealRoots(policy));
}

/** Whether a path lies in a folder that containers may write to, so that they can put a link in its place. */
export function isInWritableRoot(path: string, { writableRoots }: MountPolicy): boolean {
  return writableRoots.some((root) => isWithin(posix.normalize(path), withoutSlash(root)));
}

function judgePath(path: string, { source, readOnly }: BindMount, policy: MountPolicy): void {
  const leads = path === source ? shown(source) : `${shown(source)} leads to ${shown(path)}, which`;
  const { home } = policy;
  const denied = deniedPath(path, { home, engineSocket: policy.engineSocket?.() });
  if (denied !== undefined) throw refused(`${leads} cannot be mounted: ${denied}`, BELOW_ONLY);
  const isBelow = (root: string): boolean => isWithin(path, withoutSlash(root));
  if (policy.writableRoots.some(isBelow)) return;
  if (!policy.readOnlyRoots.some(isBelow)) {
    throw refused(`${leads} cannot be mounted: it is in no folder that may be`, howToAllow(path));
  }
  if (readOnly) return;
  throw refused(
    `${leads} may be mounted read-only only`,
    `Use mode "ro"; the operator can allow writing by adding ${shown(path)} to ${WRITABLE_SETTING}`,
  );
}

async function resolved(source: string, { realPath }: MountPolicy): Promise<string> {
  try {
    return await realPath(source);
  } catch (error) {
    const refusal = refused(
      `${shown(source)} cannot be mounted: where its symbolic links lead cannot be told`,
      "Check that they lead somewhere, and that this server may read every folder on the way",
    );
    refusal.cause = error;
    throw refusal;
  }
}

/** Also the roots are resolved: one may be a link itself, as /tmp is on a Mac. */
async function withRealRoots(policy: MountPolicy): Promise<MountPolicy> {
  const [readOnlyRoots, writableRoots] = await Promise.all([
    realRoots(policy.readOnlyRoots, policy),
    realRoots(policy.writableRoots, policy),
  ]);
  return { ...policy, readOnlyRoots, writableRoots };
}

/** A root that cannot be resolved allows nothing. */
async function realRoots(
  roots: readonly string[],
  { realPath, writableRoots }: MountPolicy,
): Promise<readonly string[]> {
  // One below a writable root allows nothing more, and a container could have put a link in its place.
  const isBelow = (root: string, other: string): boolean => root !== other && isWithin(root, other);
  const outermost = roots.map(withoutSlash).filter((root) =>
    !writableRoots.some((other) => isBelow(root, withoutSlash(other)))
  );
  const found = await Promise.allSettled(outermost.map((root) => realPath(root)));
  return found.flatMap((result) => result.status === "fulfilled" ? [result.value] : []);
}

function howToAllow(path: string): string {
  return `${USE_VOLUME}; the operator can allow this path by adding ${shown(path)} to ` +
    `${READ_ONLY_SETTING} (read-only) or ${WRITABLE_SETTING} (writable)`;
}

function refused(what: string, remedy: string): RefusedError {
  return new RefusedError("policy", `volumes: host path ${what}`, remedy);
}

function shown(path: string): string {
  return JSON.stringify(path);
}

function withoutSlash(root: string): string {
  return root.replace(/(.)\/+$/, "$1");
}
