import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { log } from "../telemetry/log.ts";
import { followListening } from "./listening.ts";
import type { ListeningServer } from "./server.ts";
import { StdioTransport } from "./stdio.ts";

/** The streams of one client, and when to leave it. */
export interface ClientStreams {
  readonly stdin: ReadableStream<Uint8Array>;
  readonly stdout: WritableStream<Uint8Array>;
  /** Aborts when the process is asked to end. */
  readonly ended: AbortSignal;
}

/** What else serving a client takes. */
export interface ServeOptions {
  /** Called once, when the client has its first answer and is busy with it. */
  readonly onAnswered?: () => void;
}

/** Streams of `subscriptions/listen` of one client; each may be about many resources. */
const MAXIMUM_LISTENS = 64;

/** Serves one client in whichever protocol era it speaks, until it hangs up or the process is asked to end. */
export async function serveStreams(
  createServer: () => ListeningServer,
  { stdin, stdout, ended }: ClientStreams,
  { onAnswered }: ServeOptions = {},
): Promise<void> {
  const transport = new StdioTransport(stdin, stdout, { onAnswered });
  const gone = Promise.withResolvers<void>();
  let server: ListeningServer | undefined;
  const handle = serveStdio(() => server = createServer(), {
    transport,
    maxSubscriptions: MAXIMUM_LISTENS,
    onerror: (error) => log.debug("{error}", { error }),
  });
  // serveStdio() has set its own onclose; both have to hear of the end.
  const inner = transport.onclose;
  transport.onclose = () => {
    inner?.();
    gone.resolve();
  };
  followListening(transport, () => server?.streams);
  const leave = (): void => void handle.close();
  if (ended.aborted) leave(); // the signal came while the program was starting
  else ended.addEventListener("abort", leave);
  try {
    await gone.promise;
  } finally {
    ended.removeEventListener("abort", leave);
  }
}
