import type { ToolOutput } from "../tools/tool.ts";

/** Adds counts by name to others. */
export function addCounts(total: Map<string, number>, counts: ReadonlyMap<string, number>): void {
  for (const [name, count] of counts) total.set(name, (total.get(name) ?? 0) + count);
}

/** The output with counts ahead of its fields, behind its notice; the same object where nothing was counted. */
export function withCounts(
  output: ToolOutput,
  field: "redactions" | "sanitised",
  counts: ReadonlyMap<string, number>,
): ToolOutput {
  if (counts.size === 0) return output;
  const { notice, ...rest } = output;
  const said = { [field]: Object.fromEntries(counts), ...rest };
  return notice === undefined ? said : { notice, ...said };
}
