import type { Docker } from "../docker/client.ts";
import { DockerError } from "../docker/errors.ts";

/** What to do next, by what the Engine's reason says. */
export type Remedies = readonly (readonly [reason: RegExp, remedy: string])[];

/** The Engine's error with the first remedy whose reason it gives; anything else as it is. */
export function withRemedy(error: unknown, remedies: Remedies): unknown {
  if (!(error instanceof DockerError)) return error;
  const { code, message, status, object } = error;
  const remedy = remedies.find(([reason]) => reason.test(message))?.[1];
  return remedy === undefined
    ? error
    : new DockerError(code, message, { cause: error, status, object, remedy });
}

/** What knows which drivers there are. */
export interface DriverSearch {
  readonly docker: Docker;
  readonly kind: "Network" | "Volume";
  readonly signal: AbortSignal;
}

/** The error of a create; where it is about a driver that does not exist, the remedy names those that do. */
export async function withDrivers(
  error: unknown,
  { docker, kind, signal }: DriverSearch,
): Promise<unknown> {
  const isAboutDriver = error instanceof DockerError && NO_DRIVER.test(error.message);
  if (!isAboutDriver) return error;
  const { Plugins } = await docker.system.info({ signal });
  const known = Plugins?.[kind] ?? [];
  if (known.length === 0) return error;
  return withRemedy(error, [[NO_DRIVER, `Drivers of this Engine: ${known.join(", ")}`]]);
}

const NO_DRIVER = /plugin .*not found/;
