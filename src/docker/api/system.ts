import { type CallOptions, type Http, LIST_LIMIT } from "../engine_request.ts";
import { type Filters, path } from "../path.ts";
import { jsonLines } from "../streams/json_lines.ts";
import { objectOf } from "./answer.ts";
import type { DiskUsage, EngineEvent, Pong, SystemInfo, SystemVersion } from "./system_types.ts";

/** What to compute the disk usage of. */
export interface DiskUsageOptions extends CallOptions {
  /** API 1.42 and newer; older Engines compute everything. @default {all four} */
  readonly types?: readonly ("container" | "image" | "volume" | "build-cache")[] | undefined;
}

/** Which events to read. */
export interface EventsOptions extends CallOptions {
  /** Unix seconds, fractions allowed; Engines keep the last 256 events. @default {now} */
  readonly since?: number | string | undefined;
  /** Unix seconds; ends the stream at that time, at once where it is past. @default {never} */
  readonly until?: number | string | undefined;
  readonly filters?: Filters | undefined;
  /** Called once the Engine has taken the request, before any event; must not throw. */
  readonly opened?: (() => void) | undefined;
}

/** The Engine as a whole. */
export interface SystemApi {
  ping(options?: CallOptions): Promise<Pong>;
  info(options?: CallOptions): Promise<SystemInfo>;
  version(options?: CallOptions): Promise<SystemVersion>;
  /** Slow where there is much: the Engine adds up files. */
  diskUsage(options?: DiskUsageOptions): Promise<DiskUsage>;
  /** The request is sent when the iteration starts; without `until` it ends with the signal or the Engine. */
  events(options?: EventsOptions): AsyncGenerator<EngineEvent, void, void>;
}

/** Bytes read of the answer to a ping, which is "OK". */
const PONG_LIMIT = 1024;
/** Adding up the sizes of everything on a large host. */
const COUNTING_TIME = 240_000;

/** The system endpoints over `http`. */
export function systemApi(http: Http): SystemApi {
  return {
    async ping({ signal, timeouts } = {}) {
      const request = { method: "GET", path: path`/_ping`, action: "ping the Engine" } as const;
      await using answer = await http.open({ ...request, signal, timeouts });
      await answer.body.textUpTo(PONG_LIMIT);
      return pong(answer.headers);
    },
    async info({ signal, timeouts } = {}) {
      const action = "read the Engine's information";
      const request = { method: "GET", path: path`/info`, action } as const;
      return objectOf(await http.json({ ...request, signal, timeouts }), action);
    },
    async version({ signal, timeouts } = {}) {
      const action = "read the Engine's version";
      const request = { method: "GET", path: path`/version`, action } as const;
      return objectOf(await http.json({ ...request, signal, timeouts }), action);
    },
    async diskUsage({ types, signal, timeouts } = {}) {
      const action = "read the disk usage";
      const request = { method: "GET", path: path`/system/df`, action, query: { type: types } };
      const call = { ...request, waits: COUNTING_TIME, limit: LIST_LIMIT, signal, timeouts };
      return objectOf(await http.json({ ...call, method: "GET" }), action);
    },
    events: (options) => engineEvents(http, options),
  };
}

function pong(headers: Headers): Pong {
  const value = (name: string) => headers.get(name) ?? undefined;
  return {
    apiVersion: value("api-version"),
    osType: value("ostype"),
    experimental: value("docker-experimental") === "true",
    builderVersion: value("builder-version"),
  };
}

async function* engineEvents(
  http: Http,
  { signal, timeouts, opened, ...query }: EventsOptions = {},
): AsyncGenerator<EngineEvent, void, void> {
  const action = "read events";
  const request = { method: "GET", path: path`/events`, action, query, endless: true } as const;
  await using answer = await http.open({ ...request, signal, timeouts });
  opened?.();
  for await (const event of jsonLines(answer.body.pieces())) {
    yield objectOf<EngineEvent>(event, action);
  }
}
