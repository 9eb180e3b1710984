import { z } from "zod";
import { DockerError } from "../docker/errors.ts";
import { RefusedError } from "./refused.ts";
import type { PlannedObject } from "./plan.ts";
import type { ToolContext } from "./tool.ts";

/** An object that is still there after a prune, and why. */
export interface KeptObject {
  readonly id: string;
  readonly name?: string;
  readonly reason: string;
}

/** Objects that stay as an answer tells them. */
export interface ShownKept {
  readonly kept: KeptObject[];
  /** How many more there are, by why they stay. */
  readonly kept_more?: Record<string, number>;
}

/** More objects that stay are counted instead of named: a list of a thousand volumes tells no more than that they have names. */
const MAXIMUM_NAMED = 20;

/** The first objects that stay, and counts of the others. */
export function showKept(kept: KeptObject[]): ShownKept {
  const others = kept.slice(MAXIMUM_NAMED);
  if (others.length === 0) return { kept };
  const counts: Record<string, number> = {};
  for (const { reason } of others) {
    const kind = reason.replace(/^used by container .*$/s, "used by a container");
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return { kept: kept.slice(0, MAXIMUM_NAMED), kept_more: counts };
}

/** The field for {@linkcode ShownKept.kept_more}. */
export function keptMore(): z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodNumber>> {
  return z.record(z.string(), z.number()).optional();
}

/** An object that a prune tried to delete, and why it could not. */
export interface FailedObject extends KeptObject {
  readonly kind: PlannedObject["kind"];
}

/** What is still there after a prune, and why. */
export function keptObjects(): z.ZodArray<
  z.ZodObject<{ id: z.ZodString; name: z.ZodOptional<z.ZodString>; reason: z.ZodString }>
> {
  return z.array(
    z.object({ id: z.string(), name: z.string().optional(), reason: z.string() }),
  );
}

/**
 * Deletes planned objects one by one; no failure hides what was deleted, not even the deadline of the call, and what is gone
 * already is none.
 *
 * What conflicts is tried again as long as others go: an image goes only after those built on it, in an order that no list tells.
 *
 * @throws the signal's reason when the client cancels, because nobody waits for the result
 */
export async function deleteEach(
  { signal, progress }: ToolContext,
  objects: readonly PlannedObject[],
  remove: (object: PlannedObject) => Promise<void>,
): Promise<FailedObject[]> {
  const failed = new Map<PlannedObject, Failure>();
  let left = objects;
  let before = Infinity;
  while (left.length > 0 && left.length < before) {
    for (const [index, object] of left.entries()) {
      const message = `${object.kind} ${object.name ?? object.id}`;
      if (left === objects) progress({ progress: index, total: objects.length, message });
      const failure = await failureOf(() => remove(object), signal);
      // Why it failed before says more than that there was no time to try again.
      if (failure === NOT_TRIED && failed.has(object)) continue;
      failed.delete(object);
      if (failure !== undefined) failed.set(object, failure);
    }
    before = left.length;
    left = [...failed].filter(([, { again }]) => again).map(([object]) => object);
  }
  return [...failed].map(([{ kind, id, name }, { reason }]) => ({
    kind,
    id,
    ...(name === undefined ? {} : { name }),
    reason,
  }));
}

/** Why an object is still there, and whether it may go once others have. */
interface Failure {
  readonly reason: string;
  readonly again: boolean;
}

const NOT_TRIED: Failure = { reason: "not tried: the time of the call was over", again: false };
const NOT_WAITED_FOR: Failure = {
  reason: "the time of the call was over before the Engine answered; it may be gone",
  again: false,
};

async function failureOf(
  remove: () => Promise<void>,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  throwIfCancelled(signal);
  if (signal.aborted) return NOT_TRIED;
  try {
    await remove();
  } catch (error) {
    throwIfCancelled(signal);
    if (signal.aborted) return NOT_WAITED_FOR;
    const code = error instanceof DockerError ? error.code : undefined;
    if (code === "not_found") return undefined; // gone already, with its parent or by someone else
    return {
      reason: error instanceof Error ? error.message : String(error),
      again: code === "conflict",
    };
  }
  return undefined;
}

/** Throws the signal's reason where the client has cancelled, but not when the deadline has passed: then it waits for what went. */
export function throwIfCancelled({ aborted, reason }: AbortSignal): void {
  if (aborted && !(reason instanceof RefusedError)) throw reason;
}
