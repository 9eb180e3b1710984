import { z } from "zod";
import { defineTool, type Tool, type ToolCall } from "../../src/tools/tool.ts";

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
  const { signal } = new AbortController();
  return { tool: { ...plain, ...tool }, input: {}, signal, progress: () => {} };
}
