import { DenoFetch } from "./deno_fetch.ts";
import { transportFailure } from "./failure.ts";
import type { NodeHttp } from "./node_http.ts";
import type { Transport } from "./transport.ts";

// TEST-NET-1: an address needs no DNS and NO_PROXY=localhost cannot send it past the socket.
const PLACEHOLDER_HOST = "192.0.2.1";

/**
 * Reaches an Engine over the Unix socket at `path`, an absolute path.
 *
 * @throws {DockerError} `not_granted`
 */
export async function openUnix(path: string): Promise<Transport> {
  const endpoint = `unix://${path}`;
  const flags = `--allow-read=${path} --allow-write=${path} ` +
    `--allow-net=unix:${path},${PLACEHOLDER_HOST}:80`;
  const context = { endpoint, path, flags };
  let http: DenoFetch;
  try {
    const client = { proxy: { transport: "unix", path } } as const;
    http = new DenoFetch(`http://${PLACEHOLDER_HOST}`, client, context);
  } catch (error) {
    throw await transportFailure(error, context);
  }
  let node: NodeHttp | undefined;
  return {
    endpoint,
    fetch: (path, init) => http.fetch(path, init),
    async hijack(url, init) {
      // Only upgrades need node:net and node:http, which take 25 ms to load.
      const [{ connect }, { NodeHttp }] = await Promise.all([
        import("node:net"),
        import("./node_http.ts"),
      ]);
      node ??= new NodeHttp({ connect: () => connect({ path }), host: "docker" }, context);
      return await node.hijack(url, init);
    },
    [Symbol.dispose]: () => {
      http[Symbol.dispose]();
      node?.[Symbol.dispose]();
    },
  };
}
