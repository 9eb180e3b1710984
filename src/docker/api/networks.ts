import { type CallOptions, type Http, LIST_LIMIT } from "../engine_request.ts";
import { type Filters, path } from "../path.ts";
import { listOf, objectOf } from "./answer.ts";
import type { CreatedNetwork, NetworkDetails } from "./object_types.ts";
import { subject } from "./subject.ts";

/** Which networks to list. */
export interface NetworkListOptions extends CallOptions {
  readonly filters?: Filters | undefined;
}

/** How to take a container off a network. */
export interface NetworkDisconnectOptions extends CallOptions {
  /** Also where the container is gone and only its place in the network is left. @default {false} */
  readonly force?: boolean | undefined;
}

/** Networks; `id` is a name, an id or its unambiguous beginning. */
export interface NetworksApi {
  list(options?: NetworkListOptions): Promise<NetworkDetails[]>;
  /** @throws {DockerError} `not_found` */
  inspect(id: string, options?: CallOptions): Promise<NetworkDetails>;
  /**
   * Creates a network; `body` is the Engine's NetworkCreateRequest.
   *
   * @throws {DockerError} `not_found` (the driver), `conflict` (the name), `forbidden` (the addresses are taken)
   */
  create(
    body: Readonly<Record<string, unknown>> & { readonly Name: string },
    options?: CallOptions,
  ): Promise<CreatedNetwork>;
  /**
   * Puts a container on a network; `endpoint` is the Engine's EndpointSettings.
   *
   * For a stopped container Engines check neither the network nor the addresses, until it starts.
   *
   * @throws {DockerError} `not_found` (either), `forbidden` (a running one that is on it already)
   */
  connect(
    id: string,
    container: string,
    options?: CallOptions & { readonly endpoint?: Readonly<Record<string, unknown>> | undefined },
  ): Promise<void>;
  /** @throws {DockerError} `not_found` (either), `server_error` (it is not on it) */
  disconnect(id: string, container: string, options?: NetworkDisconnectOptions): Promise<void>;
  /** @throws {DockerError} `not_found`, `forbidden` (built in), `conflict` (containers use it) */
  remove(id: string, options?: CallOptions): Promise<void>;
}

/** Engines look for a driver they do not know for 15 s before they say so. */
const DRIVER_SEARCH = 20_000;

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
    ...networkChanges(http),
  };
}

function networkChanges(
  http: Http,
): Pick<NetworksApi, "create" | "connect" | "disconnect" | "remove"> {
  return {
    async create(body, options = {}) {
      const action = `create network "${body.Name}"`;
      const request = { ...options, method: "POST", path: path`/networks/create`, body } as const;
      const answer = await http.json({ ...request, action, waits: DRIVER_SEARCH });
      const created = objectOf<{ Id?: string; Warning?: string | null }>(answer, action);
      return { Id: created.Id ?? "", Warning: created.Warning ?? "" };
    },
    async connect(id, container, { endpoint, ...options } = {}) {
      const about = subject(`connect container "${container}" to`, "network", id);
      const body = { Container: container, EndpointConfig: endpoint };
      const request = { ...about, ...options, method: "POST", body } as const;
      await http.send({ ...request, path: path`/networks/${id}/connect` });
    },
    async disconnect(id, container, { force, ...options } = {}) {
      const about = subject(`disconnect container "${container}" from`, "network", id);
      const body = { Container: container, Force: force };
      const request = { ...about, ...options, method: "POST", body } as const;
      await http.send({ ...request, path: path`/networks/${id}/disconnect` });
    },
    async remove(id, { signal, timeouts } = {}) {
      const about = subject("remove", "network", id);
      const request = { ...about, method: "DELETE", path: path`/networks/${id}` } as const;
      await http.send({ ...request, signal, timeouts });
    },
  };
}
