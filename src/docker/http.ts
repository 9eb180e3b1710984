import { answerError } from "./answer_error.ts";
import { BodyReader } from "./body.ts";
import { ConnectionLimit } from "./connection_limit.ts";
import { Deadline, DEFAULT_TIMEOUTS, type Timeouts } from "./deadline.ts";
import {
  ANSWER_LIMIT,
  type EngineRequest,
  type Http,
  type HttpOptions,
  type OpenAnswer,
  type OpenConnection,
} from "./engine_request.ts";
import { DockerError } from "./errors.ts";
import { MemoryBudget } from "./memory_budget.ts";
import { compareVersions, Negotiation } from "./negotiation.ts";
import { queryString } from "./path.ts";
import {
  isRead,
  type Transport,
  type TransportRequest,
  UpgradeRefused,
} from "./transport/transport.ts";

/** Bytes of an error's body that are read. */
const ERROR_LIMIT = 64 * 1024;
/** Requests at a time: more only queue inside the Engine. */
const MAXIMUM_CONNECTIONS = 16;

/** Speaks HTTP with the Engine behind `transport`; disposing it disposes the transport. */
export function createHttp(transport: Transport, options: HttpOptions = {}): Http {
  return new EngineHttp(transport, options);
}

class EngineHttp implements Http {
  readonly #transport: Transport;
  readonly #timeouts: Timeouts;
  readonly #connections: ConnectionLimit;
  readonly #negotiation: Negotiation;
  readonly #memory = new MemoryBudget();

  constructor(transport: Transport, options: HttpOptions) {
    this.#transport = transport;
    this.#timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
    this.#connections = new ConnectionLimit(options.maxConnections ?? MAXIMUM_CONNECTIONS);
    this.#negotiation = new Negotiation(transport, this.#timeouts, options.apiVersion);
  }

  get endpoint(): string {
    return this.#transport.endpoint;
  }

  async json(request: EngineRequest): Promise<unknown> {
    await using answer = await this.open(request);
    using account = this.#memory.open(request.action);
    try {
      const text = await answer.body.text(request.limit ?? ANSWER_LIMIT, account.hold);
      return text === "" ? undefined : parseJson(text, request.action);
    } catch (error) {
      throw changed(error, request);
    }
  }

  async send(request: EngineRequest): Promise<number> {
    await using answer = await this.open(request);
    return answer.status;
  }

