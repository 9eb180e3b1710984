import { NodeHttp } from "./node_http.ts";
import type { Transport } from "./transport.ts";

// Not static, which would slow down every start; node_http.ts says why.
const { connect } = await import("node:net");

/**
 * Reaches an Engine over the Windows named pipe at `path`, e.g. `//./pipe/docker_engine`.
 *
 * Deno's fetch knows no pipes, so everything goes through node:http. A pipe has no half close: where a
 * program in a container waits for the end of its input, it may wait until the connection ends.
 */
export function openNamedPipe(path: string): Transport {
  const endpoint = `npipe://${path.replaceAll("\\", "/")}`;
  const http = new NodeHttp({ connect: () => connect({ path }), host: "docker" }, {
    endpoint,
    path,
    flags: "--allow-all (Deno opens a pipe only with every permission)",
  });
  return {
    endpoint,
    fetch: (path, init) => http.fetch(path, init),
    hijack: (path, init) => http.hijack(path, init),
    [Symbol.dispose]: () => http[Symbol.dispose](),
  };
}
