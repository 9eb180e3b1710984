/**
 * The least that an MCP server on stdio can do for a list: one request, the rows, the answer as text and as an object. It
 * checks nothing, redacts nothing and limits nothing; what it takes is what nobody can save.
 */
import { RawEngine } from "./raw_engine.ts";

interface Request {
  readonly id?: number;
  readonly method: string;
  readonly params?: { readonly name?: string };
}
type Row = Readonly<Record<string, unknown>>;

/** The request of each tool, and how its answer becomes rows. */
const LISTS: Readonly<Record<string, readonly [string, (answer: unknown) => unknown]>> = {
  docker_list_images: ["/images/json", (answer) => (answer as Row[]).map(imageRow)],
  docker_list_volumes: ["/volumes", (answer) => (answer as { Volumes: Row[] }).Volumes.map(named)],
  docker_list_networks: ["/networks", (answer) => (answer as Row[]).map(networkRow)],
};

function imageRow({ Id, RepoTags, Size, Created }: Row): Row {
  return { id: Id, tags: RepoTags, size: Size, created: Created };
}

function named({ Name, Driver, Scope, CreatedAt }: Row): Row {
  return { name: Name, driver: Driver, scope: Scope, created: CreatedAt };
}

function networkRow({ Id, Name, Driver, Scope, Created, IPAM }: Row): Row {
  const pools = (IPAM as { Config?: readonly { Subnet: string }[] } | undefined)?.Config ?? [];
  const subnets = pools.map(({ Subnet }) => Subnet);
  return {
    id: String(Id).slice(0, 12),
    name: Name,
    driver: Driver,
    scope: Scope,
    created: Created,
    subnets,
  };
}

async function answer(engine: RawEngine, { method, params }: Request): Promise<unknown> {
  if (method === "initialize") {
    const serverInfo = { name: "least", version: "1" };
    return { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo };
  }
  const [path, toRows] = LISTS[params?.name ?? ""] ?? ["/version", (value: unknown) => value];
  const rows = toRows((await engine.json(path)).value);
  const structuredContent = { rows, count: Array.isArray(rows) ? rows.length : 1 };
  return {
    content: [{ type: "text", text: JSON.stringify(structuredContent) }],
    structuredContent,
  };
}

async function serve(socketPath: string): Promise<void> {
  using engine = new RawEngine(socketPath);
  const output = Deno.stdout.writable.getWriter();
  let rest = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const request: Request = JSON.parse(line);
      if (request.id === undefined) continue;
      const message = { jsonrpc: "2.0", id: request.id, result: await answer(engine, request) };
      await output.write(new TextEncoder().encode(JSON.stringify(message) + "\n"));
    }
  }
}

await serve(Deno.args[0] ?? "/var/run/docker.sock");
