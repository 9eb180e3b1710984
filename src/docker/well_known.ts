import type { Endpoint, EndpointSources } from "./endpoint_types.ts";
import { DockerError } from "./errors.ts";
import { statOptional } from "./optional_file.ts";

/** Docker's own pipe; whether a pipe exists cannot be asked without opening it. */
const WINDOWS_PIPE = "//./pipe/docker_engine";

/** A place where an Engine is found when nobody said where it is. */
export interface WellKnownSocket {
  readonly path: string;
  /** Whose socket it is, e.g. `Docker Desktop`. */
  readonly owner: string;
}

/**
 * The first of `candidates` that exists and is a socket; on Windows always Docker's pipe.
 *
 * @throws {DockerError} `unreachable`, listing where it looked
 */
export async function findWellKnown(
  sources: EndpointSources,
  candidates: readonly WellKnownSocket[] = wellKnownSockets(sources),
): Promise<Endpoint> {
  if (sources.platform === "windows") {
    const chosenBecause = "it is Docker's pipe on Windows and nothing else was configured";
    return { kind: "npipe", url: `npipe://${WINDOWS_PIPE}`, path: WINDOWS_PIPE, chosenBecause };
  }
  for (const { path, owner } of candidates) {
    if ((await statOptional(path))?.isSocket !== true) continue;
    const chosenBecause = `found the socket of ${owner} and nothing else was configured`;
    return { kind: "unix", url: `unix://${path}`, path, chosenBecause };
  }
  const looked = candidates.map(({ path }) => path).join(", ");
  const start = sources.platform === "darwin"
    ? "Start Docker Desktop, Colima or OrbStack"
    : "Start Docker (e.g. systemctl start docker)";
  throw new DockerError(
    "unreachable",
    `Cannot find a Docker Engine: nothing is configured and there is no socket at ${looked}`,
    { remedy: `${start}, or set DOCKER_HOST` },
  );
}

/** Where to look, in order: the system's Engine before the user's, Docker before Podman. */
export function wellKnownSockets(sources: EndpointSources): readonly WellKnownSocket[] {
  const { home, runtimeDirectory, uid } = sources;
  const runtimes = [runtimeDirectory, uid === undefined ? undefined : `/run/user/${uid}`];
  const runtime = [...new Set(runtimes.filter((path) => path !== undefined && path !== ""))];
  const inHome = (path: string, owner: string): WellKnownSocket[] =>
    home ? [{ path: `${home}/${path}`, owner }] : [];
  return [
    { path: "/var/run/docker.sock", owner: "the system's Docker Engine" },
    ...runtime.map((path) => ({ path: `${path}/docker.sock`, owner: "rootless Docker" })),
    ...inHome(".docker/run/docker.sock", "Docker Desktop"),
    ...inHome(".docker/desktop/docker.sock", "Docker Desktop"),
    ...inHome(".colima/default/docker.sock", "Colima"),
    ...inHome(".config/colima/default/docker.sock", "Colima"),
    ...inHome(".orbstack/run/docker.sock", "OrbStack"),
    ...inHome(".rd/docker.sock", "Rancher Desktop"),
    ...runtime.map((path) => ({ path: `${path}/podman/podman.sock`, owner: "rootless Podman" })),
    ...inHome(".local/share/containers/podman/machine/podman.sock", "Podman's machine"),
    { path: "/run/podman/podman.sock", owner: "Podman" },
  ];
}
