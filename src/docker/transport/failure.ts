import { DockerError } from "../errors.ts";

/** What a transport knows about where it connects to, for the words of an error. */
export interface FailureContext {
  readonly endpoint: string;
  /** The socket or pipe, where there is one. */
  readonly path?: string | undefined;
  /** The `deno run` flags without which nothing here works. */
  readonly flags: string;
}

const MISSING = /os error 2\)|ENOENT/;
const REFUSED = /os error (111|61|10061)\)|ECONNREFUSED/;
const DENIED = /os error (13|1|5)\)|EACCES|EPERM/;
const NAME = /ENOTFOUND|EAI_|dns error|failed to lookup/;
const TLS = /certificate|fatal alert|UnknownIssuer|handshake|InvalidContentType|CERT_|SSL|TLS/i;
const CONNECT = /client error \(Connect\)|connect E|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/;

/** Turns what fetch or node:http threw into a `DockerError`, with the next step. */
export async function transportFailure(
  error: unknown,
  context: FailureContext,
): Promise<DockerError> {
  if (error instanceof DockerError) return error;
  const text = chainText(error);
  const where = context.endpoint;
  if (error instanceof Error && error.name === "NotCapable") {
    return new DockerError("not_granted", `Cannot reach Docker at "${where}": ${error.message}`, {
      cause: error,
      remedy: `Run with ${context.flags}`,
    });
  }
  if (DENIED.test(text)) {
    const message = `Cannot open "${where}": permission denied${await ownership(context.path)}`;
    const remedy = "Join the group that owns the socket and log in again, or use a rootless Engine";
    return new DockerError("permission_denied", message, { cause: error, remedy });
  }
  const unreachable = unreachableBecause(text, context);
  if (unreachable !== undefined) {
    const message = `Cannot reach Docker at "${where}": ${unreachable.state}`;
    return new DockerError("unreachable", message, { cause: error, remedy: unreachable.remedy });
  }
  const message = `Cannot read the answer of "${where}": the connection broke off`;
  return new DockerError("incomplete", message, {
    cause: error,
    remedy: "Check that the Engine is still running, then try again",
  });
}

function unreachableBecause(
  text: string,
  { path }: FailureContext,
): { state: string; remedy: string } | undefined {
  const start = "Start Docker, or point DOCKER_HOST at a running Engine";
  if (path !== undefined && MISSING.test(text)) {
    return { state: "there is no such socket", remedy: start };
  }
  if (REFUSED.test(text)) return { state: "nothing listens there", remedy: start };
  if (NAME.test(text)) {
    return { state: "the host name is unknown", remedy: "Check the host name in DOCKER_HOST" };
  }
  if (TLS.test(text)) {
    return {
      state: `TLS failed (${lastClause(text)})`,
      remedy: "Check that the CA, the client certificate and its key belong to this Engine",
    };
  }
  return CONNECT.test(text) ? { state: lastClause(text), remedy: start } : undefined;
}

/** The messages of an error and its causes: fetch keeps the useful one in the cause. */
function chainText(error: unknown): string {
  const parts: string[] = [];
  for (let current = error; current instanceof Error; current = current.cause) {
    parts.push(current.message);
    if ("code" in current && typeof current.code === "string") parts.push(current.code);
  }
  return parts.join(": ");
}

function lastClause(text: string): string {
  const clauses = text.split(": ");
  return (clauses[clauses.length - 1] ?? text).replace(/\.$/, "");
}

async function ownership(path: string | undefined): Promise<string> {
  if (path === undefined) return "";
  try {
    const { mode, gid } = await Deno.stat(path);
    if (mode === null || gid === null) return "";
    return ` (mode ${(mode & 0o777).toString(8)}, group id ${gid})`;
  } catch {
    return ""; // the folder may be closed to us as well; the message stands without the detail
  }
}
