import type { Handler } from "../compose.ts";
import type { ToolCall, ToolOutput } from "../tools/tool.ts";
import { log } from "./log.ts";

/** Logs each call with its duration and outcome; never its arguments or its result, which may hold secrets. */
export async function trace(
  call: ToolCall,
  next: Handler<ToolCall, ToolOutput>,
): Promise<ToolOutput> {
  const start = performance.now();
  const tool = call.operation.name;
  const id = call.facts.id.slice(0, 8); // enough to find the call in the audit log
  try {
    const output = await next(call);
    log.info("{id} {tool} done in {ms} ms", { id, tool, ms: elapsed(start) });
    return output;
  } catch (error) {
    const reason = call.signal.aborted
      ? "cancelled"
      : error instanceof Error
      ? error.name
      : "error";
    log.warn("{id} {tool} failed in {ms} ms: {reason}", { id, tool, ms: elapsed(start), reason });
    throw error;
  }
}

function elapsed(start: number): number {
  return Math.round((performance.now() - start) * 10) / 10;
}
