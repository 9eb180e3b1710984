import { Client, type ElicitResult } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

/** How to start the server under test. */
export interface StartOptions {
  /** Environment variables besides PATH, HOME and Deno's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments for the server. */
  readonly args?: readonly string[];
  /** A compiled server in place of `deno run main.ts`. */
  readonly binary?: string;
  /** `auto` speaks the newest protocol revision, `legacy` the one with `initialize`. @default {"legacy"} */
  readonly mode?: "auto" | "legacy";
  /** Answers for the user what the server asks; without it the client cannot ask. */
  readonly user?: (question: string) => ElicitResult | Promise<ElicitResult>;
  readonly cwd?: string;
}

/** A server process with the official MCP client connected to it. */
export interface Connection extends AsyncDisposable {
  readonly client: Client;
  /** Of the server. */
  readonly pid: number;
  /** What the server has logged so far. */
  readonly stderr: () => string;
  /** Calls a tool and expects it to succeed. */
  readonly call: (
    name: string,
    input?: Record<string, unknown>,
  ) => Promise<Record<string, unknown>>;
  /** Calls a tool and expects it to fail; answers the text that the model reads. */
  readonly callFailing: (name: string, input?: Record<string, unknown>) => Promise<string>;
}

/** The project's root directory. */
export const root = new URL("../../", import.meta.url).pathname;

/** A server that is asked to end and has nothing to do ends in a fraction of this. */
const END_MS = 5000;

const INHERITED = ["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME", "TMPDIR", "NODE_EXTRA_CA_CERTS"];

/** The environment of a server under test: nothing that could change what it does. */
export function serverEnvironment(
  env: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const inherited = INHERITED.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  // The audit log would go to the home directory of whoever runs the tests.
  const quiet = { NO_COLOR: "1", SECURITY_AUDIT_LOG_ENABLED: "false" };
  return { ...Object.fromEntries(inherited), ...quiet, ...env };
}

/** The command that starts the server from its sources. */
export function serverCommand(args: readonly string[] = []): [string, string[]] {
  return [Deno.execPath(), ["run", "-A", "--no-prompt", "--quiet", `${root}main.ts`, ...args]];
}

/** Negotiates with the server itself: the base class asks a second process, whose end leaves a timer of a second behind. */
class OneProcessTransport extends StdioClientTransport {}

/** Starts a server as a desktop client does and connects the official client to it. */
export async function connect(
  { env = {}, args = [], binary, mode = "legacy", cwd, user }: StartOptions = {},
): Promise<Connection> {
  const [command, commandArgs] = binary === undefined ? serverCommand(args) : [binary, [...args]];
  const transport = new OneProcessTransport({
    command,
    args: commandArgs,
    env: serverEnvironment(env),
    stderr: "pipe",
    ...(cwd === undefined ? {} : { cwd }),
  });
  let stderr = "";
  transport.stderr?.on("data", (chunk: Uint8Array) => stderr += new TextDecoder().decode(chunk));
  const client = new Client({ name: "mcp-docker-tests", version: "1" }, {
    versionNegotiation: { mode },
    ...(user === undefined ? {} : { capabilities: { elicitation: { form: {} } } }),
  });
  if (user !== undefined) {
    client.setRequestHandler("elicitation/create", ({ params }) => user(params.message));
  }
  await client.connect(transport);
  return connection(client, transport, () => stderr);
}

function connection(
  client: Client,
  transport: StdioClientTransport,
  stderr: () => string,
): Connection {
  return {
    client,
    pid: transport.pid ?? 0,
    stderr,
    async call(name, input = {}) {
      const { isError, content, structuredContent } = await client.callTool({
        name,
        arguments: input,
      });
      if (isError) throw new Error(`${name} failed: ${textOf(content)}`);
      return structuredContent as Record<string, unknown>;
    },
    async callFailing(name, input = {}) {
      const { isError, content } = await client.callTool({ name, arguments: input });
      if (!isError) {
        throw new Error(`${name} was expected to fail, but answered ${textOf(content)}`);
      }
      return textOf(content);
    },
    [Symbol.asyncDispose]: () => end(client, transport.pid),
  };
}

/** Ends the server before the client closes: the SDK's own way leaves a timer of two seconds behind. */
async function end(client: Client, pid: number | null): Promise<void> {
  if (pid !== null) {
    const closed = Promise.withResolvers<void>();
    client.onclose = closed.resolve;
    const kill = (signal: Deno.Signal): void => {
      try {
        Deno.kill(pid, signal);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error; // it has ended already
      }
    };
    kill("SIGTERM");
    const late = setTimeout(() => {
      kill("SIGKILL");
      closed.reject(new Error(`Cannot end the server: it still runs ${END_MS} ms after SIGTERM`));
    }, END_MS);
    await closed.promise.finally(() => clearTimeout(late));
  }
  await client.close();
}

/** The text of a result. */
export function textOf(content: unknown): string {
  const blocks = content as readonly { readonly type: string; readonly text?: string }[];
  return blocks.map(({ text = "" }) => text).join("\n");
}
