import { z } from "zod";
import { filters } from "./fields.ts";
import { deleteEach, keptMore, keptObjects, showKept } from "./prune_deletion.ts";
import { flagFilter, pruneRules } from "./prune_filters.ts";
import { RefusedError } from "./refused.ts";
import { sparedObjects } from "./protection.ts";
import { defineTool, type Tool, type ToolContext } from "./tool.ts";
import {
  findVolumes,
  plannedVolume,
  type VolumeCandidates,
  volumeSizes,
} from "./volume_candidates.ts";

const FILTER_KEYS = ["all", "label", "label!"] as const;

/** Deletes volumes that nothing uses. */
export const pruneVolumes: Tool = defineTool({
  name: "docker_prune_volumes",
  title: "Prune volumes",
  safety: "destructive",
  description: "Delete, for good, anonymous volumes that no container uses.",
  expensive: true,
  seconds: 600,
  input: pruneInput,
  output: () =>
    z.object({
      status: z.literal("done"),
      deleted: z.array(z.string()),
      kept: keptObjects(),
      kept_more: keptMore(),
      failed: keptObjects(),
      space_reclaimed: z.number(),
    }),
  example: { filters: { "label!": "keep" } },
  async plan(context, input) {
    const { volumes, spared } = await candidates(context, input);
    const also = sparedObjects("volume", spared);
    if (volumes.length === 0) return { objects: [], also };
    const sizes = await volumeSizes(context.docker, context.signal);
    return { objects: volumes.map((volume) => plannedVolume(volume, sizes)), also };
  },
  async run(context, input, planned) {
    const { docker, signal } = context;
    // Looked for again, so that what came into use since the plan stays.
    const { volumes, kept, spared } = await candidates(context, input);
    const still = new Set(volumes.map(({ Name }) => Name));
    const deleted = new Map<string, number>();
    const failed = await deleteEach(
      context,
      planned.filter(({ id }) => still.has(id)),
      async ({ id, size = 0 }) => {
        await docker.volumes.remove(id, { signal });
        deleted.set(id, size);
      },
    );
    return {
      status: "done" as const,
      deleted: [...deleted.keys()],
      ...showKept([...spared, ...kept]),
      failed,
      space_reclaimed: [...deleted.values()].reduce((total, size) => total + size, 0),
    };
  },
});

type PruneInput = z.output<ReturnType<typeof pruneInput>>;

// deno-lint-ignore explicit-function-return-type -- the schema's type is its definition
function pruneInput() {
  return z.strictObject({
    filters: filters(
      FILTER_KEYS,
      'E.g. {"label": "stage=ci"}',
    ),
    force_all: z.boolean().default(false).meta({ description: "Named volumes too" }),
  });
}

async function candidates(
  { docker, protection, signal }: ToolContext,
  { filters, force_all }: PruneInput,
): Promise<VolumeCandidates> {
  const rules = pruneRules(filters, false);
  const all = flagFilter(filters, "all");
  if (all === false && force_all) {
    throw new RefusedError(
      "invalid_arguments",
      "filters: all contradicts force_all",
      "Leave one of them out",
    );
  }
  const named = force_all || all === true;
  const users = await docker.containers.list({ all: true, signal });
  return await findVolumes(docker, { rules, named, users, protection, signal });
}
