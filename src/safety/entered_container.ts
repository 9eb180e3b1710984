import type { Docker } from "../docker/client.ts";
import type { ContainerDetails } from "../docker/types.ts";
import { OWNER_LABEL } from "../tools/labels.ts";
import { RefusedError } from "../tools/refused.ts";
import { isInWritableRoot, judgeBindAgain, type MountPolicy } from "./mount_policy.ts";
import { disguisedVolumes, volumeControl } from "./mounted_volumes.ts";
import { lookUp } from "./object_lookup.ts";
import { hostControl, hostMounts } from "./privileged_target.ts";

/** What looking at a container takes. */
export interface Look {
  /** Reads from the Engine past the guard. */
  readonly engine: Docker;
  /** @default {no path of the host may be mounted} */
  readonly mounts?: MountPolicy | undefined;
  readonly signal: AbortSignal | undefined;
}

/** How many containers may share their processes in a row; people have two. */
const LONGEST_ROW = 4;

/**
 * How a container controls its host, as the end of "because …"; undefined where it does not. What decides nothing any more
 * is not looked up. Whoever shares the processes of another container reaches its files through them, and so what it controls.
 */
export async function controlOf(
  details: ContainerDetails,
  look: Look,
  row = 1,
): Promise<string | undefined> {
  const { engine, mounts, signal } = look;
  const facts = { home: mounts?.home, engineSocket: mounts?.engineSocket?.() };
  const own = hostControl(details, facts);
  if (own !== undefined) return own;
  const volumes = await disguisedVolumes(details, look);
  const reason = volumes.map((volume) => volumeControl(volume, facts))
    .find((reason) => reason !== undefined);
  const other = /^container:(.+)$/s.exec(String(details.HostConfig?.PidMode ?? ""))?.[1];
  if (reason !== undefined || other === undefined) return reason;
  if (row === LONGEST_ROW) return "it shares its processes with too many others";
  const joined = await lookUp(() => engine.containers.inspect(other, { signal }));
  if (joined === undefined) return undefined;
  const control = await controlOf(joined, look, row + 1);
  return control &&
    `it shares its processes with "${nameOf(joined) ?? other}", of which ${control}`;
}

/**
 * Judges the host paths of a container that is about to start: those that this server put there, and those in folders that
 * containers may write to. A container may have put a link in their place meanwhile, and the Engine would follow it.
 *
 * @param verb Completes "Cannot … container".
 * @throws {RefusedError} `policy`
 */
export async function judgeLinks(
  details: ContainerDetails,
  verb: string,
  look: Look & { readonly mounts: MountPolicy },
): Promise<void> {
  const { mounts } = look;
  const isOurs = details.Config?.Labels?.[OWNER_LABEL] !== undefined;
  const volumes = (await disguisedVolumes(details, look)).map(({ path = "", writable }) => ({
    source: path,
    writable,
  }));
  for (const { source, writable } of [...hostMounts(details), ...volumes]) {
    if (!isOurs && !isInWritableRoot(source, mounts)) continue;
    try {
      await judgeBindAgain({ source, target: "", readOnly: !writable }, mounts);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      throw leadsAway(`Cannot ${verb} container "${nameOf(details)}"`, error);
    }
  }
}

/** What people call a container, else the short form of its id. */
export function nameOf({ Id, Name }: ContainerDetails): string | undefined {
  return Name?.replace(/^\//, "") || Id?.slice(0, 12);
}

function leadsAway(what: string, cause: RefusedError): RefusedError {
  const { code, message, remedy } = cause;
  const refusal = new RefusedError(code, `${what}: ${message.replace(/^volumes: /, "")}`, remedy);
  refusal.cause = cause;
  return refusal;
}
