import {
  type GetPromptResult,
  isInputRequiredResult,
  type ListToolsResult,
  ProtocolError,
  ProtocolErrorCode,
  Server,
} from "@modelcontextprotocol/server";
import { LOCAL_PRINCIPAL } from "../auth/principal.ts";
import type { Confirmation } from "../safety/confirm.ts";
import type { Prompt } from "../prompts/prompt.ts";
import { refusalOf, type ToolPolicy } from "../safety/policy.ts";
import { ListenStreams } from "../resources/listen_streams.ts";
import type { LiveResources } from "../resources/live_resources.ts";
import type { ClientSubscriptions } from "../resources/subscriptions.ts";
import { log } from "../telemetry/log.ts";
import { nearest } from "../tools/nearest.ts";
import { type CallFacts, newFacts, type Tool } from "../tools/tool.ts";
import { unknownTool, unknownToolInput } from "../tools/unknown_tool.ts";
import { complete } from "./completion.ts";
import { consentOf } from "./consent.ts";
import { instructions } from "./instructions.ts";
import { listing } from "./listing.ts";
import type { Pipeline } from "./pipeline.ts";
import {
  promptError,
  promptListing,
  promptNotFound,
  promptResult,
  unknownPrompt,
} from "./prompts.ts";
import {
  listResources,
  offeredResources,
  readResource,
  resourceFailure,
  type Run,
  templateListing,
} from "./resources.ts";
import { ServedSubscriptions } from "./subscriptions.ts";
import { type CallSurroundings, callTool, progressOf, refuseUnknown } from "./tool_call.ts";

/** What a server is made of. */
export interface ServerOptions {
  readonly name: string;
  readonly version: string;
  readonly tools: readonly Tool[];
  /** @default {none} */
  readonly prompts?: readonly Prompt[];
  /** Resources, with what tells of their changes and completes names. @default {none} */
  readonly live?: LiveResources;
  readonly policy: ToolPolicy;
  readonly pipeline: Pipeline;
  /** What the pipeline asks of a destructive call, for the words to the model. @default {true} */
  readonly confirmation?: Confirmation;
}

/** A server, and what the client's `subscriptions/listen` requests are to open; the SDK answers those itself. */
export type ListeningServer = Server & { readonly streams?: ListenStreams | undefined };

/** How long a client may keep the list of tools: it changes only with a restart. */
const LIST_TTL_MS = 3_600_000;

/** Makes one MCP server over the tools and prompts; a connection (and each discarded probe) gets its own. */
export function createServer(options: ServerOptions): ListeningServer {
  const { name, version, tools, policy, pipeline, confirmation = true } = options;
  const offered = tools.filter((tool) => refusalOf(tool, policy) === undefined);
  const { prompts = [], live } = options;
  const offeredPrompts = prompts.filter((prompt) => refusalOf(prompt, policy) === undefined);
  const resources = offeredResources(live?.resources ?? [], policy);
  const server = new Server({ name, version, title: "Docker" }, {
    capabilities: {
      tools: {},
      ...(offeredPrompts.length > 0 ? { prompts: {} } : {}),
      ...(resources.length > 0 ? { resources: { subscribe: true, listChanged: true } } : {}),
      ...(live === undefined ? {} : { completions: {} }),
    },
    instructions: instructions(policy, confirmation),
    cacheHints: {
      "tools/list": { ttlMs: LIST_TTL_MS, cacheScope: "private" },
      "prompts/list": { ttlMs: LIST_TTL_MS, cacheScope: "private" },
      "resources/templates/list": { ttlMs: LIST_TTL_MS, cacheScope: "private" },
    },
  });
  const facts = (): CallFacts =>
    newFacts({ transport: "stdio", protocol: server.getNegotiatedProtocolVersion() });
  serveTools(server, offered, { tools, facts, pipeline });
  if (offeredPrompts.length > 0) servePrompts(server, offeredPrompts, { prompts, facts, pipeline });
  if (live === undefined) return server;
  server.setRequestHandler("completion/complete", ({ params }, { mcpReq: { signal } }) => {
    const { names } = live;
    return complete(params, { prompts: offeredPrompts, resources, names, policy, signal });
  });
  if (resources.length === 0) return server;
  return Object.assign(server, {
    streams: serveResources(server, { live, policy, facts, pipeline }),
  });
}

interface ResourceServing extends Omit<CallSurroundings, "context"> {
  readonly live: LiveResources;
  readonly policy: ToolPolicy;
}

