import assert from "node:assert/strict";
import { serverTest } from "../e2e/engine_server.ts";

type Json = Readonly<Record<string, unknown>>;

interface DiskUsage {
  readonly usage: {
    readonly LayersSize: number;
    readonly Images: Part;
    readonly Containers: Part;
    readonly Volumes: Part;
    readonly BuildCache: Part;
  };
}

interface Part {
  readonly total_count: number;
  readonly active_count: number;
  readonly total_size: number;
  readonly reclaimable: number;
}

interface RawDiskUsage {
  readonly LayersSize: number;
  readonly Images: { readonly Id: string }[];
  readonly Volumes: { readonly UsageData: { readonly Size: number } }[] | null;
  readonly BuildCache: { readonly Shared: boolean; readonly Size: number }[] | null;
}

interface Health {
  readonly healthy: boolean;
  readonly message: string;
  readonly engine: string;
  readonly details: {
    readonly daemon_info: Json;
    readonly containers: Json;
    readonly images: number;
  };
}

for (
  const [tool, key, path, kept, dropped] of [
    ["docker_system_info", "info", "/info", ["Name", "NCPU", "MemTotal", "Driver"], "ID"],
    [
      "docker_version",
      "version",
      "/version",
      ["Version", "ApiVersion", "MinAPIVersion"],
      "Details",
    ],
  ] as const
) {
  serverTest(`${tool} answers what the Engine says, and all of it with verbose`, async ({
    call,
    engine,
  }) => {
    const raw = (await engine.raw("GET", path)).json as Json;
    const short = (await call<Json>(tool))[key] as Json;
    for (const name of kept) assert.deepEqual(short[name], raw[name], name);
    assert.ok(!JSON.stringify(short).includes(`"${dropped}":`), `${dropped} is shown`);
    const long = (await call<Json>(tool, { verbose: true }))[key] as Json;
    assert.deepEqual(Object.keys(long).sort(), Object.keys(raw).sort());
    for (const name of kept) assert.deepEqual(long[name], raw[name], name);
    assert.ok(JSON.stringify(short).length < JSON.stringify(long).length);
  });
}

for (const mode of ["legacy", "auto"] as const) {
  serverTest(`docker_system_df sums up what takes space (${mode})`, async ({ call, engine }) => {
    const grower = ["sh", "-c", "dd if=/dev/zero of=/big bs=1M count=3 2>/dev/null; sleep 3600"];
    const id = await engine.run("busybox", { cmd: grower });
    // The file is complete when the program after it runs.
    const isSleeping = async (): Promise<boolean> =>
      (await engine.raw("GET", `/containers/${id}/top`)).text.includes('sleep 3600"');
    for (const late = Date.now() + 10_000; !await isSleeping();) {
      assert.ok(Date.now() < late, "the container does not get ready");
    }
    const { usage } = await call<DiskUsage>("docker_system_df");
    const raw = (await engine.raw("GET", "/system/df")).json as RawDiskUsage;
    assert.equal(usage.LayersSize, raw.LayersSize);
    assert.equal(usage.Images.total_count, raw.Images.length);
    assert.equal(usage.Images.total_size, raw.LayersSize);
    assert.ok(usage.Containers.active_count >= 1);
    assert.ok(usage.Containers.total_size >= 3 * 1024 * 1024);
    assert.equal(usage.Volumes.total_count, raw.Volumes?.length ?? 0);
    const cached = (raw.BuildCache ?? []).filter(({ Shared }) => !Shared);
    assert.equal(usage.BuildCache.total_size, cached.reduce((sum, { Size }) => sum + Size, 0));
    for (const part of [usage.Images, usage.Containers, usage.Volumes, usage.BuildCache]) {
      assert.ok(part.reclaimable >= 0 && part.reclaimable <= part.total_size);
    }
  }, { mode });
}

serverTest("docker_healthcheck says which Engine answers, and why it was chosen", async ({
  call,
  engine,
}) => {
  const { healthy, message, engine: chosen, details } = await call<Health>("docker_healthcheck");
  const raw = (await engine.raw("GET", "/version")).json as Json;
  assert.deepEqual([healthy, message], [true, "The Docker Engine answers"]);
  assert.equal(chosen, `Using the Engine at ${engine.host}, because DOCKER_HOST is set.`);
  assert.equal(details.daemon_info["server_version"], raw["Version"]);
  assert.equal(details.daemon_info["api_version"], raw["ApiVersion"]);
  assert.ok(Number(details.daemon_info["cpus"]) > 0 && details.images > 0);
});

serverTest("tools without arguments refuse one by name", async ({ callFailing }) => {
  for (const tool of ["docker_system_df", "docker_healthcheck"]) {
    assert.match(await callFailing(tool, { all: true }), /^all: is not an argument of docker_\w+/);
  }
  assert.match(await callFailing("docker_version", { verbose: "loud" }), /^verbose: /);
});
