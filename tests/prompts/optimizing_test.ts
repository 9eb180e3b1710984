import assert from "node:assert/strict";
import type { ContainerDetails, ContainerStats } from "../../src/docker/types.ts";
import { imageFindings, layerLines } from "../../src/prompts/image_layers.ts";
import { Unseen } from "../../src/prompts/material.ts";
import { findings } from "../../src/prompts/optimizing.ts";
import { type ResourceUse, useLines, useOf } from "../../src/prompts/resource_use.ts";

const MIB = 2 ** 20;

/** One of several samples, a second apart; CPU times in nanoseconds of two processors. */
function sample(second: number, cpu: number): ContainerStats {
  const at = (time: number, used: number) => ({
    cpu_usage: { total_usage: used },
    system_cpu_usage: time * 2e9,
    online_cpus: 2,
  });
  return {
    read: new Date(second * 1000).toISOString(),
    cpu_stats: {
      ...at(second, second * cpu),
      throttling_data: { periods: second * 10, throttled_periods: second * 4 },
    },
    precpu_stats: at(second - 1, (second - 1) * cpu),
    memory_stats: { usage: second * MIB, limit: 4 * MIB },
    networks: { eth0: { rx_bytes: second * 1024, tx_bytes: 0 } },
    pids_stats: { current: 7 },
  };
}

Deno.test("useOf() and useLines() hold what a container used against its limits", () => {
  const use = useOf([sample(1, 19e8), sample(2, 5e8), sample(3, 5e8)]);
  assert.ok(use !== undefined);
  assert.deepEqual(useLines(use, { cpus: 1, pids: 20 }), [
    "Sampled for 2.0 s; a busy hour may look otherwise",
    "CPU: 50.0 % of one processor on average, 50.0 % at most, 50 % of its limit",
    "Memory without file cache: 3 MiB of 4 MiB (75 %)",
    "Processes and threads: 7 of 20",
    "Held back by its CPU limit in 8 of 20 periods",
    "Network a second: 1 KiB received, 0 B sent",
  ]);
});

Deno.test("useOf() says nothing where samples say nothing", () => {
  const zero: ContainerStats = { read: "0001-01-01T00:00:00Z", cpu_stats: {}, memory_stats: {} };
  for (const samples of [[], [sample(1, 1)], [zero, zero], [{}, {}]]) {
    assert.equal(useOf(samples), undefined);
  }
  const bare = useOf([{ read: "2026-01-01T00:00:00Z" }, { read: "2026-01-01T00:00:01Z" }]);
  assert.deepEqual(bare && useLines(bare, { cpus: 0, pids: 0 }), [
    "Sampled for 1.0 s; a busy hour may look otherwise",
  ]);
});

/** What rules find in a container with this part of its settings. */
function found(
  host: Record<string, unknown>,
  config: Record<string, unknown> = {},
  use?: ResourceUse,
): string[] {
  const details = {
    Config: { Image: "web:1", User: "1", Healthcheck: { Test: ["CMD", "x"] }, ...config },
    HostConfig: host,
  } as ContainerDetails;
  return findings({
    details,
    image: undefined,
    history: undefined,
    info: { MemTotal: 8 * 2 ** 30 },
    use,
    unseen: new Unseen(),
  });
}

Deno.test("findings() names what is missing, and nothing of a container that has it all", () => {
  const all = {
    Memory: 2 ** 28,
    NanoCpus: 1e9,
    PidsLimit: 9,
    RestartPolicy: { Name: "always" },
    ReadonlyRootfs: true,
    LogConfig: { Type: "local" },
  };
  assert.deepEqual(found(all), []);
  const none = found({ Privileged: true, LogConfig: { Type: "json-file", Config: {} } }, {
    User: "",
    Image: "host:5000/web",
    Healthcheck: { Test: ["NONE"] },
  });
  assert.deepEqual(none.map((line) => line.split(":")[0]), [
    "No memory limit",
    "No CPU limit and no shares",
    "No limit of processes",
    "No restart policy",
    "No health check",
    "It runs as root",
    "Its root file system is writable",
    "It is privileged",
    "Its log is never rotated (json-file without max-size)",
    "Its image has no fixed tag",
  ]);
  assert.match(none[0] ?? "", /the host's 8 GiB$/);
  assert.deepEqual(found(all, { Image: "web:latest" }).length, 1);
  assert.deepEqual(found(all, { Image: `web@sha256:${"a".repeat(64)}` }), []);
});

Deno.test("layerLines() shows the largest steps first; imageFindings() what made them large", () => {
  const history = [
    { Size: 0, CreatedBy: "CMD x" },
    { Size: 5 * MIB, CreatedBy: "/bin/sh -c apt-get install -y curl" },
    { Size: 9 * MIB, CreatedBy: "/bin/sh -c #(nop) COPY dir" },
    { Size: 1, CreatedBy: "RUN /bin/sh -c pip install x # buildkit" },
    { Size: 1, CreatedBy: "RUN /bin/sh -c chown -R app /app" },
  ];
  const lines = layerLines(undefined, history);
  assert.deepEqual(lines.slice(0, 2), ["9 MiB: COPY dir", "5 MiB: apt-get install -y curl"]);
  assert.equal(lines.length, 4);
  const big = { Size: 2 ** 31, RootFS: { Layers: Array.from({ length: 50 }, () => "x") } };
  assert.equal(imageFindings(big, history).length, 5);
  assert.deepEqual(imageFindings(undefined, undefined), []);
  assert.deepEqual(
    imageFindings({}, [{ CreatedBy: "RUN apt-get install -y a && rm -rf /var/lib/apt/lists/*" }]),
    [],
  );
});

Deno.test("findings() weighs memory and CPU against their limits", () => {
  const use = (memory: number, periods = 0): ResourceUse => ({
    seconds: 3,
    cpu: [1],
    memory,
    memoryLimit: 2 ** 30,
    processes: 1,
    throttled: { periods, of: 30 },
    received: undefined,
    sent: undefined,
    read: undefined,
    written: undefined,
  });
  const first = (memory: number, periods = 0) =>
    found({ Memory: 2 ** 30, NanoCpus: 1e9, PidsLimit: 9 }, {}, use(memory, periods))[0];
  assert.equal(
    first(0.95 * 2 ** 30),
    "It uses 95 % of its memory limit: the next peak may kill it",
  );
  assert.equal(first(0.05 * 2 ** 30), "It used 5.0 % of its memory limit during the sample");
  assert.match(first(0.5 * 2 ** 30) ?? "", /^No restart policy/);
  assert.equal(first(0.5 * 2 ** 30, 15), "Its CPU limit held it back in 50 % of the periods");
});
