import type { Docker } from "../docker/client.ts";
import {
  formatImageReference,
  fullImageReference,
  type ImageReference,
  parseImageReference,
} from "../docker/reference.ts";
import type { ImageDetails, ImageSummary } from "../docker/types.ts";
import { imageSubject, refuseProtected } from "../tools/protection.ts";
import { lookUp } from "./object_lookup.ts";
import type { TargetJudge } from "./target_guard.ts";

/** Judges a new name for an image: the image that has the name loses it, and what has no name a prune deletes. */
export const judgeTag: TargetJudge = nameJudge((query) => [
  withLatest(named(query.get("repo"), query.get("tag"))),
]);
/** Judges the names of what is built. */
export const judgeBuild: TargetJudge = nameJudge((query) =>
  query.getAll("t").map((name) => withLatest(named(name, null)))
);
/** Judges the names of what is pulled; without a tag that is every name of the repository. */
export const judgePull: TargetJudge = nameJudge((query) => [
  named(query.get("fromImage"), query.get("tag")),
]);

type Names = (query: URLSearchParams) => readonly (ImageReference | undefined)[];

/** A name nobody has yet is free, also where it is a protected one. */
function nameJudge(names: Names): TargetJudge {
  return async ({ engine, policy: { protection }, query, signal }) => {
    if (protection?.covers("image") !== true) return;
    for (const reference of names(query)) {
      if (reference === undefined) continue;
      for (const { name, image } of await owners(reference, engine, signal)) {
        // By another of its names it stays protected.
        const held = { ...imageSubject(image), names: [name, ...image.RepoDigests ?? []] };
        refuseProtected(protection, held, "take its name from");
      }
    }
  };
}

interface Owner {
  readonly name: string;
  readonly image: ImageDetails | ImageSummary;
}

async function owners(
  reference: ImageReference,
  engine: Docker,
  signal: AbortSignal | undefined,
): Promise<Owner[]> {
  const name = formatImageReference(reference);
  if (reference.tag !== undefined) {
    const image = await lookUp(() => engine.images.inspect(name, { signal }));
    return image === undefined ? [] : [{ name, image }];
  }
  const images = await engine.images.list({ signal });
  return images.flatMap((image) =>
    (image.RepoTags ?? []).filter((tag) => repositoryOf(tag) === repositoryOf(name))
      .map((name) => ({ name, image }))
  );
}

/** As the Engine reads them: the tag goes before one in the name, and a digest gives and takes no name. */
function named(name: string | null, tag: string | null): ImageReference | undefined {
  const reference = parseImageReference(name ?? "");
  if (reference === undefined || tag?.includes(":")) return undefined;
  if (tag) return { ...reference, tag, digest: undefined };
  return reference.digest === undefined ? reference : undefined;
}

function withLatest(reference: ImageReference | undefined): ImageReference | undefined {
  return reference && { ...reference, tag: reference.tag ?? "latest" };
}

function repositoryOf(name: string): string | undefined {
  return fullImageReference(name)?.replace(/:[^:/]*$/, "");
}
