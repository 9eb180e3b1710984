import { isImageLookup, isVolumeName } from "../docker/reference.ts";
import {
  capability,
  isHostname,
  isMountTarget,
  isNetworkMode,
  isTmpfsOptions,
  isUser,
} from "../tools/container_grammar.ts";
import { NO_NEW_PRIVILEGES, PIDS_LIMIT } from "../tools/create_profile.ts";
import { isContainerPath } from "../tools/fields.ts";
import { isLabel, isOwnLabel, OWNER_LABEL } from "../tools/labels.ts";
import { RefusedError } from "../tools/refused.ts";
import { judgeCommand, judgeHealthcheck } from "./command_policy.ts";
import { type CreatePolicy, type Json, object, onlyKnown, unknown } from "./create_policy.ts";
import { reasonAgainst } from "./forbidden_fields.ts";
import { judgeBind, NO_MOUNTS } from "./mount_policy.ts";
import { isContainerPort, judgePorts } from "./port_policy.ts";

type IsHarmless = (value: unknown) => boolean;

const isBoolean: IsHarmless = (value) => typeof value === "boolean";
const isText = (isRight: (text: string) => boolean): IsHarmless => (value) =>
  typeof value === "string" && isRight(value);
const isInteger = (minimum: number, maximum = Number.MAX_SAFE_INTEGER): IsHarmless => (value) =>
  Number.isSafeInteger(value) && Number(value) >= minimum && Number(value) <= maximum;
const isListOf = (isRight: (text: string) => boolean): IsHarmless => (value) =>
  Array.isArray(value) && value.every(isText(isRight));
const isMapOf = (isRight: (entry: [string, unknown]) => boolean): IsHarmless => (value) =>
  isJson(value) && Object.entries(value).every(isRight);
const isWords = isListOf((word) => !word.includes("\0"));

/** Fields of the body of `POST /containers/create` and the values that decide nothing about the host. */
const CONTAINER: ReadonlyMap<string, IsHarmless> = new Map([
  ["Image", isText(isImageLookup)],
  ["Cmd", isWords],
  ["Entrypoint", isWords],
  ["Env", isListOf((entry) => /^[^=\0]+=[^\0]*$/.test(entry))],
  ["ExposedPorts", isMapOf(([port, value]) => isContainerPort(port) && isEmpty(value))],
  ["Labels", isMapOf(isHarmlessLabel)],
  ["User", isText(isUser)],
  ["WorkingDir", isText(isContainerPath)],
  ["Hostname", isText(isHostname)],
  ["Healthcheck", isHealthcheck],
  ["HostConfig", () => true], // judged field by field
]);

/** The same for `HostConfig`. */
const HOST: ReadonlyMap<string, IsHarmless> = new Map([
  ["AutoRemove", isBoolean],
  ["CpuShares", isInteger(0, 262_144)],
  ["NanoCpus", isInteger(1)],
  ["Memory", isInteger(0)],
  ["PidsLimit", isInteger(1)],
  ["ReadonlyRootfs", isBoolean],
  ["Init", isBoolean],
  ["Privileged", (value) => value === false],
  ["CapDrop", isListOf((name) => capability(name) !== undefined)],
  // It takes rights away; every other one gives some.
  ["SecurityOpt", isListOf((option) => option === NO_NEW_PRIVILEGES)],
  ["RestartPolicy", isRestartPolicy],
  ["Tmpfs", isMapOf(isTmpfs)],
  // Not an id, which could be that of the host's network.
  ["NetworkMode", isText((mode) => isNetworkMode(mode) && !/^[0-9a-f]{12,64}$/.test(mode))],
  ["PortBindings", () => true], // these two have words of their own
  ["Mounts", Array.isArray],
]);

const VOLUME_FIELDS = new Set(["Type", "Source", "Target", "ReadOnly"]);
const BIND_FIELDS = new Set([...VOLUME_FIELDS, "BindOptions"]);
const BIND_OPTIONS = '{"Propagation":"rprivate","CreateMountpoint":false}';

/**
 * Judges the final body of a container create. A field that is not known here is refused, not passed, and so is a known
 * one with a value of another kind than this server sends.
 *
 * @throws {RefusedError} `policy`, naming the field, mount, port, network or command.
 */
export async function judgeContainer(body: unknown, policy: CreatePolicy): Promise<void> {
  const container = object(body, "container");
  judgeFields(container, CONTAINER, "container");
  const host = object(container.HostConfig ?? {}, "HostConfig");
  judgeFields(host, HOST, "HostConfig");
  judgeNetworkMode(host, policy);
  judgePorts(host.PortBindings ?? {}, policy);
  judgeProfile(host, policy);
  const environment = words(container.Env);
  judgeCommand(words(container.Entrypoint), words(container.Cmd), environment);
  judgeHealthcheck(words((container.Healthcheck as Json | undefined)?.Test), environment);
  for (const mount of host.Mounts as unknown[] | undefined ?? []) {
    await judgeMount(object(mount, "Mounts"), policy);
  }
}

