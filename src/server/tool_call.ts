import {
  type CallToolResult,
  type InputRequiredResult,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { LOCAL_PRINCIPAL } from "../auth/principal.ts";
import { log } from "../telemetry/log.ts";
import { RefusedError } from "../tools/refused.ts";
import type { CallFacts, Consent, Progress, Tool, ToolCall } from "../tools/tool.ts";
import { ask, questionResult } from "./consent.ts";
import type { Pipeline } from "./pipeline.ts";
import { planQuestion } from "./plan_question.ts";
import { toErrorResult, toResult } from "./result.ts";

/** A user is asked again when what they agreed to has changed meanwhile; not more often than this in one call. */
const MAXIMUM_QUESTIONS = 3;

/** A call of a tool as a client asks for it. */
export interface Asked {
  readonly tool: Tool;
  readonly input: Readonly<Record<string, unknown>>;
  readonly consent: Consent | undefined;
}

/** What a call takes from the request that it answers. */
export interface CallSurroundings {
  readonly context: ServerContext;
  /** Of one run of the pipeline, of which a call with a question takes two. */
  readonly facts: () => CallFacts;
  readonly pipeline: Pipeline;
}

/** Calls a tool; one that fails has a result as well. */
export async function callTool(
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
export function progressOf({ mcpReq }: ServerContext): (progress: Progress) => void {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return () => {};
  return (progress) => {
    const params = { progressToken, ...progress };
    mcpReq.notify({ method: "notifications/progress", params }).catch((error) =>
      log.debug("Cannot send progress: {error}", { error })
    );
  };
}

/** Has the pipeline refuse what there is not, which records that it was asked for. */
export async function refuseUnknown(
  asked: Pick<ToolCall, "operation" | "input">,
  { context, facts, pipeline }: CallSurroundings,
): Promise<void> {
  const { signal } = context.mcpReq;
  const caller = LOCAL_PRINCIPAL;
  const progress = (): void => {};
  await pipeline({ ...asked, caller, signal, facts: facts(), progress })
    .catch(() => undefined); // that was refused, the client is told in the words of the protocol
}
