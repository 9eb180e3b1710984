import type { Tool as ListedTool } from "@modelcontextprotocol/server";
import type { z } from "zod";
import type { Tool } from "../tools/tool.ts";

const listings = new WeakMap<Tool, ListedTool>();

/** A tool as `tools/list` shows it; made once, because JSON Schemas cost time. */
export function listing(tool: Tool): ListedTool {
  const known = listings.get(tool);
  if (known !== undefined) return known;
  const made: ListedTool = {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: compact(tool.input(), "input") as ListedTool["inputSchema"],
    outputSchema: compact(tool.output(), "output") as NonNullable<ListedTool["outputSchema"]>,
    annotations: annotations(tool),
  };
  listings.set(tool, made);
  return made;
}

/** What clients may assume without reading the description; what MCP assumes anyway is left out. */
function annotations(
  { safety, idempotent = false, openWorld = false }: Tool,
): ListedTool["annotations"] {
  const world = openWorld ? {} : { openWorldHint: false };
  if (safety === "safe") return { readOnlyHint: true, ...world };
  const repeated = idempotent ? { idempotentHint: true } : {};
  return { destructiveHint: safety === "destructive", ...repeated, ...world };
}

/** Checked when the tool is called, with a message; a model does not count characters. */
const UNREAD = new Set(["maxLength", "minItems", "maxItems"]);

/** What an example of an object, in its description, shows as well and in fewer words. */
const MEMBERS = new Set(["additionalProperties", "properties", "required"]);

/** JSON Schema without what no model reads: it is sent with every conversation. */
function compact(schema: z.ZodObject, io: "input" | "output"): Record<string, unknown> {
  const { $schema: _, ...json } = schema.toJSONSchema({ io, target: "draft-2020-12" });
  return prune(json, io) as Record<string, unknown>;
}

function prune(schema: unknown, io: "input" | "output"): unknown {
  if (Array.isArray(schema)) return schema.map((item) => prune(item, io));
  if (typeof schema !== "object" || schema === null) return schema;
  const kept: [string, unknown][] = [];
  const isShown = io === "input" && hasExample(schema);
  for (const [key, value] of Object.entries(schema)) {
    if (isShown && MEMBERS.has(key)) continue;
    if (key === "additionalProperties" && isNoise(value, io)) continue;
    if (key === "propertyNames" && JSON.stringify(value) === '{"type":"string"}') continue;
    if (UNREAD.has(key) && typeof value === "number") continue;
    if (key === "propertyNames" && hasEnum(value)) {
      kept.push([key, { enum: value.enum }]); // the names show that they are strings
      continue;
    }
    if (key === "items" && value === false) continue; // some clients take objects only for schemas
    kept.push([key, prune(value, io)]);
  }
  return Object.fromEntries(kept);
}

/** Answers may carry more than their schema names (`notice`, `truncated`), and `{}` says nothing. */
function isNoise(value: unknown, io: "input" | "output"): boolean {
  return (io === "output" && value === false) || JSON.stringify(value) === "{}";
}

function hasExample(schema: object): boolean {
  return "description" in schema && /\{"/.test(String(schema.description));
}

function hasEnum(schema: unknown): schema is { enum: unknown } {
  return typeof schema === "object" && schema !== null && "enum" in schema;
}
