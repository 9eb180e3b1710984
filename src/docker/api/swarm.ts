import { type CallOptions, type Http, LIST_LIMIT } from "../engine_request.ts";
import { path } from "../path.ts";
import { listOf } from "./answer.ts";
import type { SwarmSecret } from "./system_types.ts";

/** A swarm, as far as one of its managers tells; what `GET /info` says of it is not asked for again. */
export interface SwarmApi {
  /**
   * The secrets of the swarm, without their values.
   *
   * @throws {DockerError} `server_error` where the Engine is no manager
   */
  secrets(options?: CallOptions): Promise<SwarmSecret[]>;
}

/** The swarm endpoints over `http`. */
export function swarmApi(http: Http): SwarmApi {
  return {
    async secrets({ signal, timeouts } = {}) {
      const action = "list the swarm's secrets";
      const request = { method: "GET", path: path`/secrets`, action, limit: LIST_LIMIT } as const;
      return listOf(await http.json({ ...request, signal, timeouts }), action);
    },
  };
}
