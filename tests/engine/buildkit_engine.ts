/** An Engine that says it builds with BuildKit, as Engines from 23 on do; release it. */
export interface BuildkitEngine extends AsyncDisposable {
  /** As `DOCKER_HOST` wants it. */
  readonly host: string;
}

/**
 * Stands before the real Engine at `socketPath` and adds to its pings what newer ones say. Engine 20.10 has BuildKit, but
 * recommends the classic builder unless its configuration file says otherwise.
 */
export async function startBuildkitEngine(socketPath: string): Promise<BuildkitEngine> {
  const directory = await Deno.makeTempDir({ prefix: "buildkit-engine-" });
  const path = `${directory}/docker.sock`;
  const client = Deno.createHttpClient({ proxy: { transport: "unix", path: socketPath } });
  const server = Deno.serve({ path, onListen: () => {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    const { method, headers, body } = request;
    const init: RequestInit & { client: Deno.HttpClient } = { method, headers, body, client };
    const answer = await fetch(`http://192.0.2.1${pathname}${search}`, init);
    const told = new Headers(answer.headers);
    if (pathname.endsWith("/_ping")) told.set("Builder-Version", "2");
    return new Response(answer.body, { status: answer.status, headers: told });
  });
  return {
    host: `unix://${path}`,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      client.close();
      await Deno.remove(directory, { recursive: true });
    },
  };
}
