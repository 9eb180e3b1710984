import { z } from "zod";
import { volumeUsers } from "./container_users.ts";
import { withRemedy } from "./engine_remedies.ts";
import { volumeName } from "./fields.ts";
import { defineTool, type Tool } from "./tool.ts";

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
  async plan({ docker, signal }, { volume_name }) {
    // Asked for even with `force`, with which the Engine says of a misspelt name that it is removed.
    const { Name = volume_name } = await docker.volumes.inspect(volume_name, { signal });
    const users = await volumeUsers(docker, Name, signal);
    return [{ kind: "volume", id: Name, used_by: users.map(({ name }) => name) }];
  },
  async run({ docker, signal }, { volume_name, force }, [planned]) {
    const { id = volume_name, used_by = [] } = planned ?? {};
    await docker.volumes.remove(id, { force, signal }).catch((error) => {
      throw withRemedy(error, [[
        /in use|being used/,
        `Remove first: ${used_by.join(", ") || "the containers that use it"}`,
      ]]);
    });
    return { status: "done" as const, volume_name: id };
  },
});
