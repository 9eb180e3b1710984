import { z } from "zod";
import { containerRow } from "./container_view.ts";
import { containerRef, engineFilters, filters, truncationInfo, verbose } from "./fields.ts";
import { defineTool, type Tool } from "./tool.ts";
import { cutFields, cutRows } from "./truncation.ts";
import { containerView, type Json, pick } from "./views.ts";

/** The keys that the Engine takes for a list of containers. */
const FILTER_KEYS = [
  "ancestor",
  "before",
  "exited",
  "expose",
  "health",
  "id",
  "is-task",
  "isolation",
  "label",
  "name",
  "network",
  "publish",
  "since",
  "status",
  "volume",
] as const;

/** The containers of the Engine, one short row each. */
export const listContainers: Tool = defineTool({
  name: "docker_list_containers",
  title: "List containers",
  safety: "safe",
  description:
    "List containers like `docker ps`: id, name, image, status, ports, health. Changes nothing.",
  untrusted: ["containers.labels", "containers.command"],
  input: () =>
    z.strictObject({
      all: z.boolean().default(false).meta({ description: "Stopped ones too" }),
      filters: filters(FILTER_KEYS, 'E.g. {"status": "exited"}'),
      verbose: verbose("Add full ids, labels, commands, networks"),
    }),
  output: () =>
    z.object({
      containers: z.array(z.object({
        id: z.string(),
        name: z.string(),
        image: z.string(),
        status: z.string(),
        created: z.string().optional(),
        ports: z.array(z.string()).optional(),
        health: z.string().optional(),
        full_id: z.string().optional(),
        labels: z.record(z.string(), z.string()).optional(),
        command: z.string().optional(),
        networks: z.array(z.string()).optional(),
      })),
      count: z.number().meta({ description: "All that match, shown or not" }),
      truncation_info: truncationInfo(),
    }),
  example: { all: true, filters: { label: "app=shop", status: ["exited", "dead"] } },
  async run({ docker, signal, limits }, { all, filters, verbose }) {
    const found = await docker.containers.list({ all, filters: engineFilters(filters), signal });
    const { rows, truncation_info } = cutRows(found, limits.listRows);
    const containers = rows.map((summary) => ({
      ...containerRow(summary),
      ...(verbose
        ? {
          full_id: summary.Id ?? "",
          labels: summary.Labels ?? {},
          command: summary.Command ?? "",
          networks: Object.keys(summary.NetworkSettings?.Networks ?? {}),
        }
        : {}),
    }));
    return { containers, count: found.length, truncation_info };
  },
});

/** All about one container. */
export const inspectContainer: Tool = defineTool({
  name: "docker_inspect_container",
  title: "Inspect container",
  safety: "safe",
  description:
    "Show a container's state, health, configuration, mounts, networks and limits. Use it to learn why it fails. Changes nothing.",
  untrusted: ["details"],
  input: () =>
    z.strictObject({
      container_id: containerRef(),
      verbose: verbose("Everything"),
    }),
  output: () =>
    z.object({ details: z.record(z.string(), z.unknown()), truncation_info: truncationInfo() }),
  example: { container_id: "web" },
  async run({ docker, signal, limits }, { container_id, verbose }) {
    const container = await docker.containers.inspect(container_id, { signal });
    const shown = verbose ? container as Json : pick(container, containerView);
    return cutFields(shown, limits.inspectFieldBytes);
  },
});
