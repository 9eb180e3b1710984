import { prompts, resources, tools } from "./catalog.ts";
import type { Config } from "./config/settings.ts";
import { createDocker, type Docker } from "./docker/client.ts";
import { DockerError } from "./docker/errors.ts";
import { describeEndpoint, type Endpoint, resolveEndpoint } from "./docker/endpoint.ts";
import { breakCircuit } from "./docker/transport/circuit_breaker.ts";
import { lazyTransport } from "./docker/transport/lazy.ts";
import { registryLogins } from "./docker/registry_auth.ts";
import { openTransport } from "./docker/transport/open.ts";
import type { Transport } from "./docker/transport/transport.ts";
import {
  buildRoots,
  dockerDirectory,
  endpointSources,
  type Machine,
  privatePaths,
} from "./config/machine.ts";
import { liveResources } from "./resources/live_resources.ts";
import { cleanValue } from "./safety/clean.ts";
import { guardTransport } from "./safety/engine_guard.ts";
import type { MountPolicy } from "./safety/mount_policy.ts";
import { protectionOf } from "./safety/protection_policy.ts";
import { realPathOf } from "./safety/real_path.ts";
import { registryPolicy } from "./safety/registry_policy.ts";
import type { CallLimits } from "./safety/limits.ts";
import type { ToolPolicy } from "./safety/policy.ts";
import { createPipeline } from "./server/pipeline.ts";
import { createServer } from "./server/server.ts";
import { type Audit, audit, unaudited } from "./telemetry/audit.ts";
import type { AuditLog } from "./telemetry/audit_log.ts";
import { auditPlace } from "./telemetry/audit_place.ts";
import { type EngineCalls, engineCalls } from "./telemetry/engine_calls.ts";
import { log } from "./telemetry/log.ts";
import { createProfile } from "./tools/create_profile.ts";
import type { Protection } from "./tools/protection.ts";
import type { RegistryPolicy } from "./tools/registry.ts";
import type { OutputLimits } from "./tools/tool.ts";

/** What a client of the network may do where nothing is set. */
const CALLS_AT_ONCE = 3; // as in mcp-docker 1.0.4
const EXPENSIVE_RPM = 10;
const BURST = 20;
/** How many clients may use up what each of them may call in a minute. */
const TOTAL_CALLERS = 10;

/** The parts of a running server. */
export interface App extends Disposable {
  /** A new MCP server; all share the Engine, the limits and the policy. */
  readonly createServer: () => ReturnType<typeof createServer>;
  readonly docker: Docker;
  /** What can be done for the audit log before the first call. */
  readonly audit: Pick<Audit, "open" | "prepare">;
  /** One sentence: which Engine was chosen and why; `undefined` until it was first needed. */
  readonly engineChoice: () => string | undefined;
}

/** Puts the parts together; does no work that the first answer does not need. */
export function createApp(config: Config, machine: Machine): App {
  const { transport, chosen } = engineTransport(config, machine);
  const requests = engineCalls();
  const record = callAudit(config, machine, requests);
  const rules = objectRules(config, machine, () => chosen.endpoint);
  const way = { transport: requests.counted(transport), rules };
  const { docker, probingDocker } = engineClients(config, machine, way);
  const engineChoice = (): string | undefined => chosen.sentence;
  const policy = toolPolicy(config);
  const confirmation = config.requireConfirmationForDestructive;
  const pipeline = createPipeline({
    docker,
    probingDocker,
    engineChoice,
    limits: outputLimits(config),
    buildRoots: buildRoots(config, machine),
    rules: { ...rules, privatePaths: privatePaths(machine) },
    owner: config.serverName,
    createProfile: createProfile(config.createProfile, config.defaultCapDrop),
    policy,
    redaction: config.redact,
    confirmation,
    maximumCalls: config.maxConcurrentOperations,
    callerLimits: callerLimits(config),
    audit: record,
    defaultSeconds: config.defaultToolTimeout,
  });
  const { serverName: name, serverVersion: version = machine.version } = config;
  const live = liveResources(docker, resources);
  const served = { name, version, tools, prompts, live, policy, pipeline, confirmation };
  return {
    createServer: () => createServer(served),
    docker,
    engineChoice,
    audit: record,
    // The record first, because calls that still run are recorded as aborted.
    [Symbol.dispose]: () => [record, live, docker].forEach((part) => part[Symbol.dispose]()),
  };
}

/** Which Engine was chosen, once it was first needed. */
interface Chosen {
  readonly endpoint?: Endpoint;
  /** Why, for people. */
  readonly sentence?: string;
}

