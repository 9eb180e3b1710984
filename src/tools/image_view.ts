import { z } from "zod";
import type { ImageSummary } from "../docker/types.ts";
import { isoTime, shortId } from "./container_view.ts";
import type { View } from "./views.ts";

/** What the Engine puts where an image has no name. */
const NO_NAME = /<none>/;

/** The tags and digests by which an image is known, as far as it says. */
type Named = Pick<ImageSummary, "RepoTags" | "RepoDigests">;

/** One row of a list of images, as the model reads it. */
export interface ImageRow {
  readonly id: string;
  readonly tags: string[];
  /** Of an image that has no tag: the digests it was pulled by. */
  readonly digests?: string[];
  /** Bytes; layers that other images share count in each. */
  readonly size: number;
  readonly created?: string;
  readonly dangling?: true;
}

/** What a reader of `GET /images/{reference}/json` needs; the rest is there with `verbose`. */
export const imageView: View = [
  "Id",
  "RepoTags",
  "RepoDigests",
  "Created",
  "Author",
  "Comment",
  "Os",
  "Architecture",
  "Variant",
  "Size",
  ["Config", [
    "User",
    "Env",
    "Entrypoint",
    "Cmd",
    "Shell",
    "WorkingDir",
    "ExposedPorts",
    "Volumes",
    "Labels",
    "Healthcheck",
    "StopSignal",
    "OnBuild",
  ]],
];

/** The tags of an image; a dangling one has none. */
export function imageTags({ RepoTags }: Named): string[] {
  return (RepoTags ?? []).filter((tag) => !NO_NAME.test(tag));
}

/** The digests by which an image can be pulled. */
export function imageDigests({ RepoDigests }: Named): string[] {
  return (RepoDigests ?? []).filter((digest) => !NO_NAME.test(digest));
}

/** Every name that has to go before an image does: its tags, and the digests of repositories in which it has none. */
export function imageNames(image: Named): string[] {
  const tags = imageTags(image);
  const repositories = new Set(tags.map((tag) => tag.slice(0, tag.lastIndexOf(":"))));
  const isUntagged = (digest: string): boolean => !repositories.has(digest.split("@")[0] ?? "");
  return [...tags, ...imageDigests(image).filter(isUntagged)];
}

/** One row of a list of images. */
export function imageRow(summary: ImageSummary): ImageRow {
  const tags = imageTags(summary);
  const digests = imageDigests(summary);
  return {
    id: shortId(summary.Id),
    tags,
    ...(tags.length === 0 && digests.length > 0 ? { digests } : {}),
    size: summary.Size ?? 0,
    ...(typeof summary.Created === "number" ? { created: isoTime(summary.Created) } : {}),
    ...(tags.length === 0 ? { dangling: true } : {}),
  };
}

/** What the Engine reports of deleted images: names taken away, and layers. */
export function imageDeletions(): z.ZodArray<
  z.ZodObject<{ Untagged: z.ZodOptional<z.ZodString>; Deleted: z.ZodOptional<z.ZodString> }>
> {
  return z.array(
    z.object({ Untagged: z.string().optional(), Deleted: z.string().optional() }),
  );
}
