import { object } from "./create_policy.ts";
import { judgeBuild, judgePull, judgeTag } from "./image_names.ts";
import { judgeMountedVolumes } from "./mounted_volumes.ts";
import type { ReaderFor } from "./object_lookup.ts";
import {
  judgeConnectTarget,
  judgeContainerRemoval,
  judgeDisconnectTarget,
  judgeExecTarget,
  judgeImageRemoval,
  judgeNetworkRemoval,
  judgeRestart,
  judgeStart,
  judgeStop,
  judgeVolumeRemoval,
  type TargetJudge,
  type TargetPolicy,
} from "./target_guard.ts";

/** A request that names an object, as it goes to the Engine. */
export interface ObjectRequest {
  /** The name or id in the path, decoded. */
  readonly target: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** As it was judged by itself. */
  readonly body: unknown;
  /** Looks past the guard. */
  readonly readerFor: ReaderFor;
  readonly policy: TargetPolicy;
  readonly signal: AbortSignal | undefined;
}

/** Requests about an object that exists, whose own properties decide; each judge reads it at most once. */
const TARGETS: Readonly<Record<string, TargetJudge>> = {
  "POST /containers/{}/start": judgeStart,
  "POST /containers/{}/stop": judgeStop,
  "POST /containers/{}/restart": judgeRestart,
  "POST /containers/{}/exec": judgeExecTarget,
  "DELETE /containers/{}": judgeContainerRemoval,
  "DELETE /images/{ref}": judgeImageRemoval,
  "DELETE /networks/{}": judgeNetworkRemoval,
  "POST /networks/{}/connect": judgeConnectTarget,
  "POST /networks/{}/disconnect": judgeDisconnectTarget,
  "POST /images/{ref}/tag": judgeTag,
  "POST /images/create": judgePull,
  "POST /build": judgeBuild,
  "DELETE /volumes/{}": judgeVolumeRemoval,
};

/**
 * Judges a request by what it names, which is looked up first; requests that name nothing of concern cost nothing.
 *
 * @param entry Method and template of the request's path.
 * @throws {RefusedError} `policy`
 * @throws {DockerError} where the Engine does not tell what is named
 */
export async function judgeObjects(entry: string, request: ObjectRequest): Promise<void> {
  const { body, path, policy, query, readerFor, signal, target } = request;
  if (entry === "POST /containers/create") {
    const engine = readerFor(path);
    const { mounts, protection } = policy;
    return await judgeMountedVolumes(body, { engine, mounts, protection, signal });
  }
  const judge = TARGETS[entry];
  if (judge === undefined) return;
  // Of a network's requests only those that take a container are judged here.
  const id = entry.startsWith("POST /networks/") ? String(object(body, entry).Container) : target;
  await judge({ id, engine: readerFor(path), policy, signal, query });
}
