import { z } from "zod";
import type { Docker } from "../docker/client.ts";
import { DockerError } from "../docker/errors.ts";
import { isContainerLookup } from "../docker/reference.ts";
import type { NetworkAttachment } from "../docker/types.ts";
import { plainName, shortId } from "./container_view.ts";
import { type Remedies, withRemedy } from "./engine_remedies.ts";
import { containerRef, networkRef } from "./fields.ts";
import { parseAddress } from "./subnet.ts";
import { defineTool, type Tool } from "./tool.ts";

/** Puts a container on a network. */
export const connectContainer: Tool = defineTool({
  name: "docker_connect_container",
  title: "Connect container",
  safety: "moderate",
  description: "Put a container on one more network, at once if it runs. " +
    "Containers of a network reach each other by name or alias.",
  input: connectInput,
  output: () =>
    z.object({
      network_id: z.string(),
      network: z.string(),
      container_id: z.string(),
      name: z.string(),
      status: z.literal("connected"),
      ipv4_address: z.string().optional(),
      ipv6_address: z.string().optional(),
    }),
  example: { network_id: "shop_default", container_id: "web", aliases: ["frontend"] },
  async run({ docker, signal }, { network_id, container_id, ...endpoint }) {
    // Engines let a stopped container be connected to a network or linked to a container that is not there.
    const network = await docker.networks.inspect(network_id, { signal });
    for (const link of endpoint.links ?? []) {
      await docker.containers.inspect(link.replace(/:.*/, ""), { signal });
    }
    const { Id = network_id, Name = network_id } = network;
    await docker.networks.connect(Id, container_id, {
      endpoint: endpointSettings(endpoint),
      signal,
    })
      .catch((error) => {
        throw withRemedy(error, REMEDIES);
      });
    const container = await docker.containers.inspect(container_id, { signal });
    return {
      network_id: shortId(Id),
      network: Name,
      container_id: shortId(container.Id),
      name: plainName(container.Name),
      status: "connected" as const,
      ...addresses(container.NetworkSettings?.Networks?.[Name], endpoint),
    };
  },
});

function connectInput() {
  return z.strictObject({
    network_id: networkRef(),
    container_id: containerRef(),
    aliases: z.array(z.string().max(253)).max(64)
      .refine((aliases) => aliases.every(isContainerLookup), {
        error: 'has an alias that is no name; expected letters, digits, "_", "." or "-"',
      }).optional().meta({ description: "More names on this network" }),
    ipv4_address: z.string().refine((text) => parseAddress(text)?.family === 4, {
      error: 'is not an IPv4 address, e.g. "10.20.0.5"',
    }).optional().meta({ description: "Fixed address" }),
    ipv6_address: z.string().refine((text) => parseAddress(text)?.family === 6, {
      error: 'is not an IPv6 address, e.g. "fd00:20::5"',
    }).optional().meta({ description: "As ipv4_address" }),
    links: z.array(z.string().max(512)).max(64)
      .refine((links) => links.every(isLink), {
        error: 'has a link that is not "container" or "container:alias"',
      }).optional().meta({ description: '["container:alias"]' }),
  });
}

type Endpoint = Omit<
  z.output<ReturnType<typeof connectInput>>,
  "network_id" | "container_id"
>;

/** As the Engine spells it; a link without an alias is known by the container's name. */
function endpointSettings(
  { aliases, ipv4_address, ipv6_address, links }: Endpoint,
): Record<string, unknown> {
  return {
    Aliases: aliases,
    Links: links?.map((link) => link.includes(":") ? link : `${link}:${link}`),
    ...(ipv4_address === undefined && ipv6_address === undefined
      ? {}
      : { IPAMConfig: { IPv4Address: ipv4_address, IPv6Address: ipv6_address } }),
  };
}

/** Of a running container the real ones, of a stopped one those it asked for. */
function addresses(
  place: NetworkAttachment | null | undefined,
  { ipv4_address, ipv6_address }: Endpoint,
): { ipv4_address?: string; ipv6_address?: string } {
  const ipv4 = place?.IPAddress || ipv4_address;
  const ipv6 = place?.GlobalIPv6Address || ipv6_address;
  return {
    ...(ipv4 ? { ipv4_address: ipv4 } : {}),
    ...(ipv6 ? { ipv6_address: ipv6 } : {}),
  };
}

function isLink(link: string): boolean {
  const parts = link.split(":");
  return parts.length <= 2 && parts.every(isContainerLookup);
}

/** Takes a container off a network. */
export const disconnectContainer: Tool = defineTool({
  name: "docker_disconnect_container",
  title: "Disconnect container",
  safety: "moderate",
  description:
    "Take a container off a network; its connections there break. It stays on its other networks.",
  input: () =>
    z.strictObject({
      network_id: networkRef(),
      container_id: containerRef(),
      force: z.boolean().default(false).meta({
        description: "Even if it is gone",
      }),
    }),
  output: () =>
    z.object({
      network_id: z.string(),
      network: z.string(),
      container_id: z.string(),
      name: z.string().optional(),
      status: z.literal("disconnected"),
    }),
  example: { network_id: "shop_default", container_id: "web" },
  async run({ docker, signal }, { network_id, container_id, force }) {
    const { Id = network_id, Name = network_id } = await docker.networks.inspect(network_id, {
      signal,
    });
    const container = await existing(docker, container_id, { force, signal });
    await docker.networks.disconnect(Id, container_id, { force, signal }).catch((error) => {
      throw withRemedy(error, REMEDIES);
    });
    return {
      network_id: shortId(Id),
      network: Name,
      ...container,
      status: "disconnected" as const,
    };
  },
});

/** Which container that is; with `force` it may be gone. */
async function existing(
  docker: Docker,
  id: string,
  { force, signal }: { readonly force: boolean; readonly signal: AbortSignal },
): Promise<{ container_id: string; name?: string }> {
  try {
    const { Id, Name } = await docker.containers.inspect(id, { signal });
    return { container_id: shortId(Id), name: plainName(Name) };
  } catch (error) {
    if (force && error instanceof DockerError && error.code === "not_found") {
      return { container_id: id };
    }
    throw error;
  }
}

const REMEDIES: Remedies = [
  [/already exists in network/, "It is connected already; disconnect it first to change how"],
  [/is not connected to/, "docker_inspect_network shows who is connected"],
  [
    /does not belong to any|user (?:configured|specified)/i,
    "Use an address of a subnet that was given when the network was created",
  ],
  [/Address already in use/i, "docker_inspect_network shows which addresses are taken"],
  [
    /user defined networks/,
    "Leave aliases, addresses and links out, or use a network made with docker_create_network",
  ],
];
