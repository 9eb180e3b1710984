import { z } from "zod";
import { DockerError } from "../docker/errors.ts";
import { containerSideEffects } from "./container_dependants.ts";
import { plainName, shortId } from "./container_view.ts";
import { containerRef } from "./fields.ts";
import { createdAt } from "./plan.ts";
import { containerSubject, refuseProtected } from "./protection.ts";
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
      volumes: z.boolean().default(false).meta({ description: "Its anonymous volumes too" }),
    }),
  output: () =>
    z.object({
      status: z.literal("done"),
      container_id: z.string(),
      name: z.string(),
      removed_volumes: z.boolean(),
    }),
  example: { container_id: "web", force: true, volumes: true },
  async plan({ docker, protection, signal }, { container_id, force, volumes }) {
    const found = await docker.containers.inspect(container_id, { size: true, signal });
    refuseProtected(protection, containerSubject(found), "remove");
    const { Id = container_id, Name, State, SizeRw, Created } = found;
    if (State?.Running === true && !force) throw runs(container_id);
    const object = {
      kind: "container" as const,
      id: Id,
      name: plainName(Name),
      ...(State?.Status === undefined ? {} : { state: State.Status }),
      ...(typeof SizeRw === "number" ? { size: SizeRw } : {}),
      ...createdAt(Created),
    };
    const all = await docker.containers.list({ all: true, signal });
    return { objects: [object], also: containerSideEffects(found, all, { volumes }) };
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

/** Every Engine refuses it, so nobody is asked to confirm it. */
function runs(id: string): DockerError {
  return new DockerError("conflict", `Cannot remove container "${id}": it is running`, {
    object: { kind: "container", id },
    remedy: "Stop it first with docker_stop_container, or repeat with force",
  });
}
