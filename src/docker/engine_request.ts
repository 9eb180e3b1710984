import type { BodyReader } from "./body.ts";
import type { Timeouts } from "./deadline.ts";
import type { DockerObject } from "./errors.ts";
import type { EnginePath, Query } from "./path.ts";

/** Bytes of an answer that is read whole: 8 MiB, a hundred times a large inspect. */
export const ANSWER_LIMIT = 8 * 1024 * 1024;
/** Bytes of a list: 16 MiB, some 20,000 containers; parsed it takes several times as much memory, ten at once that much again. */
export const LIST_LIMIT = 16 * 1024 * 1024;
/** What every call of the client takes. */
export interface CallOptions {
  /** Aborting it rejects the call with the signal's reason and drops the connection. */
  readonly signal?: AbortSignal | undefined;
  /** Replaces some of the deadlines. */
  readonly timeouts?: Partial<Timeouts> | undefined;
}

/** How the client behaves towards the Engine. */
export interface HttpOptions {
  /** Deadlines of calls that do not bring their own. @default {DEFAULT_TIMEOUTS} */
  readonly timeouts?: Partial<Timeouts> | undefined;
  /** Requests at a time; streams are not counted. @default {16} */
  readonly maxConnections?: number | undefined;
  /** Speaks this API version instead of negotiating one, e.g. `1.41`. */
  readonly apiVersion?: string | undefined;
}

/** One request, as an endpoint describes it. */
export interface EngineRequest extends CallOptions {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  readonly path: EnginePath;
  /** Completes "Cannot …" in messages, e.g. `stop container "web"`. */
  readonly action: string;
  readonly query?: Query | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Besides the content type; never shown in a message, because they carry credentials. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent in place of `body`, as fast as the Engine takes it; made anew for every attempt. */
  readonly content?: (() => ReadableStream<Uint8Array>) | undefined;
  /** Statuses that are an outcome besides 2xx, e.g. `[304]`. */
  readonly expect?: readonly number[] | undefined;
  /** What the request is about, for errors. */
  readonly object?: DockerObject | undefined;
  /** Milliseconds that the Engine may take by the nature of the request, on top of the deadlines. */
  readonly waits?: number | undefined;
  /** Ends only with the Engine or the caller: no idle and no total deadline unless asked for, no place among the connections. */
  readonly endless?: boolean | undefined;
  /** The API version from which on Engines heed what was asked for; older ones are not asked. */
  readonly since?: { readonly apiVersion: string; readonly feature: string } | undefined;
  /** Bytes of the answer that are read at most. @default {ANSWER_LIMIT} */
  readonly limit?: number | undefined;
}

/** An answer whose body was not read yet; dispose it. */
export interface OpenAnswer extends AsyncDisposable {
  readonly status: number;
  readonly headers: Headers;
  /** The API version that was spoken. */
  readonly apiVersion: string;
  readonly body: BodyReader;
}

/** An upgraded connection; close it. */
export interface OpenConnection {
  readonly body: BodyReader;
  /** Closing it is end of file for the other side. */
  readonly writable: WritableStream<Uint8Array>;
  /** Drops the connection; safe to call twice. */
  close(): void;
}

/** HTTP as the Engine speaks it: versions, statuses, deadlines, limits, and one more try where it does no harm. */
export interface Http extends Disposable {
  readonly endpoint: string;
  /** The parsed answer; undefined for an empty one. */
  json(request: EngineRequest): Promise<unknown>;
  /** The status, for requests whose answer has no body of interest. */
  send(request: EngineRequest): Promise<number>;
  open(request: EngineRequest): Promise<OpenAnswer>;
  /** The deadlines end with the upgrade; from then on only the signal counts. */
  hijack(request: EngineRequest): Promise<OpenConnection>;
}
