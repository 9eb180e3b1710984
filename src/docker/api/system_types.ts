import type { ContainerSummary } from "./container_types.ts";
import type { ImageSummary, VolumeDetails } from "./object_types.ts";

/** What an Engine says of itself without being asked for more. */
export interface Pong {
  /** The newest API version it speaks. */
  readonly apiVersion: string | undefined;
  /** `linux` or `windows`. */
  readonly osType: string | undefined;
  readonly experimental: boolean;
  /** `1` classic, `2` BuildKit. */
  readonly builderVersion: string | undefined;
}

/** The Engine and its host. */
export type SystemInfo = {
  readonly ID?: string;
  readonly Name?: string;
  readonly ServerVersion?: string;
  readonly Containers?: number;
  readonly ContainersRunning?: number;
  readonly ContainersPaused?: number;
  readonly ContainersStopped?: number;
  readonly Images?: number;
  readonly Driver?: string;
  readonly DockerRootDir?: string;
  readonly LoggingDriver?: string;
  readonly CgroupDriver?: string;
  /** Missing before Engine 20.10. */
  readonly CgroupVersion?: string;
  readonly OperatingSystem?: string;
  readonly OSType?: string;
  readonly OSVersion?: string;
  readonly Architecture?: string;
  readonly KernelVersion?: string;
  readonly NCPU?: number;
  /** Bytes. */
  readonly MemTotal?: number;
  readonly DefaultRuntime?: string;
  /** Names of drivers by what they drive; legacy plugins are missing until they are used. */
  readonly Plugins?:
    | {
      readonly Volume?: readonly string[] | null;
      readonly Network?: readonly string[] | null;
      /** Set by `--authorization-plugin`; null where there is none. */
      readonly Authorization?: readonly string[] | null;
    }
    | null;
  readonly SecurityOptions?: readonly string[] | null;
  readonly Swarm?: SwarmInfo | null;
  readonly Warnings?: readonly string[] | null;
  readonly Labels?: readonly string[] | null;
  readonly ExperimentalBuild?: boolean;
  readonly LiveRestoreEnabled?: boolean;
  readonly Debug?: boolean;
  /** Pairs of a name and a value. */
  readonly DriverStatus?: readonly (readonly string[])[] | null;
  readonly RegistryConfig?: {
    readonly InsecureRegistryCIDRs?: readonly string[] | null;
    readonly IndexConfigs?:
      | Readonly<Record<string, { readonly Secure?: boolean } | null>>
      | null;
  } | null;
};

/** The Engine's part in a swarm. */
export type SwarmInfo = {
  /** inactive, pending, active, error or locked. */
  readonly LocalNodeState?: string;
  /** Whether it is a manager; others are told no more than this. */
  readonly ControlAvailable?: boolean;
  readonly NodeAddr?: string;
  readonly Managers?: number;
  readonly Cluster?: {
    /** RFC 3339. */
    readonly CreatedAt?: string;
    readonly UpdatedAt?: string;
    readonly Spec?: {
      readonly EncryptionConfig?: { readonly AutoLockManagers?: boolean } | null;
      /** Nanoseconds. */
      readonly CAConfig?: { readonly NodeCertExpiry?: number } | null;
    } | null;
  } | null;
};

/** A secret of a swarm; its value is never told. */
export type SwarmSecret = {
  readonly ID?: string;
  readonly Spec?: { readonly Name?: string } | null;
};

/** The versions of the Engine and its parts. */
export type SystemVersion = {
  readonly Platform?: { readonly Name?: string } | null;
  readonly Version?: string;
  readonly ApiVersion?: string;
  readonly MinAPIVersion?: string;
  readonly GitCommit?: string;
  readonly GoVersion?: string;
  readonly Os?: string;
  readonly Arch?: string;
  readonly KernelVersion?: string;
  readonly BuildTime?: string;
  readonly Experimental?: boolean;
  readonly Components?:
    | readonly {
      readonly Name?: string;
      readonly Version?: string;
      readonly Details?: Readonly<Record<string, string>> | null;
    }[]
    | null;
};

/** One entry of the build cache. */
export type BuildCacheEntry = {
  readonly ID?: string;
  readonly Type?: string;
  readonly Description?: string;
  readonly InUse?: boolean;
  readonly Shared?: boolean;
  readonly Size?: number;
  readonly CreatedAt?: string;
  readonly LastUsedAt?: string | null;
  readonly UsageCount?: number;
};

/** Totals that Engine 29 sends beside the lists; `{}` when there is nothing. */
export type DiskUsageTotals = {
  readonly ActiveCount?: number;
  readonly TotalCount?: number;
  readonly Reclaimable?: number;
  readonly TotalSize?: number;
};

/** What takes space; a list is null or missing where its type was not asked for. */
export type DiskUsage = {
  /** Bytes of all image layers together; sizes of images count shared layers more than once. */
  readonly LayersSize?: number;
  readonly Images?: readonly ImageSummary[] | null;
  readonly Containers?: readonly ContainerSummary[] | null;
  readonly Volumes?: readonly VolumeDetails[] | null;
  readonly BuildCache?: readonly BuildCacheEntry[] | null;
  readonly ImageUsage?: DiskUsageTotals | null;
  readonly ContainerUsage?: DiskUsageTotals | null;
  readonly VolumeUsage?: DiskUsageTotals | null;
  readonly BuildCacheUsage?: DiskUsageTotals | null;
};

/** Something that happened to an object of the Engine. */
export type EngineEvent = {
  /** container, image, network, volume, daemon … */
  readonly Type?: string;
  /** start, die, `exec_create: ls` … */
  readonly Action?: string;
  readonly Actor?: {
    /** May be "". */
    readonly ID?: string;
    readonly Attributes?: Readonly<Record<string, string>> | null;
  } | null;
  readonly scope?: string;
  /** Unix seconds. */
  readonly time?: number;
  /** Unix nanoseconds, beyond what a number holds exactly. */
  readonly timeNano?: number;
};
