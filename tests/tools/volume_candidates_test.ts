import assert from "node:assert/strict";
import { createDocker } from "../../src/docker/client.ts";
import { pruneRules } from "../../src/tools/prune_filters.ts";
import {
  findVolumes,
  type VolumeCandidates,
  type VolumeSearch,
  volumeSizes,
  volumeSizeSoon,
} from "../../src/tools/volume_candidates.ts";
import { FakeTime } from "../fakes/fake_time.ts";
import { FakeTransport, hang } from "../fakes/fake_transport.ts";

const ANONYMOUS = "a".repeat(64);
const { signal } = new AbortController();

const engine = {
  "GET /volumes": {
    Volumes: [
      { Name: "data", Labels: null },
      { Name: ANONYMOUS },
      { Name: "labelled", Labels: { "com.docker.volume.anonymous": "" } },
      { Name: "used", Labels: { stage: "ci" } },
      { Name: "A".repeat(64) },
    ],
  },
};

type Found = Omit<VolumeCandidates, "volumes"> & { readonly volumes: (string | undefined)[] };

async function find(search: Partial<VolumeSearch> = {}): Promise<Found> {
  using docker = createDocker(new FakeTransport(engine));
  const users = [{ Names: ["/web"], Mounts: [{ Name: "used" }, { Type: "bind" }] }, {
    Mounts: null,
  }];
  const rules = pruneRules(undefined, false);
  const found = await findVolumes(docker, { rules, named: false, users, signal, ...search });
  return { ...found, volumes: found.volumes.map(({ Name }) => Name) };
}

Deno.test("findVolumes() takes volumes without a name, and says why the others stay", async () => {
  assert.deepEqual(await find(), {
    volumes: [ANONYMOUS, "labelled"],
    spared: [],
    kept: [
      { id: "data", reason: "has a name" },
      { id: "used", reason: "used by container web" },
      { id: "A".repeat(64), reason: "has a name" },
    ],
  });
});

Deno.test("findVolumes() takes named volumes too where that is asked for, but none in use", async () => {
  const { volumes, kept } = await find({ named: true });
  assert.deepEqual(volumes, ["data", ANONYMOUS, "labelled", "A".repeat(64)]);
  assert.deepEqual(kept, [{ id: "used", reason: "used by container web" }]);
});

Deno.test("findVolumes() says nothing of what the filters leave out", async () => {
  const rules = pruneRules({ label: "stage=ci" }, false);
  assert.deepEqual(await find({ rules, users: [] }), {
    volumes: [],
    kept: [{ id: "used", reason: "has a name" }],
    spared: [],
  });
});

Deno.test("volumeSizes() counts what the Engine did not compute as nothing", async () => {
  const Volumes = [
    { Name: "a", UsageData: { Size: 5 } },
    { Name: "b", UsageData: { Size: -1 } },
    { Name: "c", UsageData: null },
  ];
  for (const [answer, expected] of [[{ Volumes }, [5, 0, 0]], [{ Volumes: null }, []]] as const) {
    using docker = createDocker(new FakeTransport({ "GET /system/df": answer }));
    assert.deepEqual([...(await volumeSizes(docker, signal)).values()], expected);
  }
});

Deno.test("volumeSizeSoon() tells the size of one volume, or nothing where the Engine does not", async () => {
  const Volumes = [{ Name: "a", UsageData: { Size: 5 } }];
  const busy = Response.json({ message: "already running" }, { status: 500 });
  for (const [answer, expected] of [[{ Volumes }, 5], [{ Volumes: [] }, undefined], [busy]]) {
    using docker = createDocker(new FakeTransport({ "GET /system/df": answer }));
    assert.equal(await volumeSizeSoon(docker, "a", signal), expected);
  }
});

Deno.test("volumeSizeSoon() waits 2 s for the Engine, and no longer than the caller", async () => {
  using time = new FakeTime();
  using docker = createDocker(new FakeTransport({ "GET /system/df": hang }));
  const size = volumeSizeSoon(docker, "a", signal);
  await time.pass(2000);
  assert.equal(await size, undefined);
  const controller = new AbortController();
  const cancelled = assert.rejects(volumeSizeSoon(docker, "a", controller.signal), /cancelled/);
  await time.pass(10);
  controller.abort(new Error("cancelled"));
  await cancelled;
  await time.settle();
  assert.equal(time.pending, 0);
});
