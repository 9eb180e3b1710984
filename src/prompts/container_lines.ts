import type { ContainerDetails, ImageDetails } from "../docker/types.ts";
import { plainName, shortId } from "../tools/container_view.ts";
import { fieldsOf, numberOf, objectsOf, textOf, textsOf } from "../tools/security_values.ts";
import { shownList } from "./material.ts";

const NANO = 1e9;
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** An amount of bytes for people, in powers of 1024. */
export function bytesText(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${Number((bytes / 1024 ** power).toFixed(1))} ${UNITS[power]}`;
}

/** Who a container is, in lines. */
export function identityLines({ Id, Name, Config, Created, Platform }: ContainerDetails): string[] {
  return [
    `Container: ${plainName(Name)} (${shortId(Id)})`,
    `Image: ${textOf(Config?.Image)}`,
    ...(Created ? [`Created: ${Created}`] : []),
    ...(Platform ? [`Platform: ${Platform}`] : []),
  ];
}

/** What a container was told to run and how, in lines; of variables only the names. */
export function configurationLines(details: ContainerDetails): string[] {
  const { Config, HostConfig, Mounts } = details;
  const names = textsOf(Config?.Env).map((entry) => entry.split("=")[0] ?? "");
  const host = fieldsOf(HostConfig);
  return [
    `Entrypoint: ${wordsOf(Config?.Entrypoint)}`,
    `Command: ${wordsOf(Config?.Cmd)}`,
    `User: ${Config?.User || "root (none set)"}`,
    `Working directory: ${Config?.WorkingDir || "/"}`,
    `Variables: ${names.length}${names.length > 0 ? `: ${shownList(names, 30)}` : ""}`,
    `Restart policy: ${restartText(host)}`,
    `Network mode: ${textOf(host.NetworkMode)}`,
    `Log driver: ${textOf(fieldsOf(host.LogConfig).Type) || "the daemon's"}`,
    ...limitLines(details),
    ...(host.ReadonlyRootfs === true ? ["Root file system: read-only"] : []),
    ...(host.Privileged === true ? ["Privileged: yes"] : []),
    ...(Config?.Tty === true ? ["Terminal: yes (stdout and stderr are one stream)"] : []),
    ...objectsOf(Mounts).slice(0, 15).map(mountLine),
  ];
}

/** The limits of a container, in lines; one that is not set says so. */
export function limitLines({ HostConfig }: ContainerDetails): string[] {
  const host = fieldsOf(HostConfig);
  const cpus = cpuLimit(host);
  const [memory, pids] = [numberOf(host.Memory), numberOf(host.PidsLimit)];
  return [
    `Memory limit: ${memory > 0 ? bytesText(memory) : "none"}`,
    `CPU limit: ${cpus > 0 ? `${cpus} CPUs` : "none"}${
      numberOf(host.CpuShares) > 0 ? `, ${numberOf(host.CpuShares)} shares` : ""
    }`,
    `Limit of processes: ${pids > 0 ? pids : "none"}`,
  ];
}

/** CPUs a container may use; 0 means all. */
export function cpuLimit(
  { NanoCpus, CpuQuota, CpuPeriod }: Readonly<Record<string, unknown>>,
): number {
  if (numberOf(NanoCpus) > 0) return numberOf(NanoCpus) / NANO;
  // 100 ms is the kernel's usual period.
  return numberOf(CpuQuota) > 0 ? numberOf(CpuQuota) / (numberOf(CpuPeriod) || 100_000) : 0;
}

/** E.g. `on-failure, at most 3 times`. */
export function restartText({ RestartPolicy }: Readonly<Record<string, unknown>>): string {
  const { Name, MaximumRetryCount } = fieldsOf(RestartPolicy);
  const times = numberOf(MaximumRetryCount);
  return `${textOf(Name) || "no"}${times > 0 ? `, at most ${times} times` : ""}`;
}

/** The image that a container was made from, in lines. */
export function imageLines(
  { Id, RepoTags, Created, Size, Os, Architecture, Variant, RootFS, Config }: ImageDetails,
): string[] {
  const tags = textsOf(RepoTags);
  const image = fieldsOf(Config);
  return [
    `Names: ${tags.length > 0 ? shownList(tags, 5) : "none: its tag has moved on or was removed"}`,
    `Id: ${shortId(Id)}`,
    `Built for: ${[Os, Architecture, Variant].filter(Boolean).join("/")}`,
    ...(Created ? [`Created: ${Created}`] : []),
    ...(numberOf(Size) > 0
      ? [`Size: ${bytesText(numberOf(Size))} in ${textsOf(RootFS?.Layers).length} layers`]
      : []),
    `Its own entrypoint: ${wordsOf(image.Entrypoint)}, command: ${wordsOf(image.Cmd)}, user: ${
      textOf(image.User) || "root (none set)"
    }`,
  ];
}

function wordsOf(value: unknown): string {
  return Array.isArray(value) && value.length > 0 ? JSON.stringify(value) : "none";
}

function mountLine(
  { Type, Name, Source, Destination, RW }: Readonly<Record<string, unknown>>,
): string {
  const from = Type === "volume" ? textOf(Name) : textOf(Source);
  return `Mount: ${textOf(Type)} ${from} at ${textOf(Destination)}${
    RW === false ? " (read-only)" : ""
  }`;
}
