import { type ServerCommand, StdioServer, type ToolResult } from "./stdio_server.ts";

/** Long enough for the garbage of the start to be collected. */
const SETTLED_AFTER_MS = 1000;

/** What one call on a fresh server took. */
export interface CallCost {
  readonly milliseconds: number;
  /** Bytes of memory at the highest moment, above what the idle server had. */
  readonly peakBytes: number;
  readonly result: ToolResult;
}

/** Calls a tool once on a server that did nothing before but say what it can. */
export async function costOfCall(
  command: ServerCommand,
  tool: string,
  input: Record<string, unknown>,
): Promise<CallCost> {
  await using server = await StdioServer.start(command);
  const idle = await idleMemory(server);
  await server.forgetPeak();
  const start = performance.now();
  const result = await server.call(tool, input);
  const milliseconds = performance.now() - start;
  return { milliseconds, peakBytes: await server.peakMemory() - idle, result };
}

/** Bytes a server needs when a client has asked it for its tools and then leaves it alone. */
export async function idleMemory(server: StdioServer): Promise<number> {
  await server.request("tools/list");
  await new Promise((resolve) => setTimeout(resolve, SETTLED_AFTER_MS));
  return await server.memory();
}
