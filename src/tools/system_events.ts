import { z } from "zod";
import { keepArrived } from "./broken_stream.ts";
import { shortId } from "./container_view.ts";
import {
  engineFilters,
  filters,
  pointInTime,
  type TruncationInfo,
  truncationInfo,
  verbose,
} from "./fields.ts";
import { parseWindow } from "./time.ts";
import { defineTool, type Tool, type ToolContext } from "./tool.ts";
import { eventView, type Json, pick } from "./views.ts";

/** The keys that the Engine takes for events. */
const FILTER_KEYS = [
  "config",
  "container",
  "daemon",
  "event",
  "image",
  "label",
  "network",
  "node",
  "plugin",
  "scope",
  "secret",
  "service",
  "type",
  "volume",
] as const;

/** As in the contract; the newest are kept. */
const MAXIMUM_EVENTS = 100;
/** The window where no time is given. The Engine remembers its last 256 events only. */
const RECENT_SECONDS = 3600;
/** Nobody waits longer for events in one call. */
const MAXIMUM_WAIT_SECONDS = 600;
const PROGRESS_MILLISECONDS = 500;

/** What happened on the Engine. */
export const events: Tool = defineTool({
  name: "docker_events",
  title: "Engine events",
  safety: "safe",
  description:
    "List what happened on the Engine in the last hour, or a window: restarts, kills, health changes. `until` in the future waits for new events. Changes nothing.",
  untrusted: ["events"],
  seconds: ({ until }) => Math.max(0, secondsAhead(until)) + 30,
  input: () =>
    z.strictObject({
      since: pointInTime("since"),
      until: z.string().max(64).optional().meta({
        description: "As since",
      }),
      filters: filters(FILTER_KEYS, 'E.g. {"type": "container"}'),
      decode: z.boolean().default(true).meta({ description: "No effect" }),
      verbose: verbose("All attributes"),
    }),
  output: () =>
    z.object({
      events: z.array(z.record(z.string(), z.unknown())),
      count: z.number(),
      truncation_info: truncationInfo(),
    }),
  example: { since: "30m", filters: { type: "container", event: ["die", "oom"] } },
  async run(context, { since, until, filters, verbose }) {
    const now = Date.now() / 1000;
    const window = parseWindow({ since, until }, now);
    const end = Math.min(window.until ?? now, now + MAXIMUM_WAIT_SECONDS);
    const begin = window.since ?? Math.min(now, end) - RECENT_SECONDS;
    const { newest, count, brokenOff } = await read(context, {
      since: begin,
      until: end,
      filters: engineFilters(filters),
    });
    const shown = newest.map((event) => verbose ? event : eventRow(event));
    return { events: shown, count, truncation_info: cut(count, brokenOff) };
  },
});

/** How far `until` lies ahead, for the deadline; a text that is no time is refused later, with a message. */
function secondsAhead(until: string | undefined): number {
  if (until === undefined) return 0;
  const now = Date.now() / 1000;
  try {
    return Math.min((parseWindow({ until }, now).until ?? now) - now, MAXIMUM_WAIT_SECONDS);
  } catch {
    return 0;
  }
}

interface Reading {
  readonly since: number;
  readonly until: number;
  readonly filters: Record<string, readonly string[]> | undefined;
}

async function read(
  { docker, signal, progress }: ToolContext,
  reading: Reading,
): Promise<{ newest: Json[]; count: number; brokenOff: boolean }> {
  const newest: Json[] = [];
  let brokenOff = false;
  let count = 0;
  let told = performance.now();
  const found = docker.system.events({ ...reading, signal });
  for await (const event of keepArrived(found, () => brokenOff = true)) {
    count++;
    newest.push(event as Json);
    if (newest.length > MAXIMUM_EVENTS) newest.shift();
    if (performance.now() - told < PROGRESS_MILLISECONDS) continue;
    told = performance.now();
    progress({ progress: count, message: `${count} events` });
  }
  return { newest, count, brokenOff };
}

/** Container ids are shortened as everywhere; other ids may be names. */
function eventRow(event: Json): Json {
  const { Actor, ...row } = pick(event, eventView) as { Actor?: { ID?: string } };
  if (Actor === undefined) return row;
  const id = Actor.ID !== undefined && /^[0-9a-f]{64}$/.test(Actor.ID)
    ? shortId(Actor.ID)
    : Actor.ID;
  return { ...row, Actor: { ...Actor, ...(id === undefined ? {} : { ID: id }) } };
}

function cut(count: number, brokenOff: boolean): TruncationInfo {
  const said = [
    ...(brokenOff ? ["The stream from the Engine broke off here; call again for the rest"] : []),
    ...(count > MAXIMUM_EVENTS
      ? [`The newest ${MAXIMUM_EVENTS} of ${count} are shown; use filters or a shorter window`]
      : []),
  ];
  if (said.length === 0) return {};
  const truncated_count = Math.min(count, MAXIMUM_EVENTS);
  return { truncated: true, original_count: count, truncated_count, message: said.join(". ") };
}
