/** One row of a list of images. */
export type ImageSummary = {
  readonly Id?: string;
  readonly ParentId?: string;
  /** `<none>:<none>` or nothing for a dangling image. */
  readonly RepoTags?: readonly string[] | null;
  readonly RepoDigests?: readonly string[] | null;
  /** Unix seconds. */
  readonly Created?: number;
  /** Bytes; with the containerd store of Engine 29 the unpacked and the packed size. */
  readonly Size?: number;
  /** -1 where it was not computed. */
  readonly SharedSize?: number;
  readonly Labels?: Readonly<Record<string, string>> | null;
  /** Containers that use it; -1 where it was not counted. */
  readonly Containers?: number;
};

/** Everything about one image. */
export type ImageDetails = {
  readonly Id?: string;
  readonly RepoTags?: readonly string[] | null;
  readonly RepoDigests?: readonly string[] | null;
  readonly Parent?: string;
  readonly Comment?: string;
  /** RFC 3339. */
  readonly Created?: string | null;
  readonly Author?: string;
  readonly Config?: Readonly<Record<string, unknown>> | null;
  readonly Architecture?: string;
  readonly Variant?: string;
  readonly Os?: string;
  readonly Size?: number;
  /** Only where the containerd image store is used, which keeps several platforms under one name. */
  readonly Descriptor?: unknown;
  readonly RootFS?: { readonly Type?: string; readonly Layers?: readonly string[] | null } | null;
};

/** One layer of an image, or one step that made none. */
export type ImageHistoryStep = {
  /** `<missing>` for a layer that is no image of this Engine. */
  readonly Id?: string;
  /** Unix seconds. */
  readonly Created?: number;
  readonly CreatedBy?: string;
  readonly Tags?: readonly string[] | null;
  /** Bytes. */
  readonly Size?: number;
  readonly Comment?: string;
};

/** What became of an image and its layers; exactly one field is set. */
export type ImageDeletion = {
  readonly Untagged?: string;
  readonly Deleted?: string;
};

/** A network, in lists and inspections; lists of Engine 29 lack `Containers`. */
export type NetworkDetails = {
  readonly Name?: string;
  readonly Id?: string;
  /** RFC 3339. */
  readonly Created?: string;
  readonly Scope?: string;
  readonly Driver?: string;
  readonly EnableIPv4?: boolean;
  readonly EnableIPv6?: boolean;
  readonly IPAM?: {
    readonly Driver?: string;
    readonly Options?: Readonly<Record<string, string>> | null;
    readonly Config?:
      | readonly {
        readonly Subnet?: string;
        readonly Gateway?: string;
        readonly IPRange?: string;
      }[]
      | null;
  } | null;
  readonly Internal?: boolean;
  readonly Attachable?: boolean;
  readonly Ingress?: boolean;
  /** By container id. */
  readonly Containers?:
    | Readonly<
      Record<
        string,
        {
          readonly Name?: string;
          readonly EndpointID?: string;
          readonly MacAddress?: string;
          readonly IPv4Address?: string;
          readonly IPv6Address?: string;
        } | null
      >
    >
    | null;
  readonly Options?: Readonly<Record<string, string>> | null;
  readonly Labels?: Readonly<Record<string, string>> | null;
};

/** The answer to creating a network; an empty warning is none. */
export type CreatedNetwork = {
  readonly Id: string;
  readonly Warning: string;
};

/** A volume, in lists and inspections. */
export type VolumeDetails = {
  readonly Name?: string;
  readonly Driver?: string;
  readonly Mountpoint?: string;
  /** RFC 3339. */
  readonly CreatedAt?: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly Options?: Readonly<Record<string, string>> | null;
  readonly Scope?: string;
  /** Only in disk usage; -1 where it was not computed. */
  readonly UsageData?: { readonly Size?: number; readonly RefCount?: number } | null;
};
