import { type CallOptions, type Http, LIST_LIMIT } from "../engine_request.ts";
import { type Filters, path } from "../path.ts";
import { listOf, objectOf } from "./answer.ts";
import type {
  ImageDeletion,
  ImageDetails,
  ImageHistoryStep,
  ImageSummary,
} from "./object_types.ts";
import { subject } from "./subject.ts";

/** Which images to list. */
export interface ImageListOptions extends CallOptions {
  /** Intermediate ones too. @default {false} */
  readonly all?: boolean | undefined;
  readonly filters?: Filters | undefined;
}

/** How to remove an image. */
export interface ImageRemoveOptions extends CallOptions {
  /** Also when stopped containers use it or it has several tags. @default {false} */
  readonly force?: boolean | undefined;
  /** Keep parents that nothing uses any more. @default {false} */
  readonly noprune?: boolean | undefined;
}

/** The new name of an image. */
export interface ImageTagOptions extends CallOptions {
  /** With the registry, without a tag. */
  readonly repo: string;
  readonly tag: string;
}

/** Images; `reference` is a name with tag or digest, an id or its unambiguous beginning. */
export interface ImagesApi {
  list(options?: ImageListOptions): Promise<ImageSummary[]>;
  /** @throws {DockerError} `not_found` */
  inspect(reference: string, options?: CallOptions): Promise<ImageDetails>;
  /**
   * The steps that made an image, the last one first.
   *
   * @throws {DockerError} `not_found`
   */
  history(reference: string, options?: CallOptions): Promise<ImageHistoryStep[]>;
  /**
   * Gives an image another name; an image that had the name loses it.
   *
   * @throws {DockerError} `not_found`, `invalid_argument`
   */
  tag(reference: string, options: ImageTagOptions): Promise<void>;
  /**
   * Removes a tag, and the image with its last one; yields what was untagged and deleted.
   *
   * @throws {DockerError} `not_found`, `conflict` (containers use it)
   */
  remove(reference: string, options?: ImageRemoveOptions): Promise<ImageDeletion[]>;
}

/** Deleting many layers takes the Engine its time. */
const WORK_TIME = 120_000;

/** The image endpoints over `http`. */
export function imagesApi(http: Http): ImagesApi {
  return {
    async list({ signal, timeouts, ...query } = {}) {
      const action = "list images";
      const request = { method: "GET", path: path`/images/json`, action, query } as const;
      return listOf(await http.json({ ...request, limit: LIST_LIMIT, signal, timeouts }), action);
    },
    async inspect(reference, { signal, timeouts } = {}) {
      const about = subject("inspect", "image", reference);
      const request = { ...about, method: "GET", path: path`/images/${reference}/json` } as const;
      return objectOf(await http.json({ ...request, signal, timeouts }), about.action);
    },
    async history(reference, { signal, timeouts } = {}) {
      const about = subject("read the history of", "image", reference);
      const url = path`/images/${reference}/history`;
      const request = { ...about, method: "GET", path: url, signal, timeouts } as const;
      return listOf(await http.json(request), about.action);
    },
    async tag(reference, { signal, timeouts, repo, tag }) {
      const about = subject("tag", "image", reference);
      const request = { ...about, method: "POST", path: path`/images/${reference}/tag` } as const;
      await http.send({ ...request, query: { repo, tag }, signal, timeouts });
    },
    async remove(reference, { signal, timeouts, ...query } = {}) {
      const about = subject("remove", "image", reference);
      const request = {
        ...about,
        method: "DELETE",
        path: path`/images/${reference}`,
        query,
      } as const;
      const answer = await http.json({ ...request, waits: WORK_TIME, signal, timeouts });
      return listOf(answer, about.action);
    },
  };
}