  async open(request: EngineRequest): Promise<OpenAnswer> {
    try {
      return await this.#open(request);
    } catch (error) {
      // The Engine was replaced by an older or newer one; it refused before doing anything.
      if (!await this.#negotiation.speaksAnother(error, request.signal)) throw error;
      return await this.#open(request);
    }
  }

  async hijack(request: EngineRequest): Promise<OpenConnection> {
    using stack = new DisposableStack();
    const deadline = stack.use(this.#deadline({ ...request, endless: true }));
    const apiVersion = await this.#negotiation.version(deadline.signal);
    deadline.sent();
    const [path, init] = wireForm(request, apiVersion, deadline.signal);
    try {
      const hijacked = await this.#transport.hijack(path, init);
      deadline.resting();
      stack.defer(() => hijacked.close());
      deadline.signal.addEventListener("abort", () => hijacked.close(), { once: true });
      const body = new BodyReader(hijacked.readable, deadline, request.action);
      const open = stack.move();
      return { body, writable: hijacked.writable, close: () => open.dispose() };
    } catch (error) {
      if (!(error instanceof UpgradeRefused)) throw this.#lost(error, request);
      await using body = new BodyReader(error.response.body, deadline, request.action);
      throw await refusal(error.response, body, request);
    }
  }

  [Symbol.dispose](): void {
    this.#transport[Symbol.dispose]();
  }

  async #open(request: EngineRequest): Promise<OpenAnswer> {
    await using stack = new AsyncDisposableStack();
    const deadline = stack.use(this.#deadline(request));
    if (!request.endless) stack.use(await this.#connections.enter(deadline.signal));
    const { response, apiVersion } = await this.#exchange(request, deadline);
    const { status, headers } = response;
    const body = stack.use(new BodyReader(response.body, deadline, request.action));
    if (!response.ok && !request.expect?.includes(status)) {
      throw await refusal(response, body, request);
    }
    const open = stack.move();
    const dispose = () => open.disposeAsync();
    return { status, headers, apiVersion, body, [Symbol.asyncDispose]: dispose };
  }

  async #exchange(
    request: EngineRequest,
    deadline: Deadline,
  ): Promise<{ response: Response; apiVersion: string }> {
    for (let attempt = 1;; attempt++) {
      const apiVersion = await this.#negotiation.version(deadline.signal);
      refuseOlder(request, apiVersion);
      deadline.sent();
      try {
        const [path, init] = wireForm(request, apiVersion, deadline.signal);
        const response = await this.#transport.fetch(path, init);
        deadline.resting();
        return { response, apiVersion };
      } catch (error) {
        const lost = this.#lost(error, request);
        const again = attempt === 1 && lost instanceof DockerError && lost.code === "incomplete";
        if (!again) throw lost;
      }
    }
  }

  #deadline(request: EngineRequest): Deadline {
    const { action, endless, waits = 0 } = request;
    const ends = endless ? { idle: 0, total: 0 } : {};
    const { firstByte, idle, total } = { ...this.#timeouts, ...ends, ...request.timeouts };
    const longer = (limit: number) => limit === 0 ? 0 : limit + waits;
    const timeouts = { firstByte: longer(firstByte), idle, total: longer(total) };
    return new Deadline({ action, changes: !isRead(request.method), timeouts }, request.signal);
  }

  /** A connection that failed may have been to an Engine that is replaced now, so its version is forgotten. */
  #lost(error: unknown, request: EngineRequest): unknown {
    if (!(error instanceof DockerError)) return error;
    this.#negotiation.forget();
    return changed(error, request);
  }
}

/** What a broken answer means where the request was to change something. */
function changed(error: unknown, { method, action, object }: EngineRequest): unknown {
  if (isRead(method) || !(error instanceof DockerError) || error.code !== "incomplete") {
    return error;
  }
  const message = `Cannot tell the outcome of "${action}": the connection broke off`;
  const remedy = "It may have happened: inspect the object before trying again";
  return new DockerError("outcome_unknown", message, { cause: error, object, remedy });
}

function refuseOlder({ action, since, object }: EngineRequest, apiVersion: string): void {
  if (since === undefined || compareVersions(apiVersion, since.apiVersion) >= 0) return;
  const message =
    `Cannot ${action}: ${since.feature} needs API ${since.apiVersion}, this Engine speaks ${apiVersion}`;
  const remedy = "Leave it out, or update the Engine";
  throw new DockerError("unsupported", message, { object, remedy });
}

function wireForm(
  { method, path, query, body, content, headers = {} }: EngineRequest,
  apiVersion: string,
  signal: AbortSignal,
): [string, TransportRequest] {
  const url = `/v${apiVersion}${path}${queryString(query)}`;
  if (content !== undefined) return [url, { method, signal, headers, body: content() }];
  if (body === undefined) return [url, { method, signal, headers }];
  const typed = { ...headers, "content-type": "application/json" };
  return [url, { method, signal, headers: typed, body: JSON.stringify(body) }];
}

async function refusal(
  response: Response,
  body: BodyReader,
  { action, object }: EngineRequest,
): Promise<DockerError> {
  const { status, headers } = response;
  if (response.ok) {
    const message = `Cannot ${action}: the connection was not upgraded (status ${status})`;
    const remedy = "Reach the Engine directly; a proxy between seems to drop the Upgrade header";
    return new DockerError("unsupported", message, { status, object, remedy });
  }
  const text = await body.textUpTo(ERROR_LIMIT);
  const location = headers.get("location");
  return answerError({ action, object, status, body: text, location });
}

function parseJson(text: string, action: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = `Cannot ${action}: the answer is not complete JSON`;
    const remedy = "Try again; if it persists, check what stands between here and the Engine";
    throw new DockerError("incomplete", message, { cause: error, remedy });
  }
}
