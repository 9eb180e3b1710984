import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport } from "@modelcontextprotocol/server";
import { prompts, resources } from "../../src/catalog.ts";
import type { Docker } from "../../src/docker/client.ts";
import { liveResources } from "../../src/resources/live_resources.ts";
import type { ToolPolicy } from "../../src/safety/policy.ts";
import { createPipeline } from "../../src/server/pipeline.ts";
import { serveStreams } from "../../src/server/serve_stdio.ts";
import { createServer, type ListeningServer } from "../../src/server/server.ts";
import { type Audit, unaudited } from "../../src/telemetry/audit.ts";
import { BytePipe } from "./byte_pipe.ts";

const OPEN: ToolPolicy = { allowModerate: true, allowDestructive: true, deniedTools: [] };
const NO_LIMITS = {
  logLines: 0,
  execBytes: 0,
  listRows: 0,
  inspectFieldBytes: 0,
  responseBytes: 0,
};

/** What of a server a test decides. */
export interface LiveServerOptions {
  /** @default {all is allowed} */
  readonly policy?: Partial<ToolPolicy>;
  /** @default {nothing is recorded} */
  readonly audit?: Audit;
}

/** Servers with all prompts and resources over one Engine; dispose it before the Engine's client. */
export interface LiveServer extends Disposable {
  /** A server for one connection. */
  create(): ListeningServer;
}

/** Makes servers over an Engine's client. */
export function liveServer(docker: Docker, options: LiveServerOptions = {}): LiveServer {
  const policy = { ...OPEN, ...options.policy };
  const pipeline = createPipeline({
    docker,
    engineChoice: () => undefined,
    limits: NO_LIMITS,
    owner: "mcp-docker",
    policy,
    confirmation: false,
    maximumCalls: 10,
    audit: options.audit ?? unaudited,
    defaultSeconds: 10,
  });
  const live = liveResources(docker, resources);
  const served = { name: "mcp-docker", version: "1", tools: [], prompts, live, policy, pipeline };
  return { create: () => createServer(served), [Symbol.dispose]: () => live[Symbol.dispose]() };
}

/** The official client of revision 2025-11-25, connected to a server; dispose it. */
export async function connectedTo(server: ListeningServer): Promise<Client & AsyncDisposable> {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "test", version: "1" });
  await server.connect(far);
  await client.connect(near);
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() });
}

const ENVELOPE = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "raw", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

/** A client of revision 2026-07-28 in a test's own hands; dispose it. */
export interface ModernClient extends AsyncDisposable {
  readonly pipe: BytePipe;
  request(id: number | string, method: string, params?: object): Promise<void>;
  /** Cancels a request. */
  cancel(id: number | string): Promise<void>;
}

/** Serves one on two streams. */
export function modernClient(server: LiveServer): ModernClient {
  const pipe = new BytePipe();
  const ended = new AbortController();
  const streams = { stdin: pipe.stdin, stdout: pipe.stdout, ended: ended.signal };
  const serving = serveStreams(server.create, streams);
  return {
    pipe,
    request: (id, method, params = {}) =>
      pipe.send({ jsonrpc: "2.0", id, method, params: { _meta: ENVELOPE, ...params } }),
    cancel(requestId) {
      const params = { _meta: ENVELOPE, requestId };
      return pipe.send({ jsonrpc: "2.0", method: "notifications/cancelled", params });
    },
    async [Symbol.asyncDispose]() {
      ended.abort();
      await pipe.stopReading();
      await serving;
    },
  };
}
