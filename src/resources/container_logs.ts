import { isContainerLookup } from "../docker/reference.ts";
import { containerLogs } from "../tools/container_logs.ts";
import { listContainers } from "../tools/container_read.ts";
import type { TruncationInfo } from "../tools/fields.ts";
import { listedContainers } from "./container_rows.ts";
import { followLog } from "./log_follow.ts";
import { defineResource, type Resource } from "./resource.ts";

/** As in the contract. */
const NEWEST_LINES = 100;

/** As in `SAFETY_ALLOWED_RESOURCES`. */
const NAME = "container_logs";

/** The newest lines of a container's log. */
export const containerLogsResource: Resource = defineResource({
  name: NAME,
  title: "Container logs",
  description: `The newest ${NEWEST_LINES} lines a container wrote`,
  mimeType: "text/plain",
  uriTemplate: "container://logs/{container_id}",
  completes: "container",
  isValue: isContainerLookup,
  list: { ...listContainers, kind: "resource", name: NAME, sameAsTool: listContainers.name },
  listInput: { all: true },
  rows: (output, uri) =>
    listedContainers(output).map(({ reference, label }) => ({
      uri: uri(reference),
      name: `${reference} logs`,
      title: `Logs of ${label}`,
      description: `The newest ${NEWEST_LINES} lines that container ${reference} wrote`,
      mimeType: "text/plain",
    })),
  read: { ...containerLogs, kind: "resource", name: NAME, sameAsTool: containerLogs.name },
  readInput: (container_id) => ({ container_id, tail: NEWEST_LINES }),
  contents({ logs, container_id, truncation_info }) {
    const { message } = truncation_info as TruncationInfo;
    return { text: String(logs), note: message, source: `container-logs ${container_id}` };
  },
  follow: followLog,
});
