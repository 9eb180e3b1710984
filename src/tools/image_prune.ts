import { z } from "zod";
import type { ContainerSummary, ImageDeletion } from "../docker/types.ts";
import { shortId } from "./container_view.ts";
import { filters } from "./fields.ts";
import {
  deleteImage,
  findImages,
  type ImageCandidates,
  layersFreed,
  layersSize,
} from "./image_candidates.ts";
import { imageDeletions } from "./image_view.ts";
import { isStopped } from "./prune_candidates.ts";
import { deleteEach, keptMore, keptObjects, showKept } from "./prune_deletion.ts";
import { flagFilter, pruneRules } from "./prune_filters.ts";
import { RefusedError } from "./refused.ts";
import { containerSubject, sparedObjects } from "./protection.ts";
import { defineTool, type Tool, type ToolContext } from "./tool.ts";

const FILTER_KEYS = ["dangling", "label", "label!", "until"] as const;

/** Deletes images that nothing uses. */
export const pruneImages: Tool = defineTool({
  name: "docker_prune_images",
  title: "Prune images",
  safety: "destructive",
  description: "Delete, for good, images without a tag that no container uses.",
  expensive: true,
  seconds: 600,
  input: pruneInput,
  output: () =>
    z.object({
      status: z.literal("done"),
      deleted: imageDeletions(),
      kept: keptObjects(),
      kept_more: keptMore(),
      failed: keptObjects(),
      space_reclaimed: z.number(),
    }),
  example: { filters: { until: "24h" } },
  async plan(context, input) {
    const { images, spared } = await candidates(context, input);
    return { objects: images, also: sparedObjects("image", spared) };
  },
  async run(context, input, planned) {
    const { docker, signal } = context;
    // Looked for again, so that what came into use or got a tag since the plan stays.
    const { images, kept, spared } = await candidates(context, input);
    const ids = new Set(planned.map(({ id }) => id));
    const before = await layersSize(context);
    const deleted: ImageDeletion[] = [];
    const options = { deleted, force: input.force_all, signal };
    const failures = await deleteEach(
      context,
      images.filter(({ id }) => ids.has(id)),
      ({ id }) => deleteImage(docker, id, options),
    );
    const failed = failures.map((failure) => ({ ...failure, id: shortId(failure.id) }));
    const space_reclaimed = await layersFreed(context, { before, planned, deleted });
    return {
      status: "done" as const,
      deleted,
      ...showKept([...spared, ...kept]),
      failed,
      space_reclaimed,
    };
  },
});

type PruneInput = z.output<ReturnType<typeof pruneInput>>;

// deno-lint-ignore explicit-function-return-type -- the schema's type is its definition
function pruneInput() {
  return z.strictObject({
    all: z.boolean().default(false).meta({ description: "Tagged ones too" }),
    filters: filters(FILTER_KEYS, 'E.g. {"until": "24h"}'),
    force_all: z.boolean().default(false).meta({
      description: "As all, and those of stopped containers",
    }),
  });
}

async function candidates(
  { docker, protection, signal }: ToolContext,
  { all, filters, force_all }: PruneInput,
): Promise<ImageCandidates> {
  const rules = pruneRules(filters, false);
  const dangling = flagFilter(filters, "dangling");
  if (dangling === true && (all || force_all)) {
    throw new RefusedError(
      "invalid_arguments",
      `filters: dangling contradicts ${all ? "all" : "force_all"}`,
      "Leave one of them out",
    );
  }
  const containers = await docker.containers.list({ all: true, signal });
  const isLosing = (container: ContainerSummary): boolean =>
    force_all && isStopped(container) &&
    protection?.reason(containerSubject(container)) === undefined;
  return await findImages(docker, {
    rules,
    danglingOnly: !all && !force_all && dangling !== false,
    users: containers.filter((container) => !isLosing(container)),
    others: containers.filter(isLosing),
    protection,
    signal,
  });
}
