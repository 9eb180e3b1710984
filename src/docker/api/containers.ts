import { type CallOptions, type Http, LIST_LIMIT } from "../engine_request.ts";
import type { DockerObject } from "../errors.ts";
import { type Filters, path } from "../path.ts";
import type { OutputPiece } from "../streams/demux.ts";
import type { ContainerStats } from "../types.ts";
import { listOf, objectOf } from "./answer.ts";
import { containerLogs, type ContainerLogsOptions } from "./container_logs.ts";
import { containerStats, streamContainerStats } from "./container_stats.ts";
import { subject } from "./subject.ts";
import type {
  ContainerDetails,
  ContainerSummary,
  CreatedContainer,
  ProcessList,
} from "./container_types.ts";

/** Which containers to list. */
export interface ContainerListOptions extends CallOptions {
  /** Stopped ones too. @default {false} */
  readonly all?: boolean | undefined;
  readonly filters?: Filters | undefined;
  /** The newest so many, stopped ones included; 0 means all. */
  readonly limit?: number | undefined;
  /** Compute `SizeRw` and `SizeRootFs`, which is slow. @default {false} */
  readonly size?: boolean | undefined;
}

/** How to inspect a container. */
export interface ContainerInspectOptions extends CallOptions {
  /** Compute `SizeRw` and `SizeRootFs`, which is slow. @default {false} */
  readonly size?: boolean | undefined;
}

/** How to stop or restart a container. */
export interface ContainerStopOptions extends CallOptions {
  /** Seconds from the stop signal to SIGKILL; -1 waits for ever, undefined is the container's own or 10. */
  readonly timeout?: number | undefined;
}

/** How to remove a container. */
export interface ContainerRemoveOptions extends CallOptions {
  /** Kill it first where it runs. @default {false} */
  readonly force?: boolean | undefined;
  /** Its anonymous volumes too. @default {false} */
  readonly volumes?: boolean | undefined;
}

/** How to create a container. */
export interface ContainerCreateOptions extends CallOptions {
  /** @default {one the Engine makes up} */
  readonly name?: string | undefined;
  /** `os/arch[/variant]` of the image to use. */
  readonly platform?: string | undefined;
}

/** Whether a call changed anything; false where the container was already as asked. */
export interface ChangeOutcome {
  readonly changed: boolean;
}

/** Containers; `id` is a full id, the unambiguous beginning of one, or a name. */
export interface ContainersApi {
  /** Containers, newest first. */
  list(options?: ContainerListOptions): Promise<ContainerSummary[]>;
  /** @throws {DockerError} `not_found` */
  inspect(id: string, options?: ContainerInspectOptions): Promise<ContainerDetails>;
  /**
   * What a container wrote; the request is sent when the iteration starts and dropped when it ends.
   * With `follow` it ends with the container or the signal.
   *
   * @throws {DockerError} `not_found`, `unsupported` (a logging driver that cannot be read), `incomplete`
   */
  logs(id: string, options?: ContainerLogsOptions): AsyncGenerator<OutputPiece, void, void>;
  /**
   * One sample. Takes a second or two, because the Engine waits for another sample to compare with; with
   * `oneShot` it does not wait (Engine 24 and newer) and `precpu_stats` is empty.
   * A stopped container yields zeros and missing fields.
   */
  stats(
    id: string,
    options?: CallOptions & { readonly oneShot?: boolean | undefined },
  ): Promise<ContainerStats>;
  /** A sample each second, until the container is removed or the signal aborts. */
  statsStream(id: string, options?: CallOptions): AsyncGenerator<ContainerStats, void, void>;
  /**
   * The processes of a running container, as `ps -ef` on the Engine's host shows them.
   *
   * @throws {DockerError} `not_found`, `conflict` (it does not run), `server_error` (the host has no `ps`)
   */
  top(id: string, options?: CallOptions): Promise<ProcessList>;
  /** @throws {DockerError} `not_found`, `invalid_argument` (the program is not there), `server_error` (a port is taken) */
  start(id: string, options?: CallOptions): Promise<ChangeOutcome>;
  /** Waits until it has stopped. */
  stop(id: string, options?: ContainerStopOptions): Promise<ChangeOutcome>;
  /** Stops it where it runs, then starts it. */
  restart(id: string, options?: ContainerStopOptions): Promise<void>;
  /** @throws {DockerError} `not_found`, `conflict` (it runs and `force` is not set) */
  remove(id: string, options?: ContainerRemoveOptions): Promise<void>;
  /**
   * Creates a container without starting it; `body` is the Engine's ContainerConfig with HostConfig and
   * NetworkingConfig.
   *
   * @throws {DockerError} `not_found` (the image), `conflict` (the name), `invalid_argument`
   */
  create(
    body: Readonly<Record<string, unknown>>,
    options?: ContainerCreateOptions,
  ): Promise<CreatedContainer>;
}

