import type { ImageReference } from "../docker/reference.ts";

/** What a registry is used for. */
export type RegistryUse = "pull" | "push";

/** Which registries images may come from and go to. */
export interface RegistryPolicy {
  /** Whether there are registries that nothing may be pulled from, so that every image must be known before it is. */
  readonly restrictsPulls: boolean;
  /**
   * Judges the registry of an image.
   *
   * @throws {RefusedError} `policy`, with the setting and the value that would allow it
   */
  readonly judge: (image: Pick<ImageReference, "domain">, use: RegistryUse) => void;
}
