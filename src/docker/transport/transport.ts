/** What may be asked of a {@linkcode Transport}, in the terms of `fetch`. */
export interface TransportRequest {
  /** @default {"GET"} */
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** JSON bodies are strings, so that a wrapper can judge them. */
  readonly body?: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null | undefined;
  /** Ends the request, the reading of its answer and, after {@linkcode Transport.hijack}, the connection. */
  readonly signal?: AbortSignal | undefined;
}

/** A connection that stopped being HTTP: bytes in both directions. */
export interface Hijacked {
  readonly readable: ReadableStream<Uint8Array>;
  /** Closing it is end of file for the other side (a half close); reading goes on. */
  readonly writable: WritableStream<Uint8Array>;
  /** The `Content-Type` of the 101 answer. */
  readonly contentType: string | undefined;
  /** Drops the connection; safe to call twice. */
  close(): void;
}

/**
 * A way to reach one Engine.
 *
 * Both functions take an absolute path with query and reject with a `DockerError`: `unreachable`,
 * `permission_denied` or `not_granted` when nothing was sent, `incomplete` when the connection
 * broke before an answer came. When the signal aborts they reject with its reason.
 * Redirects are not followed, and a request that changes something is never sent twice.
 */
export interface Transport extends Disposable {
  /** Names the Engine in messages, e.g. `unix:///var/run/docker.sock`. */
  readonly endpoint: string;
  fetch(path: string, init?: TransportRequest): Promise<Response>;
  /** Upgrades a connection; rejects with {@linkcode UpgradeRefused} when the Engine answers anything but 101. */
  hijack(path: string, init?: TransportRequest): Promise<Hijacked>;
}

/** The Engine answered an upgrade with an ordinary answer, most often an error. */
export class UpgradeRefused extends Error {
  override readonly name = "UpgradeRefused";

  constructor(
    /** Its body has to be read or cancelled. */
    readonly response: Response,
  ) {
    super(`Cannot upgrade the connection: status ${response.status}`);
  }
}

/** Methods that change nothing, so that sending them twice does no harm. */
export function isRead(method: string | undefined): boolean {
  return method === undefined || method === "GET" || method === "HEAD";
}
