import { z } from "zod";
import { plainName, shortId } from "./container_view.ts";
import { containerRef } from "./fields.ts";
import { defineTool, type Tool } from "./tool.ts";

/** Removes a container for good. */
export const removeContainer: Tool = defineTool({
  name: "docker_remove_container",
  title: "Remove container",
  safety: "destructive",
  description: "Delete a container and what was written inside it, for good; named volumes stay.",
  input: () =>
    z.strictObject({
      container_id: containerRef(),
      force: z.boolean().default(false).meta({ description: "Kill it if it runs" }),
      volumes: z.boolean().default(false).meta({ description: "Delete its anonymous volumes too" }),
    }),
  output: () =>
    z.object({
      status: z.literal("done"),
      container_id: z.string(),
      name: z.string(),
      removed_volumes: z.boolean(),
    }),
  example: { container_id: "web", volumes: true },
  async plan({ docker, signal }, { container_id }) {
    const { Id, Name, SizeRw } = await docker.containers.inspect(container_id, {
      size: true,
      signal,
    });
    const size = typeof SizeRw === "number" ? { size: SizeRw } : {};
    return [{ kind: "container", id: Id ?? container_id, name: plainName(Name), ...size }];
  },
  async run({ docker, signal }, { container_id, force, volumes }, [planned]) {
    // By id: the name could belong to another container by now.
    const id = planned?.id ?? container_id;
    await docker.containers.remove(id, { force, volumes, signal });
    return {
      status: "done" as const,
      container_id: shortId(id),
      name: planned?.name ?? "",
      removed_volumes: volumes,
    };
  },
});
