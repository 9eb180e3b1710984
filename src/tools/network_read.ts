import { z } from "zod";
import type { Docker } from "../docker/client.ts";
import type { NetworkDetails } from "../docker/types.ts";
import { type ContainerUser, networkUsers } from "./container_users.ts";
import { shortId } from "./container_view.ts";
import {
  engineFilters,
  type Filters,
  filters,
  networkRef,
  truncationInfo,
  verbose,
} from "./fields.ts";
import { isUnused } from "./network_usage.ts";
import { flagFilter } from "./prune_filters.ts";
import { defineTool, type Tool } from "./tool.ts";
import { cutFields, cutRows } from "./truncation.ts";
import { type Json, networkView, pick } from "./views.ts";

/** The keys that the Engine takes for a list of networks. */
const FILTER_KEYS = ["dangling", "driver", "id", "label", "name", "scope", "type"] as const;

/** The networks of the Engine, one short row each. */
export const listNetworks: Tool = defineTool({
  name: "docker_list_networks",
  title: "List networks",
  safety: "safe",
  description: "List networks like `docker network ls`, with subnets; " +
    "docker_inspect_network tells who is connected. Changes nothing.",
  untrusted: ["networks.labels"],
  input: () =>
    z.strictObject({
      filters: filters(FILTER_KEYS, 'E.g. {"dangling": "true"}: unused'),
      verbose: verbose("Add full ids, labels"),
    }),
  output: () =>
    z.object({
      networks: z.array(z.object({
        id: z.string(),
        name: z.string(),
        driver: z.string(),
        scope: z.string(),
        created: z.string().optional(),
        subnets: z.array(z.string()).optional(),
        internal: z.boolean().optional(),
        full_id: z.string().optional(),
        labels: z.record(z.string(), z.string()).optional(),
        attachable: z.boolean().optional(),
        enable_ipv6: z.boolean().optional(),
      })),
      count: z.number(),
      truncation_info: truncationInfo(),
    }),
  example: { filters: { driver: "bridge", label: "app=shop" } },
  async run({ docker, signal, limits }, { filters, verbose }) {
    const found = await matching(docker, filters, signal);
    // The Engine lists them in no order at all.
    const sorted = found.toSorted((a, b) => (a.Name ?? "").localeCompare(b.Name ?? "", "en"));
    const { rows, truncation_info } = cutRows(sorted, limits.listRows, "first");
    const networks = rows.map((network) => ({
      ...networkRow(network),
      ...(verbose ? networkDetail(network) : {}),
    }));
    return { networks, count: found.length, truncation_info };
  },
});

/** Engine 20.10 lists used networks as dangling and knows no stopped containers, so that filter is ours. */
async function matching(
  docker: Docker,
  { dangling, ...filters }: Filters = {},
  signal: AbortSignal,
): Promise<NetworkDetails[]> {
  const wanted = flagFilter({ dangling }, "dangling");
  const found = await docker.networks.list({ filters: engineFilters(filters), signal });
  if (wanted === undefined) return found;
  const unused = isUnused(await docker.containers.list({ all: true, signal }));
  return found.filter((network) => unused(network) === wanted);
}

interface NetworkRow {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly scope: string;
  readonly created?: string;
  readonly subnets?: string[];
  readonly internal?: boolean;
}

function networkRow(
  { Id, Name, Driver, Scope, Created, IPAM, Internal }: NetworkDetails,
): NetworkRow {
  const subnets = (IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ? [Subnet] : []);
  return {
    id: shortId(Id),
    name: Name ?? "",
    driver: Driver ?? "",
    scope: Scope ?? "",
    ...(Created ? { created: wholeSeconds(Created) } : {}),
    ...(subnets.length > 0 ? { subnets } : {}),
    ...(Internal ? { internal: true } : {}),
  };
}

function networkDetail({ Id, Labels, Attachable, EnableIPv6 }: NetworkDetails): {
  full_id: string;
  labels: Record<string, string>;
  attachable: boolean;
  enable_ipv6: boolean;
} {
  return {
    full_id: Id ?? "",
    labels: { ...Labels },
    attachable: Attachable ?? false,
    enable_ipv6: EnableIPv6 ?? false,
  };
}

/** The Engine writes nanoseconds. */
function wholeSeconds(time: string): string {
  return time.replace(/\.\d+/, "");
}

/** All about one network, and who is on it. */
export const inspectNetwork: Tool = defineTool({
  name: "docker_inspect_network",
  title: "Inspect network",
  safety: "safe",
  description: "Show a network's subnets, options and containers, stopped ones too. " +
    "Use it when containers cannot reach each other. Changes nothing.",
  untrusted: ["details"],
  input: () =>
    z.strictObject({
      network_id: networkRef(),
      verbose: verbose("Everything"),
    }),
  output: () =>
    z.object({ details: z.record(z.string(), z.unknown()), truncation_info: truncationInfo() }),
  example: { network_id: "shop_default" },
  async run({ docker, signal, limits }, { network_id, verbose }) {
    const network = await docker.networks.inspect(network_id, { signal });
    const users = await networkUsers(docker, network, signal);
    const shown = verbose ? network as Json : pick(network, networkView);
    const Containers = connected(network, { users, fullIds: verbose });
    return cutFields({ ...shown, Containers }, limits.inspectFieldBytes);
  },
});

interface Connected {
  readonly users: readonly ContainerUser[];
  readonly fullIds: boolean;
}

/** By container id: the Engine tells the addresses of running containers, and nothing of stopped ones. */
function connected(
  { Containers }: NetworkDetails,
  { users, fullIds }: Connected,
): Record<string, unknown> {
  const ids = new Set([...Object.keys(Containers ?? {}), ...users.map(({ id }) => id)]);
  return Object.fromEntries([...ids].map((id) => {
    const place = Containers?.[id] ?? {};
    const user = users.find((user) => user.id === id);
    const known = pick({ ...place, Name: user?.name ?? place.Name, Status: user?.status }, [
      "Name",
      "Status",
      "IPv4Address",
      "IPv6Address",
      "MacAddress",
    ]);
    return [fullIds ? id : shortId(id), known];
  }));
}
