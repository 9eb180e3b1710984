import { root, serverCommand, serverEnvironment } from "./client.ts";

/** One JSON-RPC message as it came. */
export interface RawMessage {
  readonly jsonrpc?: string;
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string };
}

/** How to start the server. */
export interface RawServerOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** A program with its arguments that runs the server's command, such as `setpriv`. */
  readonly prefix?: readonly string[];
}

/** What the whole process came to. */
export interface RawExit {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stderr: string;
}

/** Nothing here takes longer than a fraction of this, so that a test fails instead of hanging. */
const PATIENCE_MS = 15_000;

/** The server as a process, with its lines in a test's own hands; dispose it. */
export class RawServer implements AsyncDisposable {
  /** Every message that came so far. */
  readonly messages: RawMessage[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #arrived = new Set<() => void>();
  readonly #reading: Promise<void>;
  readonly #stopReading = new AbortController();
  readonly #stderr: Promise<string>;
  #inputClosed = false;
  #nextId = 1000;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#writer = child.stdin.getWriter();
    this.#reading = this.#read();
    this.#stderr = new Response(child.stderr).text();
  }

  /** Starts the server without saying anything to it. */
  static start({ env, args, prefix = [] }: RawServerOptions = {}): RawServer {
    const [program, programArgs] = serverCommand(args);
    const [command = "", ...rest] = [...prefix, program, ...programArgs];
    const child = new Deno.Command(command, {
      args: rest,
      cwd: root,
      env: serverEnvironment(env),
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    });
    return new RawServer(child.spawn());
  }

  /** Starts the server and shakes hands as a client of revision 2025-11-25. */
  static async initialized(options: RawServerOptions = {}): Promise<RawServer> {
    const server = RawServer.start(options);
    await server.initialize();
    return server;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Shakes hands. */
  async initialize(): Promise<RawMessage> {
    const answer = await this.request("initialize", {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "raw", version: "1" },
    });
    await this.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    return answer;
  }

  /** Writes bytes as they are. */
  async write(data: string | Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#writer.write(typeof data === "string" ? new TextEncoder().encode(data) : data);
  }

  /** Writes one message as a line. */
  async send(message: unknown): Promise<void> {
    await this.write(JSON.stringify(message) + "\n");
  }

  /** Sends a request without waiting for its answer; its id. */
  async ask(method: string, params?: Readonly<Record<string, unknown>>): Promise<number> {
    const id = this.#nextId++;
    await this.send({ jsonrpc: "2.0", id, method, ...(params === undefined ? {} : { params }) });
    return id;
  }

  /** Sends a request and waits for its answer. */
  async request(method: string, params?: Readonly<Record<string, unknown>>): Promise<RawMessage> {
    return await this.answerTo(await this.ask(method, params));
  }

  /** Calls a tool without waiting; the request's id. */
  askTool(name: string, input: Readonly<Record<string, unknown>> = {}): Promise<number> {
    return this.ask("tools/call", { name, arguments: input });
  }

  /** The answer with this id, which may have come already. */
  async answerTo(id: string | number): Promise<RawMessage> {
    return await this.until((message) => message.id === id && message.method === undefined);
  }

  /** The first message that is as wanted, from the `from`th on. */
  async until(wanted: (message: RawMessage) => boolean, from = 0): Promise<RawMessage> {
    const waiting = Promise.withResolvers<RawMessage>();
    const look = (): void => {
      const found = this.messages.slice(from).find(wanted);
      if (found !== undefined) waiting.resolve(found);
    };
    this.#arrived.add(look);
    look();
    try {
      return await within(waiting.promise, PATIENCE_MS, `an answer: ${wanted}`);
    } finally {
      this.#arrived.delete(look);
    }
  }

  /** Ends the server's input, as a client does that hangs up. */
  async closeInput(): Promise<void> {
    if (this.#inputClosed) return;
    this.#inputClosed = true;
    // The server may have gone first.
    await this.#writer.close().catch(() => {});
  }

  /** Stops reading what the server writes, and closes the pipe. */
  stopReading(): void {
    this.#stopReading.abort();
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Waits for the end of the process. */
  async exit(milliseconds = PATIENCE_MS): Promise<RawExit> {
    const { code, signal } = await within(this.#child.status, milliseconds, "the server's end");
    return { code, signal, stderr: await this.#stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.closeInput();
    try {
      await this.exit();
    } catch (error) {
      this.kill("SIGKILL"); // it still runs, which is what went wrong
      throw error;
    } finally {
      await Promise.all([this.#child.status, this.#reading, this.#stderr]);
    }
  }

  async #read(): Promise<void> {
    let rest = "";
    const decoder = new TextDecoderStream();
    const { signal } = this.#stopReading;
    try {
      for await (const text of this.#child.stdout.pipeThrough(decoder, { signal })) {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        this.messages.push(...lines.map((line) => JSON.parse(line) as RawMessage));
        for (const look of this.#arrived) look();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

/** The promise's value, or an error that says what was waited for too long. */
export async function within<Value>(
  promise: Promise<Value>,
  milliseconds: number,
  what: string,
): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`Cannot wait longer than ${milliseconds} ms for ${what}`)),
    milliseconds,
  );
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
