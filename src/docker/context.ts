import type { Endpoint } from "./endpoint_types.ts";
import { parseUrl, tlsFilesIn } from "./endpoint_url.ts";
import { DockerError } from "./errors.ts";
import { readOptionalText } from "./optional_file.ts";

/** The name in `currentContext` of the docker CLI's config.json, if there is one that can be read. */
export async function readCurrentContextName(
  directory: string | undefined,
): Promise<string | undefined> {
  if (directory === undefined) return undefined;
  const text = await readOptionalText(`${directory}/config.json`);
  const config = text === undefined ? undefined : parseObject(text);
  const name = config?.["currentContext"];
  return typeof name === "string" && name !== "" ? name : undefined;
}

/**
 * The endpoint of a docker CLI context, from its meta.json and the TLS files beside it.
 *
 * The CLI stores a context under the SHA-256 of its name.
 *
 * @throws {DockerError} `invalid_argument` when there is none of that name or it names no Engine
 */
export async function readContext(
  directory: string,
  name: string,
  because: string,
): Promise<Endpoint> {
  const id = await sha256Hex(name);
  const metaPath = `${directory}/contexts/meta/${id}/meta.json`;
  const text = await readOptionalText(metaPath);
  if (text === undefined) {
    throw unusable(name, because, `there is no readable "${metaPath}"`);
  }
  const endpoint = dockerEndpoint(parseObject(text));
  if (endpoint === undefined || typeof endpoint["Host"] !== "string" || endpoint["Host"] === "") {
    throw unusable(name, because, `"${metaPath}" names no Docker host`);
  }
  const parsed = parseUrl(endpoint["Host"], `the context "${name}"`, because);
  if (parsed.kind !== "tcp") return parsed;
  const files = await tlsFilesIn(
    `${directory}/contexts/tls/${id}/docker`,
    endpoint["SkipTLSVerify"] === true,
  );
  const secure = files.skipVerify || files.ca !== undefined || files.cert !== undefined ||
    parsed.url.startsWith("https:");
  return secure ? { ...parsed, tls: files } : parsed;
}

function dockerEndpoint(
  meta: Record<string, unknown> | undefined,
): Record<string, unknown> | undefined {
  const endpoints = asObject(meta?.["Endpoints"]);
  return asObject(endpoints?.["docker"]);
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined; // a file that is no JSON tells nothing, as if it were absent
  }
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined;
}

async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex();
}

function unusable(name: string, because: string, state: string): DockerError {
  const message = `Cannot use the Docker context "${name}" (${because}): ${state}`;
  const remedy = "Run docker context ls to see the contexts there are, or set DOCKER_HOST";
  return new DockerError("invalid_argument", message, { remedy });
}
