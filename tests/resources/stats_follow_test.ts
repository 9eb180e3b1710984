import assert from "node:assert/strict";
import { createDocker } from "../../src/docker/client.ts";
import type { ContainerStats } from "../../src/docker/types.ts";
import { followStats } from "../../src/resources/stats_follow.ts";
import { FakeTransport, lines } from "../fakes/fake_transport.ts";

const MIB = 1024 * 1024;

/** A sample of a container that used so many percent of one processor, and so many MiB. */
function sample(cpu: number | undefined, memory: number): ContainerStats {
  const total = cpu ?? 0;
  return {
    read: "2026-01-01T00:00:00Z",
    cpu_stats: { cpu_usage: { total_usage: total }, system_cpu_usage: 100, online_cpus: 1 },
    precpu_stats: cpu === undefined ? {} : { cpu_usage: { total_usage: 0 }, system_cpu_usage: 0 },
    memory_stats: { usage: memory * MIB, limit: 1000 * MIB },
  };
}

const STOPPED: ContainerStats = { read: "0001-01-01T00:00:00Z", cpu_stats: {}, memory_stats: {} };

/** How often each sample was told of. */
async function follow(samples: readonly ContainerStats[], isResumed = false): Promise<number> {
  const transport = new FakeTransport({ "GET /containers/{}/stats": () => lines(...samples) });
  using docker = createDocker(transport);
  let changes = 0;
  const { signal } = new AbortController();
  const told = { opened: () => {}, changed: () => void changes++ };
  await followStats({ docker, container: { Id: "c1" }, signal, isResumed, ...told });
  return changes;
}

Deno.test("followStats() tells of one point of CPU, against what it last told", async () => {
  assert.equal(await follow([sample(undefined, 50), sample(5, 50), sample(5.9, 50)]), 0);
  assert.equal(await follow([sample(undefined, 50), sample(5, 50), sample(6, 50)]), 1);
  assert.equal(await follow([sample(5, 50), sample(4, 50), sample(4, 50)]), 1);
  assert.equal(await follow([5, 5.5, 6, 6.5, 7].map((cpu) => sample(cpu, 50))), 2);
});

Deno.test("followStats() tells of one percent of memory, and of no less than a MiB", async () => {
  assert.equal(await follow([sample(5, 500), sample(5, 504)]), 0);
  assert.equal(await follow([sample(5, 500), sample(5, 505)]), 1);
  assert.equal(await follow([sample(5, 500), sample(5, 495)]), 1);
  assert.equal(await follow([sample(5, 2), sample(5, 2.9)]), 0);
  assert.equal(await follow([sample(5, 2), sample(5, 3)]), 1);
});

Deno.test("followStats() ends with the first sample of a stopped container", async () => {
  assert.equal(await follow([sample(5, 50), STOPPED, sample(9, 90)]), 0);
});

Deno.test("followStats() tells of a container once when it is followed again", async () => {
  assert.equal(await follow([sample(undefined, 50), sample(5, 50)], true), 1);
});

Deno.test("followStats() takes samples that lack everything", async () => {
  const odd = { read: "2026-01-01T00:00:00Z", cpu_stats: null, memory_stats: null };
  assert.equal(await follow([odd, odd, { ...odd, memory_stats: { usage: NaN } }]), 0);
});
