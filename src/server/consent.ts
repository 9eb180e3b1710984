import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  inputRequired,
  type InputRequiredResult,
  inputResponse,
  SdkError,
  SdkErrorCode,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { PLAN_SECONDS } from "../safety/plan_seal.ts";
import type { Answer, Consent } from "../tools/tool.ts";
import { AGREED, type PlanQuestion } from "./plan_question.ts";

/** Under which name the question goes out and its answer comes back. */
const QUESTION = "confirm";

/**
 * Whether the client of a call can ask its user, and what came of it where this is the same call again.
 *
 * @param atInitialize What an older client said when it connected; a newer one says it with every call.
 */
export function consentOf(
  { mcpReq }: ServerContext,
  atInitialize: ClientCapabilities | undefined,
): Consent | undefined {
  const withCall = mcpReq.envelope as Readonly<Record<string, unknown>> | undefined;
  const capabilities = withCall?.[CLIENT_CAPABILITIES_META_KEY] ?? atInitialize;
  if (!asksWithForms(capabilities as ClientCapabilities | undefined)) return undefined;
  const token = mcpReq.requestState();
  if (typeof token !== "string") return {};
  const response = inputResponse(mcpReq.inputResponses, QUESTION);
  const answer = response.kind === "elicit" ? meant(response) : "cancel";
  return { answered: { token, answer } };
}

/** A client that names no way of asking means forms, the first there was. */
function asksWithForms(capabilities: ClientCapabilities | undefined): boolean {
  const { elicitation } = capabilities ?? {};
  return elicitation !== undefined &&
    (elicitation.form !== undefined || elicitation.url === undefined);
}

function meant(
  { action, content }: {
    readonly action: "accept" | "decline" | "cancel";
    readonly content?: Readonly<Record<string, unknown>> | undefined;
  },
): Answer {
  return action === "accept" && content?.[AGREED] !== true ? "decline" : action;
}

/** Has a client of revision 2026-07-28 or later put the question, and call again with the answer: nothing waits here. */
export function questionResult({ params, token }: PlanQuestion): InputRequiredResult {
  return inputRequired({
    inputRequests: { [QUESTION]: inputRequired.elicit(params) },
    requestState: token,
  });
}

/**
 * Has an older client put the question and waits for the answer, for 120 s. The SDK would do so too, but would tell the model of
 * silence and failures in words that leave open what was deleted.
 */
export async function ask(
  { mcpReq }: ServerContext,
  { params, token }: PlanQuestion,
): Promise<Consent> {
  const options = { timeout: PLAN_SECONDS * 1000, signal: mcpReq.signal };
  try {
    const result = await mcpReq.send({ method: "elicitation/create", params }, options);
    return { answered: { token, answer: meant(result) } };
  } catch (error) {
    if (mcpReq.signal.aborted) throw error;
    const isLate = error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout;
    return { answered: { token, answer: isLate ? "silence" : "unasked" } };
  }
}
