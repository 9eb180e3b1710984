import type { CallToolResult } from "@modelcontextprotocol/server";
import { DockerError } from "../docker/errors.ts";
import { jsonText } from "../tools/json_text.ts";
import { RefusedError } from "../tools/refused.ts";
import type { ToolOutput } from "../tools/tool.ts";

/** The output for programs and, as the same compact JSON, for clients that read text only. */
export function toResult(output: ToolOutput): CallToolResult {
  return {
    content: [{ type: "text", text: jsonText(output) }],
    structuredContent: output,
  };
}

/** A failed call: what happened, to which object, and what to do next; clients show the model only this text. */
export function toErrorResult(error: unknown, toolName: string): CallToolResult {
  return { isError: true, content: [{ type: "text", text: explain(error, toolName) }] };
}

/** A failure in sentences: what happened and what to do next. */
export function explain(error: unknown, toolName = "mcp-docker"): string {
  if (error instanceof DockerError || error instanceof RefusedError) {
    return error.remedy === undefined
      ? error.message
      : `${sentence(error.message)} ${sentence(error.remedy)}`;
  }
  const reason = error instanceof Error ? error.message : String(error);
  return `${toolName} failed unexpectedly: ${reason}. This is a defect of this server, not of your call.`;
}

function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
