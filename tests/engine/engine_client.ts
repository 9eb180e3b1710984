/** What an Engine answered: the status, and the body as text and, where it is JSON, parsed. */
export interface EngineAnswer {
  readonly status: number;
  /** The parsed body; null when it is empty or not JSON. */
  readonly json: unknown;
  readonly text: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Bytes are sent as a tar archive, any other body as JSON. */
export type EngineBody = Uint8Array<ArrayBuffer> | Readonly<Record<string, unknown>>;

/**
 * The few requests the fixture makes, deliberately not through `src/docker`, which it serves to test.
 * Release with `close()`.
 */
export class EngineClient {
  readonly #client: Deno.HttpClient;

  constructor(readonly socketPath: string) {
    this.#client = Deno.createHttpClient({ proxy: { transport: "unix", path: socketPath } });
  }

  /** Sends one request and reads the whole answer, whatever its status. */
  async request(method: string, path: string, body?: EngineBody): Promise<EngineAnswer> {
    const init: RequestInit & { client: Deno.HttpClient } = { method, client: this.#client };
    if (body instanceof Uint8Array) {
      init.headers = { "content-type": "application/x-tar" };
      init.body = body;
    } else if (body !== undefined) {
      init.headers = { "content-type": "application/json" };
      init.body = JSON.stringify(body);
    }
    // The host is never contacted; an address keeps NO_PROXY and DNS out of it.
    const response = await fetch(`http://192.0.2.1${path}`, init);
    const bytes = await response.bytes();
    const text = new TextDecoder().decode(bytes);
    return { status: response.status, json: parsed(text), text, bytes };
  }

  /** As `request`, but a status of 400 or more is an error with the Engine's words. */
  async expect(method: string, path: string, body?: EngineBody): Promise<EngineAnswer> {
    const answer = await this.request(method, path, body);
    if (answer.status >= 400) {
      throw new Error(`Cannot ${method} "${path}": ${answer.status} ${answer.text.trim()}`);
    }
    return answer;
  }

  /** Whether an Engine answers at all. */
  async isReady(): Promise<boolean> {
    try {
      return (await this.request("GET", "/_ping")).status === 200;
    } catch (error) {
      if (error instanceof TypeError) return false; // how fetch reports a socket nobody listens on
      throw error;
    }
  }

  close(): void {
    this.#client.close();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
