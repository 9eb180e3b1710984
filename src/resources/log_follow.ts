import type { Followed } from "./resource.ts";
import { INTERVAL } from "./pace.ts";
import { Rest } from "./rest.ts";

/**
 * Tells when a container writes, until its log ends.
 *
 * What it writes is not read: after the first piece the stream is dropped and opened anew a second later, so that one that
 * writes without pause costs no more than one that seldom writes. A change is told once the new stream is open, because
 * whatever was written before is there for a reader then.
 */
export async function followLog(followed: Followed): Promise<void> {
  let hasWritten = followed.isResumed;
  const opened = (): void => {
    followed.opened();
    if (hasWritten) followed.changed();
  };
  while (await writes(followed, opened)) {
    hasWritten = true;
    await second(followed.signal);
  }
}

/** Whether anything is written before the log ends. */
async function writes(
  { docker, container, signal }: Followed,
  opened: () => void,
): Promise<boolean> {
  const tty = container.Config?.Tty === true;
  const options = { follow: true, tail: 0, tty, opened, signal };
  for await (const _piece of docker.containers.logs(container.Id ?? "", options)) return true;
  return false;
}

async function second(signal: AbortSignal): Promise<void> {
  const rest = new Rest();
  const end = (): void => rest.end();
  signal.addEventListener("abort", end, { once: true });
  try {
    if (!signal.aborted) await rest.for(INTERVAL);
  } finally {
    signal.removeEventListener("abort", end);
  }
}
