import {
  type GetPromptResult,
  type Prompt as ListedPrompt,
  ProtocolError,
  ProtocolErrorCode,
} from "@modelcontextprotocol/server";
import type { Prompt } from "../prompts/prompt.ts";
import { fence } from "../safety/fence.ts";
import { RefusedError } from "../tools/refused.ts";
import { nearest } from "../tools/nearest.ts";
import type { ToolOutput } from "../tools/tool.ts";
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

/** The prompt that a client named. @throws {ProtocolError} with the nearest name, where there is none of that name */
export function findPrompt(name: string, prompts: readonly Prompt[]): Prompt {
  const found = prompts.find((prompt) => prompt.name === name);
  if (found !== undefined) return found;
  const close = nearest(name, prompts.map((prompt) => prompt.name));
  const hint = close === undefined ? "" : `; did you mean "${close}"?`;
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Prompt not found${hint}`);
}

/** Our words in one message, and in another, fenced, what others wrote. */
export function promptResult({ description }: Prompt, output: ToolOutput): GetPromptResult {
  const { instructions, data } = output as {
    readonly instructions: readonly string[];
    readonly data: readonly { readonly source: string; readonly text: string }[];
  };
  const fenced = data.map(({ source, text }) => fence(text, { source })).join("\n");
  const texts = [instructions.join("\n\n"), fenced].filter((text) => text !== "");
  return {
    description,
    messages: texts.map((text) => ({ role: "user", content: { type: "text", text } })),
  };
}

/** A prompt has no result that says it failed, so a failure is an error of the protocol with the same words. */
export function promptError(error: unknown, name: string): ProtocolError {
  const isTheirs = error instanceof RefusedError;
  const code = isTheirs ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError;
  return new ProtocolError(code, explain(error, name));
}
