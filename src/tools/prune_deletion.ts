import { z } from "zod";
import { DockerError } from "../docker/errors.ts";
import type { PlannedObject, ToolContext } from "./tool.ts";

/** An object that is still there after a prune, and why. */
export interface KeptObject {
  readonly id: string;
  readonly name?: string;
  readonly reason: string;
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
 * Deletes planned objects one by one; one failure does not hide what else was deleted, and what is gone already is none.
 *
 * What conflicts is tried again as long as others go: an image goes only after those built on it, in an order that no list tells.
 */
export async function deleteEach(
  { signal, progress }: ToolContext,
  objects: readonly PlannedObject[],
  remove: (object: PlannedObject) => Promise<void>,
): Promise<FailedObject[]> {
  const failed = new Map<PlannedObject, DockerError>();
  let left = objects;
  let before = Infinity;
  while (left.length > 0 && left.length < before) {
    for (const [index, object] of left.entries()) {
      signal.throwIfAborted();
      const message = `${object.kind} ${object.name ?? object.id}`;
      if (left === objects) progress({ progress: index, total: objects.length, message });
      failed.delete(object);
      const error = await failureOf(() => remove(object));
      if (error !== undefined) failed.set(object, error);
    }
    before = left.length;
    left = [...failed].filter(([, { code }]) => code === "conflict").map(([object]) => object);
  }
  return [...failed].map(([{ kind, id, name }, { message }]) => ({
    kind,
    id,
    ...(name === undefined ? {} : { name }),
    reason: message,
  }));
}

async function failureOf(remove: () => Promise<void>): Promise<DockerError | undefined> {
  try {
    await remove();
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    if (error.code !== "not_found") return error; // gone already, with its parent or by someone else
  }
  return undefined;
}
