/** How to start an MCP server. */
export interface ServerCommand {
  readonly program: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** What a tool answered, as far as it is looked at. */
export interface ToolResult {
  readonly isError?: boolean;
  readonly content: readonly { readonly text?: string }[];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
}

const NEWLINE = 10;
/** Makes the kernel forget a process's highest memory use; see proc(5), clear_refs. */
const FORGET_PEAK = "5";

/**
 * An MCP server process on stdio with a client that does as little as possible, because what the client does
 * would be measured with it.
 */
export class StdioServer implements AsyncDisposable {
  /** Milliseconds from the start of the process to the answer to `initialize`. */
  startedIn = 0;

  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #reading: Promise<void>;
  #lastId = 0;

  /** Starts a server and initializes the session. */
  static async start(command: ServerCommand): Promise<StdioServer> {
    const start = performance.now();
    const server = new StdioServer(command);
    try {
      await server.request("initialize", {
        protocolVersion: "2025-06-18",
        capabilities: {},
        clientInfo: { name: "mcp-docker-bench", version: "1" },
      });
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    server.startedIn = performance.now() - start;
    await server.#send({ method: "notifications/initialized" });
    return server;
  }

  private constructor({ program, args = [], env, cwd }: ServerCommand) {
    this.#process = new Deno.Command(program, {
      args: [...args],
      env: { ...env },
      clearEnv: true,
      ...(cwd === undefined ? {} : { cwd }),
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#reading = this.#read();
  }

  /** Sends a request; its result, or an error with the server's words. */
  async request(method: string, params: Record<string, unknown> = {}): Promise<unknown> {
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set(id, answer);
    await this.#send({ id, method, params });
    return await answer.promise;
  }

  /** Calls a tool; an answer that says it failed is an error. */
  async call(name: string, input: Record<string, unknown> = {}): Promise<ToolResult> {
    const result = await this.request("tools/call", { name, arguments: input }) as ToolResult;
    const text = result.content[0]?.text ?? "";
    // The original server reports failures as successes that begin with this word.
    if (result.isError || text.startsWith("Error:")) throw new Error(`Cannot measure: ${text}`);
    return result;
  }

  /** Bytes of memory the process has now. */
  memory(): Promise<number> {
    return this.#memory("VmRSS");
  }

  /** The most bytes of memory the process had since `forgetPeak()`. */
  peakMemory(): Promise<number> {
    return this.#memory("VmHWM");
  }

  async forgetPeak(): Promise<void> {
    await Deno.writeTextFile(`/proc/${this.#process.pid}/clear_refs`, FORGET_PEAK);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {}); // it may have ended by itself
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), 5000);
    await this.#process.status;
    clearTimeout(timer);
    await this.#reading;
  }

  async #send(message: Record<string, unknown>): Promise<void> {
    const line = JSON.stringify({ jsonrpc: "2.0", ...message }) + "\n";
    await this.#input.write(new TextEncoder().encode(line));
  }

  async #read(): Promise<void> {
    let parts: Uint8Array[] = [];
    for await (const chunk of this.#process.stdout) {
      let start = 0;
      for (let end; (end = chunk.indexOf(NEWLINE, start)) !== -1; start = end + 1) {
        this.#receive([...parts, chunk.subarray(start, end)]);
        parts = [];
      }
      parts.push(chunk.subarray(start));
    }
    const ended = new Error("Cannot measure: the server ended without an answer");
    for (const { reject } of this.#waiting.values()) reject(ended);
  }

  #receive(parts: Uint8Array[]): void {
    const decoder = new TextDecoder();
    const text = parts.map((part) => decoder.decode(part, { stream: true })).join("");
    const message = JSON.parse(text) as Record<string, unknown>;
    const answer = typeof message.id === "number" ? this.#waiting.get(message.id) : undefined;
    if (answer === undefined) return;
    this.#waiting.delete(message.id as number);
    if ("error" in message) answer.reject(new Error(JSON.stringify(message.error)));
    else answer.resolve(message.result);
  }

  async #memory(field: string): Promise<number> {
    const status = await Deno.readTextFile(`/proc/${this.#process.pid}/status`);
    const [, kibibytes] = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status) ?? [];
    if (kibibytes === undefined) throw new Error(`Cannot measure memory: no ${field} in /proc`);
    return Number(kibibytes) * 1024;
  }
}
