import type { EngineEvent } from "../docker/types.ts";

/** As many as an Engine remembers. */
const REMEMBERED = 256;
/** Characters of a key: an action may hold a whole command line. */
const LONGEST_KEY = 512;
/** Nanoseconds. A number cannot hold today's time more exactly than to 256 of them. */
const INEXACTNESS = 1000n;
const NANOSECONDS = 1_000_000_000n;

/** A stretch of time around one event, in Unix seconds as the Engine reads them. */
export interface EventWindow {
  readonly since: string;
  readonly until: string;
}

/** The last events of a stream, to know them again when a new stream repeats them. */
export class EventMemory {
  readonly #keys = new Set<string>();
  #last: EngineEvent | undefined;

  /** Remembers an event; false for one that is known already. */
  add(event: EngineEvent): boolean {
    const key = keyOf(event);
    if (this.#keys.has(key)) return false;
    this.#keys.add(key);
    this.#last = event;
    if (this.#keys.size > REMEMBERED) {
      for (const oldest of this.#keys.values().take(1)) this.#keys.delete(oldest);
    }
    return true;
  }

  /** Whether an event was seen lately. */
  has(event: EngineEvent): boolean {
    return this.#keys.has(keyOf(event));
  }

  /** The time of the last event; undefined where there was none, or it told no time. */
  window(): EventWindow | undefined {
    const time = this.#last === undefined ? undefined : nanoseconds(this.#last);
    if (time === undefined) return undefined;
    return { since: seconds(time - INEXACTNESS), until: seconds(time + INEXACTNESS) };
  }
}

function keyOf({ time, timeNano, Type, Action, Actor }: EngineEvent): string {
  // The Engine reports one action on two objects, such as a network and its container, at the same time.
  const other = Actor?.Attributes?.["container"];
  return [timeNano ?? time, Type, Actor?.ID, other, Action].join(" ").slice(0, LONGEST_KEY);
}

function nanoseconds({ time, timeNano }: EngineEvent): bigint | undefined {
  if (Number.isSafeInteger(time) && !Number.isInteger(timeNano)) {
    return BigInt(time ?? 0) * NANOSECONDS;
  }
  return Number.isInteger(timeNano) ? BigInt(timeNano ?? 0) : undefined;
}

function seconds(time: bigint): string {
  return `${time / NANOSECONDS}.${`${time % NANOSECONDS}`.padStart(9, "0")}`;
}
