import { z } from "zod";
import type { Docker } from "../docker/client.ts";
import type { ImageDeletion } from "../docker/types.ts";
import { filters } from "./fields.ts";
import { deleteImage, layersFreed, layersSize } from "./image_candidates.ts";
import { imageDeletions } from "./image_view.ts";
import { type Candidates, findCandidates } from "./prune_candidates.ts";
import { deleteEach, type FailedObject } from "./prune_deletion.ts";
import { pruneRules } from "./prune_filters.ts";
import type { PlannedObject } from "./plan.ts";
import { defineTool, type Tool, type ToolContext } from "./tool.ts";

const FILTER_KEYS = ["label", "label!", "until"] as const;

/** Deletes what nothing uses. */
export const systemPrune: Tool = defineTool({
  name: "docker_system_prune",
  title: "Prune unused objects",
  safety: "destructive",
  description: "Delete, for good, stopped containers, dangling images and unused networks.",
  expensive: true,
  seconds: 600,
  input: () =>
    z.strictObject({
      filters: filters(FILTER_KEYS, 'E.g. {"until": "24h"}'),
      volumes: z.boolean().default(false).meta({ description: "Unused anonymous volumes too" }),
    }),
  output: () =>
    z.object({
      status: z.literal("done"),
      containers_deleted: z.array(z.string()),
      images_deleted: imageDeletions(),
      networks_deleted: z.array(z.string()),
      volumes_deleted: z.array(z.string()),
      space_reclaimed: z.number(),
      failed: z.array(z.object({ kind: z.string(), id: z.string(), reason: z.string() })),
    }),
  example: { filters: { until: "24h" }, volumes: false },
  async plan({ docker, protection, signal }, { filters, volumes }) {
    const rules = pruneRules(filters, volumes);
    const found = await findCandidates(docker, { rules, volumes, protection, signal });
    return { objects: planned(found), also: found.spared };
  },
  async run(context, _input, objects) {
    const before = await layersSize(context);
    const result = await deleteAll(context, objects);
    const deleted = result.images_deleted;
    const freed = await layersFreed(context, { before, planned: objects, deleted });
    const own = new Set([...result.containers_deleted, ...result.volumes_deleted]);
    const size = objects.reduce((total, { id, size }) => total + (own.has(id) ? size ?? 0 : 0), 0);
    return { status: "done" as const, ...result, space_reclaimed: size + freed };
  },
});

function planned({ containers, images, networks, volumes }: Candidates): PlannedObject[] {
  // Containers go first: until they are gone, their images, networks and volumes are in use.
  return [...containers, ...images, ...networks, ...volumes];
}

interface Deleted {
  readonly containers_deleted: string[];
  readonly images_deleted: ImageDeletion[];
  readonly networks_deleted: string[];
  readonly volumes_deleted: string[];
}

async function deleteAll(
  context: ToolContext,
  objects: readonly PlannedObject[],
): Promise<Deleted & { readonly failed: FailedObject[] }> {
  const { docker, signal } = context;
  const deleted: Deleted = {
    containers_deleted: [],
    images_deleted: [],
    networks_deleted: [],
    volumes_deleted: [],
  };
  const failed = await deleteEach(
    context,
    objects,
    (object) => deleteOne(docker, object, { deleted, signal }),
  );
  return { ...deleted, failed };
}

async function deleteOne(
  docker: Docker,
  { kind, id, name }: PlannedObject,
  { deleted, signal }: { readonly deleted: Deleted; readonly signal: AbortSignal },
): Promise<void> {
  switch (kind) {
    case "container":
      await docker.containers.remove(id, { force: false, volumes: false, signal });
      deleted.containers_deleted.push(id);
      return;
    case "image":
      await deleteImage(docker, id, { deleted: deleted.images_deleted, signal });
      return;
    case "network":
      await docker.networks.remove(id, { signal });
      deleted.networks_deleted.push(name ?? id);
      return;
    case "volume":
      await docker.volumes.remove(id, { signal });
      deleted.volumes_deleted.push(id);
  }
}
