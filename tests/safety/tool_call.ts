import { z } from "zod";
import { LOCAL_PRINCIPAL } from "../../src/auth/principal.ts";
import {
  defineTool,
  newFacts,
  type Operation,
  type Tool,
  type ToolCall,
} from "../../src/tools/tool.ts";

/** A call of a tool by whoever started the program, without arguments. */
export function callOf(operation: Operation, changes: Partial<ToolCall> = {}): ToolCall {
  return {
    operation,
    input: {},
    caller: LOCAL_PRINCIPAL,
    facts: newFacts(),
    signal: new AbortController().signal,
    progress: () => {},
    ...changes,
  };
}

/** A call of a tool that does nothing, for steps that look at its result. */
export function toolCall(tool: Partial<Pick<Tool, "untrusted">> = {}): ToolCall {
  const plain: Tool = defineTool({
    name: "docker_sample",
    title: "Sample",
    safety: "safe",
    description: "Does nothing.",
    input: () => z.looseObject({}),
    output: () => z.object({}),
    example: {},
    run: () => Promise.resolve({}),
  });
  return callOf({ ...plain, ...tool });
}
