import { z } from "zod";
import type { VolumeDetails } from "../docker/types.ts";
import { volumeUsers } from "./container_users.ts";
import { shortId } from "./container_view.ts";
import { engineFilters, filters, truncationInfo, verbose, volumeName } from "./fields.ts";
import { defineTool, type Tool } from "./tool.ts";
import { cutFields, cutRows } from "./truncation.ts";
import { type Json, pick, volumeView } from "./views.ts";

/** The keys that the Engine takes for a list of volumes. */
const FILTER_KEYS = ["dangling", "driver", "label", "name"] as const;

/** The volumes of the Engine, one short row each. */
export const listVolumes: Tool = defineTool({
  name: "docker_list_volumes",
  title: "List volumes",
  safety: "safe",
  description:
    "List volumes like `docker volume ls`; docker_inspect_volume tells who uses one. Changes nothing.",
  untrusted: ["volumes.labels", "volumes.options"],
  input: () =>
    z.strictObject({
      filters: filters(FILTER_KEYS, 'E.g. {"dangling": "true"}: unused'),
      verbose: verbose("Add labels, mount points"),
    }),
  output: () =>
    z.object({
      volumes: z.array(z.object({
        name: z.string(),
        driver: z.string(),
        scope: z.string(),
        created: z.string().optional(),
        mountpoint: z.string().optional(),
        labels: z.record(z.string(), z.string()).optional(),
        options: z.record(z.string(), z.string()).optional(),
      })),
      count: z.number(),
      truncation_info: truncationInfo(),
    }),
  example: { filters: { dangling: "true", label: "app=shop" } },
  async run({ docker, signal, limits }, { filters, verbose }) {
    const found = await docker.volumes.list({ filters: engineFilters(filters), signal });
    const sorted = found.toSorted((a, b) => (a.Name ?? "").localeCompare(b.Name ?? "", "en"));
    const { rows, truncation_info } = cutRows(sorted, limits.listRows, "first");
    const volumes = rows.map((volume) => ({
      ...volumeRow(volume),
      ...(verbose ? volumeDetail(volume) : {}),
    }));
    return { volumes, count: found.length, truncation_info };
  },
});

function volumeRow({ Name, Driver, Scope, CreatedAt }: VolumeDetails): {
  name: string;
  driver: string;
  scope: string;
  created?: string;
} {
  return {
    name: Name ?? "",
    driver: Driver ?? "",
    scope: Scope ?? "",
    ...(CreatedAt ? { created: CreatedAt } : {}),
  };
}

function volumeDetail({ Mountpoint, Labels, Options }: VolumeDetails): {
  mountpoint: string;
  labels: Record<string, string>;
  options: Record<string, string>;
} {
  return { mountpoint: Mountpoint ?? "", labels: { ...Labels }, options: { ...Options } };
}

/** All about one volume, and who uses it. */
export const inspectVolume: Tool = defineTool({
  name: "docker_inspect_volume",
  title: "Inspect volume",
  safety: "safe",
  description:
    "Show a volume's driver, options, labels and the containers that use it, stopped ones too. " +
    "Use it before removing one. Changes nothing.",
  untrusted: ["details"],
  input: () =>
    z.strictObject({
      volume_name: volumeName("Its name"),
      verbose: verbose("Everything"),
    }),
  output: () =>
    z.object({
      details: z.record(z.string(), z.unknown()),
      used_by: z.array(z.object({ id: z.string(), name: z.string(), status: z.string() })),
      truncation_info: truncationInfo(),
    }),
  example: { volume_name: "shop_data" },
  async run({ docker, signal, limits }, { volume_name, verbose }) {
    const volume = await docker.volumes.inspect(volume_name, { signal });
    const users = await volumeUsers(docker, volume_name, signal);
    const used_by = users.map((user) => ({ ...user, id: shortId(user.id) }));
    const shown = verbose ? volume as Json : pick(volume, volumeView);
    return { ...cutFields(shown, limits.inspectFieldBytes), used_by };
  },
});
