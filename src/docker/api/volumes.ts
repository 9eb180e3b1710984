import { type CallOptions, type Http, LIST_LIMIT } from "../engine_request.ts";
import { type Filters, path } from "../path.ts";
import { listOf, objectOf } from "./answer.ts";
import type { VolumeDetails } from "./object_types.ts";
import { subject } from "./subject.ts";

/** Which volumes to list. */
export interface VolumeListOptions extends CallOptions {
  readonly filters?: Filters | undefined;
}

/** How to remove a volume. */
export interface VolumeRemoveOptions extends CallOptions {
  /** Also where its driver fails or is gone; a volume in use stays. @default {false} */
  readonly force?: boolean | undefined;
}

/** Volumes, by name. */
export interface VolumesApi {
  list(options?: VolumeListOptions): Promise<VolumeDetails[]>;
  /** @throws {DockerError} `not_found` */
  inspect(name: string, options?: CallOptions): Promise<VolumeDetails>;
  /**
   * Creates a volume; one of that name and driver is answered as it is. `body` is the Engine's VolumeCreateOptions.
   *
   * @throws {DockerError} `not_found` (the driver), `conflict` (the name, with another driver), `invalid_argument`
   */
  create(body: Readonly<Record<string, unknown>>, options?: CallOptions): Promise<VolumeDetails>;
  /** @throws {DockerError} `not_found`, `conflict` (containers use it) */
  remove(name: string, options?: VolumeRemoveOptions): Promise<void>;
}

/** Deleting a large volume takes the Engine its time. */
const WORK_TIME = 120_000;
/** Engines look for a driver they do not know for 15 s before they say so. */
const DRIVER_SEARCH = 20_000;

/** The volume endpoints over `http`. */
export function volumesApi(http: Http): VolumesApi {
  return {
    async list({ signal, timeouts, filters } = {}) {
      const action = "list volumes";
      const query = { filters };
      const request = { method: "GET", path: path`/volumes`, action, query } as const;
      const answer = await http.json({ ...request, limit: LIST_LIMIT, signal, timeouts });
      return listOf(objectOf<{ Volumes?: unknown }>(answer, action).Volumes, action);
    },
    async inspect(name, { signal, timeouts } = {}) {
      const about = subject("inspect", "volume", name);
      const request = { ...about, method: "GET", path: path`/volumes/${name}` } as const;
      return objectOf(await http.json({ ...request, signal, timeouts }), about.action);
    },
    async create(body, options = {}) {
      const { Name } = body;
      const action = typeof Name === "string" ? `create volume "${Name}"` : "create a volume";
      const request = { ...options, method: "POST", path: path`/volumes/create`, body } as const;
      return objectOf(await http.json({ ...request, action, waits: DRIVER_SEARCH }), action);
    },
    async remove(name, { force, signal, timeouts } = {}) {
      const about = subject("remove", "volume", name);
      const request = { ...about, method: "DELETE", path: path`/volumes/${name}` } as const;
      const query = { force };
      await http.send({ ...request, query, waits: WORK_TIME, signal, timeouts });
    },
  };
}
