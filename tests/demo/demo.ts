import { connect, type Connection, root } from "../e2e/client.ts";
import { connectEngine, findEngineSocket, type TestEngine } from "../engine/fixture.ts";
import { imageReference, IMAGES } from "../engine/image_definitions.ts";
import { removeImages, seedImages } from "../engine/images.ts";
import { installPrerequisites } from "../engine/prerequisites.ts";
import { standingEngine } from "../engine/standing_engine.ts";

const NAME = `mcp-docker-demo-${crypto.randomUUID().slice(0, 8)}`;

async function say(text: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
}

/** The flags that a careful user would start the server with, as the server itself names them. */
async function denoFlags(host: string): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", `${root}main.ts`, "config", "--deno-flags"],
    env: { DOCKER_HOST: host },
  }).output();
  const line = new TextDecoder().decode(stdout).split("\n").find((text) => text.startsWith("deno"));
  return line?.split(" ").filter((word) => word.startsWith("--")) ?? [];
}

/** Calls a tool and shows the call and the beginning of the answer. */
async function show(
  server: Connection,
  tool: string,
  input: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  await say(`\n→ ${tool} ${JSON.stringify(input)}`);
  const { isError, content, structuredContent } = await server.client.callTool({
    name: tool,
    arguments: input,
  });
  const [block] = content as { text?: string }[];
  const text = block?.text ?? "";
  await say(`${isError ? "✗" : "←"} ${text.length > 400 ? `${text.slice(0, 400)} …` : text}`);
  return (structuredContent ?? {}) as Record<string, unknown>;
}

async function demo(engine: TestEngine): Promise<void> {
  const flags = await denoFlags(engine.host);
  const env = { DOCKER_HOST: engine.host, SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS: "true" };
  const command = ["run", "--quiet", ...flags, `${root}main.ts`];
  await say(`Starting the server as a desktop client does:\n  deno ${command.join(" ")}`);
  await using server = await connect({ env, binary: Deno.execPath(), args: command });
  const { tools } = await server.client.listTools();
  await say(`\nIt offers ${tools.length} tools: ${tools.map(({ name }) => name).join(", ")}`);
  await show(server, "docker_healthcheck");
  await show(server, "docker_create_container", {
    image: imageReference("web"),
    name: NAME,
    ports: { "8080/tcp": 0 },
  });
  await show(server, "docker_start_container", { container_id: NAME });
  await show(server, "docker_list_containers", { filters: { name: NAME } });
  await show(server, "docker_exec_command", {
    container_id: NAME,
    command: [
      "sh",
      "-c",
      "wget -O - http://127.0.0.1:8080/ 2>/dev/null; echo to the log > /proc/1/fd/1",
    ],
  });
  await show(server, "docker_container_logs", { container_id: NAME, tail: 5 });
  await show(server, "docker_container_stats", { container_id: NAME });
  await show(server, "docker_stop_container", { container_id: NAME, timeout: 2 });
  await say("\nA deletion answers with its plan, and happens when the same call comes with it:");
  const input = { container_id: NAME, force: true, volumes: true };
  const { confirm } = await show(server, "docker_remove_container", input);
  await show(server, "docker_remove_container", { ...input, confirm });
  await say("\nA second time that plan counts for nothing:");
  await show(server, "docker_remove_container", { ...input, confirm });
}

/** The Engine of `DOCKER_HOST`, else one that runs here anyway, else a private one where that may be. */
async function findSocket(): Promise<string> {
  if (!Deno.env.get("DOCKER_HOST")) {
    const standing = await standingEngine();
    if (standing !== undefined) Deno.env.set("DOCKER_HOST", `unix://${standing}`);
    else await say(await installPrerequisites() ?? "No Engine answers: starting a private one");
  }
  return await findEngineSocket();
}

let socket: string;
try {
  socket = await findSocket();
} catch (error) {
  await say(error instanceof Error ? error.message : String(error));
  Deno.exit(1);
}
const seeded = await seedImages(socket, { web: IMAGES.web });
const engine = connectEngine(socket);
try {
  await say(`Engine: ${engine.host}`);
  await demo(engine);
  await say("\nDone; nothing was left behind.");
} finally {
  await engine.release();
  await removeImages(socket, seeded);
}
Deno.exit(0);
