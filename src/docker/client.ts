import { type BuildApi, buildApi } from "./api/build.ts";
import { type ContainersApi, containersApi } from "./api/containers.ts";
import { type ExecApi, execApi } from "./api/exec.ts";
import { type ImageTransferApi, imageTransferApi } from "./api/image_transfer.ts";
import { type ImagesApi, imagesApi } from "./api/images.ts";
import { type NetworksApi, networksApi } from "./api/networks.ts";
import { type SwarmApi, swarmApi } from "./api/swarm.ts";
import { type SystemApi, systemApi } from "./api/system.ts";
import { type VolumesApi, volumesApi } from "./api/volumes.ts";
import type { HttpOptions } from "./engine_request.ts";
import { createHttp } from "./http.ts";
import { anonymous, type RegistryLogins } from "./registry_auth.ts";
import type { Transport } from "./transport/transport.ts";

/** How the client behaves towards the Engine. */
export interface DockerOptions extends HttpOptions {
  /** Asked only when something is pulled or pushed. @default {nobody is logged in anywhere} */
  readonly registryLogins?: RegistryLogins | undefined;
}

/**
 * A client of one Docker Engine, one property per kind of object.
 *
 * Every method rejects with a `DockerError`, or with the reason of its signal once that aborts. Disposing it
 * closes idle connections.
 */
export interface Docker extends Disposable {
  /** Names the Engine in messages, e.g. `unix:///var/run/docker.sock`. */
  readonly endpoint: string;
  readonly containers: ContainersApi;
  readonly exec: ExecApi;
  readonly images: ImagesApi;
  readonly build: BuildApi;
  readonly transfers: ImageTransferApi;
  readonly networks: NetworksApi;
  readonly volumes: VolumesApi;
  readonly system: SystemApi;
  readonly swarm: SwarmApi;
}

/**
 * A client over `transport`, which it disposes; nothing is sent before the first call.
 *
 * @throws {DockerError} `invalid_argument` when `apiVersion` is no version
 */
export function createDocker(transport: Transport, options: DockerOptions = {}): Docker {
  const http = createHttp(transport, options);
  const { registryLogins: logins = anonymous } = options;
  const images = imagesApi(http);
  const transfers = imageTransferApi(http, logins);
  return {
    get endpoint() {
      return http.endpoint;
    },
    containers: containersApi(http),
    exec: execApi(http),
    images,
    build: buildApi(http, { images, transfers, logins }),
    transfers,
    networks: networksApi(http),
    volumes: volumesApi(http),
    system: systemApi(http),
    swarm: swarmApi(http),
    [Symbol.dispose]: () => http[Symbol.dispose](),
  };
}
