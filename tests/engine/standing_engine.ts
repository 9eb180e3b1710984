import { EngineClient } from "./engine_client.ts";

/** The socket of an Engine that runs on this machine anyway and answers, in the places most people have it. */
export async function standingEngine(): Promise<string | undefined> {
  const home = Deno.env.get("HOME");
  const runtime = Deno.env.get("XDG_RUNTIME_DIR");
  const sockets = [
    "/var/run/docker.sock",
    ...runtime ? [`${runtime}/docker.sock`] : [],
    ...home ? [`${home}/.docker/run/docker.sock`, `${home}/.colima/default/docker.sock`] : [],
    ...home ? [`${home}/.orbstack/run/docker.sock`, `${home}/.rd/docker.sock`] : [],
  ];
  for (const socket of sockets) {
    const client = new EngineClient(socket);
    try {
      if (await client.isReady()) return socket;
    } finally {
      client.close();
    }
  }
  return undefined;
}
