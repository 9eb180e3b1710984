import {
  type GetPromptResult,
  type Prompt as ListedPrompt,
  ProtocolError,
  ProtocolErrorCode,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { DockerError } from "../docker/errors.ts";
import type { Prompt } from "../prompts/prompt.ts";
import { fence } from "../safety/fence.ts";
import { type RefusalCode, RefusedError } from "../tools/refused.ts";
import { nearest } from "../tools/nearest.ts";
import { once, type Operation, type ToolOutput } from "../tools/tool.ts";
import { explain } from "./result.ts";

/** A prompt as `prompts/list` shows it. */
export function promptListing({ name, title, description, input }: Prompt): ListedPrompt {
  const { properties = {}, required = [] } = input().toJSONSchema({ io: "input" });
  const described = Object.entries(properties).map(([name, schema]) => ({
    name,
    ...(typeof schema === "object" ? { description: schema.description ?? "" } : {}),
    required: required.includes(name),
  }));
  return { name, title, description, arguments: described };
}

/** What getting a prompt that there is not is for the pipeline, which records it; no prompt has such a name. */
export const unknownPrompt: Operation = {
  kind: "prompt",
  name: "(unknown)",
  safety: "safe",
  input: once(() => z.looseObject({})),
  output: once(() => z.object({})),
  example: {},
  run: () => Promise.reject(new RefusedError("unknown_prompt", "There is no such prompt")),
};

/** Tells a client that no prompt has the name it asked for, and the nearest one that has. */
export function promptNotFound(name: string, offered: readonly Prompt[]): ProtocolError {
  const close = nearest(name, offered.map((prompt) => prompt.name));
  const shown = /^[\w.-]{1,64}$/.test(name) ? `: "${name}"` : "";
  const hint = close === undefined ? "" : `; did you mean "${close}"?`;
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `Prompt not found${shown}${hint}`);
}

/** Our words in one message, and in another, fenced, what others wrote. */
export function promptResult({ description }: Prompt, output: ToolOutput): GetPromptResult {
  const { instructions, data, truncated } = output as {
    readonly instructions: readonly string[];
    readonly data: readonly { readonly source: string; readonly text: string }[];
    readonly truncated?: string;
  };
  const cut = truncated === undefined ? [] : [`What follows was shortened: ${truncated}`];
  const fenced = data.map(({ source, text }) => fence(text, { source })).join("\n");
  const texts = [[...instructions, ...cut].join("\n\n"), fenced].filter((text) => text !== "");
  return {
    description,
    messages: texts.map((text) => ({ role: "user", content: { type: "text", text } })),
  };
}

/** Refusals that another call can avoid. */
const OF_THE_CALL: ReadonlySet<RefusalCode> = new Set(["invalid_arguments", "not_allowed"]);

/** A prompt has no result that says it failed, so a failure is an error of the protocol with the same words. */
export function promptError(error: unknown, name: string): ProtocolError {
  const isTheirs = error instanceof DockerError
    ? error.code === "not_found"
    : error instanceof RefusedError && OF_THE_CALL.has(error.code);
  const code = isTheirs ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError;
  return new ProtocolError(code, explain(error, name));
}
