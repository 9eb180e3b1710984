import type {
  ContainerDetails,
  ExecDetails,
  ImageDetails,
  ImageHistoryStep,
  ImageSummary,
  NetworkDetails,
  SwarmSecret,
  SystemInfo,
  SystemVersion,
} from "../docker/types.ts";
import type { RegistryPolicy } from "./registry.ts";
import { type Fields, textsOf } from "./security_values.ts";

/** What the audit takes over from the rules by which this server itself lives. */
export interface AuditRules {
  /** Whether a text, e.g. `NAME=value` or a step of a build, holds a secret. */
  readonly holdsSecret: (text: string) => boolean;
  /** Why a path of the host is sensitive, as a clause; undefined where it is not. */
  readonly sensitivePath: (path: string) => string | undefined;
  /** Whether a path of the host is a container runtime's socket or a folder that holds one. */
  readonly reachesRuntime: (path: string) => boolean;
}

/** The Engine as a whole; undefined is what could not be read. */
export interface EngineFacts {
  readonly info: SystemInfo;
  readonly version: SystemVersion | undefined;
  readonly networks: readonly NetworkDetails[] | undefined;
  readonly images: readonly ImageSummary[] | undefined;
  /** Every container there is, by the id of its image and its state. */
  readonly containers: readonly { readonly imageId: string; readonly running: boolean }[];
  /** `CgroupParent` of the audited containers. */
  readonly cgroupParents: readonly string[];
  /** How the Engine is reached, e.g. `unix:///var/run/docker.sock`. */
  readonly endpoint: string;
}

/** A mount of the host's own files into a container. */
export interface HostMount {
  /** A path of the host. */
  readonly source: string;
  readonly readOnly: boolean;
}

/** One container. */
export interface ContainerFacts {
  readonly name: string;
  readonly details: ContainerDetails;
  /** `HostConfig`, of which nothing is certain. */
  readonly host: Fields;
  readonly info: SystemInfo;
  readonly hostMounts: readonly HostMount[];
  /** Undefined where its image is gone. */
  readonly image: ImageDetails | undefined;
  /** What runs inside, without arguments; undefined where it does not run or the host could not tell. */
  readonly programs: readonly string[] | undefined;
  readonly execs: readonly ExecDetails[];
  readonly rules: AuditRules;
}

/** One image that an audited container was made from. */
export interface ImageFacts {
  readonly name: string;
  readonly details: ImageDetails;
  /** The last step first; undefined where it could not be read. */
  readonly history: readonly ImageHistoryStep[] | undefined;
  readonly rules: AuditRules;
  readonly registries: RegistryPolicy | undefined;
  /** Unix milliseconds of the audit. */
  readonly now: number;
}

/** The swarm that the Engine is in, if any. */
export interface SwarmFacts {
  readonly info: SystemInfo;
  readonly networks: readonly NetworkDetails[] | undefined;
  /** Undefined where they could not be read. */
  readonly secrets: readonly SwarmSecret[] | undefined;
}

/** Whether the daemon was started with a security option, e.g. `rootless`; the Engine writes `name=rootless`. */
export function daemonHas(info: SystemInfo, option: string): boolean {
  return daemonOption(info, option) !== undefined;
}

/** What follows the name of a daemon's security option, e.g. `profile=default`; undefined where it is not there. */
export function daemonOption({ SecurityOptions }: SystemInfo, option: string): string | undefined {
  const found = textsOf(SecurityOptions).map((text) => text.split(","))
    .find(([name]) => name === `name=${option}` || name === option);
  return found?.slice(1).join(",");
}

/** The seccomp profile that the daemon gives to containers; undefined where the kernel has no seccomp. */
export function daemonSeccomp(info: SystemInfo): string | undefined {
  return daemonOption(info, "seccomp")?.replace(/^profile=/, "");
}