/** The Engine needs so long for what it does itself when it creates, starts or removes: unpacking, mounting. */
const WORK_TIME = 60_000;
/** What the Engine waits for a container to stop when nobody says otherwise. */
const STOP_TIMEOUT = 10;

/** The container endpoints over `http`. */
export function containersApi(http: Http): ContainersApi {
  return {
    async list({ signal, timeouts, ...query } = {}) {
      const action = "list containers";
      const waits = query.size ? WORK_TIME : 0;
      const request = { method: "GET", path: path`/containers/json`, action, waits } as const;
      const limit = LIST_LIMIT;
      return listOf(await http.json({ ...request, query, limit, signal, timeouts }), action);
    },
    async inspect(id, { signal, timeouts, size } = {}) {
      const request = subject("inspect", "container", id);
      const url = path`/containers/${id}/json`;
      const waits = size ? WORK_TIME : 0;
      const query = { size };
      const call = {
        ...request,
        method: "GET",
        path: url,
        query,
        waits,
        signal,
        timeouts,
      } as const;
      return objectOf(await http.json(call), request.action);
    },
    logs: (id, options) => containerLogs(http, id, options),
    stats: (id, options) => containerStats(http, id, options),
    statsStream: (id, options) => streamContainerStats(http, id, options),
    async top(id, { signal, timeouts } = {}) {
      const about = subject("list the processes of", "container", id);
      const request = { ...about, method: "GET", path: path`/containers/${id}/top` } as const;
      return objectOf(await http.json({ ...request, signal, timeouts }), about.action);
    },
    create: (body, options) => createContainer(http, body, options),
    ...containerChanges(http),
  };
}

function containerChanges(
  http: Http,
): Pick<ContainersApi, "start" | "stop" | "restart" | "remove"> {
  const expect = [304];
  return {
    async start(id, options = {}) {
      const request = {
        ...subject("start", "container", id),
        ...options,
        expect,
        waits: WORK_TIME,
      };
      const url = path`/containers/${id}/start`;
      return { changed: await http.send({ ...request, method: "POST", path: url }) !== 304 };
    },
    async stop(id, { timeout, ...options } = {}) {
      const request = {
        ...subject("stop", "container", id),
        ...options,
        expect,
        ...stopping(timeout),
      };
      const url = path`/containers/${id}/stop`;
      return { changed: await http.send({ ...request, method: "POST", path: url }) !== 304 };
    },
    async restart(id, { timeout, ...options } = {}) {
      const request = { ...subject("restart", "container", id), ...options, ...stopping(timeout) };
      await http.send({ ...request, method: "POST", path: path`/containers/${id}/restart` });
    },
    async remove(id, { force, volumes, ...options } = {}) {
      const request = { ...subject("remove", "container", id), ...options, waits: WORK_TIME };
      const query = { force, v: volumes };
      await http.send({ ...request, method: "DELETE", path: path`/containers/${id}`, query });
    },
  };
}

/** Engine 20.10; older ones would silently take whatever platform the image has. */
const PLATFORM_SINCE = { apiVersion: "1.41", feature: "choosing a platform" };

async function createContainer(
  http: Http,
  body: Readonly<Record<string, unknown>>,
  { name, platform, ...options }: ContainerCreateOptions = {},
): Promise<CreatedContainer> {
  const action = name === undefined ? "create a container" : `create container "${name}"`;
  const query = { name, platform };
  const answer = await http.json({
    ...options,
    method: "POST",
    path: path`/containers/create`,
    action,
    query,
    body,
    waits: WORK_TIME,
    object: imageIn(body),
    since: platform === undefined ? undefined : PLATFORM_SINCE,
  });
  const created = objectOf<{ Id?: string; Warnings?: string[] | null }>(answer, action);
  return { Id: created.Id ?? "", Warnings: created.Warnings ?? [] };
}

/** What a refused create is about, as far as a 404 goes. */
function imageIn(body: Readonly<Record<string, unknown>>): DockerObject | undefined {
  const image = body["Image"];
  return typeof image === "string" && image !== "" ? { kind: "image", id: image } : undefined;
}

function stopping(timeout: number | undefined): {
  query: { t: number | undefined };
  waits: number;
  timeouts?: { firstByte: number; total: number };
} {
  const query = { t: timeout };
  if (timeout !== undefined && timeout < 0) {
    return { query, waits: 0, timeouts: { firstByte: 0, total: 0 } };
  }
  return { query, waits: (timeout ?? STOP_TIMEOUT) * 1000 + WORK_TIME };
}
