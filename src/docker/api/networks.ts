import { type CallOptions, type Http, LIST_LIMIT } from "../engine_request.ts";
import { type Filters, path } from "../path.ts";
import { listOf, objectOf } from "./answer.ts";
import type { NetworkDetails } from "./object_types.ts";
import { subject } from "./subject.ts";

/** Which networks to list. */
export interface NetworkListOptions extends CallOptions {
  readonly filters?: Filters | undefined;
}

/** Networks; `id` is a name, an id or its unambiguous beginning. */
export interface NetworksApi {
  list(options?: NetworkListOptions): Promise<NetworkDetails[]>;
  /** @throws {DockerError} `not_found` */
  inspect(id: string, options?: CallOptions): Promise<NetworkDetails>;
  /** @throws {DockerError} `not_found`, `forbidden` (built in), `conflict` (containers use it) */
  remove(id: string, options?: CallOptions): Promise<void>;
}

/** The network endpoints over `http`. */
export function networksApi(http: Http): NetworksApi {
  return {
    async list({ signal, timeouts, filters } = {}) {
      const action = "list networks";
      const query = { filters };
      const request = { method: "GET", path: path`/networks`, action, query } as const;
      return listOf(await http.json({ ...request, limit: LIST_LIMIT, signal, timeouts }), action);
    },
    async inspect(id, { signal, timeouts } = {}) {
      const about = subject("inspect", "network", id);
      const request = { ...about, method: "GET", path: path`/networks/${id}` } as const;
      return objectOf(await http.json({ ...request, signal, timeouts }), about.action);
    },
    async remove(id, { signal, timeouts } = {}) {
      const about = subject("remove", "network", id);
      const request = { ...about, method: "DELETE", path: path`/networks/${id}` } as const;
      await http.send({ ...request, signal, timeouts });
    },
  };
}
