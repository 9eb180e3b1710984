import type { Step } from "../compose.ts";
import type { ToolCall, ToolOutput } from "../tools/tool.ts";

/** Room for the `truncated` statement and for what JSON escapes add after cutting. */
const HEADROOM_BYTES = 512;
/** The end of an output says more about what happened than its beginning. */
const HEAD_SHARE = 0.25;
/** Stands for the middle of a text; as JSON it takes 9 bytes. In ASCII, which takes half the memory. */
const GAP = "\n[...]\n";
/** A cut takes out at least so many characters, so that it always gains more than the gap costs. */
const SHORTEST_CUT = 16;
/** Texts shorter than this are left whole. */
const SHORTEST_TEXT = 64;
/** No row has more fields; an object that has is a map, such as labels, and may lose some. */
const LONGEST_ROW = 32;
/** More than this nobody reads, and it would take the room of the answer. */
const MAXIMUM_STATEMENTS = 4;
const MAXIMUM_PATH = 64;

interface Cut {
  readonly path: string;
  readonly what: string;
}

/** Cuts the longest texts, lists and maps of an answer until it is at most `maximumBytes` of JSON; 0 means no limit. */
export function shorten(maximumBytes: number): Step<ToolCall, ToolOutput> {
  return async function shorten(call, next) {
    const output = await next(call);
    return maximumBytes === 0 ? output : shortenOutput(output, maximumBytes);
  };
}

/** The output itself where it fits, else a copy that fits, with a `truncated` statement of what was cut. */
export function shortenOutput(output: ToolOutput, maximumBytes: number): ToolOutput {
  if (jsonBytes(output) <= maximumBytes) return output;
  const copy = structuredClone(output) as Record<string, unknown>;
  const cuts = new Map<string, string>();
  // Ends, because every cut makes the copy smaller.
  for (;;) {
    const shortened = { truncated: statement(cuts), ...copy };
    const excess = jsonBytes(shortened) - maximumBytes;
    if (excess <= 0) return shortened;
    const cut = cutLargest(copy, excess + (cuts.size === 0 ? HEADROOM_BYTES : 0));
    if (cut === undefined) return shortened;
    cuts.set(cut.path, cut.what);
  }
}

function statement(cuts: ReadonlyMap<string, string>): string {
  const said = [...cuts].slice(0, MAXIMUM_STATEMENTS)
    .map(([path, what]) => `${path.slice(0, MAXIMUM_PATH)}: ${what}`);
  const more = cuts.size - said.length;
  if (more > 0) said.push(`and ${more} more`);
  return `${said.join("; ")}. Ask for less, with filters or smaller limits`;
}

/** Counts instead of encoding, which would take as much memory again as the answer. */
function jsonBytes(value: unknown): number {
  const json = JSON.stringify(value) ?? "";
  let bytes = json.length;
  for (let at = 0; at < json.length; at++) {
    const unit = json.charCodeAt(at);
    if (unit > 0x7f) bytes += unit > 0x7ff && !isSurrogate(unit) ? 2 : 1;
  }
  return bytes;
}

/** Half of a character beyond U+FFFF, which takes four bytes; JSON has no half alone. */
function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

interface Place {
  readonly parent: Record<string, unknown>;
  readonly key: string;
  readonly path: string;
  readonly size: number;
}

/** Cuts the largest text, list or map by `excess` bytes or by half, whichever is less. */
function cutLargest(root: Record<string, unknown>, excess: number): Cut | undefined {
  const place = largest(root);
  if (place === undefined) return undefined;
  const { parent, key, path, size } = place;
  const value = parent[key];
  const share = Math.max(0.5, 1 - excess / size);
  if (typeof value === "string") {
    parent[key] = withoutMiddle(value, share);
    return { path, what: "the middle was left out" };
  }
  const items = Object.entries(value as object);
  const kept = Math.min(Math.floor(items.length * share), items.length - 1);
  const first = items.slice(0, kept);
  parent[key] = Array.isArray(value) ? value.slice(0, kept) : Object.fromEntries(first);
  return { path, what: `only the first ${kept} were kept` };
}

function withoutMiddle(text: string, share: number): string {
  const kept = Math.min(Math.floor(text.length * share), text.length - SHORTEST_CUT);
  const head = Math.floor(kept * HEAD_SHARE);
  // Half a surrogate pair at either edge of the gap is left out with it.
  const before = text.slice(0, head).replace(/[\ud800-\udbff]$/, "");
  const after = text.slice(text.length - kept + head).replace(/^[\udc00-\udfff]/, "");
  return before + GAP + after;
}

/** The text, list of at least two rows or map that is largest as JSON. */
function largest(root: Record<string, unknown>): Place | undefined {
  let found: Place | undefined;
  let heaviest = 0;
  const visit = (parent: Record<string, unknown>, path: string): void => {
    for (const [key, value] of Object.entries(parent)) {
      const at = path === "" ? key : `${path}.${key}`;
      const size = isCuttable(value) ? jsonBytes(value) : 0;
      // A list weighs less than it measures, so that one giant row in it is cut before its neighbours are dropped.
      const weight = typeof value === "string" ? size : size / 2;
      if (weight > heaviest) {
        heaviest = weight;
        found = { parent, key, path: at, size };
      }
      if (typeof value === "object" && value !== null) visit(value as Record<string, unknown>, at);
    }
  };
  visit(root, "");
  return found;
}

function isCuttable(value: unknown): boolean {
  if (typeof value === "string") return value.length >= SHORTEST_TEXT;
  if (Array.isArray(value)) return value.length > 1;
  return typeof value === "object" && value !== null && Object.keys(value).length > LONGEST_ROW;
}
