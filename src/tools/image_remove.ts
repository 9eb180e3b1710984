import { z } from "zod";
import type { Docker } from "../docker/client.ts";
import { DockerError } from "../docker/errors.ts";
import { fullImageReference } from "../docker/reference.ts";
import type { ContainerSummary, ImageDetails } from "../docker/types.ts";
import { quotedNames } from "./container_users.ts";
import { plainName, shortId } from "./container_view.ts";
import { imageRef } from "./fields.ts";
import { imageDeletions, imageDigests, imageNames, imageTags } from "./image_view.ts";
import { createdAt, type PlannedObject } from "./plan.ts";
import { imageSubject, refuseProtected } from "./protection.ts";
import { isStopped } from "./prune_candidates.ts";
import { defineTool, type Tool } from "./tool.ts";

/** Removes an image, or one of its names. */
export const removeImage: Tool = defineTool({
  name: "docker_remove_image",
  title: "Remove image",
  safety: "destructive",
  description:
    "Delete an image for good, or only the given tag where it has others. Refused while " +
    "containers use it.",
  seconds: 180,
  input: () =>
    z.strictObject({
      image: imageRef(),
      force: z.boolean().default(false).meta({
        description: "Despite stopped containers or several tags",
      }),
      noprune: z.boolean().default(false).meta({ description: "Keep untagged parents" }),
    }),
  output: () =>
    z.object({ status: z.literal("done"), image: z.string(), deleted: imageDeletions() }),
  example: { image: "shop:old" },
  async plan({ docker, protection, signal }, { image, force, noprune }) {
    const found = await docker.images.inspect(image, { signal });
    refuseProtected(protection, imageSubject(found), "remove");
    const { Id: id = image, Size = 0 } = found;
    const tags = imageNames(found);
    const name = isIdOf(image, found) ? undefined : image;
    const users = await containersOf(docker, id, signal);
    // A name among several frees nothing.
    const nameOnly = name !== undefined && tags.length > 1;
    const refusing = nameOnly ? [] : usersInTheWay(users, { force, isNamed: name !== undefined });
    if (refusing.length > 0) throw inUse(image, refusing, force);
    const object = {
      kind: "image" as const,
      id,
      ...(name === undefined ? {} : { name }),
      size: nameOnly ? 0 : Size,
      ...createdAt(found.Created),
      tags,
      used_by: users.map(nameOf),
    };
    const also = nameOnly
      ? ["Only this name goes: the image stays under its others"]
      : sideEffects(found, users, noprune);
    return { objects: [object], also };
  },
  async run({ docker, signal }, { image, force, noprune }, [planned]) {
    const { id, name } = planned ?? { id: image };
    try {
      const deleted = await docker.images.remove(name ?? id, { force, noprune, signal });
      return { status: "done" as const, image: shortId(id), deleted };
    } catch (error) {
      throw planned === undefined ? error : explained(error, planned);
    }
  },
});

/** Whether the image was meant by its id; the Engine looks for a name first. */
function isIdOf(text: string, image: ImageDetails): boolean {
  const meant = fullImageReference(text);
  const names = [...imageTags(image), ...imageDigests(image)];
  if (names.some((name) => fullImageReference(name) === meant)) return false;
  const digits = (id: string): string => id.replace(/^sha256:/, "");
  return digits(image.Id ?? "").startsWith(digits(text));
}

async function containersOf(
  docker: Docker,
  id: string,
  signal: AbortSignal,
): Promise<ContainerSummary[]> {
  const containers = await docker.containers.list({ all: true, signal });
  return containers.filter(({ ImageID }) => ImageID === id);
}

function nameOf({ Id, Names }: ContainerSummary): string {
  return plainName(Names?.[0]) || shortId(Id);
}

function sideEffects(
  { Parent = "" }: ImageDetails,
  users: readonly ContainerSummary[],
  noprune: boolean,
): string[] {
  return [
    ...users.map((user) =>
      isStopped(user)
        ? `Container ${nameOf(user)} is left without its image`
        : `Container ${nameOf(user)} runs: its image only loses its name`
    ),
    ...(Parent === "" || noprune ? [] : ["Untagged images that only it was built on go with it"]),
  ];
}

/** Whose use every Engine refuses to end: any, or with force that of a running container, of which only a name can be taken. */
function usersInTheWay(
  users: readonly ContainerSummary[],
  { force, isNamed }: { readonly force: boolean; readonly isNamed: boolean },
): ContainerSummary[] {
  if (!force) return [...users];
  return isNamed ? [] : users.filter(({ State }) => State === "running" || State === "paused");
}

function inUse(id: string, users: readonly ContainerSummary[], force: boolean): DockerError {
  const orForce = force || !users.every(isStopped) ? "" : ", or repeat with force";
  const state = `it is used by container ${quotedNames(users.map(nameOf))}`;
  return new DockerError("conflict", `Cannot remove image "${id}": ${state}`, {
    object: { kind: "image", id },
    remedy: `Remove what uses it first${orForce}`,
  });
}

/** The Engine says that something is in the way, but not what to do about all of it. */
function explained(error: unknown, { tags = [], used_by = [] }: PlannedObject): unknown {
  if (!(error instanceof DockerError) || error.code !== "conflict") return error;
  const { message, status, object } = error;
  const remedy = remedyFor(message, tags, used_by);
  return new DockerError("conflict", message, { status, object, cause: error, remedy });
}

function remedyFor(
  message: string,
  tags: readonly string[],
  users: readonly string[],
): string | undefined {
  const orForce = /must (?:be )?force/.test(message) ? ", or repeat with force" : "";
  if (/child images/.test(message)) return "Remove the images that were built on it first";
  if (/multiple repositories/.test(message)) {
    return `Remove its tags one by one: ${quotedNames(tags)}${orForce}`;
  }
  if (users.length === 0) return undefined;
  return `Remove what uses it first: container ${quotedNames(users)}${orForce}`;
}
