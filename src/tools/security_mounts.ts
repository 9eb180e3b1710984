import type { ContainerDetails, VolumeDetails } from "../docker/types.ts";
import type { ContainerFacts, HostMount } from "./security_subjects.ts";
import { fieldsOf, objectsOf, shortText, textOf, textsOf } from "./security_values.ts";

/** Files that containers are often given to read, and that tell nothing. */
const HARMLESS_READS =
  /^\/(?:etc\/(?:hosts|localtime|machine-id|os-release|pki\/ca-trust|resolv\.conf|ssl\/certs|timezone)|usr\/share\/(?:ca-certificates|zoneinfo))(?:\/|$)/;
/** Under which the machine of Docker Desktop sees the disks of its user. */
const DESKTOP_DISKS = /^\/(?:host_mnt|run\/desktop\/mnt\/host)(?=\/|$)/;

/**
 * The paths of the host in a container: binds, and volumes whose driver options bind or mount one.
 *
 * @param volumes Every volume of the Engine by its name.
 */
export function hostMountsOf(
  { Mounts, HostConfig }: ContainerDetails,
  volumes: ReadonlyMap<string, VolumeDetails>,
): HostMount[] {
  const mounted = objectsOf(Mounts).map(({ Type, Source, Name, RW }) => ({
    source: Type === "volume" ? deviceOf(volumes.get(textOf(Name))) : textOf(Source),
    readOnly: RW === false,
  }));
  // A container that never started may have its mounts only here.
  const { Binds, Mounts: wanted } = fieldsOf(HostConfig);
  const binds = textsOf(Binds).map((bind) => {
    const [source = "", , mode = ""] = bind.split(":");
    return { source, readOnly: mode.split(",").includes("ro") };
  });
  const asked = objectsOf(wanted).filter(({ Type }) => Type === "bind")
    .map(({ Source, ReadOnly }) => ({ source: textOf(Source), readOnly: ReadOnly === true }));
  const all = [...mounted, ...binds, ...asked].filter(({ source }) => source.startsWith("/"));
  const sources = new Map(all.toReversed().map((mount) => [mount.source, mount]));
  return [...sources.values()].reverse();
}

/** The sensitive paths among a container's mounts, for evidence; none where there are none. */
export function sensitiveMounts({ hostMounts, rules }: ContainerFacts): string[] {
  return hostMounts
    .filter(({ source, readOnly }) => !(readOnly && HARMLESS_READS.test(source)))
    .filter(({ source }) => rules.sensitivePath(plain(source)) !== undefined)
    .map(({ source, readOnly }) => `${shortText(source)} (${readOnly ? "read-only" : "writable"})`);
}

/** The mounts through which a container reaches a container runtime, for evidence. */
export function runtimeMounts({ hostMounts, rules }: ContainerFacts): string[] {
  return hostMounts.filter(({ source }) => rules.reachesRuntime(source))
    .map(({ source }) => shortText(source));
}

/** The path or device behind a volume of the local driver; the other options may hold a password. */
function deviceOf(volume: VolumeDetails | undefined): string {
  return textOf(fieldsOf(volume?.Options).device);
}

/** As the user of the host writes it, in its shortest form. */
function plain(path: string): string {
  return path.replace(/\/+/g, "/").replace(DESKTOP_DISKS, "").replace(/(.)\/$/, "$1") || "/";
}
