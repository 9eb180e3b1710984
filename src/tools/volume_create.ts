import { z } from "zod";
import type { Docker } from "../docker/client.ts";
import { DockerError } from "../docker/errors.ts";
import type { VolumeDetails } from "../docker/types.ts";
import { withDrivers } from "./engine_remedies.ts";
import { driverName, volumeName } from "./fields.ts";
import { labels, ownedLabels } from "./labels.ts";
import { defineTool, type Tool } from "./tool.ts";

/** Creates a volume. */
export const createVolume: Tool = defineTool({
  name: "docker_create_volume",
  title: "Create volume",
  safety: "moderate",
  description:
    "Create a volume: storage that outlives containers. An existing one is left as it is (`created` is false).",
  seconds: 60, // an Engine looks for an unknown driver for 15 s
  input: () =>
    z.strictObject({
      name: volumeName("Made up if absent").optional(),
      driver: driverName("local"),
      driver_opts: z.record(z.string(), z.string().max(1024)).optional().meta({
        description: '{"type": "tmpfs", "device": "tmpfs", "o": "size=64m"}',
      }),
      labels: labels(),
    }),
  output: () =>
    z.object({
      name: z.string(),
      driver: z.string(),
      mountpoint: z.string(),
      created: z.boolean(),
    }),
  example: { name: "shop_data", labels: { app: "shop" } },
  async run({ docker, signal, owner }, { name, driver, driver_opts, labels }) {
    const existing = name === undefined ? undefined : await find(docker, name, signal);
    const body = {
      ...(name === undefined ? {} : { Name: name }),
      Driver: driver,
      ...(driver_opts === undefined ? {} : { DriverOpts: driver_opts }),
      Labels: ownedLabels(labels, owner),
    };
    const volume = await docker.volumes.create(body, { signal }).catch(async (error) => {
      throw await withDrivers(error, { docker, kind: "Volume", signal });
    });
    return {
      name: volume.Name ?? name ?? "",
      driver: volume.Driver ?? driver,
      mountpoint: volume.Mountpoint ?? "",
      created: existing === undefined,
    };
  },
});

/** The Engine answers a create of what exists as if it had made it. */
async function find(
  docker: Docker,
  name: string,
  signal: AbortSignal,
): Promise<VolumeDetails | undefined> {
  try {
    return await docker.volumes.inspect(name, { signal });
  } catch (error) {
    if (error instanceof DockerError && error.code === "not_found") return undefined;
    throw error;
  }
}
