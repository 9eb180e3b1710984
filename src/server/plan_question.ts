import type { ElicitRequestFormParams } from "@modelcontextprotocol/server";
import { objectWords } from "../safety/plan_set.ts";
import type { PlannedObject, ShownPlan } from "../tools/plan.ts";
import type { Tool, ToolOutput } from "../tools/tool.ts";

/** A plan as a question to the user of a client. */
export interface PlanQuestion {
  readonly params: ElicitRequestFormParams;
  /** The token of the plan, which comes back with the answer. */
  readonly token: string;
}

/** What a person still reads in a dialog; the figures ahead count everything. */
const MAXIMUM_OBJECTS = 20;
const MAXIMUM_EFFECTS = 10;
const MAXIMUM_NAMES = 5;
const MAXIMUM_LINE = 200;

/** The field that the user sets; accepting without it is no yes, because some clients accept for their user. */
export const AGREED = "delete";

/** The question that an answer of a destructive tool stands for, where it is a plan; the answer is redacted and sanitized. */
export function planQuestion(tool: Tool, output: ToolOutput): PlanQuestion | undefined {
  const { status, plan, confirm, changed } = output;
  if (tool.safety !== "destructive" || status !== "planned") return undefined;
  if (typeof confirm !== "string") throw new Error("Cannot ask about a plan: it has no token");
  const lines = planLines(plan as ShownPlan, changed as readonly string[] | undefined);
  return {
    token: confirm,
    params: {
      mode: "form",
      message: [`${tool.name} is about to delete, for good:`, ...lines].join("\n"),
      requestedSchema: {
        type: "object",
        properties: { [AGREED]: { type: "boolean", title: "Delete this for good" } },
        required: [AGREED],
      },
    },
  };
}

function planLines(plan: ShownPlan, changed: readonly string[] = []): string[] {
  const { objects, not_listed = 0, totals, also = [], cannot_be_undone } = plan;
  const unnamed = Math.max(0, objects.length - MAXIMUM_OBJECTS) + not_listed;
  return [
    totalWords(totals),
    ...objects.slice(0, MAXIMUM_OBJECTS).map((object) => oneLine(`- ${objectLine(object)}`)),
    ...(unnamed === 0 ? [] : [`- and ${unnamed} more`]),
    ...bulleted("What else happens:", also),
    ...bulleted("Changed since it was asked before:", changed),
    `${cannot_be_undone}.`,
  ];
}

function totalWords({ size, ...counts }: ShownPlan["totals"]): string {
  const words = Object.entries(counts).map(([kinds, count]) =>
    `${count} ${count === 1 ? kinds.slice(0, -1) : kinds}`
  );
  return words.join(", ") + (size === undefined ? "" : `; ${sizeWords(size)} in all`);
}

function objectLine(object: PlannedObject): string {
  const { size, created, state, tags = [], used_by = [] } = object;
  const known = [
    state ?? "",
    size === undefined ? "" : sizeWords(size),
    created === undefined ? "" : `created ${created}`,
    tags.length === 0 ? "" : `tags ${listed(tags)}`,
    used_by.length === 0 ? "" : `used by ${listed(used_by)}`,
  ];
  return [objectWords(object), ...known].filter((word) => word !== "").join(", ");
}

function listed(names: readonly string[]): string {
  const more = names.length > MAXIMUM_NAMES ? ` and ${names.length - MAXIMUM_NAMES} more` : "";
  return names.slice(0, MAXIMUM_NAMES).join(" ") + more;
}

function bulleted(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const more = lines.length - MAXIMUM_EFFECTS;
  return [
    title,
    ...lines.slice(0, MAXIMUM_EFFECTS).map((line) => oneLine(`- ${line}`)),
    ...(more > 0 ? [`- and ${more} more`] : []),
  ];
}

/** A name with line breaks must not look like a line of ours. */
function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > MAXIMUM_LINE ? `${line.slice(0, MAXIMUM_LINE)}...` : line;
}

/** As Docker writes sizes: powers of 1000. */
function sizeWords(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}
