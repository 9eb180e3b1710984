/** CPU figures; times are nanoseconds on Linux and 100-nanosecond units on Windows. */
export type CpuStats = {
  readonly cpu_usage?: {
    readonly total_usage?: number;
    readonly usage_in_usermode?: number;
    readonly usage_in_kernelmode?: number;
    /** Missing with cgroup v2. */
    readonly percpu_usage?: readonly number[] | null;
  } | null;
  readonly system_cpu_usage?: number;
  /** 0 or missing on old Engines: count `percpu_usage` then. */
  readonly online_cpus?: number;
  readonly throttling_data?: {
    readonly periods?: number;
    readonly throttled_periods?: number;
    readonly throttled_time?: number;
  } | null;
};

/** Memory figures in bytes; `{}` for a stopped container. */
export type MemoryStats = {
  readonly usage?: number;
  readonly max_usage?: number;
  readonly limit?: number;
  readonly failcnt?: number;
  /** The keys of the cgroup's memory.stat. */
  readonly stats?: Readonly<Record<string, number>> | null;
  /** Windows: bytes that no other process uses. */
  readonly privateworkingset?: number;
  readonly commitbytes?: number;
};

/** Traffic of one interface since the container started. */
export type NetworkStats = {
  readonly rx_bytes?: number;
  readonly rx_packets?: number;
  readonly rx_errors?: number;
  readonly rx_dropped?: number;
  readonly tx_bytes?: number;
  readonly tx_packets?: number;
  readonly tx_errors?: number;
  readonly tx_dropped?: number;
};

/** Bytes one device moved by one kind of operation. */
export type BlockIoEntry = {
  readonly major?: number;
  readonly minor?: number;
  /** `Read`, `Write` …; lower case with cgroup v2. */
  readonly op?: string;
  readonly value?: number;
};

/** One sample of what a container uses; `precpu_stats` holds the sample before. */
export type ContainerStats = {
  /** RFC 3339; year 1 in the sample of a stopped container. */
  readonly read?: string;
  readonly preread?: string;
  readonly id?: string;
  readonly name?: string;
  readonly pids_stats?: { readonly current?: number; readonly limit?: number } | null;
  readonly cpu_stats?: CpuStats | null;
  readonly precpu_stats?: CpuStats | null;
  readonly memory_stats?: MemoryStats | null;
  /** By interface; missing for a stopped container and in the host's network. */
  readonly networks?: Readonly<Record<string, NetworkStats | null>> | null;
  readonly blkio_stats?: {
    readonly io_service_bytes_recursive?: readonly BlockIoEntry[] | null;
    readonly io_serviced_recursive?: readonly BlockIoEntry[] | null;
  } | null;
  /** Windows: the number of processors. */
  readonly num_procs?: number;
  /** Windows. */
  readonly storage_stats?: {
    readonly read_size_bytes?: number;
    readonly write_size_bytes?: number;
  } | null;
};
