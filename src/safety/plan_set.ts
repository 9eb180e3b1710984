import { type Plan, type PlannedObject, shownId } from "../tools/plan.ts";

/** Something a plan names, and what must still be so when it is carried out. */
export interface PlannedThing {
  /** For the model, e.g. `container web (4f1c2d3e4a5b)`. */
  readonly words: string;
  /** Compared, never shown. */
  readonly state: string;
}

/** What a plan names: its objects and all that goes, breaks or stands in the way. */
export type PlannedSet = ReadonlyMap<string, PlannedThing>;

/** More changes than this are only counted. */
const MAXIMUM_CHANGES = 20;

/** What a confirmation of a plan agrees to. Sizes are no part of it: they grow while a container writes. */
export function plannedSet({ objects, also = [] }: Plan): PlannedSet {
  return new Map([
    ...objects.map((object): [string, PlannedThing] => [
      `${object.kind} ${object.id}`,
      { words: objectWords(object), state: stateOf(object) },
    ]),
    ...also.map((words): [string, PlannedThing] => [`also ${words}`, { words, state: "" }]),
  ]);
}

/** An object in words. */
export function objectWords(object: PlannedObject): string {
  const id = shownId(object);
  const { kind, name = "" } = object;
  return name === "" || name === id ? `${kind} ${id}` : `${kind} ${name} (${id})`;
}

/** With its age: a volume has no id, and another one may have its name by now. */
function stateOf({ name, state, created, tags = [], used_by = [] }: PlannedObject): string {
  return JSON.stringify([name, state, created, [...tags].sort(), [...used_by].sort()]);
}

/** What is different between two sets, for the model; `before` is unknown where it was too large to keep. */
export function changesBetween(before: PlannedSet | undefined, now: PlannedSet): string[] {
  if (before === undefined) return ["not the same objects any more"];
  const changes: string[] = [];
  for (const [key, { words, state }] of now) {
    const old = before.get(key);
    if (old === undefined) changes.push(`new: ${words}`);
    else if (old.state !== state) changes.push(`changed: ${words}`);
  }
  for (const [key, { words }] of before) if (!now.has(key)) changes.push(`gone: ${words}`);
  const more = changes.length - MAXIMUM_CHANGES;
  return more > 0 ? [...changes.slice(0, MAXIMUM_CHANGES), `and ${more} more`] : changes;
}
