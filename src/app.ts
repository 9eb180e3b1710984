import { tools } from "./catalog.ts";
import type { Config } from "./config/settings.ts";
import { createDocker, type Docker } from "./docker/client.ts";
import { DockerError } from "./docker/errors.ts";
import { describeEndpoint, type Endpoint, resolveEndpoint } from "./docker/endpoint.ts";
import { lazyTransport } from "./docker/transport/lazy.ts";
import { registryLogins } from "./docker/registry_auth.ts";
import { openTransport } from "./docker/transport/open.ts";
import { buildRoots, dockerDirectory, endpointSources, type Machine } from "./config/machine.ts";
import { guardTransport } from "./safety/engine_guard.ts";
import type { ToolPolicy } from "./safety/policy.ts";
import { createPipeline } from "./server/pipeline.ts";
import { createServer } from "./server/server.ts";
import { log } from "./telemetry/log.ts";
import type { OutputLimits } from "./tools/tool.ts";

/** The parts of a running server. */
export interface App extends Disposable {
  /** A new MCP server; all share the Engine, the limits and the policy. */
  readonly createServer: () => ReturnType<typeof createServer>;
  readonly docker: Docker;
  /** One sentence: which Engine was chosen and why; `undefined` until it was first needed. */
  readonly engineChoice: () => string | undefined;
}

/** Puts the parts together; does no work that the first answer does not need. */
export function createApp(config: Config, machine: Machine): App {
  let choice: string | undefined;
  const transport = lazyTransport(async () => {
    const endpoint = await resolveEndpoint(await endpointSources(config, machine));
    choice = announce(endpoint);
    return await openTransport(endpoint).catch((error) => {
      throw withWayOut(error);
    });
  });
  const guarded = guardTransport(transport, {
    allowPrivileged: config.allowPrivilegedContainers,
  });
  const docker = createDocker(guarded, {
    timeouts: { idle: config.dockerTimeout * 1000 },
    registryLogins: registryLogins(dockerDirectory(config, machine)),
  });
  const engineChoice = (): string | undefined => choice;
  const policy = toolPolicy(config);
  const pipeline = createPipeline({
    docker,
    engineChoice,
    limits: outputLimits(config),
    buildRoots: buildRoots(config, machine),
    owner: config.serverName,
    policy,
    confirmation: config.requireConfirmationForDestructive,
    maximumCalls: config.maxConcurrentOperations,
    defaultSeconds: config.defaultToolTimeout,
  });
  const { serverName: name, serverVersion: version = machine.version } = config;
  return {
    createServer: () => createServer({ name, version, tools, policy, pipeline }),
    docker,
    engineChoice,
    [Symbol.dispose]: () => docker[Symbol.dispose](),
  };
}

/** Which tools the configuration allows. */
export function toolPolicy(config: Config): ToolPolicy {
  return {
    allowModerate: config.allowModerateOperations,
    allowDestructive: config.allowDestructiveOperations,
    allowedTools: config.allowedTools,
    deniedTools: config.deniedTools,
  };
}

function outputLimits(config: Config): OutputLimits {
  return {
    logLines: config.maxLogLines,
    execBytes: config.maxExecOutputBytes,
    listRows: config.maxListResults,
    inspectFieldBytes: config.truncateInspectOutput ? config.maxInspectFieldBytes : 0,
    responseBytes: config.maxResponseBytes,
  };
}

/** The Docker client knows which grants are missing; which of our programs has them is known here. */
function withWayOut(error: unknown): unknown {
  if (!(error instanceof DockerError) || error.code !== "not_granted") return error;
  const remedy =
    "Use mcp-docker-full, which may reach any Engine, or deno run with the flags that " +
    `"mcp-docker config --deno-flags" prints. ${error.remedy}`;
  return new DockerError(error.code, error.message, { cause: error, remedy });
}

function announce(endpoint: Endpoint): string {
  const sentence = describeEndpoint(endpoint);
  log.info("{sentence}", { sentence });
  return sentence;
}
