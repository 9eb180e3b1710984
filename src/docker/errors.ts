/**
 * What went wrong, by what the caller can do about it.
 *
 * - `not_found`, `conflict`, `invalid_argument`, `forbidden`, `unauthorized`: the Engine refused;
 *   nothing was changed.
 * - `unreachable`: no connection was made. `permission_denied`: the socket belongs to others.
 *   `not_granted`: Deno's own permissions forbid it. Nothing was sent.
 * - `timeout`: a deadline passed. `incomplete`: the answer broke off or makes no sense.
 *   `too_large`: the answer is longer than we read.
 * - `unsupported`: the Engine is too old or too new, or cannot do this.
 * - `server_error`: the Engine failed. `build_failed`: a step of a build did.
 * - `outcome_unknown`: the connection broke after a change was asked for; it may have happened.
 */
export type DockerErrorCode =
  | "not_found"
  | "conflict"
  | "invalid_argument"
  | "forbidden"
  | "unauthorized"
  | "unreachable"
  | "permission_denied"
  | "not_granted"
  | "timeout"
  | "incomplete"
  | "too_large"
  | "unsupported"
  | "server_error"
  | "build_failed"
  | "outcome_unknown";

/** One object of the Engine, as the caller or the Engine named it. */
export interface DockerObject {
  readonly kind: "container" | "image" | "network" | "volume" | "exec";
  /** Name or id; not necessarily the full id. */
  readonly id: string;
}

/** What a {@linkcode DockerError} carries besides its message. */
export interface DockerErrorOptions extends ErrorOptions {
  /** HTTP status of the Engine's answer, where there was one. */
  readonly status?: number | undefined;
  /** The object it is about; of a `not_found`, the one that is missing. */
  readonly object?: DockerObject | undefined;
  /** One sentence: what to do next. */
  readonly remedy?: string | undefined;
}

/** The one error of this client; an abort by the caller's signal is not one, it rejects with the signal's reason. */
export class DockerError extends Error {
  override readonly name = "DockerError";
  readonly code: DockerErrorCode;
  readonly status: number | undefined;
  readonly object: DockerObject | undefined;
  readonly remedy: string | undefined;

  constructor(code: DockerErrorCode, message: string, options: DockerErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status;
    this.object = options.object;
    this.remedy = options.remedy;
  }
}
