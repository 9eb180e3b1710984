/** Where records go. */
export type AuditPlace =
  /** A file the operator chose; one server at a time. */
  | { readonly kind: "file"; readonly path: string }
  /** The user's own directory; each server that runs takes a file of its own. */
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "stderr" };

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
  if (file === "stderr") return { kind: "stderr" };
  if (file !== undefined) return { kind: "file", path: file };
  const path = stateDirectory(env, platform);
  return path === undefined ? { kind: "stderr" } : { kind: "directory", path };
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