function engineTransport(
  config: Config,
  machine: Machine,
): { transport: Transport; chosen: Chosen } {
  const chosen: Chosen = {};
  const transport = lazyTransport(async () => {
    const endpoint = await resolveEndpoint(await endpointSources(config, machine));
    Object.assign(chosen, { endpoint, sentence: announce(endpoint) });
    return await openTransport(endpoint).catch(failWithWayOut);
  });
  return { transport, chosen };
}

function callAudit(config: Config, { env, platform }: Machine, calls: EngineCalls): Audit {
  if (!config.auditLogEnabled) return unaudited;
  const place = auditPlace({ file: config.auditLogFile, env, platform });
  const load = async (): Promise<() => AuditLog> => {
    const { auditLog } = await import("./telemetry/audit_log.ts");
    return () => auditLog(place);
  };
  return audit({
    log: async () => (await load())(),
    prepare: () => Promise.all([load(), calls.prepare()]),
    clean: cleanValue, // whatever SAFETY_REDACT lets answers show
    attribute: calls.step,
    failsClosed: config.auditFailMode === "closed",
  });
}

/** Two clients of the Engine; the second also asks where it did not answer lately, and waits behind no other request. */
function engineClients(
  config: Config,
  machine: Machine,
  { transport, rules }: { readonly transport: Transport; readonly rules: ObjectRules },
): { docker: Docker; probingDocker: Docker } {
  const circuit = breakCircuit(transport);
  const timeouts = { idle: config.dockerTimeout * 1000 };
  const guard = (way: Transport): Transport =>
    guardTransport(way, {
      ...rules,
      timeouts,
      allowPrivileged: config.allowPrivilegedContainers,
      allowPrivilegedPorts: config.allowPrivilegedPorts,
      profile: createProfile(config.createProfile, config.defaultCapDrop),
    });
  const client = {
    timeouts,
    registryLogins: registryLogins(dockerDirectory(config, machine)),
  };
  return {
    docker: createDocker(guard(circuit.transport), client),
    probingDocker: createDocker(guard(circuit.probing), client),
  };
}

/** Which paths, registries and objects may be reached. */
interface ObjectRules {
  readonly mounts: MountPolicy;
  readonly registries: RegistryPolicy;
  readonly protection: Protection;
}

function objectRules(
  config: Config,
  { env, platform }: Machine,
  endpoint: () => Endpoint | undefined,
): ObjectRules {
  const isUnix = (): boolean => (endpoint()?.kind ?? "unix") === "unix";
  return {
    mounts: {
      readOnlyRoots: config.volumeMountAllowlist,
      writableRoots: config.volumeMountRwAllowlist,
      // Docker Desktop on Windows has other paths than the Engine that it runs.
      isLocal: () => platform !== "windows" && isUnix(),
      realPath: realPathOf,
      home: env.HOME,
      engineSocket: () => isUnix() ? endpoint()?.path : undefined,
    },
    registries: registryPolicy({
      pull: config.allowedRegistries,
      push: config.allowedPushRegistries,
    }),
    protection: protectionOf({ entries: config.protected, hostname: env.HOSTNAME }),
  };
}

/** Which tools, prompts and resources the configuration allows. */
export function toolPolicy(config: Config): ToolPolicy {
  return {
    allowModerate: config.allowModerateOperations,
    allowDestructive: config.allowDestructiveOperations,
    allowedTools: config.allowedTools,
    deniedTools: config.deniedTools,
    allowedPrompts: config.allowedPrompts,
    allowedResources: config.allowedResources,
  };
}

/** On stdio there is one client, who started the program: what is not set does not hold it up. */
export function callerLimits(config: Config): Omit<CallLimits, "atOnce"> {
  if (!config.rateLimitEnabled) return {};
  const isOnlyClient = config.transport === "stdio";
  const perCaller = config.rateLimitRpm;
  return {
    atOncePerCaller: config.rateLimitConcurrent ?? (isOnlyClient ? undefined : CALLS_AT_ONCE),
    rate: {
      perCaller,
      expensivePerCaller: config.rateLimitExpensiveRpm ??
        (isOnlyClient ? perCaller : Math.min(EXPENSIVE_RPM, perCaller)),
      total: config.rateLimitTotalRpm ?? TOTAL_CALLERS * perCaller,
      burst: isOnlyClient ? perCaller : BURST,
    },
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
function failWithWayOut(error: unknown): never {
  if (!(error instanceof DockerError) || error.code !== "not_granted") throw error;
  const remedy =
    "Use mcp-docker-full, which may reach any Engine, or deno run with the flags that " +
    `"mcp-docker config --deno-flags" prints. ${error.remedy}`;
  throw new DockerError(error.code, error.message, { cause: error, remedy });
}

function announce(endpoint: Endpoint): string {
  const sentence = describeEndpoint(endpoint);
  log.info("{sentence}", { sentence });
  return sentence;
}
