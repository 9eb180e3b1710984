import { z } from "zod";
import { gatherOptimization } from "./optimizing.ts";
import { definePrompt } from "./prompt.ts";
import { container } from "./prompt_arguments.ts";

/** What to change in a container's configuration. */
export const optimizeContainer = definePrompt({
  name: "optimize_container",
  title: "Optimize a container",
  description:
    "Improve a container's configuration: its limits against what it uses, restart policy, health check, logging, " +
    "user, image and layers.",
  sameAsTool: "docker_container_stats",
  input: () => z.strictObject({ container_id: container() }),
  example: { container_id: "web" },
  gather: (context, { container_id }) => gatherOptimization(context, { containerId: container_id }),
});
