import type { Docker } from "../docker/client.ts";
import { DockerError } from "../docker/errors.ts";
import type { ContainerSummary, ImageDeletion, ImageSummary } from "../docker/types.ts";
import { plainName, shortId } from "./container_view.ts";
import { imageNames, imageTags } from "./image_view.ts";
import { type KeptObject, throwIfCancelled } from "./prune_deletion.ts";
import { imageSubject, type Protection } from "./protection.ts";
import type { PruneRules } from "./prune_filters.ts";
import { createdAt, type PlannedObject } from "./plan.ts";
import type { ToolContext } from "./tool.ts";

/** Which images a prune looks at: those without a tag, or all of them. */
export interface ImageSearch {
  readonly rules: PruneRules;
  readonly danglingOnly: boolean;
  /** Images of these containers stay. */
  readonly users: readonly ContainerSummary[];
  /** Images of these go all the same, and say so. @default {[]} */
  readonly others?: readonly ContainerSummary[];
  /** @default {nothing is protected} */
  readonly protection?: Protection | undefined;
  readonly signal: AbortSignal;
}

/** What a prune of images would delete, and what matches but is in use. */
export interface ImageCandidates {
  readonly images: PlannedObject[];
  readonly kept: KeptObject[];
  /** What would go but is protected. */
  readonly spared: KeptObject[];
}

/** Finds images to prune with one request. */
export async function findImages(
  docker: Docker,
  { rules, danglingOnly, users, others = [], protection, signal }: ImageSearch,
): Promise<ImageCandidates> {
  const filters = danglingOnly ? { filters: { dangling: ["true"] } } : {};
  const listed = await docker.images.list({ ...filters, signal });
  const images: PlannedObject[] = [];
  const kept: KeptObject[] = [];
  const spared: KeptObject[] = [];
  for (const image of listed) {
    if (!rules.matches(image.Labels, image.Created ?? undefined)) continue;
    // Whatever the Engine made of the filter: an image with a tag is not dangling.
    if (danglingOnly && imageTags(image).length > 0) continue;
    const namesOf = (containers: readonly ContainerSummary[]): string[] =>
      containers.filter(({ ImageID }) => ImageID === image.Id).map(containerName);
    const used_by = namesOf(users);
    const reason = protection?.reason(imageSubject(image));
    if (used_by.length > 0) kept.push(keptImage(image, usedBy(used_by)));
    else if (reason !== undefined) spared.push(keptImage(image, reason));
    else images.push(plannedImage(image, namesOf(others)));
  }
  return { images, kept, spared };
}

function plannedImage(image: ImageSummary, used_by: readonly string[]): PlannedObject {
  const tags = imageNames(image);
  return {
    kind: "image",
    id: image.Id ?? "",
    ...(tags[0] === undefined ? {} : { name: tags[0], tags }),
    size: image.Size ?? 0,
    ...createdAt(image.Created),
    ...(used_by.length === 0 ? {} : { used_by }),
  };
}

function keptImage(image: ImageSummary, reason: string): KeptObject {
  const [name] = imageNames(image);
  return { id: shortId(image.Id), ...(name === undefined ? {} : { name }), reason };
}

function usedBy([first = "", ...more]: readonly string[]): string {
  return `used by container ${first}${more.length === 0 ? "" : ` and ${more.length} more`}`;
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
