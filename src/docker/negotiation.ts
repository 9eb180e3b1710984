import { answerError } from "./answer_error.ts";
import { BodyReader } from "./body.ts";
import { Deadline, type Timeouts } from "./deadline.ts";
import { DockerError } from "./errors.ts";
import { SharedTask } from "./shared_task.ts";
import type { Transport } from "./transport/transport.ts";

/** The newest API version this client knows: that of Engine 28.5. */
export const NEWEST_API_VERSION = "1.51";
/** The oldest it works with: Engine 19.03; 20.10, with 1.41, is the oldest that is tested. */
export const OLDEST_API_VERSION = "1.40";
/** Bytes read of an answer that should hold a version. */
const VERSION_LIMIT = 64 * 1024;

/** Less than, equal to or greater than zero, as `left` is older than, the same as or newer than `right`. */
export function compareVersions(left: string, right: string): number {
  const [leftMajor, leftMinor] = numbers(left);
  const [rightMajor, rightMinor] = numbers(right);
  return leftMajor - rightMajor || leftMinor - rightMinor;
}

/** Whether a text is an API version such as `1.41`. */
export function isApiVersion(text: unknown): text is string {
  return typeof text === "string" && /^\d{1,4}\.\d{1,4}$/.test(text);
}

/**
 * The API version to speak with an Engine whose newest is `newest` and whose oldest, if known, is `oldest`.
 *
 * @throws {DockerError} `unsupported`, naming both sides' versions
 */
export function agreeOnVersion(newest: string, oldest?: string): string {
  if (compareVersions(newest, OLDEST_API_VERSION) < 0) {
    throw new DockerError(
      "unsupported",
      `Cannot use this Engine: it speaks API ${newest} at most, ${OLDEST_API_VERSION} is needed`,
      { remedy: "Update Docker to 20.10 or newer" },
    );
  }
  if (oldest !== undefined && compareVersions(oldest, NEWEST_API_VERSION) > 0) {
    throw new DockerError(
      "unsupported",
      `Cannot use this Engine: it speaks API ${oldest} at least, this program ${NEWEST_API_VERSION}`,
      { remedy: "Update this program" },
    );
  }
  return compareVersions(newest, NEWEST_API_VERSION) < 0 ? newest : NEWEST_API_VERSION;
}

function numbers(version: string): [number, number] {
  const [major = "0", minor = "0"] = version.split(".");
  return [Number(major), Number(minor)];
}

/** Finds out once which API version an Engine speaks, for all requests that want to know. */
export class Negotiation {
  readonly #task: SharedTask<string>;
  readonly #fixed: string | undefined;

  /** @throws {DockerError} `invalid_argument` when `fixed` is no version */
  constructor(transport: Transport, timeouts: Timeouts, fixed?: string) {
    if (fixed !== undefined && !isApiVersion(fixed)) {
      const remedy = "Give a version such as 1.43, or none to negotiate it";
      throw new DockerError("invalid_argument", `Cannot use API version "${fixed}"`, { remedy });
    }
    this.#fixed = fixed;
    this.#task = new SharedTask((signal) => negotiate(transport, timeouts, signal));
  }

  /** The agreed version; waiting for it ends with the signal, without harm to others who wait. */
  async version(signal: AbortSignal): Promise<string> {
    return this.#fixed ?? await this.#task.join(signal);
  }

  /** The next request negotiates anew. */
  forget(): void {
    this.#task.drop();
  }

  /** Whether an error means that the Engine now speaks another version than was agreed. */
  async speaksAnother(error: unknown, signal: AbortSignal | undefined): Promise<boolean> {
    if (!(error instanceof DockerError) || error.code !== "unsupported") return false;
    if (error.status !== 400 || this.#fixed !== undefined) return false;
    const before = await this.#task.join(signal);
    this.#task.drop();
    return await this.#task.join(signal) !== before;
  }
}

async function negotiate(
  transport: Transport,
  timeouts: Timeouts,
  caller: AbortSignal,
): Promise<string> {
  const action = "ask the Engine for its API version";
  using deadline = new Deadline({ action, changes: false, timeouts }, caller);
  const ask = async (path: string) => {
    deadline.sent();
    const response = await getTwice(transport, path, deadline.signal);
    deadline.resting();
    return response;
  };
  const pong = await ask("/_ping");
  await using ping = new BodyReader(pong.body, deadline, action);
  // Read in any case: a connection whose answer was not read cannot be used again.
  const body = await ping.textUpTo(VERSION_LIMIT);
  const header = pong.headers.get("api-version");
  if (pong.ok && isApiVersion(header)) return agreeOnVersion(header);
  if (pong.status === 404) throw notAnEngine(action); // every Engine answers a ping
  if (!pong.ok) {
    throw answerError({
      action,
      status: pong.status,
      body,
      location: pong.headers.get("location"),
    });
  }
  const answer = await ask("/version");
  await using version = new BodyReader(answer.body, deadline, action);
  return versionIn(await version.textUpTo(VERSION_LIMIT), action);
}

/** One more try on a dead pooled connection. */
async function getTwice(
  transport: Transport,
  path: string,
  signal: AbortSignal,
): Promise<Response> {
  try {
    return await transport.fetch(path, { signal });
  } catch (error) {
    if (!(error instanceof DockerError) || error.code !== "incomplete") throw error;
    return await transport.fetch(path, { signal });
  }
}

function versionIn(text: string, action: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined; // whatever answers there is not an Engine, which is what the error says
  }
  const record = typeof value === "object" && value !== null ? value : {};
  const newest = "ApiVersion" in record ? record.ApiVersion : undefined;
  const oldest = "MinAPIVersion" in record ? record.MinAPIVersion : undefined;
  if (isApiVersion(newest)) {
    return agreeOnVersion(newest, isApiVersion(oldest) ? oldest : undefined);
  }
  throw notAnEngine(action);
}

function notAnEngine(action: string): DockerError {
  return new DockerError("incomplete", `Cannot ${action}: what answers is not a Docker Engine`, {
    remedy: "Check what DOCKER_HOST points at",
  });
}
