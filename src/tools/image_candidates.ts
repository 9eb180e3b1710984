import type { Docker } from "../docker/client.ts";
import { DockerError } from "../docker/errors.ts";
import type { ContainerSummary, ImageDeletion, ImageSummary } from "../docker/types.ts";
import { plainName, shortId } from "./container_view.ts";
import { imageNames, imageTags } from "./image_view.ts";
import { type KeptObject, throwIfCancelled } from "./prune_deletion.ts";
import type { PruneRules } from "./prune_filters.ts";
import type { PlannedObject, ToolContext } from "./tool.ts";

/** Which images a prune looks at: those without a tag, or all of them. */
export interface ImageSearch {
  readonly rules: PruneRules;
  readonly danglingOnly: boolean;
  /** Images of these containers stay. */
  readonly users: readonly ContainerSummary[];
  readonly signal: AbortSignal;
}

/** What a prune of images would delete, and what matches but is in use. */
export interface ImageCandidates {
  readonly images: PlannedObject[];
  readonly kept: KeptObject[];
}

/** Finds images to prune with one request. */
export async function findImages(
  docker: Docker,
  { rules, danglingOnly, users, signal }: ImageSearch,
): Promise<ImageCandidates> {
  const filters = danglingOnly ? { filters: { dangling: ["true"] } } : {};
  const listed = await docker.images.list({ ...filters, signal });
  const images: PlannedObject[] = [];
  const kept: KeptObject[] = [];
  for (const image of listed) {
    if (!rules.matches(image.Labels, image.Created ?? undefined)) continue;
    // Whatever the Engine made of the filter: an image with a tag is not dangling.
    if (danglingOnly && imageTags(image).length > 0) continue;
    const used_by = users.filter(({ ImageID }) => ImageID === image.Id).map(containerName);
    if (used_by.length === 0) images.push(plannedImage(image));
    else kept.push(keptImage(image, used_by));
  }
  return { images, kept };
}

function plannedImage(image: ImageSummary): PlannedObject {
  const tags = imageNames(image);
  const named = tags[0] === undefined ? {} : { name: tags[0], tags };
  return { kind: "image", id: image.Id ?? "", ...named, size: image.Size ?? 0 };
}

function keptImage(image: ImageSummary, [first = "", ...more]: readonly string[]): KeptObject {
  const [name] = imageNames(image);
  const others = more.length === 0 ? "" : ` and ${more.length} more`;
  return {
    id: shortId(image.Id),
    ...(name === undefined ? {} : { name }),
    reason: `used by container ${first}${others}`,
  };
}

function containerName({ Id, Names }: ContainerSummary): string {
  return plainName(Names?.[0]) || shortId(Id);
}

/**
 * Deletes one image by id with all its names, and appends what the Engine reports to `deleted`.
 *
 * The Engine refuses an id with names in several repositories unless forced, and force would also override containers; so
 * all names but one are taken away first. They are asked for again, because a tag may have moved to another image.
 */
export async function deleteImage(
  docker: Docker,
  id: string,
  { deleted, force = false, signal }: {
    readonly deleted: ImageDeletion[];
    readonly force?: boolean;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  try {
    deleted.push(...await docker.images.remove(id, { force, signal }));
  } catch (error) {
    if (!(error instanceof DockerError) || !SEVERAL_NAMES.test(error.message)) throw error;
    const [, ...names] = imageNames(await docker.images.inspect(id, { signal }));
    for (const name of names) deleted.push(...await docker.images.remove(name, { signal }));
    deleted.push(...await docker.images.remove(id, { force, signal }));
  }
}

/** Docker's words, and Podman's. */
const SEVERAL_NAMES = /referenced in multiple repositories|more than one tag/;

/**
 * Bytes of all layers together: a shared layer counts once, and so goes only with its last image.
 *
 * @returns `undefined` where the Engine does not tell, e.g. while it counts for someone else: no figure is worth the result of a prune.
 */
export async function layersSize({ docker, signal }: ToolContext): Promise<number | undefined> {
  try {
    const usage = await docker.system.diskUsage({ types: ["image"], signal });
    return usage.LayersSize ?? usage.ImageUsage?.TotalSize ?? 0;
  } catch {
    throwIfCancelled(signal);
    return undefined;
  }
}

/**
 * Bytes that deleting images has set free, from {@linkcode layersSize} before and now; where the Engine did not tell both
 * times, the sizes of the images themselves, which count shared layers more than once.
 */
export async function layersFreed(
  context: ToolContext,
  { before, planned, deleted }: {
    readonly before: number | undefined;
    readonly planned: readonly PlannedObject[];
    readonly deleted: readonly ImageDeletion[];
  },
): Promise<number> {
  const after = await layersSize(context);
  if (before !== undefined && after !== undefined) return Math.max(0, before - after);
  const gone = new Set(deleted.map(({ Deleted }) => Deleted));
  return planned.reduce((total, { id, size }) => total + (gone.has(id) ? size ?? 0 : 0), 0);
}
