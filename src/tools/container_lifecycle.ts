import { z } from "zod";
import { changedContainer, containerNow } from "./container_view.ts";
import { containerRef, seconds } from "./fields.ts";
import { defineTool, type Tool } from "./tool.ts";

/** What the Engine needs besides the container's own time to stop. */
const MARGIN_SECONDS = 20;

const REMOVED =
  "It was created to be removed once it stops, so it is gone, with its anonymous volumes";

/** Starts a container. */
export const startContainer: Tool = defineTool({
  name: "docker_start_container",
  title: "Start container",
  safety: "moderate",
  description:
    "Start a container and return its state. If `status` is exited it ended at once: read its logs.",
  idempotent: true,
  input: () => z.strictObject({ container_id: containerRef() }),
  output: changedContainer,
  example: { container_id: "web" },
  async run({ docker, signal }, { container_id }) {
    const { changed } = await docker.containers.start(container_id, { signal });
    return { ...await containerNow(docker, container_id, signal), changed };
  },
});

/** Stops a container. */
export const stopContainer: Tool = defineTool({
  name: "docker_stop_container",
  title: "Stop container",
  safety: "moderate",
  description:
    "Stop a container: its stop signal, then SIGKILL after `timeout` seconds. Its data stays, unless it was created with `remove`.",
  idempotent: true,
  seconds: ({ timeout }) => timeout + MARGIN_SECONDS,
  input: () => z.strictObject({ container_id: containerRef(), timeout: graceful() }),
  output: () => changedContainer().extend({ warnings: z.array(z.string()).optional() }),
  example: { container_id: "web", timeout: 30 },
  async run({ docker, signal }, { container_id, timeout }) {
    const { HostConfig } = await docker.containers.inspect(container_id, { signal });
    const { changed } = await docker.containers.stop(container_id, { timeout, signal });
    const isGone = changed && HostConfig?.AutoRemove === true;
    const now = await containerNow(docker, container_id, signal);
    return { ...now, changed, ...(isGone ? { warnings: [REMOVED] } : {}) };
  },
});

/** Restarts a container. */
export const restartContainer: Tool = defineTool({
  name: "docker_restart_container",
  title: "Restart container",
  safety: "moderate",
  description:
    "Stop a container as docker_stop_container does, then start it, e.g. to apply changed files or when it hangs.",
  seconds: ({ timeout }) => timeout + 2 * MARGIN_SECONDS,
  input: () => z.strictObject({ container_id: containerRef(), timeout: graceful() }),
  output: changedContainer,
  example: { container_id: "web", timeout: 10 },
  async run({ docker, signal }, { container_id, timeout }) {
    await docker.containers.restart(container_id, { timeout, signal });
    return { ...await containerNow(docker, container_id, signal), changed: true };
  },
});

function graceful(): z.ZodDefault<z.ZodNumber> {
  return seconds("Seconds").default(10);
}
