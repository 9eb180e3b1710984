import { z } from "zod";
import type { Docker } from "../docker/client.ts";
import { shortId } from "./container_view.ts";
import { createBody } from "./create_body.ts";
import { createInput } from "./create_input.ts";
import { COMPATIBLE } from "./create_profile.ts";
import { type Remedies, withRemedy } from "./engine_remedies.ts";
import { defineTool, type Tool } from "./tool.ts";

/** Creates a container without starting it. */
export const createContainer: Tool = defineTool({
  name: "docker_create_container",
  title: "Create container",
  safety: "moderate",
  description:
    "Create a container from an image the Engine has; docker_start_container starts it. Ports are published on 127.0.0.1 unless an address is given.",
  input: createInput,
  output: () =>
    z.object({
      container_id: z.string(),
      name: z.string().nullable(),
      warnings: z.array(z.string()).nullable(),
    }),
  example: {
    image: "nginx:1.29",
    name: "web",
    ports: { "80/tcp": 8080 },
    volumes: { data: { bind: "/data", mode: "rw" } },
    environment: { TZ: "UTC" },
  },
  async run({ docker, signal, owner, createProfile: profile = COMPATIBLE }, input) {
    const { name, platform } = input;
    const networkMode = await networkModeOf(docker, input.network, signal);
    const body = createBody(input, { owner, profile, networkMode });
    const options = { name, platform, signal };
    const { Id, Warnings } = await docker.containers.create(body, options).catch((error) => {
      throw withRemedy(error, REMEDIES);
    });
    const warnings = [
      ...Warnings,
      ...(profile.hardened && input.mem_limit === undefined ? [UNLIMITED] : []),
    ];
    const answered = warnings.length > 0 ? warnings : null;
    return { container_id: shortId(Id), name: name ?? null, warnings: answered };
  },
});

/** What an Engine knows without looking for a network. */
const BUILT_IN_MODE = /^(?:bridge|default|host|none|container:.*)$/s;

/**
 * The network by its name: by its id the host's network would not look like one, and Engines notice only at the start that
 * there is no such network.
 */
async function networkModeOf(
  docker: Docker,
  network: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (network === undefined || BUILT_IN_MODE.test(network)) return network;
  return (await docker.networks.inspect(network, { signal })).Name ?? network;
}

const UNLIMITED = "No memory limit: give mem_limit, or it may use all memory of the host";

const REMEDIES: Remedies = [
  [
    /no such image|image not known|unable to find image/i,
    "Pull it first with docker_pull_image, or take one that docker_list_images shows",
  ],
  [
    /bind source path does not exist/i,
    "Make the folder on the Engine's host first, or use a named volume instead",
  ],
  [/AutoRemove.*restart policy/i, "Give either remove or restart_policy"],
  [
    /does not match the specified platform/i,
    "Pull the image for that platform with docker_pull_image first",
  ],
];
