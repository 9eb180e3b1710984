import assert from "node:assert/strict";
import { createDocker } from "../../src/docker/client.ts";
import { type Candidates, findCandidates } from "../../src/tools/prune_candidates.ts";
import type { Protection } from "../../src/tools/protection.ts";
import { pruneRules } from "../../src/tools/prune_filters.ts";
import type { PlannedObject } from "../../src/tools/plan.ts";
import type { Filters } from "../../src/tools/fields.ts";
import { FakeTransport } from "../fakes/fake_transport.ts";

const ANONYMOUS = "a".repeat(64);
const OLD = 1_600_000_000;

const engine = {
  "GET /containers/json": [
    { Id: "run", Names: ["/web"], State: "running", ImageID: "used", Created: OLD },
    { Id: "done", Names: ["/job"], State: "exited", ImageID: "free", Created: OLD, SizeRw: 7 },
    { Id: "new", Names: null, State: "created", Labels: { keep: "" }, Created: OLD },
    { Id: "dead", Names: ["/dead"], State: "dead", Created: Date.now() / 1000 },
    { Id: "paused", Names: ["/p"], State: "paused", Created: OLD },
    { Id: "odd", Names: ["/odd"], State: "removing", Created: OLD },
  ],
  "GET /images/json": [
    { Id: "used", Size: 1, Created: OLD },
    { Id: "free", Size: 2, Created: OLD, Labels: null },
  ],
  "GET /networks": [
    { Id: "n1", Name: "bridge" },
    { Id: "n2", Name: "host" },
    { Id: "n3", Name: "none" },
    { Id: "n4", Name: "shop", Created: "2021-01-01T00:00:00Z" },
    { Id: "n5", Name: "undated" },
  ],
  "GET /volumes": {
    Volumes: [
      { Name: "data" },
      { Name: ANONYMOUS, Labels: null },
      { Name: "labelled", Labels: { "com.docker.volume.anonymous": "" } },
    ],
  },
  "GET /system/df": { Volumes: [{ Name: ANONYMOUS, UsageData: { Size: 9 } }, { Name: "data" }] },
};

function idsOf(objects: readonly PlannedObject[]): string[] {
  return objects.map(({ id }) => id);
}

interface Found {
  readonly ids: Record<Exclude<keyof Candidates, "spared">, string[]>;
  readonly candidates: Candidates;
}

async function find(
  { filters, volumes = false, replies = {}, protection }: {
    filters?: Filters;
    volumes?: boolean;
    replies?: Record<string, unknown>;
    protection?: Protection;
  },
): Promise<Found> {
  using docker = createDocker(new FakeTransport({ ...engine, ...replies }));
  const rules = pruneRules(filters, volumes);
  const { signal } = new AbortController();
  const candidates = await findCandidates(docker, { rules, volumes, protection, signal });
  const { containers, images, networks } = candidates;
  const ids = {
    containers: idsOf(containers),
    images: idsOf(images),
    networks: idsOf(networks),
    volumes: idsOf(candidates.volumes),
  };
  return { ids, candidates };
}

Deno.test("findCandidates() finds stopped containers, dangling images and unused networks", async () => {
  const { ids, candidates } = await find({});
  assert.deepEqual(ids, {
    containers: ["done", "new", "dead"],
    images: ["free"],
    networks: ["n4", "n5"],
    volumes: [],
  });
  assert.deepEqual(candidates.containers[0], {
    kind: "container",
    id: "done",
    name: "job",
    size: 7,
    created: "2020-09-13T12:26:40Z",
  });
  assert.deepEqual(candidates.containers[1], {
    kind: "container",
    id: "new",
    name: "",
    size: 0,
    created: "2020-09-13T12:26:40Z",
  });
});

Deno.test("findCandidates() finds anonymous volumes by label or name, only when asked", async () => {
  const { ids, candidates } = await find({ volumes: true });
  assert.deepEqual(ids.volumes, [ANONYMOUS, "labelled"]);
  assert.deepEqual(candidates.volumes.map(({ size }) => size), [9, 0]);
});

Deno.test("findCandidates() keeps what any remaining container names, running or not", async () => {
  const remaining = {
    Id: "kept",
    State: "exited",
    Labels: { keep: "" },
    ImageID: "free",
    Mounts: [{ Type: "volume", Name: ANONYMOUS }],
    NetworkSettings: { Networks: { shop: { NetworkID: "" }, other: { NetworkID: "n5" } } },
  };
  const { ids } = await find({
    filters: { "label!": "keep" },
    volumes: true,
    replies: { "GET /containers/json": [remaining] },
  });
  assert.deepEqual(ids, { containers: [], images: ["used"], networks: [], volumes: ["labelled"] });
});

Deno.test("findCandidates() leaves out what is too young, or of unknown age", async () => {
  const { ids } = await find({ filters: { until: "24h" } });
  assert.deepEqual(ids.containers, ["done", "new"]);
  assert.deepEqual(ids.networks, ["n4"]);
});

Deno.test("findCandidates() understands Engines that send null for empty lists", async () => {
  const nothing = { "GET /images/json": null, "GET /networks": null, "GET /containers/json": null };
  const replies = { ...nothing, "GET /volumes": { Volumes: null }, "GET /system/df": {} };
  const { ids } = await find({ volumes: true, replies });
  assert.deepEqual(ids, { containers: [], images: [], networks: [], volumes: [] });
});

Deno.test("findCandidates() leaves out what is protected, and what that uses, and says so", async () => {
  const named = new Set(["job", "labelled", "done", "n4"]);
  const protection: Protection = {
    covers: () => true,
    reason: ({ id, names }) => [id, ...names].some((name) => named.has(name)) ? "kept" : undefined,
  };
  const { ids, candidates } = await find({ volumes: true, protection });
  assert.deepEqual(ids.containers, ["new", "dead"]);
  assert.deepEqual(ids.images, [], "its image is in use as long as it stays");
  assert.deepEqual(ids.networks, ["n5"]);
  assert.deepEqual(ids.volumes, [ANONYMOUS]);
  assert.deepEqual(candidates.spared, [
    "The container job stays: kept",
    "The network shop stays: kept",
    "The volume labelled stays: kept",
  ]);
});
