import assert from "node:assert/strict";
import { engineTest } from "../engine/engine_test.ts";
import type { TestEngine } from "../engine/fixture.ts";
import { connect, type Connection, type StartOptions, textOf } from "./client.ts";

/** What a test of the server on a real Engine is given. */
export interface EngineServer {
  readonly engine: TestEngine;
  readonly server: Connection;
  /** Calls a tool that succeeds; also checks that text and structured content say the same. */
  readonly call: <Output = Record<string, unknown>>(
    name: string,
    input?: Record<string, unknown>,
  ) => Promise<Output>;
  /** Calls a tool that fails; answers the text that the model reads. */
  readonly callFailing: Connection["callFailing"];
  /** Filters that match only what this test made. */
  readonly own: { readonly label: string };
}

/** As `engineTest`, with a server on that Engine and the official client connected to it. */
export function serverTest(
  name: string,
  run: (test: EngineServer) => Promise<void>,
  options: StartOptions = {},
): void {
  engineTest(name, async (engine) => {
    await using server = await connect({
      ...options,
      // A test calls more often than any user.
      env: { DOCKER_HOST: engine.host, SECURITY_RATE_LIMIT_ENABLED: "false", ...options.env },
    });
    const label = Object.entries(engine.labels).map((pair) => pair.join("="))[0] ?? "";
    await run({
      engine,
      server,
      call: (tool, input) => callTool(server, tool, input),
      callFailing: server.callFailing,
      own: { label },
    });
  });
}

/** Calls a tool that succeeds; also checks that text and structured content say the same. */
export async function callTool<Output>(
  { client }: Connection,
  name: string,
  input: Record<string, unknown> = {},
): Promise<Output> {
  const { isError, content, structuredContent } = await client.callTool({ name, arguments: input });
  const text = textOf(content);
  assert.notEqual(isError, true, `${name} failed: ${text}`);
  assert.equal(text, JSON.stringify(structuredContent));
  return structuredContent as Output;
}

/** A name nobody else uses. */
export function uniqueName(name: string): string {
  return `${name}-${crypto.randomUUID().slice(0, 8)}`;
}

/** The arrived progress of one call, for `onprogress`. */
export interface ProgressNote {
  readonly progress: number;
  readonly message?: string | undefined;
}
