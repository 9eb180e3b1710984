import { cutText } from "./cut_text.ts";
import { DockerError, type DockerErrorCode, type DockerObject } from "./errors.ts";

/** What is known about a request that the Engine refused. */
export interface RefusedRequest {
  /** Completes "Cannot …", e.g. `stop container "web"`. */
  readonly action: string;
  /** The object it was about. */
  readonly object?: DockerObject | undefined;
  readonly status: number;
  /** The body of the answer, possibly cut. */
  readonly body: string;
  readonly location?: string | null;
}

/** Longest reason that is passed on, in characters: twice what a runtime says about a failed start; a page of HTML never is. */
const LONGEST_REASON = 1024;

/**
 * Turns an answer that is not a success into an error by meaning.
 *
 * Understands Docker's `{message}`, Podman's `{cause, message, response}` and the plain text that old
 * Engines send; Podman answers 500 where Docker says 404 or 409, so a 500 is judged by its words.
 */
export function answerError(request: RefusedRequest): DockerError {
  const { action, status, object } = request;
  if (status >= 300 && status < 400) {
    const message = `Cannot ${action}: the Engine redirects to "${request.location ?? "?"}"`;
    const remedy = "Point DOCKER_HOST at the Engine itself; redirects are not followed";
    return new DockerError("server_error", message, { status, object, remedy });
  }
  const reason = reasonOf(request.body);
  const code = codeOf(status, reason ?? "");
  const subject = code === "not_found" ? missingObject(reason ?? "", object) : object;
  // A reason may quote what a container or a registry chose, so that nobody may take it for this server's words.
  const state = reason === undefined ? `status ${status}` : `Docker said: ${reason}`;
  return new DockerError(code, `Cannot ${action}: ${state}`, {
    status,
    object: subject,
    remedy: remedyFor(code, reason ?? "", subject),
  });
}

function reasonOf(body: string): string | undefined {
  const text = body.trim();
  if (text === "" || /^<(!doctype|html|\?xml)/i.test(text)) return undefined;
  const json = parseMessage(text);
  const words = (json ?? text).slice(0, 4 * LONGEST_REASON).replace(/\s+/g, " ").trim();
  const reason = cutText(words, LONGEST_REASON).replace(/\.$/, "");
  return reason === "" ? undefined : reason;
}

function parseMessage(text: string): string | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("message" in value)) return undefined;
    return typeof value.message === "string" ? value.message : undefined;
  } catch {
    return undefined; // cut or not JSON after all: the text itself is the reason
  }
}

const BY_STATUS: Readonly<Record<number, DockerErrorCode>> = {
  400: "invalid_argument",
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  406: "invalid_argument",
  409: "conflict",
  501: "unsupported",
};

const MISSING = /no such (container|image|network|volume|exec)|not found$|image not known/i;
const CONFLICT = new RegExp(
  "already in use|is already|is being used|is in use|in use by|has active endpoints|" +
    "container state improper|is not running|can only (create|kill) .* running|cannot remove",
  "i",
);
const BAD_ARGUMENT = /invalid (filter|argument|reference|character)|is an invalid/i;
const CREDENTIALS = /401 unauthorized|unauthorized: |authentication required/i;

function codeOf(status: number, reason: string): DockerErrorCode {
  if (/client version \S+ is too (old|new)/i.test(reason)) return "unsupported";
  // Docker says 403 for a network in use.
  if (status === 403 && /has active endpoints/.test(reason)) return "conflict";
  if (status !== 500) {
    return BY_STATUS[status] ?? (status < 500 ? "invalid_argument" : "server_error");
  }
  if (CREDENTIALS.test(reason)) return "unauthorized";
  if (MISSING.test(reason)) return "not_found";
  if (CONFLICT.test(reason)) return "conflict";
  return BAD_ARGUMENT.test(reason) ? "invalid_argument" : "server_error";
}

const KIND_IN_REASON: readonly (readonly [DockerObject["kind"], RegExp])[] = [
  ["exec", /no such exec(?: instance)?:?\s*['"]?([^\s'"]+)?/i],
  ["container", /(?:no such container:|no container with name or ID)\s*"?([^\s"]+)/i],
  ["image", /(?:no such image|unable to find image):?\s*["']?([^\s"']+)?/i],
  ["network", /network ["']?([^\s"']+)["']? not found|(?:no such network|unable to find network)/i],
  ["volume", /no such volume|volume ["']?([^\s"']+)["']? not found/i],
];

/** Which object a 404 is about: connecting a container to a network may miss either. */
function missingObject(reason: string, asked: DockerObject | undefined): DockerObject | undefined {
  for (const [kind, pattern] of KIND_IN_REASON) {
    const match = pattern.exec(reason);
    if (match === null) continue;
    const id = match[1]?.replace(/[:,.]$/, "") || /get ([^\s:]+):/.exec(reason)?.[1];
    return id === undefined ? asked : { kind, id };
  }
  return asked;
}

function remedyFor(
  code: DockerErrorCode,
  reason: string,
  object: DockerObject | undefined,
): string | undefined {
  if (/HTTP request to an HTTPS server/.test(reason)) {
    return "Set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH where the certificates are";
  }
  if (/is too (old|new)\b.*API version/i.test(reason)) {
    return "Unset DOCKER_API_VERSION, or use a Docker Engine from 20.10 to 29";
  }
  if (/\bambiguous\b|multiple IDs found/i.test(reason)) {
    return "Several match: give the id of the one that is meant";
  }
  if (code === "not_found") {
    return object === undefined || object.kind === "exec"
      ? "Check that what is named still exists"
      : `List the ${object.kind}s to see the names and ids there are`;
  }
  if (code !== "conflict") return undefined;
  if (/not running|state improper/i.test(reason)) return "Start the container first";
  if (/paused/i.test(reason)) return "Unpause the container first";
  if (/name .*already in use/i.test(reason)) return "Choose another name, or remove its holder";
  return undefined;
}
