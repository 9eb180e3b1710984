import assert from "node:assert/strict";
import { serverTest } from "../e2e/engine_server.ts";

interface Stats {
  readonly stats: Readonly<Record<string, unknown>> & {
    readonly cpu_percent?: number;
    readonly memory_percent?: number;
    readonly memory_bytes?: number;
    readonly memory_limit_bytes?: number;
    readonly network_rx_bytes_per_second?: number;
    readonly cpu_stats?: { readonly cpu_usage?: { readonly total_usage?: number } };
  };
  readonly container_id: string;
}

const TOOL = "docker_container_stats";

serverTest(`${TOOL} measures a busy container`, async ({ call, engine }) => {
  const id = await engine.run("busybox", {
    cmd: ["sh", "-c", "while :; do :; done"],
    hostConfig: { Memory: 64 * 1024 * 1024 },
  });
  const { stats, container_id } = await call<Stats>(TOOL, { container_id: id });
  assert.equal(container_id, id.slice(0, 12));
  assert.ok(Number(stats.cpu_percent) > 5, `cpu_percent ${stats.cpu_percent}`);
  assert.ok(Number(stats.memory_bytes) > 0 && Number(stats.memory_percent) > 0);
  assert.equal(stats.memory_limit_bytes, 64 * 1024 * 1024);
  assert.equal(typeof stats.network_rx_bytes_per_second, "number");
  assert.ok(Number(stats.cpu_stats?.cpu_usage?.total_usage) > 0);
  assert.equal(stats["precpu_stats"], undefined);
});

serverTest(`${TOOL} takes the first sample only with stream, and shows all with verbose`, async ({
  call,
  engine,
}) => {
  const id = await engine.run("busybox");
  const { stats } = await call<Stats>(TOOL, { container_id: id, stream: true, verbose: true });
  assert.equal(stats.cpu_percent, undefined);
  assert.equal(stats.network_rx_bytes_per_second, undefined);
  assert.ok(Number(stats.memory_bytes) > 0);
  assert.ok(stats["precpu_stats"] !== undefined && stats["preread"] !== undefined);
});

serverTest(
  `${TOOL} shows a stopped container without inventing figures`,
  async ({ call, engine }) => {
    const id = await engine.create("busybox");
    const { stats } = await call<Stats>(TOOL, { container_id: id });
    assert.ok(Object.values(stats).every((figure) => typeof figure !== "number" || figure === 0));
    assert.equal(stats.cpu_percent, undefined);
  },
);