/** Answers requests about resources; the subscriptions end with the connection. */
function serveResources(
  server: Server,
  { live, policy, facts, pipeline }: ResourceServing,
): ListenStreams {
  const call = { caller: LOCAL_PRINCIPAL, progress: () => {} };
  const run: Run = (operation, input, signal) =>
    pipeline({ ...call, operation, input, signal, facts: facts() });
  const client = new ServedSubscriptions(server, { live, run });
  const failed = (error: unknown): void =>
    log.debug("Cannot subscribe to a resource: {error}", { error });
  const streams = new ListenStreams(client, failed);
  server.onclose = () => streams[Symbol.dispose]();
  serveReading(server, client, { live, policy, run });
  server.setRequestHandler("resources/subscribe", async ({ params: { uri } }, { mcpReq }) => {
    await client.subscribe(uri, mcpReq.signal).catch((error) => {
      throw resourceFailure(error, uri);
    });
    return {};
  });
  server.setRequestHandler("resources/unsubscribe", ({ params: { uri } }) => {
    client.unsubscribe(uri);
    return {};
  });
  return streams;
}

function serveReading(
  server: Server,
  client: ClientSubscriptions,
  { live, policy, run }: Pick<ResourceServing, "live" | "policy"> & { readonly run: Run },
): void {
  const offered = offeredResources(live.resources, policy);
  server.setRequestHandler(
    "resources/templates/list",
    () => ({ resourceTemplates: offered.map(templateListing) }),
  );
  server.setRequestHandler("resources/list", (_request, { mcpReq: { envelope, signal } }) => {
    // Who speaks a newer protocol asks for it, with `subscriptions/listen`.
    if (envelope === undefined) client.watchList();
    return listResources(offered, { policy, run, signal });
  });
  server.setRequestHandler(
    "resources/read",
    ({ params: { uri } }, { mcpReq: { signal } }) =>
      readResource(live.resources, { uri, run, signal }),
  );
}

function serveTools(
  server: Server,
  offered: readonly Tool[],
  { tools, facts, pipeline }: Omit<CallSurroundings, "context"> & {
    /** Those that are not offered, too: the pipeline refuses them, with the reason. */
    readonly tools: readonly Tool[];
  },
): void {
  server.setRequestHandler(
    "tools/list",
    () => ({ tools: offered.map(listing) } as ListToolsResult),
  );
  server.setRequestHandler("tools/call", async ({ params }, context) => {
    const tool = tools.find((tool) => tool.name === params.name);
    const input = params.arguments ?? {};
    if (tool === undefined) {
      const asked = { operation: unknownTool, input: unknownToolInput(params.name, input) };
      await refuseUnknown(asked, { context, facts, pipeline });
      throw toolNotFound(params.name, offered);
    }
    const consent = consentOf(context, server.getClientCapabilities());
    const result = await callTool({ tool, input, consent }, { context, facts, pipeline });
    if (isInputRequiredResult(result)) return result;
    return server.projectCallToolResult(result, listing(tool).outputSchema);
  });
}

function servePrompts(
  server: Server,
  offered: readonly Prompt[],
  { prompts, facts, pipeline }: Omit<CallSurroundings, "context"> & {
    /** Those that are not offered, too: the pipeline refuses them, with the reason. */
    readonly prompts: readonly Prompt[];
  },
): void {
  server.setRequestHandler("prompts/list", () => ({ prompts: offered.map(promptListing) }));
  server.setRequestHandler("prompts/get", async ({ params }, context) => {
    const prompt = prompts.find(({ name }) => name === params.name);
    const surroundings = { context, facts, pipeline };
    if (prompt !== undefined) return await get(prompt, params.arguments ?? {}, surroundings);
    const input = { prompt: params.name, arguments: params.arguments };
    await refuseUnknown({ operation: unknownPrompt, input }, surroundings);
    throw promptNotFound(params.name, offered);
  });
}

async function get(
  prompt: Prompt,
  input: Readonly<Record<string, string>>,
  { context, facts, pipeline }: CallSurroundings,
): Promise<GetPromptResult> {
  const { signal } = context.mcpReq;
  const progress = progressOf(context);
  const call = {
    operation: prompt,
    input,
    caller: LOCAL_PRINCIPAL,
    facts: facts(),
    signal,
    progress,
  };
  try {
    return promptResult(prompt, await pipeline(call));
  } catch (error) {
    throw signal.aborted ? error : promptError(error, prompt.name);
  }
}

function toolNotFound(name: string, offered: readonly Tool[]): ProtocolError {
  const close = nearest(name, offered.map((tool) => tool.name));
  const shown = /^[\w.-]{1,64}$/.test(name) ? `: "${name}"` : "";
  const hint = close === undefined ? "" : `; did you mean "${close}"?`;
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `Tool not found${shown}${hint}`);
}
