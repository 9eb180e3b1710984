import { goodAnswers } from "../fakes/fake_answers.ts";
import { FakeEngine, type FakeRequest, type FakeWire, head } from "../fakes/fake_engine.ts";
import type { FakeReply, SentRequest } from "../fakes/fake_transport.ts";

type Replies = Readonly<Record<string, FakeReply>>;

/** An Engine on a real socket with one of everything, which says good answers except where a case changes them. */
export class StandIn implements AsyncDisposable {
  #replies: readonly (readonly [RegExp, FakeReply])[] = [];
  #seen = 0;

  private constructor(readonly engine: FakeEngine) {
    engine.otherwise = (wire) => this.#answer(wire);
    this.change({});
  }

  static async start(): Promise<StandIn> {
    return new StandIn(await FakeEngine.start());
  }

  get host(): string {
    return `unix://${this.engine.socketPath}`;
  }

  /** Says these answers from now on, and what it said before no longer. */
  change(replies: Replies): void {
    this.#replies = Object.entries({ ...replies, ...goodAnswers, ...replies }).map((
      [endpoint, reply],
    ) => [new RegExp(`^${endpoint.replaceAll("{}", "[^/]+")}$`), reply]);
  }

  /** What was asked since the last time, as `METHOD /path?query body`. */
  takeRequests(): string[] {
    const taken = this.engine.requests.slice(this.#seen);
    this.#seen = this.engine.requests.length;
    return taken.filter(({ path }) => path !== "/_ping").map(written);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine[Symbol.asyncDispose]();
  }

  async #answer(wire: FakeWire): Promise<void> {
    const { request } = wire;
    const endpoint = `${request.method} ${request.path.split("?", 1)[0]}`;
    const [, reply] = this.#replies.find(([pattern]) => pattern.test(endpoint)) ?? [];
    const answer = typeof reply === "function" ? await reply(sent(request)) : reply;
    const response = answer instanceof Response
      ? answer
      : Response.json(answer ?? { message: "page not found" }, {
        status: answer === undefined ? 404 : 200,
      });
    const body = new Uint8Array(await response.arrayBuffer());
    const length = response.status === 204 ? {} : { "content-length": `${body.length}` };
    await wire.write(head(response.status, { ...Object.fromEntries(response.headers), ...length }));
    if (body.length > 0) await wire.write(body);
  }
}

/** Whether a request changes something on the Engine. */
export function changes(request: string): boolean {
  return !/^(?:GET|HEAD) /.test(request);
}

function written({ method, path, body, headers }: FakeRequest): string {
  const auth = headers.get("x-registry-auth") ?? headers.get("x-registry-config");
  return `${method} ${path} ${body}${auth === null ? "" : ` auth:${auth}`}`;
}

function sent({ method, path, body }: FakeRequest): SentRequest {
  const url = new URL(path, "http://stand-in");
  const isJson = body.startsWith("{");
  return {
    method,
    path: url.pathname,
    query: url.searchParams,
    body: isJson ? JSON.parse(body) : undefined,
    signal: undefined,
  };
}
