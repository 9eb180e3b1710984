import { createContainer } from "./tools/container_create.ts";
import { execCommand } from "./tools/container_exec.ts";
import { restartContainer, startContainer, stopContainer } from "./tools/container_lifecycle.ts";
import { containerLogs } from "./tools/container_logs.ts";
import { inspectContainer, listContainers } from "./tools/container_read.ts";
import { removeContainer } from "./tools/container_remove.ts";
import { containerStats } from "./tools/container_stats.ts";
import { healthcheck, systemDf, systemInfo, version } from "./tools/system.ts";
import { events } from "./tools/system_events.ts";
import { systemPrune } from "./tools/system_prune.ts";
import type { Tool } from "./tools/tool.ts";

/** Every tool, in the order in which clients and the docs list them. */
export const tools: readonly Tool[] = [
  // Containers
  listContainers,
  inspectContainer,
  containerLogs,
  containerStats,
  execCommand,
  createContainer,
  startContainer,
  stopContainer,
  restartContainer,
  removeContainer,

  // System
  systemInfo,
  systemDf,
  version,
  events,
  healthcheck,
  systemPrune,
];

/** Tools of mcp-docker 1.0.4 that this version does not have yet; configurations may name them already. */
export const plannedToolNames: readonly string[] = [
  "docker_list_images",
  "docker_inspect_image",
  "docker_image_history",
  "docker_tag_image",
  "docker_pull_image",
  "docker_build_image",
  "docker_push_image",
  "docker_remove_image",
  "docker_prune_images",
  "docker_list_networks",
  "docker_inspect_network",
  "docker_create_network",
  "docker_connect_container",
  "docker_disconnect_container",
  "docker_remove_network",
  "docker_list_volumes",
  "docker_inspect_volume",
  "docker_create_volume",
  "docker_remove_volume",
  "docker_prune_volumes",
];
