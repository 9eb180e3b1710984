import { z } from "zod";
import { DockerError } from "../docker/errors.ts";
import { quotedNames, volumeUsers } from "./container_users.ts";
import { withRemedy } from "./engine_remedies.ts";
import { volumeName } from "./fields.ts";
import { createdAt } from "./plan.ts";
import { refuseProtected, volumeSubject } from "./protection.ts";
import { defineTool, type Tool } from "./tool.ts";
import { volumeSizeSoon } from "./volume_candidates.ts";

/** Removes a volume and its data for good. */
export const removeVolume: Tool = defineTool({
  name: "docker_remove_volume",
  title: "Remove volume",
  safety: "destructive",
  description:
    "Delete a volume and its data for good. Refused while a container, even a stopped one, uses it.",
  seconds: 150, // a large volume takes the Engine its time
  input: () =>
    z.strictObject({
      volume_name: volumeName("Its name"),
      force: z.boolean().default(false).meta({ description: "Also where its driver fails" }),
    }),
  output: () => z.object({ status: z.literal("done"), volume_name: z.string() }),
  example: { volume_name: "shop_data" },
  async plan({ docker, protection, signal }, { volume_name }) {
    // Asked for even with `force`, with which the Engine says of a misspelt name that it is removed.
    const found = await docker.volumes.inspect(volume_name, { signal });
    refuseProtected(protection, volumeSubject(found), "remove");
    const { Name = volume_name, CreatedAt } = found;
    const used_by = (await volumeUsers(docker, Name, signal)).map(({ name }) => name);
    if (used_by.length > 0) throw inUse(Name, used_by);
    const size = await volumeSizeSoon(docker, Name, signal);
    const object = {
      kind: "volume" as const,
      id: Name,
      ...(size === undefined ? {} : { size }),
      ...createdAt(CreatedAt),
      used_by,
    };
    return { objects: [object] };
  },
  async run({ docker, signal }, { volume_name, force }, [planned]) {
    const { id = volume_name } = planned ?? {};
    await docker.volumes.remove(id, { force, signal }).catch((error) => {
      throw withRemedy(error, [[
        /in use|being used/,
        "Remove the containers that use it first",
      ]]);
    });
    return { status: "done" as const, volume_name: id };
  },
});

/** Docker refuses it with and without force, and Podman's force would delete the containers. */
function inUse(id: string, users: readonly string[]): DockerError {
  const state = `it is used by container ${quotedNames(users)}`;
  return new DockerError("conflict", `Cannot remove volume "${id}": ${state}`, {
    object: { kind: "volume", id },
    remedy: "Remove what uses it first, stopped containers too; force does not help",
  });
}
