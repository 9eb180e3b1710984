import assert from "node:assert/strict";
import { diskUsage } from "../../src/tools/disk_usage.ts";

/** The figures of docker/cli v28 for the same input, worked out by hand from its formatter/disk_usage.go. */
Deno.test("diskUsage() sums up as docker system df does", () => {
  const summary = diskUsage({
    LayersSize: 1000,
    Images: [
      { Id: "a", Size: 500, SharedSize: 100, Containers: 2 },
      { Id: "b", Size: 400, SharedSize: 100, Containers: 0 },
      { Id: "c", Size: -1, SharedSize: -1, Containers: 1 },
    ],
    Containers: [
      { State: "running", SizeRw: 10 },
      { State: "paused", SizeRw: 20 },
      { State: "restarting" },
      { State: "exited", SizeRw: 40 },
      { State: "created", SizeRw: 80 },
    ],
    Volumes: [
      { Name: "used", UsageData: { Size: 5, RefCount: 1 } },
      { Name: "free", UsageData: { Size: 7, RefCount: 0 } },
      { Name: "remote", UsageData: { Size: -1, RefCount: 0 } },
    ],
    BuildCache: [
      { Size: 100, Shared: false, InUse: true },
      { Size: 200, Shared: false, InUse: false },
      { Size: 400, Shared: true, InUse: true },
      { Size: 800 },
    ],
  });
  assert.deepEqual(summary, {
    LayersSize: 1000,
    Images: {
      total_count: 3,
      active_count: 2,
      total_size: 1000,
      shared_size: 200,
      reclaimable: 600,
    },
    Containers: { total_count: 5, active_count: 3, total_size: 150, reclaimable: 120 },
    Volumes: { total_count: 3, active_count: 1, total_size: 12, reclaimable: 7 },
    BuildCache: {
      total_count: 4,
      active_count: 2,
      total_size: 1100,
      shared_size: 400,
      reclaimable: 1000,
    },
  });
});

Deno.test("diskUsage() takes objects whose use was not counted for used", () => {
  const { Images, Volumes } = diskUsage({
    LayersSize: 100,
    Images: [{ Size: 60, SharedSize: 0, Containers: -1 }],
    Volumes: [{ Name: "a", UsageData: { Size: 5, RefCount: -1 } }, { Name: "b" }],
  });
  assert.equal(Images.active_count, 0);
  assert.equal(Images.reclaimable, 40);
  assert.equal(Volumes.reclaimable, 0);
});

Deno.test("diskUsage() answers zeros for null lists and for nothing at all", () => {
  const nothing = { total_count: 0, active_count: 0, total_size: 0, reclaimable: 0 };
  const expected = {
    LayersSize: 0,
    Images: { ...nothing, shared_size: 0 },
    Containers: nothing,
    Volumes: nothing,
    BuildCache: { ...nothing, shared_size: 0 },
  };
  const usage = { Images: null, Containers: null, Volumes: null, BuildCache: null };
  assert.deepEqual(diskUsage(usage), expected);
  assert.deepEqual(diskUsage({}), expected);
  // Engine 29 sends {} where there is nothing.
  assert.deepEqual(diskUsage({ ImageUsage: {}, VolumeUsage: {}, BuildCacheUsage: null }), expected);
});

Deno.test("diskUsage() takes Engine 29's own sums where its lists are absent", () => {
  const summary = diskUsage({
    ImageUsage: { TotalCount: 3, ActiveCount: 1, TotalSize: 900, Reclaimable: 600 },
    ContainerUsage: { TotalCount: 2, TotalSize: 10, Reclaimable: 5 },
    VolumeUsage: { TotalCount: 1, ActiveCount: 1, TotalSize: 7 },
  });
  assert.equal(summary.LayersSize, 900);
  assert.deepEqual(summary.Images, {
    total_count: 3,
    active_count: 1,
    total_size: 900,
    reclaimable: 600,
  });
  assert.deepEqual(summary.Containers, {
    total_count: 2,
    active_count: 0,
    total_size: 10,
    reclaimable: 5,
  });
  assert.equal(summary.Volumes.reclaimable, 0);
});

Deno.test("diskUsage() prefers lists over sums, and never claims less than nothing", () => {
  const images = [{ Size: 50, SharedSize: 0, Containers: 1 }];
  const { Images } = diskUsage({ Images: images, ImageUsage: { TotalCount: 9, TotalSize: 40 } });
  assert.deepEqual([Images.total_count, Images.total_size, Images.reclaimable], [1, 40, 0]);
  assert.equal(diskUsage({ Images: images }).Images.reclaimable, 0);
});
