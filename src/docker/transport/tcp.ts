import type { Endpoint } from "../endpoint_types.ts";
import { DockerError } from "../errors.ts";
import { DenoFetch } from "./deno_fetch.ts";
import { type FailureContext, transportFailure } from "./failure.ts";
import { CONNECT_TIMEOUT, type NodeConnector, NodeHttp } from "./node_http.ts";
import { readTlsMaterial, type TlsMaterial } from "./tls_material.ts";
import type { Transport } from "./transport.ts";

// Not static, which would slow down every start; node_http.ts says why.
const { connect: connectTcp } = await import("node:net");
const { connect: connectTls } = await import("node:tls");

/**
 * Reaches an Engine over TCP, with TLS and a client certificate where the endpoint says so.
 *
 * Connects once to find out within three seconds whether anything is there, because fetch has no
 * connect deadline of its own. Where TLS must not be verified everything goes through node:tls.
 *
 * @throws {DockerError} `unreachable`, `not_granted`, `invalid_argument` (a file that is no certificate)
 */
export async function openTcp(endpoint: Endpoint): Promise<Transport> {
  const { hostname = "localhost", port = 2375, basePath = "" } = endpoint;
  const tls = endpoint.tls === undefined ? undefined : await readTlsMaterial(endpoint.tls);
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  const files = [endpoint.tls?.ca, endpoint.tls?.cert, endpoint.tls?.key].filter(Boolean);
  const read = files.length > 0 ? ` --allow-read=${files.join(",")}` : "";
  const context = { endpoint: endpoint.url, flags: `--allow-net=${host}:${port}${read}` };
  const address = { hostname, port };
  await probe(address, context);
  const node = new NodeHttp(
    { ...connector(address, tls), host: `${host}:${port}`, basePath },
    context,
  );
  if (tls?.skipVerify) return transport(endpoint.url, node, node);
  try {
    const base = `${tls === undefined ? "http" : "https"}://${host}:${port}${basePath}`;
    return transport(endpoint.url, new DenoFetch(base, clientOptions(tls), context), node);
  } catch (error) {
    node[Symbol.dispose]();
    throw await transportFailure(error, context);
  }
}

interface Address {
  readonly hostname: string;
  readonly port: number;
}

async function probe(address: Address, context: FailureContext): Promise<void> {
  const signal = AbortSignal.timeout(CONNECT_TIMEOUT);
  try {
    (await Deno.connect({ ...address, signal })).close();
  } catch (error) {
    if (!signal.aborted) throw await transportFailure(error, context);
    const message = `Cannot reach Docker at "${context.endpoint}": ` +
      `no connection within ${CONNECT_TIMEOUT / 1000} seconds`;
    const remedy = "Check the host, the port and any firewall between";
    throw new DockerError("unreachable", message, { cause: error, remedy });
  }
}

function connector(
  { hostname, port }: Address,
  tls: TlsMaterial | undefined,
): Pick<NodeConnector, "connect" | "ready"> {
  if (tls === undefined) return { connect: () => connectTcp({ host: hostname, port }) };
  const { skipVerify, ...files } = tls;
  const options = { host: hostname, port, rejectUnauthorized: !skipVerify, ...files };
  return { connect: () => connectTls(options), ready: "secureConnect" };
}

function clientOptions(tls: TlsMaterial | undefined): Deno.CreateHttpClientOptions {
  if (tls === undefined) return {};
  const certificates = tls.ca === undefined ? {} : { caCerts: [tls.ca] };
  if (tls.cert === undefined || tls.key === undefined) return certificates;
  return { ...certificates, ...{ cert: tls.cert, key: tls.key } };
}

function transport(url: string, http: DenoFetch | NodeHttp, hijacker: NodeHttp): Transport {
  return {
    endpoint: url,
    fetch: (path, init) => http.fetch(path, init),
    hijack: (path, init) => hijacker.hijack(path, init),
    [Symbol.dispose]: () => {
      http[Symbol.dispose]();
      if (http !== hijacker) hijacker[Symbol.dispose]();
    },
  };
}
