import {
  configDirectory,
  type Endpoint,
  type EndpointSources,
  type TlsFiles,
} from "./endpoint_types.ts";
import { DockerError } from "./errors.ts";
import { statOptional } from "./optional_file.ts";

/** Ports that Docker registered with IANA: clear text and TLS. */
const PLAIN_PORT = 2375;
const TLS_PORT = 2376;
const SSH_PORT = 22;
const EXPECTED =
  "Use e.g. unix:///var/run/docker.sock, tcp://host:2376, npipe:////./pipe/docker_engine";

/**
 * Reads the value of `variable` as an endpoint.
 *
 * @throws {DockerError} `invalid_argument`
 */
export async function parseEndpointUrl(
  value: string,
  variable: string,
  sources: EndpointSources,
): Promise<Endpoint> {
  const endpoint = parseUrl(value.trim(), variable, `${variable} is set`);
  if (endpoint.kind !== "tcp") return endpoint;
  const secure = sources.tls?.verify === true || schemeOf(value.trim()) === "https";
  if (!secure) return endpoint;
  return { ...endpoint, tls: await tlsFiles(sources) };
}

/**
 * Reads an endpoint URL without looking at any file; `tls` is never set.
 *
 * `origin` names in errors what said so, e.g. `DOCKER_HOST`.
 *
 * @throws {DockerError} `invalid_argument`
 */
export function parseUrl(value: string, origin: string, because: string): Endpoint {
  const scheme = schemeOf(value);
  switch (scheme) {
    case "unix":
    case "npipe":
      return socketEndpoint(scheme, value, origin, because);
    case "tcp":
    case "http":
    case "https":
    case "ssh":
      return hostEndpoint(scheme, value, origin, because);
    case undefined:
      if (/^[^/\s]+:\d+$/.test(value)) {
        return hostEndpoint("tcp", `tcp://${value}`, origin, because);
      }
      throw refused(value, origin, "it has no scheme");
    default:
      throw refused(value, origin, `the scheme "${scheme}" is unknown`);
  }
}

function schemeOf(value: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):\/\//i.exec(value)?.[1]?.toLowerCase();
}

function socketEndpoint(
  kind: "unix" | "npipe",
  value: string,
  origin: string,
  chosenBecause: string,
): Endpoint {
  const path = value.slice(value.indexOf("://") + 3);
  if (!path.startsWith("/") && !path.startsWith("\\")) {
    throw refused(value, origin, `the path "${path}" is not absolute`);
  }
  if (path.includes("\0")) throw refused(value, origin, "the path holds a NUL character");
  const clean = kind === "npipe" ? path.replaceAll("\\", "/") : path;
  return { kind, url: `${kind}://${clean}`, path: clean, chosenBecause };
}

function hostEndpoint(
  scheme: "tcp" | "http" | "https" | "ssh",
  value: string,
  origin: string,
  chosenBecause: string,
): Endpoint {
  // URL knows hosts and ports only for web schemes.
  const url = URL.parse(value.replace(/^[a-z]+:/i, "http:"));
  if (url === null || url.hostname === "") throw refused(value, origin, "it is not a valid URL");
  if (scheme !== "ssh" && (url.username !== "" || url.password !== "")) {
    throw refused(value.replace(/\/\/.*@/, "//"), origin, "a user or password has no place in it");
  }
  const hostname = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const given = explicitPort(value);
  const fallback = { tcp: PLAIN_PORT, http: PLAIN_PORT, https: TLS_PORT, ssh: SSH_PORT }[scheme];
  const user = scheme === "ssh" && url.username !== "" ? `${url.username}@` : "";
  const port = given ?? fallback;
  const basePath = url.pathname.replace(/\/+$/, "");
  return {
    kind: scheme === "ssh" ? "ssh" : "tcp",
    url: `${scheme}://${user}${url.hostname}:${port}${basePath}`,
    hostname,
    port,
    ...(basePath === "" ? {} : { basePath }),
    chosenBecause,
  };
}

/** URL drops port 80, which it takes for the default of http. */
function explicitPort(value: string): number | undefined {
  const authority = value.slice(value.indexOf("://") + 3).split(/[/?#]/, 1)[0] ?? "";
  const port = /:(\d+)$/.exec(authority)?.[1];
  return port === undefined ? undefined : Number(port);
}

async function tlsFiles(sources: EndpointSources): Promise<TlsFiles> {
  const { certificateDirectory, ca, cert, key } = sources.tls ?? {};
  const directory = certificateDirectory || configDirectory(sources);
  return { ...await tlsFilesIn(directory, false), ...given({ ca, cert, key }) };
}

/** The PEM files that are there of ca.pem, cert.pem and key.pem in `directory`. */
export async function tlsFilesIn(
  directory: string | undefined,
  skipVerify: boolean,
): Promise<TlsFiles> {
  if (directory === undefined) return { skipVerify };
  const [ca, cert, key] = await Promise.all(["ca.pem", "cert.pem", "key.pem"].map(async (name) => {
    const path = `${directory}/${name}`;
    return await statOptional(path) === undefined ? undefined : path;
  }));
  return { ...given({ ca, cert, key }), skipVerify };
}

function given(files: Omit<TlsFiles, "skipVerify">): Omit<TlsFiles, "skipVerify"> {
  return Object.fromEntries(Object.entries(files).filter(([, path]) => path));
}

function refused(value: string, origin: string, state: string): DockerError {
  return new DockerError("invalid_argument", `Cannot use "${value}" from ${origin}: ${state}`, {
    remedy: EXPECTED,
  });
}
