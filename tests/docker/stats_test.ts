import assert from "node:assert/strict";
import fc from "../property.ts";
import { blockIo, cpuPercent, memory, networkTraffic } from "../../src/docker/stats.ts";
import type { ContainerStats } from "../../src/docker/types.ts";

Deno.test("cpuPercent() is docker's formula", () => {
  const stats: ContainerStats = {
    cpu_stats: { cpu_usage: { total_usage: 300 }, system_cpu_usage: 2000, online_cpus: 4 },
    precpu_stats: { cpu_usage: { total_usage: 100 }, system_cpu_usage: 1000 },
  };
  assert.equal(cpuPercent(stats), 80);
});

Deno.test("cpuPercent() counts processors where the Engine does not", () => {
  const stats: ContainerStats = {
    cpu_stats: {
      cpu_usage: { total_usage: 300, percpu_usage: [1, 2] },
      system_cpu_usage: 2000,
      online_cpus: 0,
    },
    precpu_stats: { cpu_usage: { total_usage: 100 }, system_cpu_usage: 1000 },
  };
  assert.equal(cpuPercent(stats), 40);
});

Deno.test("cpuPercent() is undefined where the samples do not tell", () => {
  const cpu = { cpu_usage: { total_usage: 5 }, system_cpu_usage: 9, online_cpus: 1 };
  const cases: ContainerStats[] = [
    {},
    { cpu_stats: null, precpu_stats: null },
    { cpu_stats: cpu, precpu_stats: {} },
    { cpu_stats: cpu, precpu_stats: { cpu_usage: { total_usage: 0 } } },
    { cpu_stats: cpu, precpu_stats: cpu },
    { cpu_stats: cpu, precpu_stats: { cpu_usage: { total_usage: 6 }, system_cpu_usage: 1 } },
  ];
  for (const stats of cases) assert.equal(cpuPercent(stats), undefined);
});

Deno.test("cpuPercent() uses time and processors on Windows", () => {
  const stats: ContainerStats = {
    read: "2026-01-01T00:00:02Z",
    preread: "2026-01-01T00:00:01Z",
    num_procs: 2,
    cpu_stats: { cpu_usage: { total_usage: 10_000_000 } },
    precpu_stats: { cpu_usage: { total_usage: 0 } },
  };
  assert.equal(cpuPercent(stats), 50);
});

Deno.test("memory() leaves out the cache as docker does for both cgroup versions", () => {
  const v1 = { usage: 1000, limit: 4000, stats: { total_inactive_file: 200, inactive_file: 1 } };
  const v2 = { usage: 1000, limit: 4000, stats: { inactive_file: 400 } };
  assert.deepEqual(memory({ memory_stats: v1 }), { used: 800, limit: 4000, percent: 20 });
  assert.deepEqual(memory({ memory_stats: v2 }), { used: 600, limit: 4000, percent: 15 });
});

Deno.test("memory() never falls below zero and knows nothing of a stopped container", () => {
  const odd = { usage: 100, limit: 0, stats: { inactive_file: 400 } };
  assert.deepEqual(memory({ memory_stats: odd }), {
    used: 100,
    limit: undefined,
    percent: undefined,
  });
  const nothing = { used: undefined, limit: undefined, percent: undefined };
  for (const memory_stats of [{}, null, { stats: null }]) {
    assert.deepEqual(memory({ memory_stats }), nothing);
  }
  assert.equal(memory({ num_procs: 2, memory_stats: { privateworkingset: 7 } }).used, 7);
});

Deno.test("networkTraffic() adds up the interfaces", () => {
  const networks = { eth0: { rx_bytes: 1, tx_bytes: 10 }, eth1: { rx_bytes: 2 }, eth2: null };
  assert.deepEqual(networkTraffic({ networks }), { received: 3, sent: 10 });
  for (const none of [{}, { networks: null }, { networks: {} }]) {
    assert.equal(networkTraffic(none), undefined);
  }
});

Deno.test("blockIo() adds up the devices of both cgroup versions", () => {
  const io_service_bytes_recursive = [
    { op: "Read", value: 1 },
    { op: "Write", value: 2 },
    { op: "read", value: 10 },
    { op: "write", value: 20 },
    { op: "Sync", value: 100 },
    { op: "Total", value: 100 },
  ];
  assert.deepEqual(blockIo({ blkio_stats: { io_service_bytes_recursive } }), {
    read: 11,
    written: 22,
  });
  for (const none of [null, {}, { io_service_bytes_recursive: null }]) {
    assert.equal(blockIo({ blkio_stats: none }), undefined);
  }
  assert.equal(blockIo({ blkio_stats: { io_service_bytes_recursive: [] } }), undefined);
  const storage_stats = { read_size_bytes: 5, write_size_bytes: 6 };
  assert.deepEqual(blockIo({ num_procs: 1, storage_stats }), { read: 5, written: 6 });
});

Deno.test("cpuPercent() and memory() yield a finite number or undefined, whatever comes", () => {
  const number = fc.oneof(fc.double(), fc.integer(), fc.constant(undefined));
  const cpu = fc.record({
    cpu_usage: fc.record({ total_usage: number }),
    system_cpu_usage: number,
    online_cpus: number,
  });
  const sample = fc.record({
    cpu_stats: cpu,
    precpu_stats: cpu,
    memory_stats: fc.record({ usage: number, limit: number }),
    num_procs: number,
    read: fc.string(),
  });
  fc.assert(fc.property(sample, (stats) => {
    const found = memory(stats as ContainerStats);
    for (const value of [cpuPercent(stats as ContainerStats), found.percent, found.used]) {
      assert.ok(value === undefined || Number.isFinite(value), String(value));
    }
  }));
});
