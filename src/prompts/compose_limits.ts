import type { ContainerDetails } from "../docker/types.ts";
import {
  type Fields,
  fieldsOf,
  numberOf,
  objectsOf,
  textOf,
  textsOf,
} from "../tools/security_values.ts";
import type { ComposeTexts } from "./compose_secrets.ts";
import {
  byteValue,
  type ComposePart,
  defined,
  objectOrNothing,
  orNothing,
  positive,
  textEntries,
} from "./compose_values.ts";

const NANO = 1e9;
/** 64 MiB, which every container gets. */
const USUAL_SHARED_MEMORY = 67_108_864;

/** What limits a container and how it is kept alive. */
export function limitParts({ HostConfig }: ContainerDetails): ComposePart {
  const host = fieldsOf(HostConfig);
  const memory = positive(host.Memory);
  const cpus = positive(host.NanoCpus);
  return defined({
    mem_limit: byteValue(memory),
    memswap_limit: swapLimit(host),
    mem_reservation: byteValue(host.MemoryReservation),
    cpus: cpus === undefined ? undefined : cpus / NANO,
    cpu_shares: positive(host.CpuShares),
    cpu_quota: positive(host.CpuQuota),
    cpu_period: positive(host.CpuPeriod),
    cpuset: textOf(host.CpusetCpus) || undefined,
    pids_limit: positive(host.PidsLimit),
    oom_kill_disable: host.OomKillDisable === true ? true : undefined,
    oom_score_adj: inRange(host.OomScoreAdj, 1000),
    shm_size: host.ShmSize === USUAL_SHARED_MEMORY ? undefined : byteValue(host.ShmSize),
    ulimits: objectOrNothing(
      objectsOf(host.Ulimits).filter(({ Name }) => /^[a-z]+$/.test(textOf(Name)))
        .map((
          { Name, Soft, Hard },
        ) => [textOf(Name), { soft: numberOf(Soft), hard: numberOf(Hard) }]),
    ),
    restart: restartPart(fieldsOf(host.RestartPolicy)),
  });
}

/** Left out where it is what the Engine sets by itself, twice the memory. */
function swapLimit({ Memory, MemorySwap }: Fields): string | number | undefined {
  if (MemorySwap === -1) return -1;
  return numberOf(MemorySwap) === 2 * numberOf(Memory) ? undefined : byteValue(MemorySwap);
}

function inRange(value: unknown, most: number): number | undefined {
  const number = numberOf(value);
  return Number.isInteger(number) && number !== 0 && Math.abs(number) <= most ? number : undefined;
}

function restartPart({ Name, MaximumRetryCount }: Fields): string | undefined {
  const policy = textOf(Name);
  if (policy === "on-failure") {
    const times = positive(MaximumRetryCount);
    return times === undefined ? policy : `${policy}:${times}`;
  }
  return ["always", "unless-stopped"].includes(policy) ? policy : undefined;
}

/** What a container may do beyond its own file system. */
export function privilegeParts({ HostConfig }: ContainerDetails, texts: ComposeTexts): ComposePart {
  const host = fieldsOf(HostConfig);
  const list = (value: unknown) =>
    orNothing([...new Set(textsOf(value))].map((text) => texts.name(text)));
  return defined({
    privileged: host.Privileged === true ? true : undefined,
    read_only: host.ReadonlyRootfs === true ? true : undefined,
    cap_add: list(host.CapAdd),
    cap_drop: list(host.CapDrop),
    security_opt: list(host.SecurityOpt),
    group_add: list(host.GroupAdd),
    devices: orNothing(
      objectsOf(host.Devices).map(({ PathOnHost, PathInContainer, CgroupPermissions }) =>
        [PathOnHost, PathInContainer, CgroupPermissions].map(textOf).filter((part) => part !== "")
          .map((part) => texts.name(part)).join(":")
      ).filter((device) => device !== ""),
    ),
    sysctls: objectOrNothing(
      textEntries(fieldsOf(host.Sysctls)).map((
        [name, value],
      ) => [name, texts.name(value)]),
    ),
    init: typeof host.Init === "boolean" ? host.Init : undefined,
    runtime: ["", "runc"].includes(textOf(host.Runtime))
      ? undefined
      : texts.name(textOf(host.Runtime)),
    userns_mode: host.UsernsMode === "host" ? "host" : undefined,
    uts: host.UTSMode === "host" ? "host" : undefined,
    ...gpuPart(objectsOf(host.DeviceRequests)),
  });
}

/** What `docker run --gpus` asks for. */
function gpuPart(requests: readonly Fields[]): ComposePart {
  const devices = requests.map(({ Driver, Count, DeviceIDs, Capabilities }) => {
    const ids = textsOf(DeviceIDs);
    const nested: unknown[] = Array.isArray(Capabilities) ? Capabilities : [];
    return defined({
      driver: textOf(Driver) || undefined,
      count: ids.length > 0 ? undefined : positive(Count) ?? "all",
      device_ids: orNothing(ids),
      capabilities: textsOf(nested.flat()).filter((name) => name !== ""),
    });
  });
  return devices.length === 0 ? {} : { deploy: { resources: { reservations: { devices } } } };
}
