import { createDocker, type Docker } from "../docker/client.ts";
import { DockerError } from "../docker/errors.ts";
import { OLDEST_API_VERSION } from "../docker/negotiation.ts";
import type { Transport } from "../docker/transport/transport.ts";
import type { ContainerDetails } from "../docker/types.ts";
import {
  containerSubject,
  imageSubject,
  networkSubject,
  type Protection,
  refuseProtected,
  type Subject,
  volumeSubject,
} from "../tools/protection.ts";
import { RefusedError } from "../tools/refused.ts";
import { hostControl } from "./privileged_target.ts";

/** What decides about objects that exist. */
export interface TargetPolicy {
  /** Whether containers that control the host may be started and entered. */
  readonly allowPrivileged: boolean;
  /** @default {nothing is protected} */
  readonly protection?: Protection | undefined;
}

/** One request about an object that exists. */
export interface TargetRequest {
  /** As it was asked for. */
  readonly id: string;
  /** Reads from the Engine past the guard. */
  readonly engine: Docker;
  readonly policy: TargetPolicy;
  readonly signal: AbortSignal | undefined;
  /** The query, for what is removed along. */
  readonly query: URLSearchParams;
}

/** Judges a request; rejects with what it refuses. */
export type TargetJudge = (request: TargetRequest) => Promise<void>;

/** Judges a start: whoever starts a container that controls the host runs its program there. */
export const judgeStart: TargetJudge = containerJudge({ verb: "start", enters: true });
/** Judges a restart, which is a stop and a start. */
export const judgeRestart: TargetJudge = containerJudge({
  verb: "restart",
  enters: true,
  harms: true,
});
/** Judges an exec: its program has whatever its container has. */
export const judgeExecTarget: TargetJudge = containerJudge({
  verb: "run a command in",
  enters: true,
  harms: true,
});
/** Judges a stop. */
export const judgeStop: TargetJudge = containerJudge({ verb: "stop", harms: true });
/** Judges a disconnect from a network; `id` is the container's. */
export const judgeDisconnectTarget: TargetJudge = containerJudge({
  verb: "disconnect",
  harms: true,
});
/** Judges the removal of a container. */
export const judgeContainerRemoval: TargetJudge = containerJudge({ verb: "remove", harms: true });

/** Judges the removal of an image or of one of its names. */
export const judgeImageRemoval: TargetJudge = removalJudge(
  "image",
  async (docker, id, signal) => imageSubject(await docker.images.inspect(id, { signal })),
);
/** Judges the removal of a network. */
export const judgeNetworkRemoval: TargetJudge = removalJudge(
  "network",
  async (docker, id, signal) => networkSubject(await docker.networks.inspect(id, { signal })),
);
/** Judges the removal of a volume. */
export const judgeVolumeRemoval: TargetJudge = removalJudge(
  "volume",
  async (docker, id, signal) => volumeSubject(await docker.volumes.inspect(id, { signal })),
);

/** A client that reads past the guard, in the API version of the request that is judged. */
export function readerOf(transport: Transport, path: string): Docker {
  const apiVersion = /^\/v(\d+\.\d+)\//.exec(path)?.[1] ?? OLDEST_API_VERSION;
  return createDocker(transport, { apiVersion });
}

/**
 * Looks an object up; undefined where there is none, which the Engine says itself in answer to the request.
 *
 * @throws {DockerError} never `incomplete`, which would mean that the request itself may have been done
 */
export async function lookUp<Details>(
  read: () => Promise<Details>,
): Promise<Details | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    if (error.code === "not_found") return undefined;
    if (error.code !== "incomplete") throw error;
    const { message, remedy, object } = error;
    throw new DockerError("server_error", message, { cause: error, remedy, object });
  }
}

interface ContainerRule {
  /** Completes "Cannot … container". */
  readonly verb: string;
  /** Programs would run in it. */
  readonly enters?: boolean;
  /** A protected container must be spared. */
  readonly harms?: boolean;
}

function containerJudge({ verb, enters = false, harms = false }: ContainerRule): TargetJudge {
  return async ({ id, engine, policy, signal, query }) => {
    const { protection } = policy;
    const asksControl = enters && !policy.allowPrivileged;
    const asksProtection = harms && protection?.covers("container") === true;
    if (!asksControl && !asksProtection) return;
    const details = await lookUp(() => engine.containers.inspect(id, { signal }));
    if (details === undefined) return;
    if (asksProtection) {
      refuseProtected(protection, containerSubject(details), verb);
      if (!/^(?:|0|false)$/i.test(query.get("v") ?? "")) refuseVolumes(protection, details);
    }
    const control = asksControl ? hostControl(details) : undefined;
    if (control !== undefined) throw controlsHost(details, verb, control);
  };
}

/** The anonymous volumes that go with a container; a named one stays. */
function refuseVolumes(protection: Protection | undefined, { Mounts }: ContainerDetails): void {
  for (const { Type, Name } of Mounts ?? []) {
    if (Type !== "volume" || Name === undefined) continue;
    refuseProtected(protection, volumeSubject({ Name }), "remove");
  }
}

function controlsHost({ Id, Name }: ContainerDetails, verb: string, how: string): RefusedError {
  const name = Name?.replace(/^\//, "") || Id?.slice(0, 12);
  return new RefusedError(
    "policy",
    `Cannot ${verb} container "${name}": it controls the host, because ${how}`,
    "It may be stopped, removed and looked at; only the operator can change this, with SAFETY_ALLOW_PRIVILEGED_CONTAINERS=true",
  );
}

function removalJudge(
  kind: Subject["kind"],
  read: (docker: Docker, id: string, signal: AbortSignal | undefined) => Promise<Subject>,
): TargetJudge {
  return async ({ id, engine, policy: { protection }, signal }) => {
    if (protection?.covers(kind) !== true) return;
    const subject = await lookUp(() => read(engine, id, signal));
    if (subject !== undefined) refuseProtected(protection, subject, "remove");
  };
}
