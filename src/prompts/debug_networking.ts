import { z } from "zod";
import { gatherNetworkDebugging } from "./network_debugging.ts";
import { definePrompt } from "./prompt.ts";
import { container, wish } from "./prompt_arguments.ts";

/** Characters of a target, which may be a URL. */
const LONGEST_TARGET = 2000;

/** Why a container cannot reach something, or cannot be reached. */
export const debugNetworking = definePrompt({
  name: "debug_networking",
  title: "Debug a container's networking",
  description:
    "Find out why a container cannot reach something, or cannot be reached, from layer 3 to layer 7: networks, addresses, " +
    "names, ports and what its log says of them.",
  sameAsTool: "docker_container_logs",
  input: () =>
    z.strictObject({
      container_id: container(),
      target_host: wish(
        "What it should reach: a container, a host, host:port or a URL",
        LONGEST_TARGET,
      ),
    }),
  example: { container_id: "web", target_host: "db:5432" },
  gather: (context, { container_id, target_host }) =>
    gatherNetworkDebugging(context, { containerId: container_id, targetHost: target_host }),
});
