/** The part of an Engine's address that decides what a program must be granted to reach it. */
export interface GrantedEndpoint {
  readonly kind: "unix" | "tcp" | "npipe" | "ssh";
  /** The socket of `unix`, absolute, spelled as the program will spell it. */
  readonly path?: string;
  /** The host of `tcp`; an IPv6 address with or without brackets. */
  readonly hostname?: string;
  readonly port?: number;
  /** Paths of the PEM files that `tcp` is opened with. */
  readonly tls?: {
    readonly ca?: string | undefined;
    readonly cert?: string | undefined;
    readonly key?: string | undefined;
  };
}

/** What else the program opens. */
export interface DenoFlagsOptions {
  /** Further files and folders it reads: docker's config.json and contexts, `--env-file`, what images are built from. @default {[]} */
  readonly files?: readonly string[];
  /** Files it writes as well, e.g. the audit log. @default {[]} */
  readonly written?: readonly string[];
}

/** Flags for `deno run` and why they are what they are. */
export interface DenoFlags {
  readonly flags: readonly string[];
  /** One line each, without a full stop. */
  readonly notes: readonly string[];
}

/** The URL host of every request over a socket; it is in TEST-NET-1 (RFC 5737) and reaches nothing. */
const SOCKET_URL_HOST = "192.0.2.1:80";

/** The narrowest `deno run` flags that let the program reach this Engine over stdio; without one, all other flags. */
export function denoFlags(
  endpoint: GrantedEndpoint | undefined,
  { files = [], written = [] }: DenoFlagsOptions = {},
): DenoFlags {
  if (endpoint?.kind === "npipe") {
    return {
      flags: ["--no-prompt", "--allow-all"],
      notes: ["Deno opens a Windows named pipe only for a program that is granted everything"],
    };
  }
  const socket = endpoint?.kind === "unix" ? [endpoint.path ?? ""] : [];
  const { ca, cert, key } = endpoint?.tls ?? {};
  const tls = [ca, cert, key].filter((path) => path !== undefined);
  const reads = [...socket, ...tls, ...files, ...written];
  const flags = [
    "--no-prompt",
    "--allow-env",
    ...grant("read", reads),
    ...grant("write", [...socket, ...written]),
    ...grant("net", endpoint === undefined ? [] : netGrants(endpoint)),
    ...grant("run", endpoint?.kind === "ssh" ? ["ssh"] : []),
  ];
  const notes = [
    "All of the environment is granted because a misspelt SAFETY_ variable is looked for",
  ];
  if (reads.some(hasComma)) {
    notes.push("Deno cannot be granted one path that has a comma, only all");
  }
  return { flags, notes };
}

function netGrants({ kind, path = "", hostname = "", port }: GrantedEndpoint): string[] {
  if (kind === "unix") return [`unix:${path}`, SOCKET_URL_HOST];
  if (kind !== "tcp") return [];
  const bare = hostname.replace(/^\[(.*)\]$/, "$1");
  const host = bare.includes(":") ? `[${bare}]` : bare;
  return [port === undefined ? host : `${host}:${port}`];
}

/** Deno 2.9 cannot be told of a value with a comma in it, neither doubled nor escaped, so that kind is granted whole. */
function grant(kind: string, values: readonly string[]): string[] {
  if (values.length === 0) return [];
  if (values.some(hasComma)) return [`--allow-${kind}`];
  return [`--allow-${kind}=${[...new Set(values)].join(",")}`];
}

function hasComma(value: string): boolean {
  return value.includes(",");
}
