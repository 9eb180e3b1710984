import assert from "node:assert/strict";
import { createDocker } from "../../src/docker/client.ts";
import { pruneRules } from "../../src/tools/prune_filters.ts";
import {
  findVolumes,
  type VolumeCandidates,
  type VolumeSearch,
  volumeSizes,
} from "../../src/tools/volume_candidates.ts";
import { FakeTransport } from "../fakes/fake_transport.ts";

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

async function find(search: Partial<VolumeSearch> = {}): Promise<VolumeCandidates> {
  using docker = createDocker(new FakeTransport(engine));
  const users = [{ Names: ["/web"], Mounts: [{ Name: "used" }, { Type: "bind" }] }, {
    Mounts: null,
  }];
  const rules = pruneRules(undefined, false);
  return await findVolumes(docker, { rules, named: false, users, signal, ...search });
}

Deno.test("findVolumes() takes volumes without a name, and says why the others stay", async () => {
  assert.deepEqual(await find(), {
    volumes: [ANONYMOUS, "labelled"],
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
