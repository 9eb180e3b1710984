import { z } from "zod";
import type { Docker } from "../docker/client.ts";
import { isNetworkName } from "../docker/reference.ts";
import { shortId } from "./container_view.ts";
import { type Remedies, withDrivers, withRemedy } from "./engine_remedies.ts";
import { driverName } from "./fields.ts";
import { addressPools } from "./ipam.ts";
import { labels, ownedLabels } from "./labels.ts";
import { RefusedError } from "./refused.ts";
import { defineTool, type Tool } from "./tool.ts";

/** Creates a network. */
export const createNetwork: Tool = defineTool({
  name: "docker_create_network",
  title: "Create network",
  safety: "moderate",
  description:
    "Create a network; its containers reach each other by name. docker_connect_container puts them on it.",
  seconds: 60, // an Engine looks for an unknown driver for 15 s
  input: networkInput,
  output: () =>
    z.object({
      network_id: z.string(),
      name: z.string(),
      warnings: z.array(z.string()).nullable(),
    }),
  example: { name: "shop", ipam: { Config: [{ Subnet: "10.20.0.0/24", Gateway: "10.20.0.1" }] } },
  async run({ docker, signal, owner }, input) {
    await refuseTaken(docker, input.name, signal);
    try {
      const body = networkBody(input, owner);
      const { Id, Warning } = await docker.networks.create(body, { signal });
      const warnings = Warning === "" ? null : [Warning];
      return { network_id: shortId(Id), name: input.name, warnings };
    } catch (error) {
      throw await withDrivers(withRemedy(error, REMEDIES), { docker, kind: "Network", signal });
    }
  },
});

type NetworkInput = z.output<ReturnType<typeof networkInput>>;

function networkInput() {
  const flag = (description: string) => z.boolean().default(false).meta({ description });
  return z.strictObject({
    name: z.string().refine(isNetworkName, {
      error:
        'expected up to 128 letters, digits, "_", "." or "-", and no name of a built-in network',
    }).meta({ description: "A new name" }),
    driver: driverName("bridge"),
    options: z.record(z.string(), z.string().max(1024)).optional()
      .meta({ description: "Driver options" }),
    ipam: addressPools().meta({
      description: '{"Config": [{"Subnet": "10.20.0.0/24", "Gateway": "10.20.0.1"}]}',
    }),
    internal: flag("No way out of it"),
    labels: labels(),
    enable_ipv6: flag("IPv6 too"),
    attachable: flag("Swarm only"),
  });
}

/**
 * Engines take a second network of the same name, and then nobody can name either.
 *
 * @throws {RefusedError} `invalid_arguments`, with the id of the network that has the name.
 */
async function refuseTaken(docker: Docker, name: string, signal: AbortSignal): Promise<void> {
  const similar = await docker.networks.list({ filters: { name: [name] }, signal });
  const taken = similar.find(({ Name }) => Name === name);
  if (taken === undefined) return;
  throw new RefusedError(
    "invalid_arguments",
    `name: network "${name}" exists already, with id ${shortId(taken.Id)}`,
    "Use that one, or choose another name",
  );
}

/** The body of `POST /networks/create`, field by field, so that nothing unasked gets in. */
function networkBody(
  { name, driver, options, ipam, internal, labels, enable_ipv6, attachable }: NetworkInput,
  owner: string,
): Record<string, unknown> & { Name: string } {
  return {
    Name: name,
    CheckDuplicate: true, // for the moment since we looked; newer Engines always check
    Driver: driver,
    Internal: internal,
    Attachable: attachable,
    EnableIPv6: enable_ipv6,
    ...(options === undefined ? {} : { Options: options }),
    ...(ipam === undefined ? {} : { IPAM: { Config: ipam } }),
    Labels: ownedLabels(labels, owner),
  };
}

const REMEDIES: Remedies = [
  [/pool overlaps/i, "Choose another subnet: docker_list_networks shows those that are taken"],
  [
    /non-overlapping IPv6 address pool/,
    'Give one in ipam, e.g. {"Config": [{"Subnet": "fd00:20::/64"}]}',
  ],
  [
    /non-overlapping IPv4 address pool|fully subnetted/,
    "All are in use: give a subnet in ipam, or remove networks nobody uses",
  ],
];
