import { isContainerLookup } from "../docker/reference.ts";
import { listContainers } from "../tools/container_read.ts";
import { containerStats } from "../tools/container_stats.ts";
import { jsonText } from "../tools/json_text.ts";
import { listedContainers } from "./container_rows.ts";
import { defineResource, type Resource } from "./resource.ts";
import { followStats } from "./stats_follow.ts";

/** As in `SAFETY_ALLOWED_RESOURCES`. */
const NAME = "container_stats";

/** What a container uses. */
export const containerStatsResource: Resource = defineResource({
  name: NAME,
  title: "Container resource usage",
  description: "CPU, memory, network and disk use of a container, measured for about a second",
  mimeType: "application/json",
  uriTemplate: "container://stats/{container_id}",
  completes: "container",
  isValue: isContainerLookup,
  list: { ...listContainers, kind: "resource", name: NAME, sameAsTool: listContainers.name },
  listInput: { all: true },
  rows: (output, uri) =>
    listedContainers(output).filter(({ isRunning }) => isRunning).map(({ reference, label }) => ({
      uri: uri(reference),
      name: `${reference} stats`,
      title: `Resource usage of ${label}`,
      description: `CPU, memory, network and disk use of container ${reference}`,
      mimeType: "application/json",
    })),
  read: { ...containerStats, kind: "resource", name: NAME, sameAsTool: containerStats.name },
  readInput: (container_id) => ({ container_id }),
  contents: (output) => ({ text: jsonText(output) }),
  follow: followStats,
});
