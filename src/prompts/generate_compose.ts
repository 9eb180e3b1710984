import { z } from "zod";
import { gatherCompose, LONGEST_DESCRIPTION } from "./composing.ts";
import { definePrompt } from "./prompt.ts";
import { containersIn, optionalContainers, wish } from "./prompt_arguments.ts";

/** A Compose file of containers, of a description, or of both. */
export const generateCompose = definePrompt({
  name: "generate_compose",
  title: "Generate a Compose file",
  description:
    "Write a Docker Compose file from running or stopped containers, from a description, or from both. Secrets become " +
    "references to variables.",
  sameAsTool: "docker_inspect_container",
  input: () =>
    z.strictObject({
      container_id: optionalContainers("Container name or id; several with commas between them"),
      service_description: wish("What the services should be", LONGEST_DESCRIPTION),
    }),
  example: { container_id: "web,db" },
  gather: (context, { container_id, service_description }) =>
    gatherCompose(context, {
      containerIds: containersIn(container_id),
      serviceDescription: service_description,
    }),
});
