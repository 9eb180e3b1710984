import { z } from "zod";
import type { Docker } from "../docker/client.ts";
import { DockerError } from "../docker/errors.ts";
import { isRepository, isTag } from "../docker/reference.ts";
import { shortId } from "./container_view.ts";
import { imageRef } from "./fields.ts";
import { defineTool, type Tool } from "./tool.ts";

/** Gives an image another name. */
export const tagImage: Tool = defineTool({
  name: "docker_tag_image",
  title: "Tag image",
  safety: "moderate",
  description:
    "Give an image another name, e.g. to push it. A tag of another image moves to this " +
    "one; `moved_from` tells from which.",
  idempotent: true,
  input: () =>
    z.strictObject({
      image: imageRef(),
      repository: z.string().meta({ description: "[registry/]name" })
        .refine(isRepository, {
          error:
            "is not a repository; expected [registry[:port]/]name in lower case, without a tag",
        }),
      tag: z.string().default("latest").meta({ description: "Its tag" }).refine(isTag, {
        error: 'expected at most 128 letters, digits, "_", "." or "-", not "." or "-" first',
      }),
    }),
  output: () =>
    z.object({
      source: z.string(),
      target: z.string(),
      moved_from: z.string().optional(),
    }),
  example: { image: "shop:build", repository: "registry.example:5000/shop", tag: "1.2" },
  async run({ docker, signal }, { image, repository, tag }) {
    const target = `${repository}:${tag}`;
    const before = await imageId(docker, target, signal);
    await docker.images.tag(image, { repo: repository, tag, signal });
    const { Id } = await docker.images.inspect(target, { signal });
    const moved = before !== undefined && before !== Id;
    return { source: image, target, ...(moved ? { moved_from: shortId(before) } : {}) };
  },
});

async function imageId(
  docker: Docker,
  reference: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return (await docker.images.inspect(reference, { signal })).Id;
  } catch (error) {
    if (error instanceof DockerError && error.code === "not_found") return undefined;
    throw error;
  }
}
