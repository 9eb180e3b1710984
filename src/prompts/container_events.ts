import type { EngineEvent } from "../docker/types.ts";
import { keepArrived } from "../tools/broken_stream.ts";
import { isoTime } from "../tools/container_view.ts";
import { fieldsOf, numberOf, textOf } from "../tools/security_values.ts";
import { type PromptContext, within } from "./material.ts";

/** Without execs, of which health checks make three a run, and which the Engine would send first of its last 256. */
const ACTIONS = [
  "create",
  "start",
  "die",
  "stop",
  "kill",
  "oom",
  "restart",
  "health_status",
  "pause",
  "unpause",
  "rename",
  "update",
];
const WINDOW_SECONDS = 86_400;
const MOST_EVENTS = 20;
/** An Engine whose clock is behind goes on until its own clock has reached the end of the window. */
const EVENTS_MILLISECONDS = 3000;

/**
 * The newest events of one container in the last day, the oldest first; what came before a time limit or a break is kept.
 *
 * @param id The full id.
 */
export async function readContainerEvents(
  { docker, signal }: PromptContext,
  id: string,
): Promise<EngineEvent[]> {
  const now = Date.now() / 1000;
  const filters = { container: [id], type: ["container"], event: ACTIONS };
  const found: EngineEvent[] = [];
  const read = async (signal: AbortSignal): Promise<void> => {
    const reading = { since: now - WINDOW_SECONDS, until: now, filters, signal };
    const events = docker.system.events(reading);
    for await (const event of keepArrived(events, () => {})) {
      found.push(event);
      if (found.length > MOST_EVENTS) found.shift();
    }
  };
  try {
    await within(EVENTS_MILLISECONDS, { what: "events", signal }, read);
  } catch (error) {
    if (signal.aborted || found.length === 0) throw error;
  }
  return found;
}

/** Events in lines: when, what, and the exit code or signal. */
export function eventLines(events: readonly EngineEvent[]): string[] {
  return events.map(({ time, Action, Actor }) => {
    const { exitCode, signal } = fieldsOf(Actor?.Attributes);
    const details = [
      ...(textOf(exitCode) === "" ? [] : [`exit code ${textOf(exitCode)}`]),
      ...(textOf(signal) === "" ? [] : [`signal ${textOf(signal)}`]),
    ];
    const when = numberOf(time) > 0 ? isoTime(numberOf(time)) : "unknown time";
    return `${when} ${textOf(Action)}${details.length > 0 ? ` (${details.join(", ")})` : ""}`;
  });
}
