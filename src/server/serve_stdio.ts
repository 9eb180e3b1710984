import type { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { log } from "../telemetry/log.ts";
import { StdioTransport } from "./stdio.ts";

/** The streams of one client, and when to leave it. */
export interface ClientStreams {
  readonly stdin: ReadableStream<Uint8Array>;
  readonly stdout: WritableStream<Uint8Array>;
  /** Aborts when the process is asked to end. */
  readonly ended: AbortSignal;
}

/** Serves one client in whichever protocol era it speaks, until it hangs up or the process is asked to end. */
export async function serveStreams(
  createServer: () => Server,
  { stdin, stdout, ended }: ClientStreams,
): Promise<void> {
  const transport = new StdioTransport(stdin, stdout);
  const gone = Promise.withResolvers<void>();
  const handle = serveStdio(createServer, {
    transport,
    onerror: (error) => log.debug("{error}", { error }),
  });
  // serveStdio() has set its own onclose; both have to hear of the end.
  const inner = transport.onclose;
  transport.onclose = () => {
    inner?.();
    gone.resolve();
  };
  const leave = (): void => void handle.close();
  if (ended.aborted) leave(); // the signal came while the program was starting
  else ended.addEventListener("abort", leave);
  try {
    await gone.promise;
  } finally {
    ended.removeEventListener("abort", leave);
  }
}
