import type { DiskUsage } from "../docker/types.ts";

/** One kind of object on the Engine's disk; sizes in bytes. */
export interface DiskUsagePart {
  total_count: number;
  /** In use: running containers, images with containers, volumes that a container mounts. */
  active_count?: number;
  total_size: number;
  /** Of `total_size`, what several objects share. */
  shared_size?: number;
  /** What would be free if all that is not in use were deleted. */
  reclaimable?: number;
}

/** What takes space on the Engine's disk. */
export interface DiskUsageSummary {
  LayersSize: number;
  Images: DiskUsagePart;
  Containers: DiskUsagePart;
  Volumes: DiskUsagePart;
  BuildCache: DiskUsagePart;
}

/**
 * Sums up `GET /system/df` to the figures that `docker system df` shows.
 *
 * @see https://github.com/docker/cli/blob/v28.5.0/cli/command/formatter/disk_usage.go
 */
export function diskUsage(usage: DiskUsage): DiskUsageSummary {
  return {
    LayersSize: usage.LayersSize ?? usage.ImageUsage?.TotalSize ?? 0,
    Images: images(usage),
    Containers: containers(usage),
    Volumes: volumes(usage),
    BuildCache: buildCache(usage),
  };
}

function images(usage: DiskUsage): DiskUsagePart {
  const list = usage.Images ?? [];
  const active = list.filter(({ Containers }) => (Containers ?? 0) > 0);
  const total = usage.LayersSize ?? usage.ImageUsage?.TotalSize ?? 0;
  // -1 stands for what was not computed: an image whose containers were not counted may be in use.
  const used = sum(
    list.filter(({ Containers }) => (Containers ?? 0) !== 0),
    ({ Size, SharedSize }) =>
      Size === -1 || SharedSize === -1 ? 0 : (Size ?? 0) - (SharedSize ?? 0),
  );
  return part(usage.ImageUsage, {
    total_count: list.length,
    active_count: active.length,
    total_size: total,
    shared_size: sum(list, ({ SharedSize }) => Math.max(0, SharedSize ?? 0)),
    reclaimable: Math.max(0, total - used),
  });
}

function containers(usage: DiskUsage): DiskUsagePart {
  const list = usage.Containers ?? [];
  const active = list.filter(({ State }) => /running|paused|restarting/.test(State ?? ""));
  const size = sum(list, ({ SizeRw }) => SizeRw ?? 0);
  return part(usage.ContainerUsage, {
    total_count: list.length,
    active_count: active.length,
    total_size: size,
    reclaimable: size - sum(active, ({ SizeRw }) => SizeRw ?? 0),
  });
}

function volumes(usage: DiskUsage): DiskUsagePart {
  const list = usage.Volumes ?? [];
  const active = list.filter(({ UsageData }) => (UsageData?.RefCount ?? 0) > 0);
  const sizeOf = (volume: (typeof list)[number]): number =>
    Math.max(0, volume.UsageData?.Size ?? 0);
  const size = sum(list, sizeOf);
  return part(usage.VolumeUsage, {
    total_count: list.length,
    active_count: active.length,
    total_size: size,
    reclaimable: sum(list.filter(({ UsageData }) => UsageData?.RefCount === 0), sizeOf),
  });
}

function buildCache(usage: DiskUsage): DiskUsagePart {
  const list = usage.BuildCache ?? [];
  const sizeOf = (shared: boolean) => ({ Shared, Size }: (typeof list)[number]): number =>
    Shared === shared ? Size ?? 0 : 0;
  const own = list.map((record) => ({ ...record, Shared: record.Shared === true }));
  const size = sum(own, sizeOf(false));
  return part(usage.BuildCacheUsage, {
    total_count: own.length,
    active_count: own.filter(({ InUse }) => InUse).length,
    total_size: size,
    shared_size: sum(own, sizeOf(true)),
    reclaimable: size - sum(own.filter(({ InUse }) => InUse), sizeOf(false)),
  });
}

/** Engine 29 sums up itself, and its lists may be absent. */
function part(
  summed:
    | {
      TotalCount?: number | null;
      ActiveCount?: number | null;
      TotalSize?: number | null;
      Reclaimable?: number | null;
    }
    | null
    | undefined,
  listed: DiskUsagePart,
): DiskUsagePart {
  if (listed.total_count > 0 || !summed?.TotalCount) return listed;
  return {
    total_count: summed.TotalCount,
    active_count: summed.ActiveCount ?? 0,
    total_size: summed.TotalSize ?? 0,
    reclaimable: summed.Reclaimable ?? 0,
  };
}

function sum<Item>(list: readonly Item[], amount: (item: Item) => number): number {
  return list.reduce((total, item) => total + amount(item), 0);
}