function judgeFields(value: Json, known: ReadonlyMap<string, IsHarmless>, where: string): void {
  for (const [field, content] of Object.entries(value)) {
    if (field === "HostConfig" && content === null) continue; // as good as absent
    if (known.get(field)?.(content) === true) continue;
    const reason = where === "HostConfig" ? reasonAgainst(field) : undefined;
    if (reason === undefined) throw unknown(`${where}.${field}`);
    throw new RefusedError(
      "policy",
      `Cannot create: ${where}.${field} is not allowed: ${reason}`,
      "Leave it out",
    );
  }
}

function judgeNetworkMode({ NetworkMode: mode }: Json, { allowPrivileged }: CreatePolicy): void {
  const isShared = mode === "host" || (typeof mode === "string" && mode.startsWith("container:"));
  if (!isShared || allowPrivileged) return;
  const whose = mode === "host" ? "the host" : "another container";
  throw new RefusedError(
    "policy",
    `network: ${JSON.stringify(mode)} is not allowed: it shares all interfaces of ${whose}`,
    'Give a network of docker_list_networks, "bridge" or "none"; only the operator can change this, with SAFETY_ALLOW_PRIVILEGED_CONTAINERS=true',
  );
}

/** A body that lacks what the profile promises comes from a mistake of this program, or asks for less. */
function judgeProfile(host: Json, { profile }: CreatePolicy): void {
  if (profile === undefined) return;
  const dropped = host.CapDrop as string[] | undefined ?? [];
  const kept = dropped.includes("ALL")
    ? []
    : profile.dropCapabilities.filter((name) => !dropped.includes(name));
  if (kept.length > 0) {
    throw lacking(`the capability ${kept[0]} is not dropped`, "SAFETY_DEFAULT_CAP_DROP");
  }
  if (!profile.hardened) return;
  const setting = "SAFETY_CREATE_PROFILE=hardened";
  if (host.Init !== true) throw lacking("init is false", setting);
  if (JSON.stringify(host.SecurityOpt) !== JSON.stringify([NO_NEW_PRIVILEGES])) {
    throw lacking("new privileges are not forbidden", setting);
  }
  const limit = Number(host.PidsLimit);
  if (!(limit > 0 && limit <= PIDS_LIMIT)) throw lacking("there is no limit of processes", setting);
}

function lacking(what: string, setting: string): RefusedError {
  return new RefusedError(
    "policy",
    `Cannot create: ${what}, which ${setting} requires`,
    `Leave it to the profile; only the operator can change ${setting}`,
  );
}

async function judgeMount(mount: Json, { mounts = NO_MOUNTS }: CreatePolicy): Promise<void> {
  const { Type, Source, Target, ReadOnly } = mount;
  if (Type !== "bind" && Type !== "volume") {
    throw unknown(`HostConfig.Mounts type ${JSON.stringify(Type)}`);
  }
  onlyKnown(mount, Type === "bind" ? BIND_FIELDS : VOLUME_FIELDS, "HostConfig.Mounts");
  if (typeof Target !== "string" || !isMountTarget(Target) || typeof ReadOnly !== "boolean") {
    throw unknown("HostConfig.Mounts target");
  }
  if (Type === "volume") {
    if (typeof Source === "string" && isVolumeName(Source)) return;
    throw unknown(`HostConfig.Mounts source ${JSON.stringify(Source)}`);
  }
  if (typeof Source !== "string" || JSON.stringify(mount.BindOptions) !== BIND_OPTIONS) {
    throw unknown("HostConfig.Mounts bind");
  }
  await judgeBind({ source: Source, target: Target, readOnly: ReadOnly }, mounts);
}

function isRestartPolicy(value: unknown): boolean {
  if (!isJson(value)) return false;
  const { Name, MaximumRetryCount = 0, ...others } = value;
  const counts = isInteger(0)(MaximumRetryCount) &&
    (Name === "on-failure" || MaximumRetryCount === 0);
  return counts && Object.keys(others).length === 0 &&
    ["no", "always", "unless-stopped", "on-failure"].includes(String(Name));
}

function isHealthcheck(value: unknown): boolean {
  if (!isJson(value)) return false;
  const { Test, ...numbers } = value;
  return isWords(Test) &&
    Object.entries(numbers).every(([field, number]) =>
      ["Interval", "Timeout", "StartPeriod", "Retries"].includes(field) && isInteger(0)(number)
    );
}

function isTmpfs([target, options]: [string, unknown]): boolean {
  return isMountTarget(target) && typeof options === "string" && isTmpfsOptions(options);
}

function isHarmlessLabel([key, value]: [string, unknown]): boolean {
  return typeof value === "string" && isLabel([key, value]) &&
    (key === OWNER_LABEL || !isOwnLabel(key));
}

function isEmpty(value: unknown): boolean {
  return isJson(value) && Object.keys(value).length === 0;
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function words(value: unknown): string[] {
  return value === undefined ? [] : value as string[];
}
