import { z } from "zod";
import { RefusedError } from "./refused.ts";
import { once, type Operation, type ToolCall } from "./tool.ts";

/** What a call of a tool that there is not is for the pipeline, which records and refuses it; no tool has such a name. */
export const unknownTool: Operation = {
  name: "(unknown)",
  safety: "safe",
  input: once(() => z.looseObject({})),
  output: once(() => z.object({})),
  example: {},
  run: () => Promise.reject(unknownToolRefusal()),
};

/** The refusal of such a call. */
export function unknownToolRefusal(): RefusedError {
  return new RefusedError(
    "unknown_tool",
    "There is no such tool",
    "Call one that tools/list names",
  );
}

/** What its record says: the name that was asked for and the arguments; a confirmation stays one, which is not recorded. */
export function unknownToolInput(
  tool: string,
  { confirm, ...rest }: ToolCall["input"],
): ToolCall["input"] {
  return { tool, arguments: rest, ...(confirm === undefined ? {} : { confirm }) };
}
