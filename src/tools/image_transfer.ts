import { z } from "zod";
import type { TransferStep } from "../docker/api/image_transfer.ts";
import type { ImageDetails } from "../docker/api/object_types.ts";
import type { Docker } from "../docker/client.ts";
import { DockerError } from "../docker/errors.ts";
import {
  formatImageReference,
  type ImageReference,
  isImageTag,
  parseImageReference,
} from "../docker/reference.ts";
import { isMetadataHost } from "../docker/registry_host.ts";
import { defineTool, type Tool, type ToolContext } from "./tool.ts";
import { TransferProgress } from "./transfer_progress.ts";

/** Seconds; silence ends a transfer earlier. */
const TRANSFER_SECONDS = 900;
const PLATFORM = /^[a-z0-9_.-]+\/[a-z0-9_.-]+(?:\/[a-z0-9_.-]+)?$/;

/** Downloads an image from its registry. */
export const pullImage: Tool = defineTool({
  name: "docker_pull_image",
  title: "Pull image",
  safety: "moderate",
  description:
    "Download an image, or update a tag, with the user's docker login. Changes only the Engine's images.",
  idempotent: true,
  openWorld: true,
  expensive: true,
  seconds: TRANSFER_SECONDS,
  input: () =>
    z.strictObject({
      image: transferReference("E.g. redis:7 or name@sha256:…"),
      tag: tag(),
      all_tags: z.boolean().default(false).meta({ description: "Every tag" }),
      platform: z.string().max(64)
        .refine((platform) => PLATFORM.test(platform), { error: "expected os/arch[/variant]" })
        .optional().meta({ description: "E.g. linux/arm64" }),
    }).refine(({ image, tag }) => agree(image, tag), TWO_TAGS)
      .refine(({ image, tag, all_tags }) => !all_tags || namesRepository(image, tag), {
        path: ["all_tags"],
        error: "cannot be combined with a tag or digest",
      }),
  output: () =>
    z.object({
      image: z.string(),
      id: z.string().optional(),
      tags: z.array(z.string()),
      digest: z.string().optional(),
      status: z.enum(["downloaded", "up to date"]),
    }),
  example: { image: "redis", tag: "7" },
  async run({ docker, registries, signal, progress }, { image, tag, all_tags, platform }) {
    const reference = chosen(image, { tag, all: all_tags });
    registries?.judge(reference, "pull"); // before anybody is asked for its password
    const steps = docker.transfers.pull(reference, { platform, signal });
    const { digest, upToDate } = await follow(steps, progress);
    const found = await pulled(docker, { reference, platform, all: all_tags, signal });
    return {
      image: formatImageReference(reference),
      ...found,
      ...(digest === undefined || all_tags ? {} : { digest }),
      status: upToDate ? "up to date" as const : "downloaded" as const,
    };
  },
});

/** Uploads an image to its registry. */
export const pushImage: Tool = defineTool({
  name: "docker_push_image",
  title: "Push image",
  safety: "moderate",
  description:
    "Upload an image to the registry in its name, with the user's docker login. Replaces the tag there.",
  idempotent: true,
  openWorld: true,
  expensive: true,
  seconds: TRANSFER_SECONDS,
  input: () =>
    z.strictObject({
      image: transferReference("E.g. ghcr.io/owner/app:1.2").refine(
        (image) => parseImageReference(image)?.digest === undefined,
        { error: "has a digest; expected a tag, because a digest cannot be pushed" },
      ),
      tag: tag(),
    }).refine(({ image, tag }) => agree(image, tag), TWO_TAGS),
  output: () =>
    z.object({
      image: z.string(),
      status: z.literal("pushed"),
      digest: z.string().optional(),
    }),
  example: { image: "ghcr.io/owner/app", tag: "1.2" },
  async run({ docker, registries, signal, progress }, { image, tag }) {
    const reference = chosen(image, { tag, all: false });
    registries?.judge(reference, "push");
    const { digest } = await follow(docker.transfers.push(reference, { signal }), progress);
    return {
      image: formatImageReference(reference),
      status: "pushed" as const,
      ...(digest === undefined ? {} : { digest }),
    };
  },
});

/** Reads as a tag of a repository "sha256", which nobody means. */
const IMAGE_ID = /^sha256:[a-f0-9]{64}$/;
const TWO_TAGS = { path: ["tag"], error: "differs from the tag or digest in image; give one" };

