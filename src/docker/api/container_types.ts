/**
 * Answers about containers, as far as they are read here. Everything may be missing or null: Engines from
 * 20.10 to 29 and Podman differ in what they send.
 */

/** A published or exposed port in a list. */
export type ContainerPort = {
  readonly IP?: string | null;
  readonly PrivatePort?: number;
  readonly PublicPort?: number;
  readonly Type?: string;
};

/** A mount, in lists and inspections. */
export type MountPoint = {
  readonly Type?: string;
  readonly Name?: string;
  readonly Source?: string;
  readonly Destination?: string;
  readonly Driver?: string;
  readonly Mode?: string;
  readonly RW?: boolean;
  readonly Propagation?: string;
};

/** A container's place in a network; addresses are "" while it is stopped. */
export type NetworkAttachment = {
  readonly NetworkID?: string;
  readonly EndpointID?: string;
  readonly Gateway?: string;
  readonly IPAddress?: string;
  readonly IPPrefixLen?: number;
  readonly GlobalIPv6Address?: string;
  readonly MacAddress?: string;
  readonly Aliases?: readonly string[] | null;
  readonly DNSNames?: readonly string[] | null;
};

/** One row of a list of containers. */
export type ContainerSummary = {
  readonly Id?: string;
  /** Each with a leading slash; links add names such as `/web/db`. */
  readonly Names?: readonly string[] | null;
  readonly Image?: string;
  readonly ImageID?: string;
  readonly Command?: string;
  /** Unix seconds. */
  readonly Created?: number;
  readonly Ports?: readonly ContainerPort[] | null;
  /** Bytes; only with `size`, and missing when zero until Engine 28. */
  readonly SizeRw?: number;
  readonly SizeRootFs?: number;
  readonly Labels?: Readonly<Record<string, string>> | null;
  /** created, running, paused, restarting, removing, exited or dead. */
  readonly State?: string;
  /** For people, e.g. `Up 3 minutes (healthy)`. */
  readonly Status?: string;
  readonly NetworkSettings?: {
    readonly Networks?: Readonly<Record<string, NetworkAttachment | null>> | null;
  } | null;
  readonly Mounts?: readonly MountPoint[] | null;
  readonly HostConfig?: { readonly NetworkMode?: string } | null;
  /** From Engine 29; before, `Status` tells. */
  readonly Health?: { readonly Status?: string; readonly FailingStreak?: number } | null;
};

/** One run of a health check. */
export type HealthLog = {
  readonly Start?: string;
  readonly End?: string;
  readonly ExitCode?: number;
  /** Written by the container. */
  readonly Output?: string;
};

/** What a container is doing. */
export type ContainerState = {
  readonly Status?: string;
  readonly Running?: boolean;
  readonly Paused?: boolean;
  readonly Restarting?: boolean;
  readonly OOMKilled?: boolean;
  readonly Dead?: boolean;
  readonly Pid?: number;
  readonly ExitCode?: number;
  /** The runtime's message when a start failed. */
  readonly Error?: string;
  /** RFC 3339; year 1 means never. */
  readonly StartedAt?: string;
  readonly FinishedAt?: string;
  /** Null or missing without a health check; Podman 4 sends an empty status. */
  readonly Health?: {
    readonly Status?: string;
    readonly FailingStreak?: number;
    readonly Log?: readonly HealthLog[] | null;
  } | null;
};

/** What a container was told to run. */
export type ContainerConfig = {
  readonly Hostname?: string;
  readonly User?: string;
  readonly Tty?: boolean;
  readonly OpenStdin?: boolean;
  readonly Env?: readonly string[] | null;
  readonly Cmd?: readonly string[] | null;
  readonly Entrypoint?: readonly string[] | null;
  readonly Image?: string;
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly ExposedPorts?: Readonly<Record<string, unknown>> | null;
  readonly Volumes?: Readonly<Record<string, unknown>> | null;
  /** `Test` is `["NONE"]` where the image's check was switched off. */
  readonly Healthcheck?: { readonly Test?: readonly string[] | null } | null;
  readonly StopSignal?: string;
  readonly StopTimeout?: number | null;
};

/** Where a container's port is published; null or empty where it is only exposed. */
export type PortBindings = Readonly<
  Record<string, readonly { readonly HostIp?: string; readonly HostPort?: string }[] | null>
>;

/** Everything about one container. */
export type ContainerDetails = {
  readonly Id?: string;
  /** With a leading slash. */
  readonly Name?: string;
  /** RFC 3339. */
  readonly Created?: string;
  readonly Path?: string;
  readonly Args?: readonly string[] | null;
  readonly State?: ContainerState | null;
  /** The image's id. */
  readonly Image?: string;
  readonly RestartCount?: number;
  readonly Driver?: string;
  readonly Platform?: string;
  readonly Config?: ContainerConfig | null;
  readonly HostConfig?: Readonly<Record<string, unknown>> | null;
  readonly NetworkSettings?: {
    readonly Ports?: PortBindings | null;
    readonly Networks?: Readonly<Record<string, NetworkAttachment | null>> | null;
  } | null;
  readonly Mounts?: readonly MountPoint[] | null;
  /** Those that run, and for some minutes those that have ended. */
  readonly ExecIDs?: readonly string[] | null;
  /** "" until the first start and on hosts without AppArmor. */
  readonly AppArmorProfile?: string;
  /** The SELinux label; "" on hosts without it. */
  readonly ProcessLabel?: string;
  readonly LogPath?: string;
  readonly SizeRw?: number;
  readonly SizeRootFs?: number;
};

/** The processes of a container: rows of texts, one for each title. */
export type ProcessList = {
  readonly Titles?: readonly string[] | null;
  readonly Processes?: readonly (readonly string[])[] | null;
};

/** The answer to creating a container. */
export type CreatedContainer = {
  readonly Id: string;
  readonly Warnings: readonly string[];
};

/** One exec: a program started inside a running container. */
export type ExecDetails = {
  readonly ID?: string;
  readonly ContainerID?: string;
  readonly Running?: boolean;
  /** Null while it runs. */
  readonly ExitCode?: number | null;
  /** In the Engine's PID namespace; 0 after it ended. */
  readonly Pid?: number;
  readonly ProcessConfig?: {
    readonly tty?: boolean;
    readonly entrypoint?: string;
    readonly arguments?: readonly string[] | null;
    readonly privileged?: boolean;
    readonly user?: string;
  } | null;
};
