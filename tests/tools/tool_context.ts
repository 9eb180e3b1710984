import type { Docker } from "../../src/docker/client.ts";
import type { ToolContext } from "../../src/tools/tool.ts";

/** What a tool is given, without limits, for tests that call one past the pipeline. */
export function toolContext(docker: Docker, changes: Partial<ToolContext> = {}): ToolContext {
  return {
    docker,
    engineChoice: () => undefined,
    signal: new AbortController().signal,
    limits: { logLines: 0, execBytes: 0, listRows: 0, inspectFieldBytes: 0, responseBytes: 0 },
    buildRoots: [],
    owner: "test",
    redact: (text) => text,
    progress: () => {},
    ...changes,
  };
}
