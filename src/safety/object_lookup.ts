import { createDocker, type Docker } from "../docker/client.ts";
import { DockerError } from "../docker/errors.ts";
import { OLDEST_API_VERSION } from "../docker/negotiation.ts";
import type { Transport } from "../docker/transport/transport.ts";

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
