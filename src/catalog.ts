import { debugNetworking } from "./prompts/debug_networking.ts";
import { generateCompose } from "./prompts/generate_compose.ts";
import { optimizeContainer } from "./prompts/optimize_container.ts";
import type { Prompt } from "./prompts/prompt.ts";
import { securityAuditPrompt } from "./prompts/security_audit.ts";
import { troubleshootContainer } from "./prompts/troubleshoot_container.ts";
import { containerLogsResource } from "./resources/container_logs.ts";
import { containerStatsResource } from "./resources/container_stats.ts";
import type { Resource } from "./resources/resource.ts";
import { deniedPath } from "./safety/host_paths.ts";
import { reachesRuntime } from "./safety/privileged_target.ts";
import { redactText } from "./safety/redact.ts";
import { createContainer } from "./tools/container_create.ts";
import { execCommand } from "./tools/container_exec.ts";
import { restartContainer, startContainer, stopContainer } from "./tools/container_lifecycle.ts";
import { containerLogs } from "./tools/container_logs.ts";
import { inspectContainer, listContainers } from "./tools/container_read.ts";
import { removeContainer } from "./tools/container_remove.ts";
import { containerStats } from "./tools/container_stats.ts";
import { buildImage } from "./tools/image_build.ts";
import { pruneImages } from "./tools/image_prune.ts";
import { imageHistory, inspectImage, listImages } from "./tools/image_read.ts";
import { removeImage } from "./tools/image_remove.ts";
import { tagImage } from "./tools/image_tag.ts";
import { pullImage, pushImage } from "./tools/image_transfer.ts";
import { connectContainer, disconnectContainer } from "./tools/network_change.ts";
import { createNetwork } from "./tools/network_create.ts";
import { inspectNetwork, listNetworks } from "./tools/network_read.ts";
import { removeNetwork } from "./tools/network_remove.ts";
import { securityAudit } from "./tools/security_audit.ts";
import type { AuditRules } from "./tools/security_subjects.ts";
import { healthcheck, systemDf, systemInfo, version } from "./tools/system.ts";
import { events } from "./tools/system_events.ts";
import { systemPrune } from "./tools/system_prune.ts";
import type { Tool } from "./tools/tool.ts";
import { createVolume } from "./tools/volume_create.ts";
import { pruneVolumes } from "./tools/volume_prune.ts";
import { inspectVolume, listVolumes } from "./tools/volume_read.ts";
import { removeVolume } from "./tools/volume_remove.ts";

/** The audit calls a secret, and a path of the host sensitive, what this server itself does. */
const auditRules: AuditRules = {
  holdsSecret: (text) => redactText(text) !== text,
  sensitivePath: (path) => deniedPath(path),
  reachesRuntime,
};

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

  // Images
  listImages,
  inspectImage,
  imageHistory,
  tagImage,
  pullImage,
  buildImage,
  pushImage,
  removeImage,
  pruneImages,

  // Networks
  listNetworks,
  inspectNetwork,
  createNetwork,
  connectContainer,
  disconnectContainer,
  removeNetwork,

  // Volumes
  listVolumes,
  inspectVolume,
  createVolume,
  removeVolume,
  pruneVolumes,

  // System
  systemInfo,
  systemDf,
  version,
  events,
  healthcheck,
  systemPrune,
  securityAudit(auditRules),
];

/** Every prompt, likewise. */
export const prompts: readonly Prompt[] = [
  troubleshootContainer,
  optimizeContainer,
  generateCompose,
  debugNetworking,
  securityAuditPrompt(auditRules),
];

/** Every kind of resource, likewise. */
export const resources: readonly Resource[] = [containerLogsResource, containerStatsResource];
