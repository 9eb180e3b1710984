import type { Step } from "../compose.ts";
import { byteLength, jsonBytes, jsonText } from "../tools/json_text.ts";
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
/** Each round halves what is longest; what does not fit after so many halvings is made of small parts. */
const MAXIMUM_ROUNDS = 32;

/** Cuts the longest texts, lists and maps of an answer until it is at most `maximumBytes` of JSON; 0 means no limit. */
export function shorten(maximumBytes: number): Step<ToolCall, ToolOutput> {
  return async function shorten(call, next) {
    const output = await next(call);
    return maximumBytes === 0 ? output : shortenOutput(output, maximumBytes);
  };
}

/**
 * The output itself where it fits, else a copy that fits, with a `truncated` statement of what was cut.
 *
 * The statement is ours, so it names fields of the output only: keys further inside are written by others.
 */
export function shortenOutput(output: ToolOutput, maximumBytes: number): ToolOutput {
  const json = jsonText(output);
  // No character takes more than three bytes for each of its units.
  if (json.length * 3 <= maximumBytes || byteLength(json) <= maximumBytes) return output;
  const copy = structuredClone(output) as Record<string, unknown>;
  const cuts = new Map<string, string>();
  for (let round = 0;; round++) {
    const shortened = { truncated: statement(cuts), ...copy };
    const excess = jsonBytes(shortened) - maximumBytes;
    if (excess <= 0) return shortened;
    const some = round < MAXIMUM_ROUNDS &&
      cutLargest(copy, { excess: excess + (round === 0 ? HEADROOM_BYTES : 0), cuts });
    if (!some && !emptyLargest(copy, cuts)) return shortened;
  }
}

function statement(cuts: ReadonlyMap<string, string>): string {
  const said = [...cuts].slice(0, MAXIMUM_STATEMENTS).map(([where, what]) => `${where}: ${what}`);
  const more = cuts.size - said.length;
  if (more > 0) said.push(`and ${more} more`);
  return `${said.join("; ")}. Ask for less, with filters or smaller limits`;
}

/** Something that can be cut. */
interface Place {
  readonly parent: Record<string, unknown>;
  readonly key: string;
  /** Bytes as JSON. */
  readonly size: number;
  /** What holds it and can be cut itself. */
  readonly within: Place | undefined;
  /** The field of the output that it is or is in. */
  readonly field: string;
}

interface CutOptions {
  /** Bytes to save. */
  readonly excess: number;
  /** What was cut so far, by where; added to. */
  readonly cuts: Map<string, string>;
}

/** Cuts the largest texts, lists and maps, each by half at most, until `excess` bytes are saved; whether there was any. */
function cutLargest(root: Record<string, unknown>, { excess, cuts }: CutOptions): boolean {
  // Neither what is in a place that was cut nor what holds one: their sizes are no longer true.
  const cut = new Set<Place>();
  const holders = new Set<Place>();
  let left = excess;
  for (const place of placesIn(root)) {
    if (left <= 0) break;
    if (holders.has(place) || enclosing(place).some((outer) => cut.has(outer))) continue;
    const share = Math.max(0.5, 1 - left / place.size);
    const what = cutOne(place, share);
    const isField = place.parent === root;
    cuts.set(isField ? place.field : `inside ${place.field}`, isField ? what : LONG_PARTS);
    cut.add(place);
    for (const outer of enclosing(place)) holders.add(outer);
    left -= place.size * (1 - share);
  }
  return cut.size > 0;
}

const LONG_PARTS = "the longest parts were cut";

function enclosing({ within }: Place): Place[] {
  return within === undefined ? [] : [within, ...enclosing(within)];
}

function cutOne({ parent, key }: Place, share: number): string {
  const value = parent[key];
  if (typeof value === "string") {
    parent[key] = withoutMiddle(value, share);
    return "the middle was left out";
  }
  const items = Object.entries(value as object);
  const kept = Math.min(Math.floor(items.length * share), items.length - 1);
  const first = items.slice(0, kept);
  parent[key] = Array.isArray(value) ? value.slice(0, kept) : Object.fromEntries(first);
  return `only the first ${kept} were kept`;
}

/** The last resort: many small parts, none of which can be cut. An empty list or map still fits the output's schema. */
function emptyLargest(root: Record<string, unknown>, cuts: Map<string, string>): boolean {
  let found: string | undefined;
  let largest = 2; // bytes of an empty one
  for (const [key, value] of Object.entries(root)) {
    const size = typeof value === "object" && value !== null ? jsonBytes(value) : 0;
    if (size > largest) [found, largest] = [key, size];
  }
  if (found === undefined) return false;
  root[found] = Array.isArray(root[found]) ? [] : {};
  cuts.delete(`inside ${found}`);
  cuts.set(found, "left out, it is too long");
  return true;
}

function withoutMiddle(text: string, share: number): string {
  const kept = Math.min(Math.floor(text.length * share), text.length - SHORTEST_CUT);
  const head = Math.floor(kept * HEAD_SHARE);
  // Half a surrogate pair at either edge of the gap is left out with it.
  const before = text.slice(0, head).replace(/[\ud800-\udbff]$/, "");
  const after = text.slice(text.length - kept + head).replace(/^[\udc00-\udfff]/, "");
  return before + GAP + after;
}

/** Every text, list of at least two rows and map of an output, the largest as JSON first. */
function placesIn(root: Record<string, unknown>): Place[] {
  const places: (Place & { readonly weight: number })[] = [];
  const visit = (value: unknown, place: Omit<Place, "size">): number => {
    if (typeof value !== "object" || value === null) {
      const size = jsonBytes(value);
      if (isCuttable(value)) places.push({ ...place, size, weight: size });
      return size;
    }
    const own = { ...place, size: 2, weight: 0 };
    const within = isCuttable(value) ? own : place.within;
    const parent = value as Record<string, unknown>;
    for (const [key, inner] of Object.entries(parent)) {
      const name = Array.isArray(value) ? 0 : jsonBytes(key) + 1;
      own.size += name + 1 + visit(inner, { parent, key, within, field: place.field });
    }
    // A list weighs less than it measures, so that one giant row in it is cut before its neighbours are dropped.
    own.weight = own.size / 2;
    if (within === own) places.push(own);
    return own.size;
  };
  for (const [key, value] of Object.entries(root)) {
    visit(value, { parent: root, key, within: undefined, field: key });
  }
  return places.sort((left, right) => right.weight - left.weight);
}

function isCuttable(value: unknown): boolean {
  if (typeof value === "string") return value.length >= SHORTEST_TEXT;
  if (Array.isArray(value)) return value.length > 1;
  return typeof value === "object" && value !== null && Object.keys(value).length > LONGEST_ROW;
}
