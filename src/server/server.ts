import {
  type CallToolResult,
  type GetPromptResult,
  type InputRequiredResult,
  isInputRequiredResult,
  type ListToolsResult,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { LOCAL_PRINCIPAL } from "../auth/principal.ts";
import type { Confirmation } from "../safety/confirm.ts";
import type { Prompt } from "../prompts/prompt.ts";
import { refusalOf, type ToolPolicy } from "../safety/policy.ts";
import { log } from "../telemetry/log.ts";
import { nearest } from "../tools/nearest.ts";
import { RefusedError } from "../tools/refused.ts";
import { type CallFacts, type Consent, newFacts, type Progress, type Tool } from "../tools/tool.ts";
import { ask, consentOf, questionResult } from "./consent.ts";
import { instructions } from "./instructions.ts";
import { listing } from "./listing.ts";
import type { Pipeline } from "./pipeline.ts";
import { planQuestion } from "./plan_question.ts";
import { findPrompt, promptError, promptListing, promptResult } from "./prompts.ts";
import { toErrorResult, toResult } from "./result.ts";

/** What a server is made of. */
export interface ServerOptions {
  readonly name: string;
  readonly version: string;
  readonly tools: readonly Tool[];
  /** @default {none} */
  readonly prompts?: readonly Prompt[];
  readonly policy: ToolPolicy;
  readonly pipeline: Pipeline;
  /** What the pipeline asks of a destructive call, for the words to the model. @default {true} */
  readonly confirmation?: Confirmation;
}

/** How long a client may keep the list of tools: it changes only with a restart. */
const LIST_TTL_MS = 3_600_000;

/** A user is asked again when what they agreed to has changed meanwhile; not more often than this in one call. */
const MAXIMUM_QUESTIONS = 3;

/** Makes one MCP server over the tools; a connection (and each discarded probe) gets its own. */
export function createServer(options: ServerOptions): Server {
  const { name, version, tools, policy, pipeline, confirmation = true } = options;
  const offered = tools.filter((tool) => refusalOf(tool, policy) === undefined);
  const prompts = options.prompts?.filter((prompt) => !refusalOf(prompt, policy)) ?? [];
  const server = new Server({ name, version, title: "Docker" }, {
    capabilities: { tools: {}, ...(prompts.length > 0 ? { prompts: {} } : {}) },
    instructions: instructions(policy, confirmation),
    cacheHints: {
      "tools/list": { ttlMs: LIST_TTL_MS, cacheScope: "private" },
      "prompts/list": { ttlMs: LIST_TTL_MS, cacheScope: "private" },
    },
  });
  const facts = (): CallFacts =>
    newFacts({ transport: "stdio", protocol: server.getNegotiatedProtocolVersion() });
  server.setRequestHandler(
    "tools/list",
    () => ({ tools: offered.map(listing) } as ListToolsResult),
  );
  server.setRequestHandler("tools/call", async ({ params }, context) => {
    const tool = tools.find((tool) => tool.name === params.name);
    if (tool === undefined) throw unknownTool(params.name, offered);
    const input = params.arguments ?? {};
    const consent = consentOf(context, server.getClientCapabilities());
    const result = await call({ tool, input, consent }, { context, facts, pipeline });
    if (isInputRequiredResult(result)) return result;
    return server.projectCallToolResult(result, listing(tool).outputSchema);
  });
  if (prompts.length > 0) {
    server.setRequestHandler("prompts/list", () => ({ prompts: prompts.map(promptListing) }));
    server.setRequestHandler("prompts/get", ({ params }, context) => {
      const prompt = findPrompt(params.name, prompts);
      return get(prompt, params.arguments ?? {}, { context, facts, pipeline });
    });
  }
  return server;
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

interface Asked {
  readonly tool: Tool;
  readonly input: Readonly<Record<string, unknown>>;
  readonly consent: Consent | undefined;
}

interface CallSurroundings {
  readonly context: ServerContext;
  /** Of one run of the pipeline, of which a call with a question takes two. */
  readonly facts: () => CallFacts;
  readonly pipeline: Pipeline;
}

async function call(
  asked: Asked,
  surroundings: CallSurroundings,
): Promise<CallToolResult | InputRequiredResult> {
  try {
    return await answer(asked, surroundings);
  } catch (error) {
    if (surroundings.context.mcpReq.signal.aborted) throw error; // nobody waits for an answer any more
    return toErrorResult(error, asked.tool.name);
  }
}

/** Runs a call; where it stops at a plan and the client can ask its user, the user is asked, outside the pipeline. */
async function answer(
  { tool, input, consent }: Asked,
  { context, facts, pipeline }: CallSurroundings,
): Promise<CallToolResult | InputRequiredResult> {
  const { signal, envelope } = context.mcpReq;
  const own = {
    operation: tool,
    input,
    caller: LOCAL_PRINCIPAL,
    signal,
    progress: progressOf(context),
  };
  for (let asked = 0; asked <= MAXIMUM_QUESTIONS; asked++) {
    const output = await pipeline({ ...own, facts: facts(), consent });
    const question = consent && planQuestion(tool, output);
    if (question === undefined) return toResult(output);
    if (envelope !== undefined) return questionResult(question);
    if (asked < MAXIMUM_QUESTIONS) consent = await ask(context, question);
  }
  throw new RefusedError(
    "confirmation_required",
    "Nothing was deleted: what would be deleted was another set each time the user was asked",
    "Call again when nothing else changes there",
  );
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
