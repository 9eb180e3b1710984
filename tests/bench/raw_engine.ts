const BUFFER_BYTES = 1024 * 1024;

/** The Engine by bare fetch: the least that any client has to do. Release it. */
export class RawEngine implements Disposable {
  readonly #client: Deno.HttpClient;

  constructor(socketPath: string) {
    this.#client = Deno.createHttpClient({ proxy: { transport: "unix", path: socketPath } });
  }

  /** An answer as JSON, and how long it was. */
  async json(path: string, body?: unknown): Promise<{ value: unknown; bytes: number }> {
    const response = await this.#fetch(path, body);
    const text = await response.text();
    return { value: JSON.parse(text), bytes: new TextEncoder().encode(text).length };
  }

  /** Reads an answer to its end and keeps nothing of it; its length in bytes. */
  async drain(path: string, body?: unknown): Promise<number> {
    const response = await this.#fetch(path, body);
    if (response.body === null) return 0;
    const reader = response.body.getReader({ mode: "byob" });
    let length = 0;
    let buffer = new Uint8Array(BUFFER_BYTES);
    for (;;) {
      const { value, done } = await reader.read(buffer);
      if (done) return length;
      length += value.length;
      buffer = new Uint8Array(value.buffer);
    }
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }

  async #fetch(path: string, body: unknown): Promise<Response> {
    const init: RequestInit & { client: Deno.HttpClient } = { client: this.#client };
    if (body !== undefined) {
      init.method = "POST";
      init.headers = { "content-type": "application/json" };
      init.body = JSON.stringify(body);
    }
    const response = await fetch(`http://192.0.2.1${path}`, init);
    if (!response.ok) throw new Error(`Cannot fetch "${path}": ${await response.text()}`);
    return response;
  }
}
