import type { Docker } from "../docker/client.ts";
import { log } from "../telemetry/log.ts";
import { watchEngine } from "./engine_watch.ts";
import { type NameSnapshot, nameSnapshot } from "./name_snapshot.ts";
import type { Resource } from "./resource.ts";
import { createSubscriptions, type Subscriptions } from "./subscriptions.ts";

/** Resources, and what keeps clients up to date about them. */
export interface LiveResources extends Disposable {
  readonly resources: readonly Resource[];
  readonly subscriptions: Subscriptions;
  /** Completes arguments. */
  readonly names: NameSnapshot;
}

/** Puts subscriptions and names over one stream of events; nothing is sent before somebody subscribes or completes. */
export function liveResources(
  docker: Docker,
  resources: readonly Resource[],
): LiveResources {
  const failed = (error: unknown): void =>
    log.debug("Cannot watch the Engine for the moment: {error}", { error });
  const watch = watchEngine(docker, { failed });
  const names = nameSnapshot(docker, watch);
  const subscriptions = createSubscriptions({ docker, watch, resources, failed });
  return {
    resources,
    subscriptions,
    names,
    [Symbol.dispose]() {
      subscriptions[Symbol.dispose]();
      names[Symbol.dispose]();
      watch[Symbol.dispose]();
    },
  };
}
