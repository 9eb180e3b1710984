import { cpuPercent, memory } from "../docker/stats.ts";
import type { ContainerStats } from "../docker/types.ts";
import type { Followed } from "./resource.ts";

/** What counts as a move: percentage points of one processor, and a share of the memory that was in use. */
const CPU_POINTS = 1;
const MEMORY_SHARE = 0.01;
/** Bytes. Of a small container, one percent would be a single page. */
const LEAST_MEMORY = 1024 * 1024;

interface Figures {
  readonly cpu: number | undefined;
  readonly memory: number | undefined;
}

/** Tells when what a container uses moves, until it stops; the Engine measures once a second. */
export async function followStats(followed: Followed): Promise<void> {
  const { docker, container, signal, isResumed } = followed;
  let told: Figures | undefined;
  followed.opened();
  for await (const sample of docker.containers.statsStream(container.Id ?? "", { signal })) {
    if (isOfStopped(sample)) return;
    const now = { cpu: cpuPercent(sample), memory: memory(sample).used };
    if (told === undefined ? isResumed : hasMoved(told, now)) {
      followed.changed();
      told = now;
    }
    // The first sample has no CPU figure.
    told = { cpu: told?.cpu ?? now.cpu, memory: told?.memory ?? now.memory };
  }
}

function hasMoved(told: Figures, now: Figures): boolean {
  const memoryStep = Math.max(LEAST_MEMORY, (told.memory ?? 0) * MEMORY_SHARE);
  return differs(told.cpu, now.cpu, CPU_POINTS) || differs(told.memory, now.memory, memoryStep);
}

function differs(told: number | undefined, now: number | undefined, step: number): boolean {
  return told !== undefined && now !== undefined && Math.abs(now - told) >= step;
}

/** The Engine goes on with empty samples of year 1. */
function isOfStopped({ read }: ContainerStats): boolean {
  return read === undefined || read.startsWith("0001-");
}
