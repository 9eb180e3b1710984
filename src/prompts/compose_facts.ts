import type {
  ContainerDetails,
  ContainerSummary,
  ImageDetails,
  NetworkDetails,
  VolumeDetails,
} from "../docker/types.ts";
import { sanitizeValue } from "../safety/untrusted.ts";
import { objectsOf, textOf } from "../tools/security_values.ts";
import { type PromptContext, Unseen } from "./material.ts";
import { userNetworks } from "./network_peers.ts";

/** One container that a Compose file is to describe. */
export interface ComposeContainer {
  readonly details: ContainerDetails;
  /** Undefined where its image is gone: then nothing of its configuration can be left out as the image's own. */
  readonly image: ImageDetails | undefined;
}

/** What a Compose file is made of; undefined is what could not be read. */
export interface ComposeFacts {
  readonly containers: readonly ComposeContainer[];
  /** By name. */
  readonly networks: ReadonlyMap<string, NetworkDetails>;
  /** By name. */
  readonly volumes: ReadonlyMap<string, VolumeDetails>;
  /** Every container there is, to tell which networks others use too. */
  readonly others: readonly ContainerSummary[] | undefined;
}

/**
 * Reads the containers, their images, and networks and volumes where they have any: one request for each container and image
 * and at most three more.
 *
 * @throws {DockerError} where a container cannot be inspected, e.g. `not_found`
 */
export async function readComposeFacts(
  { docker, signal }: PromptContext,
  ids: readonly string[],
  unseen: Unseen,
): Promise<ComposeFacts> {
  const inspected = await Promise.all(
    [...new Set(ids)].map((id) => sanitized(docker.containers.inspect(id, { signal }))),
  );
  const found = [...new Map(inspected.map((details) => [textOf(details.Id), details])).values()];
  const imageIds = [...new Set(found.map(({ Image }) => textOf(Image)))].filter((id) => id !== "");
  const hasNetworks = found.some((details) => userNetworks(details).length > 0);
  const hasVolumes = found.some(({ Mounts }) =>
    objectsOf(Mounts).some(({ Type }) => Type === "volume")
  );
  const [images, networks = [], volumes = [], others] = await Promise.all([
    Promise.all(
      imageIds.map((id) =>
        unseen.attempt("an image", sanitized(docker.images.inspect(id, { signal })))
      ),
    ),
    hasNetworks ? unseen.attempt("the networks", sanitized(docker.networks.list({ signal }))) : [],
    hasVolumes ? unseen.attempt("the volumes", sanitized(docker.volumes.list({ signal }))) : [],
    hasNetworks
      ? unseen.attempt("the other containers", docker.containers.list({ all: true, signal }))
      : undefined,
  ]);
  const byId = new Map(imageIds.map((id, index) => [id, images[index]]));
  return {
    containers: found.map((details) => ({ details, image: byId.get(textOf(details.Image)) })),
    networks: new Map(networks.map((network) => [textOf(network.Name), network])),
    volumes: new Map(volumes.map((volume) => [textOf(volume.Name), volume])),
    others,
  };
}

/** What nobody sees could hide a secret from the rules, which look at each field of a Compose file alone. */
async function sanitized<Answer>(reading: Promise<Answer>): Promise<Answer> {
  return sanitizeValue(await reading) as Answer;
}
