import { capability, isHostPath } from "./container_grammar.ts";
import type { CreateInput } from "./create_input.ts";
import { type CreateProfile, profileFields } from "./create_profile.ts";
import { environmentList } from "./fields.ts";
import { engineHealthcheck } from "./healthcheck.ts";
import { ownedLabels } from "./labels.ts";
import { memoryBytes } from "./memory_size.ts";
import { portBindings } from "./port_bindings.ts";
import { argumentList } from "./shell_words.ts";

/** Billionths of a CPU, in which the Engine counts. */
const NANO_CPUS = 1e9;

/** What is decided beside the arguments. */
export interface CreateDecisions {
  /** For the owner label. */
  readonly owner: string;
  readonly profile: CreateProfile;
  /** The network by its name, or what stands for one. */
  readonly networkMode: string | undefined;
}

/**
 * The body of `POST /containers/create`, field by field, so that nothing unasked gets in.
 *
 * @throws {RefusedError} `invalid_arguments` for a command, port or amount of memory that cannot be read.
 */
export function createBody(
  input: CreateInput,
  { owner, profile, networkMode }: CreateDecisions,
): Record<string, unknown> {
  const { exposed, bindings } = portBindings(input.ports ?? {});
  return present({
    Image: input.image,
    Cmd: input.command === undefined ? undefined : argumentList(input.command),
    Entrypoint: entrypoint(input.entrypoint),
    Env: input.environment && environmentList(input.environment),
    ExposedPorts: exposed.length > 0
      ? Object.fromEntries(exposed.map((port) => [port, {}]))
      : undefined,
    User: input.user,
    WorkingDir: input.working_dir,
    Hostname: input.hostname,
    Healthcheck: input.healthcheck && engineHealthcheck(input.healthcheck),
    Labels: ownedLabels(input.labels, owner),
    HostConfig: {
      ...hostConfig(input),
      ...(networkMode === undefined ? {} : { NetworkMode: networkMode }),
      ...(Object.keys(bindings).length > 0 ? { PortBindings: bindings } : {}),
      ...profileFields(profile, { dropCapabilities: dropped(input), init: input.init }),
    },
  });
}

function hostConfig(input: CreateInput): Record<string, unknown> {
  const mounts = Object.entries(input.volumes ?? {});
  return present({
    Mounts: mounts.length > 0 ? mounts.map(engineMount) : undefined,
    Tmpfs: input.tmpfs,
    RestartPolicy: restartPolicy(input.restart_policy),
    ReadonlyRootfs: input.read_only,
    AutoRemove: input.remove || undefined,
    Memory: input.mem_limit === undefined ? undefined : memoryBytes(input.mem_limit),
    CpuShares: input.cpu_shares,
    NanoCpus: input.cpus === undefined ? undefined : Math.round(input.cpus * NANO_CPUS),
  });
}

function engineMount(
  [source, { bind, mode }]: [string, { bind: string; mode: string }],
): Record<string, unknown> {
  const mount = { Source: source, Target: bind, ReadOnly: mode === "ro" };
  if (!isHostPath(source)) return { Type: "volume", ...mount };
  // What is mounted later on either side stays there, and no folder of the host is made by a misspelt path.
  return {
    Type: "bind",
    ...mount,
    BindOptions: { Propagation: "rprivate", CreateMountpoint: false },
  };
}

/** An empty one clears the image's, as `docker run --entrypoint ""` does. */
function entrypoint(given: CreateInput["entrypoint"]): string[] | undefined {
  if (given === undefined) return undefined;
  return given === "" ? [""] : argumentList(given, "entrypoint");
}

function restartPolicy(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined;
  const [name, count] = text.split(":");
  return { Name: name, ...(count === undefined ? {} : { MaximumRetryCount: Number(count) }) };
}

function dropped({ cap_drop = [] }: CreateInput): string[] {
  return cap_drop.map((name) => capability(name) ?? name);
}

function present(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
