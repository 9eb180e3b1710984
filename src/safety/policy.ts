import type { Step } from "../compose.ts";
import { RefusedError } from "../tools/refused.ts";
import type { Operation, OperationKind, ToolCall, ToolOutput } from "../tools/tool.ts";
import { unknownTool, unknownToolRefusal } from "../tools/unknown_tool.ts";

/** Which tools, prompts and resources this server offers at all. */
export interface ToolPolicy {
  readonly allowModerate: boolean;
  readonly allowDestructive: boolean;
  /** Names of the only tools allowed; empty allows none, `undefined` all. */
  readonly allowedTools?: readonly string[] | undefined;
  /** Names of the only prompts allowed, likewise. */
  readonly allowedPrompts?: readonly string[] | undefined;
  /** Names of the only resources allowed, likewise. */
  readonly allowedResources?: readonly string[] | undefined;
  /** Names of tools refused whatever else allows them. */
  readonly deniedTools: readonly string[];
}

/** Why an operation may not be called, or `undefined` where it may; listing and calling both ask this. */
export function refusalOf(operation: Operation, policy: ToolPolicy): RefusedError | undefined {
  if (operation === unknownTool) return unknownToolRefusal();
  const { kind = "tool", name, sameAsTool } = operation;
  const refused = (sameAsTool === undefined ? undefined : byName("tool", sameAsTool, policy)) ??
    byName(kind, name, policy);
  if (refused !== undefined) return refused;
  if (operation.safety === "moderate" && !policy.allowModerate) {
    return refusal(
      `${name} is not allowed in read-only mode`,
      "the operator must set SAFETY_ALLOW_MODERATE_OPERATIONS=true and restart",
    );
  }
  if (operation.safety === "destructive" && !policy.allowDestructive) {
    return refusal(
      `${name} is not allowed: it can delete for good`,
      "the operator must set SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS=true and restart",
    );
  }
  return undefined;
}

function byName(kind: OperationKind, name: string, policy: ToolPolicy): RefusedError | undefined {
  if (kind === "tool" && policy.deniedTools.includes(name)) {
    return refusal(`${name} is denied by configuration`, "it is named in SAFETY_DENIED_TOOLS");
  }
  const [setting, allowed] = allowList(kind, policy);
  return allowed === undefined || allowed.includes(name)
    ? undefined
    : refusal(`${name} is not in allow list`, `${setting} does not name it`);
}

function allowList(
  kind: OperationKind,
  { allowedTools, allowedPrompts, allowedResources }: ToolPolicy,
): readonly [setting: string, allowed: readonly string[] | undefined] {
  switch (kind) {
    case "tool":
      return ["SAFETY_ALLOWED_TOOLS", allowedTools];
    case "prompt":
      return ["SAFETY_ALLOWED_PROMPTS", allowedPrompts];
    case "resource":
      return ["SAFETY_ALLOWED_RESOURCES", allowedResources];
  }
}

/** Refuses calls of what the policy does not allow. */
export function authorize(policy: ToolPolicy): Step<ToolCall, ToolOutput> {
  return function authorize(call, next) {
    const refused = refusalOf(call.operation, policy);
    return refused === undefined ? next(call) : Promise.reject(refused);
  };
}

function refusal(message: string, why: string): RefusedError {
  return new RefusedError("not_allowed", message, `Do not retry: ${why}`);
}