function transferReference(description: string): z.ZodString {
  return z.string().meta({ description })
    .refine((image) => parseImageReference(image) !== undefined && !IMAGE_ID.test(image), {
      error: "is not an image reference; expected [registry[:port]/]name[:tag][@digest]",
    })
    .refine((image) => !isMetadataHost(parseImageReference(image)?.domain), {
      error: "names an address where clouds keep credentials of the machine and no registry is",
    });
}

function tag(): z.ZodOptional<z.ZodString> {
  return z.string().refine(isImageTag, {
    error: "is not a tag; expected letters, digits, _ . or -",
  })
    .optional().meta({ description: "Default: latest" });
}

function agree(image: string, tag: string | undefined): boolean {
  const reference = parseImageReference(image);
  if (tag === undefined || reference === undefined) return true;
  return reference.digest === undefined && (reference.tag ?? tag) === tag;
}

function namesRepository(image: string, tag: string | undefined): boolean {
  const reference = parseImageReference(image);
  return tag === undefined && reference?.tag === undefined && reference?.digest === undefined;
}

/** What a call means: a digest goes before a tag, and nothing at all means latest. */
function chosen(
  image: string,
  { tag, all }: { readonly tag: string | undefined; readonly all: boolean },
): ImageReference {
  const reference = parseImageReference(image);
  if (reference === undefined) throw new TypeError("Cannot happen: the schema has checked it");
  if (all || reference.digest !== undefined) return reference;
  return { ...reference, tag: reference.tag ?? tag ?? "latest" };
}

interface Told {
  readonly digest: string | undefined;
  readonly upToDate: boolean;
}

/** Reads what the Engine tells to its end. */
async function follow(
  steps: AsyncIterable<TransferStep>,
  tell: ToolContext["progress"],
): Promise<Told> {
  const progress = new TransferProgress(tell);
  let digest: string | undefined;
  let upToDate = false;
  for await (const step of steps) {
    progress.add(step);
    const { status = "", aux } = step;
    digest = aux?.Digest ?? /\bdigest: (sha\d+:[0-9a-f]+)/i.exec(status)?.[1] ?? digest;
    upToDate ||= status.startsWith("Status: Image is up to date");
  }
  progress.finish();
  return { digest, upToDate };
}

interface Pulled {
  readonly reference: ImageReference;
  readonly platform: string | undefined;
  readonly all: boolean;
  readonly signal: AbortSignal;
}

async function pulled(
  docker: Docker,
  { reference, platform, all, signal }: Pulled,
): Promise<{ id?: string; tags: string[] }> {
  const name = formatImageReference(reference);
  if (!all) {
    const image = await docker.images.inspect(name, { signal });
    if (platform !== undefined) expectPlatform(image, { name, platform });
    return { ...(image.Id === undefined ? {} : { id: image.Id }), tags: [...image.RepoTags ?? []] };
  }
  const images = await docker.images.list({ filters: { reference: [name] }, signal });
  const tags = images.flatMap(({ RepoTags }) => RepoTags ?? []);
  return { tags: tags.filter((tag) => isOf(tag, reference)).sort() };
}

/** The old image store takes what the registry has, where that is for one platform only, and says nothing. */
function expectPlatform(
  { Os = "", Architecture = "", Descriptor }: ImageDetails,
  { name, platform }: { readonly name: string; readonly platform: string },
): void {
  const [os = "", architecture = ""] = platform.split("/");
  const isSame = os === Os && (ARCHITECTURES[architecture] ?? architecture) === Architecture;
  if (isSame || Descriptor !== undefined) return;
  const state = `what the registry has, and what came, is for ${Os}/${Architecture}`;
  throw new DockerError("not_found", `Cannot pull image "${name}" for ${platform}: ${state}`, {
    object: { kind: "image", id: name },
    remedy: "Choose a platform that the image has",
  });
}

/** Other names that Docker takes. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  aarch64: "arm64",
  armel: "arm",
  armhf: "arm",
  i386: "386",
  "x86-64": "amd64",
  x86_64: "amd64",
};

/** Podman lists an image that one of its names matches with all of them. */
function isOf(tag: string, wanted: ImageReference): boolean {
  const found = parseImageReference(tag);
  return found !== undefined && repositoryOf(found) === repositoryOf(wanted);
}

/** Docker Hub's repositories go by several names. */
function repositoryOf({ domain, path }: ImageReference): string {
  const host = domain === undefined || domain === "index.docker.io" ? "docker.io" : domain;
  const isOfficial = host === "docker.io" && !path.includes("/");
  return `${host}/${isOfficial ? "library/" : ""}${path}`;
}
