import { z } from "zod";
import { DockerError } from "../docker/errors.ts";
import { diskUsage } from "./disk_usage.ts";
import { verbose } from "./fields.ts";
import { defineTool, type Tool } from "./tool.ts";
import { infoView, type Json, pick, versionView } from "./views.ts";

/** The Engine's own state and settings. */
export const systemInfo: Tool = defineTool({
  name: "docker_system_info",
  title: "Engine information",
  safety: "safe",
  description:
    "Show the Engine's host, resources, drivers, counts and warnings, like `docker info`. Changes nothing.",
  input: () => z.strictObject({ verbose: verbose("Everything") }),
  output: () => z.object({ info: z.record(z.string(), z.unknown()) }),
  example: {},
  async run({ docker, signal }, { verbose }) {
    const info = await docker.system.info({ signal });
    return { info: verbose ? info as Json : pick(info, infoView) };
  },
});

/** The Engine's versions. */
export const version: Tool = defineTool({
  name: "docker_version",
  title: "Engine version",
  safety: "safe",
  description: "Show the versions of the Engine, its API and its parts. Changes nothing.",
  input: () => z.strictObject({ verbose: verbose("Everything") }),
  output: () => z.object({ version: z.record(z.string(), z.unknown()) }),
  example: {},
  async run({ docker, signal }, { verbose }) {
    const version = await docker.system.version({ signal });
    return { version: verbose ? version as Json : pick(version, versionView) };
  },
});

/** What takes space on the Engine's disk. */
export const systemDf: Tool = defineTool({
  name: "docker_system_df",
  title: "Disk usage",
  safety: "safe",
  description:
    "Show the bytes that images, containers, volumes and build cache take, and what a prune could free. Slow on a large Engine. Changes nothing.",
  seconds: 120,
  input: () => z.strictObject({}),
  output: () => {
    const part = z.object({
      total_count: z.number(),
      active_count: z.number().optional(),
      total_size: z.number(),
      shared_size: z.number().optional(),
      reclaimable: z.number().optional(),
    });
    return z.object({
      usage: z.object({
        LayersSize: z.number(),
        Images: part,
        Containers: part,
        Volumes: part,
        BuildCache: part,
      }),
    });
  },
  example: {},
  async run({ docker, signal }) {
    return { usage: diskUsage(await docker.system.diskUsage({ signal })) };
  },
});

/** Whether the Engine answers, and which Engine it is. */
export const healthcheck: Tool = defineTool({
  name: "docker_healthcheck",
  title: "Check the Engine",
  safety: "safe",
  description:
    "Check whether the Engine answers, and say which one was chosen and why. Use it when other tools fail. Changes nothing.",
  alwaysAllowed: true,
  input: () => z.strictObject({}),
  output: () =>
    z.object({
      healthy: z.boolean(),
      message: z.string(),
      engine: z.string().optional(),
      details: z.object({
        daemon_info: z.object({
          name: z.string(),
          server_version: z.string(),
          api_version: z.string(),
          os: z.string(),
          architecture: z.string(),
          total_memory: z.number(),
          cpus: z.number(),
        }),
        containers: z.object({
          total: z.number(),
          running: z.number(),
          paused: z.number(),
          stopped: z.number(),
        }),
        images: z.number(),
      }).nullable(),
    }),
  example: {},
  async run({ docker, engineChoice, signal }) {
    const engine = (): { engine?: string } => {
      const choice = engineChoice();
      return choice === undefined ? {} : { engine: choice };
    };
    try {
      const [info, { ApiVersion }] = await Promise.all([
        docker.system.info({ signal }),
        docker.system.version({ signal }),
      ]);
      const details = {
        daemon_info: {
          name: info.Name ?? "",
          server_version: info.ServerVersion ?? "",
          api_version: ApiVersion ?? "",
          os: info.OperatingSystem ?? "",
          architecture: info.Architecture ?? "",
          total_memory: info.MemTotal ?? 0,
          cpus: info.NCPU ?? 0,
        },
        containers: {
          total: info.Containers ?? 0,
          running: info.ContainersRunning ?? 0,
          paused: info.ContainersPaused ?? 0,
          stopped: info.ContainersStopped ?? 0,
        },
        images: info.Images ?? 0,
      };
      return { healthy: true, message: "The Docker Engine answers", ...engine(), details };
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      const message = error.remedy === undefined
        ? error.message
        : `${error.message}. ${error.remedy}`;
      return { healthy: false, message, ...engine(), details: null };
    }
  },
});
