import { isContainerLookup } from "../docker/reference.ts";
import type { ContainerRow } from "../tools/container_view.ts";
import type { ToolOutput } from "../tools/tool.ts";

/** A container as a list of resources shows it. */
export interface ListedContainer {
  /** Its name, or its id where that is no name to ask by. */
  readonly reference: string;
  /** As `web (nginx:1, running)`. */
  readonly label: string;
  readonly isRunning: boolean;
}

/** The containers in what `docker_list_containers` answers. */
export function listedContainers({ containers }: ToolOutput): ListedContainer[] {
  const rows = Array.isArray(containers) ? containers as ContainerRow[] : [];
  return rows.map(({ id, name, image, status }) => {
    const reference = isContainerLookup(name) ? name : id;
    const label = `${reference} (${image}, ${status})`;
    return { reference, label, isRunning: status === "running" || status === "paused" };
  });
}
