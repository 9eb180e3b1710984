import { createDocker, type Docker } from "../../src/docker/client.ts";
import { openUnix } from "../../src/docker/transport/unix.ts";
import type { Transport, TransportRequest } from "../../src/docker/transport/transport.ts";
import type { PromptContext, PromptMaterial } from "../../src/prompts/material.ts";
import { guardTransport } from "../../src/safety/engine_guard.ts";
import { redactText } from "../../src/safety/redact.ts";
import { toolContext } from "../tools/tool_context.ts";

/** A client through the guard, and every request that it made. */
export interface CountingDocker extends Disposable {
  readonly context: PromptContext;
  /** Method and path without version and query. */
  readonly requests: string[];
}

/** What gathering is given, on a real Engine. */
export async function openContext(
  socketPath: string,
  changes: Partial<PromptContext> = {},
): Promise<CountingDocker> {
  const requests: string[] = [];
  const transport = counted(await openUnix(socketPath), requests);
  const docker = createDocker(guardTransport(transport, { allowPrivileged: false }));
  return {
    requests,
    context: { ...contextOf(docker), ...changes },
    [Symbol.dispose]: () => docker[Symbol.dispose](),
  };
}

/** What gathering is given, without limits. */
export function contextOf(docker: Docker): PromptContext {
  return { ...toolContext(docker), redact: redactText };
}

/** All data of a prompt as one text. */
export function textOf({ data }: PromptMaterial): string {
  return data.map(({ text }) => text).join("\n");
}

/** The lines of one section, by the beginning of its title; undefined where it is missing. */
export function sectionOf(text: string, title: string): string[] | undefined {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`# ${title}`));
  if (start < 0) return undefined;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => line.startsWith("# "));
  return rest.slice(0, end < 0 ? rest.length : end).filter((line) => line !== "")
    .map((line) => line.replace(/^- /, ""));
}

function counted(transport: Transport, requests: string[]): Transport {
  return {
    get endpoint(): string {
      return transport.endpoint;
    },
    fetch(path: string, init: TransportRequest = {}): Promise<Response> {
      const bare = path.replace(/\?.*$/s, "").replace(/^\/v[\d.]+/, "");
      if (bare !== "/_ping") requests.push(`${init.method ?? "GET"} ${bare}`);
      return transport.fetch(path, init);
    },
    hijack: (path, init) => transport.hijack(path, init),
    [Symbol.dispose]: () => transport[Symbol.dispose](),
  };
}
