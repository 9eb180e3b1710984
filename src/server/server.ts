import {
  type CallToolResult,
  type ListToolsResult,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { LOCAL_PRINCIPAL } from "../auth/principal.ts";
import { refusalOf, type ToolPolicy } from "../safety/policy.ts";
import { log } from "../telemetry/log.ts";
import { nearest } from "../tools/nearest.ts";
import { newFacts, type Progress, type Tool } from "../tools/tool.ts";
import { instructions } from "./instructions.ts";
import { listing } from "./listing.ts";
import type { Pipeline } from "./pipeline.ts";
import { toErrorResult, toResult } from "./result.ts";

/** What a server is made of. */
export interface ServerOptions {
  readonly name: string;
  readonly version: string;
  readonly tools: readonly Tool[];
  readonly policy: ToolPolicy;
  readonly pipeline: Pipeline;
}

/** How long a client may keep the list of tools: it changes only with a restart. */
const LIST_TTL_MS = 3_600_000;

/** Makes one MCP server over the tools; a connection (and each discarded probe) gets its own. */
export function createServer({ name, version, tools, policy, pipeline }: ServerOptions): Server {
  const offered = tools.filter((tool) => refusalOf(tool, policy) === undefined);
  const server = new Server({ name, version, title: "Docker" }, {
    capabilities: { tools: {} },
    instructions: instructions(policy),
    cacheHints: { "tools/list": { ttlMs: LIST_TTL_MS, cacheScope: "private" } },
  });
  server.setRequestHandler(
    "tools/list",
    () => ({ tools: offered.map(listing) } as ListToolsResult),
  );
  server.setRequestHandler("tools/call", async ({ params }, context) => {
    const tool = tools.find((tool) => tool.name === params.name);
    if (tool === undefined) throw unknownTool(params.name, offered);
    const result = await call(tool, params.arguments ?? {}, context, pipeline);
    return server.projectCallToolResult(result, listing(tool).outputSchema);
  });
  return server;
}

async function call(
  tool: Tool,
  input: Record<string, unknown>,
  context: ServerContext,
  pipeline: Pipeline,
): Promise<CallToolResult> {
  const { signal } = context.mcpReq;
  try {
    const caller = LOCAL_PRINCIPAL;
    const progress = progressOf(context);
    return toResult(await pipeline({ tool, input, caller, facts: newFacts(), signal, progress }));
  } catch (error) {
    if (signal.aborted) throw error; // nobody waits for an answer any more
    return toErrorResult(error, tool.name);
  }
}

/** Sends progress where the client asked for it with a token. */
function progressOf({ mcpReq }: ServerContext): (progress: Progress) => void {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return () => {};
  return (progress) => {
    const params = { progressToken, ...progress };
    mcpReq.notify({ method: "notifications/progress", params }).catch((error) =>
      log.debug("Cannot send progress: {error}", { error })
    );
  };
}

function unknownTool(name: string, offered: readonly Tool[]): ProtocolError {
  const close = nearest(name, offered.map((tool) => tool.name));
  const shown = /^[\w.-]{1,64}$/.test(name) ? `: "${name}"` : "";
  const hint = close === undefined ? "" : `; did you mean "${close}"?`;
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `Tool not found${shown}${hint}`);
}
