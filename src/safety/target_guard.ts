import type { Docker } from "../docker/client.ts";
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
import { controlOf, judgeLinks, nameOf } from "./entered_container.ts";
import type { MountPolicy } from "./mount_policy.ts";
import { lookUp } from "./object_lookup.ts";

/** What decides about objects that exist. */
export interface TargetPolicy {
  /** Whether containers that control the host may be started and entered. */
  readonly allowPrivileged: boolean;
  /** @default {nothing is protected} */
  readonly protection?: Protection | undefined;
  /** @default {no path of the host may be mounted} */
  readonly mounts?: MountPolicy;
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
export const judgeStart: TargetJudge = containerJudge({
  verb: "start",
  enters: true,
  mounts: true,
});
/** Judges a restart, which is a stop and a start. */
export const judgeRestart: TargetJudge = containerJudge({
  verb: "restart",
  enters: true,
  mounts: true,
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
/** Judges a connect to a network; `id` is the container's, which others reach there from then on. */
export const judgeConnectTarget: TargetJudge = containerJudge({ verb: "connect", harms: true });
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

interface ContainerRule {
  /** Completes "Cannot … container". */
  readonly verb: string;
  /** Programs would run in it. */
  readonly enters?: boolean;
  /** The Engine mounts what it has, and follows links for that. */
  readonly mounts?: boolean;
  /** A protected container must be spared. */
  readonly harms?: boolean;
}

function containerJudge(rule: ContainerRule): TargetJudge {
  const { verb, enters = false, harms = false } = rule;
  return async ({ id, engine, policy, signal, query }) => {
    const { protection } = policy;
    const asksControl = enters && !policy.allowPrivileged;
    const asksProtection = harms && protection?.covers("container") === true;
    const mounts = rule.mounts === true ? judgedMounts(policy) : undefined;
    if (!asksControl && !asksProtection && mounts === undefined) return;
    const details = await lookUp(() => engine.containers.inspect(id, { signal }));
    if (details === undefined) return;
    if (asksProtection) {
      refuseProtected(protection, containerSubject(details), verb);
      if (!/^(?:|0|false)$/i.test(query.get("v") ?? "")) refuseVolumes(protection, details);
    }
    const look = { engine, mounts: policy.mounts, signal };
    const control = asksControl ? await controlOf(details, look) : undefined;
    if (control !== undefined) throw controlsHost(details, verb, control);
    if (mounts !== undefined) await judgeLinks(details, verb, { ...look, mounts });
  };
}

/** Undefined where nothing of the host can have been mounted, or its links cannot be seen. */
function judgedMounts({ mounts }: TargetPolicy): MountPolicy | undefined {
  const isNone = mounts === undefined ||
    mounts.readOnlyRoots.length + mounts.writableRoots.length === 0;
  return isNone || !mounts.isLocal() ? undefined : mounts;
}

/** The anonymous volumes that go with a container; a named one stays. */
function refuseVolumes(protection: Protection | undefined, { Mounts }: ContainerDetails): void {
  for (const { Type, Name } of Mounts ?? []) {
    if (Type !== "volume" || Name === undefined) continue;
    refuseProtected(protection, volumeSubject({ Name }), "remove");
  }
}

function controlsHost(details: ContainerDetails, verb: string, how: string): RefusedError {
  return new RefusedError(
    "policy",
    `Cannot ${verb} container "${nameOf(details)}": it controls the host, because ${how}`,
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
