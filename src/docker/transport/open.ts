import type { Endpoint } from "../endpoint_types.ts";
import { DockerError } from "../errors.ts";
import type { Transport } from "./transport.ts";

/**
 * Opens the way to an Engine; only the code for that way is loaded.
 *
 * @throws {DockerError} `unreachable`, `not_granted`, `unsupported` (ssh)
 */
export async function openTransport(endpoint: Endpoint): Promise<Transport> {
  switch (endpoint.kind) {
    case "unix":
      return await (await import("./unix.ts")).openUnix(endpoint.path ?? "");
    case "tcp":
      return await (await import("./tcp.ts")).openTcp(endpoint);
    case "npipe":
      return (await import("./npipe.ts")).openNamedPipe(endpoint.path ?? "");
    case "ssh":
      throw new DockerError(
        "unsupported",
        `Cannot use "${endpoint.url}" (${endpoint.chosenBecause}): ssh hosts are not supported yet`,
        {
          remedy: "Forward the socket with ssh -L /tmp/docker.sock:/var/run/docker.sock and set " +
            "DOCKER_HOST=unix:///tmp/docker.sock",
        },
      );
  }
}
