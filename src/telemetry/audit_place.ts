/** Where records go. */
export type AuditPlace =
  /** A file the operator chose; one server at a time. */
  | { readonly kind: "file"; readonly path: string }
  /** The user's own directory; each server that runs takes a file of its own. */
  | { readonly kind: "directory"; readonly path: string }
  /** `reason` is the end of a sentence. */
  | { readonly kind: "stderr"; readonly reason: string };

/** What decides about the place. */
export interface AuditPlaceSources {
  /** `SECURITY_AUDIT_LOG_FILE`; the word `stderr` is no file. */
  readonly file: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly platform: "linux" | "darwin" | "windows";
}

/** Rotated files that are kept beside the current one: ten in all. */
export const ROTATED_FILES = 9;
/** Servers of one user that run at once and have a file each; desktops start one per project. */
const MAXIMUM_SERVERS = 32;

/** The chosen file, else the user's state directory, else stderr. */
export function auditPlace({ file, env, platform }: AuditPlaceSources): AuditPlace {
  if (file === "stderr") return { kind: "stderr", reason: "SECURITY_AUDIT_LOG_FILE says so" };
  if (file !== undefined) return { kind: "file", path: file };
  const path = stateDirectory(env, platform);
  if (path !== undefined) return { kind: "directory", path };
  const variable = platform === "windows" ? "LOCALAPPDATA" : "HOME";
  return { kind: "stderr", reason: `${variable} names no directory of the user` };
}

/** Where records end up, as far as the program's grants decide: without one for the user's directory, on stderr. */
export function placeInForce(
  place: AuditPlace,
  mayWrite: (path: string) => boolean,
): AuditPlace {
  const [first = ""] = place.kind === "directory" ? directoryFiles(place.path) : [];
  if (place.kind !== "directory" || mayWrite(first)) return place;
  const reason = `this program was not granted to write ${JSON.stringify(place.path)}`;
  return { kind: "stderr", reason };
}

/** One sentence for people: where calls are recorded, and why there. */
export function describePlace(place: AuditPlace, mayWrite: (path: string) => boolean): string {
  const there = placeInForce(place, mayWrite);
  if (there.kind === "stderr") return `Calls are recorded on stderr: ${there.reason}.`;
  const [path = ""] = there.kind === "directory" ? directoryFiles(there.path) : [there.path];
  const name = JSON.stringify(path);
  if (there.kind === "directory") {
    return `Calls are recorded in ${name}, or on stderr where that cannot be written.`;
  }
  return mayWrite(path)
    ? `Calls are recorded in ${name}.`
    : `Calls cannot be recorded in ${name}: this program was not granted to write there.`;
}

/** @see https://specifications.freedesktop.org/basedir-spec/latest/ */
function stateDirectory(
  env: AuditPlaceSources["env"],
  platform: AuditPlaceSources["platform"],
): string | undefined {
  const { HOME: home, LOCALAPPDATA: local, XDG_STATE_HOME: state } = env;
  if (platform === "windows") return local ? `${local}\\mcp-docker` : undefined;
  // The specification has relative paths ignored.
  if (platform === "linux" && state?.startsWith("/")) return `${state}/mcp-docker`;
  if (!home?.startsWith("/")) return undefined;
  const folder = platform === "darwin" ? "Library/Logs" : ".local/state";
  return `${home.replace(/\/+$/, "")}/${folder}/mcp-docker`;
}

/** The files of a directory in which servers log, in the order in which they take them. */
export function directoryFiles(directory: string): string[] {
  const separator = directory.includes("\\") ? "\\" : "/";
  return Array.from(
    { length: MAXIMUM_SERVERS },
    (_, index) => `${directory}${separator}audit${index === 0 ? "" : `-${index + 1}`}.jsonl`,
  );
}

/** The file whose lock says that a server writes the log; it stays empty, and it stays. */
export function lockFile(path: string): string {
  return `${path}.lock`;
}

/** The files that a log was rotated to, the newest first. */
export function rotatedFiles(path: string): string[] {
  return Array.from({ length: ROTATED_FILES }, (_, index) => `${path}.${index + 1}`);
}
