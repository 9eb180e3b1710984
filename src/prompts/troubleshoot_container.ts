import { z } from "zod";
import { definePrompt } from "./prompt.ts";
import { container } from "./prompt_arguments.ts";
import { gatherTroubleshooting } from "./troubleshooting.ts";

/** Why a container misbehaves. */
export const troubleshootContainer = definePrompt({
  name: "troubleshoot_container",
  title: "Troubleshoot a container",
  description:
    "Find out why a container stops, restarts, is unhealthy or does not answer: its state, exit code, health, log, " +
    "events, image and what it depends on.",
  sameAsTool: "docker_container_logs",
  input: () => z.strictObject({ container_id: container() }),
  example: { container_id: "web" },
  gather: (context, { container_id }) =>
    gatherTroubleshooting(context, { containerId: container_id }),
});
