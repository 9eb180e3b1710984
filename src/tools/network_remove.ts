import { z } from "zod";
import { DockerError } from "../docker/errors.ts";
import { type ContainerUser, networkUsers, quotedNames } from "./container_users.ts";
import { shortId } from "./container_view.ts";
import { withRemedy } from "./engine_remedies.ts";
import { networkRef } from "./fields.ts";
import { createdAt } from "./plan.ts";
import { networkSubject, refuseProtected } from "./protection.ts";
import { defineTool, type Tool } from "./tool.ts";

/** What every Docker Engine has, and keeps. */
const BUILT_IN = new Set(["bridge", "host", "none"]);
/** States in which a container keeps its place on a network; one that restarts may be between two runs. */
const HOLDS = /^(?:running|paused)$/;
const LEAVE = "Take it off with docker_disconnect_container, or stop or remove it, first";

/** Removes a network for good. */
export const removeNetwork: Tool = defineTool({
  name: "docker_remove_network",
  title: "Remove network",
  safety: "destructive",
  description:
    "Delete a network for good. Refused while running containers are on it; stopped ones " +
    "can no longer start.",
  input: () => z.strictObject({ network_id: networkRef() }),
  output: () => z.object({ status: z.literal("done"), network_id: z.string(), name: z.string() }),
  example: { network_id: "shop_default" },
  async plan({ docker, protection, signal }, { network_id }) {
    const network = await docker.networks.inspect(network_id, { signal });
    refuseProtected(protection, networkSubject(network), "remove");
    const { Id = network_id, Name = network_id, Created } = network;
    if (BUILT_IN.has(Name)) throw cannot(Name, "it is built in", "Leave it; it is in nobody's way");
    const users = await networkUsers(docker, network, signal);
    const active = users.filter(({ status }) => HOLDS.test(status)).map(({ name }) => name);
    if (active.length > 0) {
      throw cannot(Name, `it is used by container ${quotedNames(active)}`, LEAVE);
    }
    const used_by = users.map(({ name }) => name);
    const object = { kind: "network" as const, id: Id, name: Name, ...createdAt(Created), used_by };
    return { objects: [object], also: users.map(sideEffect) };
  },
  async run({ docker, signal }, { network_id }, [planned]) {
    // By id: the name could belong to another network by now.
    const { id = network_id, name = "", used_by = [] } = planned ?? {};
    await docker.networks.remove(id, { signal }).catch((error) => {
      throw withRemedy(error, [[
        /active endpoints|in use|being used/,
        `Disconnect or remove first: ${quotedNames(used_by) || "whoever is on it"}`,
      ]]);
    });
    return { status: "done" as const, network_id: shortId(id), name };
  },
});

function sideEffect({ name, status }: ContainerUser): string {
  return /^(?:created|exited|dead)$/.test(status)
    ? `Container ${name} can no longer start`
    : `Docker refuses where container ${name} is on it, which is ${status}`;
}

/** Every Engine refuses it, so nobody is asked to confirm it. */
function cannot(id: string, state: string, remedy: string): DockerError {
  const message = `Cannot remove network "${id}": ${state}`;
  return new DockerError("conflict", message, { object: { kind: "network", id }, remedy });
}
