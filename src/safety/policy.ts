import type { Step } from "../compose.ts";
import { RefusedError } from "../tools/refused.ts";
import type { Tool, ToolCall, ToolOutput } from "../tools/tool.ts";

/** Which tools this server offers at all. */
export interface ToolPolicy {
  readonly allowModerate: boolean;
  readonly allowDestructive: boolean;
  /** Names of the only tools allowed; empty allows none, `undefined` all. */
  readonly allowedTools?: readonly string[] | undefined;
  /** Names of tools refused whatever else allows them. */
  readonly deniedTools: readonly string[];
}

/** Why a tool may not be called, or `undefined` where it may; listing and calling both ask this. */
export function refusalOf(tool: Tool, policy: ToolPolicy): RefusedError | undefined {
  if (policy.deniedTools.includes(tool.name)) {
    return refusal(`${tool.name} is denied by configuration`, "it is named in SAFETY_DENIED_TOOLS");
  }
  if (policy.allowedTools !== undefined && !policy.allowedTools.includes(tool.name)) {
    return refusal(`${tool.name} is not in allow list`, "SAFETY_ALLOWED_TOOLS does not name it");
  }
  if (tool.safety === "moderate" && !policy.allowModerate) {
    return refusal(
      `${tool.name} is not allowed in read-only mode`,
      "the operator must set SAFETY_ALLOW_MODERATE_OPERATIONS=true and restart",
    );
  }
  if (tool.safety === "destructive" && !policy.allowDestructive) {
    return refusal(
      `${tool.name} is not allowed: it can delete for good`,
      "the operator must set SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS=true and restart",
    );
  }
  return undefined;
}

/** Refuses calls of tools that the policy does not allow. */
export function authorize(policy: ToolPolicy): Step<ToolCall, ToolOutput> {
  return function authorize(call, next) {
    const refused = refusalOf(call.tool, policy);
    return refused === undefined ? next(call) : Promise.reject(refused);
  };
}

function refusal(message: string, why: string): RefusedError {
  return new RefusedError("not_allowed", message, `Do not retry: ${why}`);
}
