import { createDocker, type Docker, type DockerOptions } from "../docker/client.ts";
import { DockerError } from "../docker/errors.ts";
import { OLDEST_API_VERSION } from "../docker/negotiation.ts";
import type { Transport } from "../docker/transport/transport.ts";

/** The client for a request's path that reads past the guard, in the API version of that request. */
export type ReaderFor = (path: string) => Docker;

/** Clients that share a transport, one for each API version: what they read at a time is limited, apart from what waits for it. */
export function readersOver(
  transport: Transport,
  timeouts: DockerOptions["timeouts"],
): ReaderFor {
  const readers = new Map<string, Docker>();
  return (path) => {
    const apiVersion = /^\/v(\d+\.\d+)\//.exec(path)?.[1] ?? OLDEST_API_VERSION;
    const reader = readers.get(apiVersion) ?? createDocker(transport, { apiVersion, timeouts });
    readers.set(apiVersion, reader);
    return reader;
  };
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
