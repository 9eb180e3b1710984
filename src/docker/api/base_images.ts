import type { CallOptions } from "../engine_request.ts";
import { DockerError } from "../errors.ts";
import { formatImageReference, type ImageReference } from "../reference.ts";
import { type RegistryAuth, registryConfigHeader, type RegistryLogins } from "../registry_auth.ts";
import type { BuildEvent } from "../streams/build_output.ts";
import type { ImageTransferApi } from "./image_transfer.ts";
import type { ImagesApi } from "./images.ts";

/** Credential helpers that run side by side. */
const LOOKUPS = 4;

/** The base images of one build. */
export interface BaseImages extends CallOptions {
  readonly images: readonly ImageReference[];
  /** Look for newer ones. */
  readonly pull: boolean;
  /** `os/arch[/variant]`; undefined means the Engine's. */
  readonly platform: string | undefined;
}

/** What fetching base images goes through. */
export interface BaseImageSources {
  readonly images: ImagesApi;
  readonly transfers: ImageTransferApi;
  readonly logins: RegistryLogins;
}

/** The header with the user's logins at the registries of these images, and no others; none where there are none. */
export async function baseImageHeader(
  { images, signal }: Pick<BaseImages, "images" | "signal">,
  logins: RegistryLogins,
): Promise<Record<string, string>> {
  const domains = [...new Set(images.map(({ domain }) => domain))];
  const auths: RegistryAuth[] = [];
  while (domains.length > 0) {
    const next = domains.splice(0, LOOKUPS);
    const found = await Promise.all(next.map((domain) => logins(domain, signal)));
    auths.push(...found.flatMap(({ auth }) => auth === undefined ? [] : [auth]));
  }
  return auths.length === 0 ? {} : registryConfigHeader(auths);
}

/**
 * Pulls the images that are missing, or all where newer ones are wanted: without a session BuildKit can log in nowhere, not
 * even as nobody, which most registries ask for.
 *
 * @returns The first pull that failed; the build may do without that image.
 */
export async function* fetchBaseImages(
  { images, pull, platform, signal }: BaseImages,
  { images: api, transfers }: BaseImageSources,
): AsyncGenerator<BuildEvent, DockerError | undefined, void> {
  let failure: DockerError | undefined;
  for (const image of images) {
    if (!pull && await isPresent(api, image, { platform, signal })) continue;
    const tag = image.tag ?? (image.digest === undefined ? "latest" : undefined);
    try {
      for await (const step of transfers.pull({ ...image, tag }, { platform, signal })) {
        const { id, status: line } = step;
        if (line !== undefined && id === undefined) yield { kind: "log", step: undefined, line };
      }
    } catch (error) {
      if (signal?.aborted || !(error instanceof DockerError)) throw error;
      failure ??= error;
    }
  }
  return failure;
}

async function isPresent(
  images: ImagesApi,
  image: ImageReference,
  { platform, signal }: Pick<BaseImages, "platform" | "signal">,
): Promise<boolean> {
  try {
    const { Os, Architecture } = await images.inspect(formatImageReference(image), { signal });
    return platform === undefined || `${platform}/`.startsWith(`${Os}/${Architecture}/`);
  } catch (error) {
    if (error instanceof DockerError && error.code === "not_found") return false;
    throw error;
  }
}
