import { readContext, readCurrentContextName } from "./context.ts";
import { configDirectory, type Endpoint, type EndpointSources } from "./endpoint_types.ts";
import { parseEndpointUrl } from "./endpoint_url.ts";
import { findWellKnown } from "./well_known.ts";

export { configDirectory } from "./endpoint_types.ts";
export type { Endpoint, EndpointSources, TlsFiles, TlsSources } from "./endpoint_types.ts";

/**
 * Chooses the Engine as the docker CLI does: `DOCKER_BASE_URL`, `DOCKER_HOST`, `DOCKER_CONTEXT`, the
 * current context, then the first well-known socket that exists (whether or not anything answers on it).
 *
 * @throws {DockerError} `invalid_argument` for a URL or context that cannot be used, `unreachable` when
 * there is nothing to choose from
 */
export async function resolveEndpoint(sources: EndpointSources): Promise<Endpoint> {
  if (sources.baseUrl) return await parseEndpointUrl(sources.baseUrl, "DOCKER_BASE_URL", sources);
  if (sources.host) return await parseEndpointUrl(sources.host, "DOCKER_HOST", sources);
  const directory = configDirectory(sources);
  const name = sources.context || await readCurrentContextName(directory);
  if (!name || name === "default") return await findWellKnown(sources);
  const because = sources.context
    ? `DOCKER_CONTEXT is "${name}"`
    : `the current context is "${name}" in ${directory}/config.json`;
  return await readContext(directory ?? "", name, because);
}

/** One sentence for a person: which Engine, why, and whether the way there is protected. */
export function describeEndpoint(endpoint: Endpoint): string {
  const protection = endpoint.kind !== "tcp"
    ? ""
    : endpoint.tls === undefined
    ? " without TLS"
    : endpoint.tls.skipVerify
    ? " with TLS, but without verifying the Engine"
    : endpoint.tls.cert === undefined
    ? " with TLS"
    : " with TLS and a client certificate";
  return `Using the Engine at ${endpoint.url}${protection}, because ${endpoint.chosenBecause}.`;
}
