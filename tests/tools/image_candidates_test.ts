import assert from "node:assert/strict";
import { createDocker } from "../../src/docker/client.ts";
import type { ImageDeletion } from "../../src/docker/types.ts";
import { deleteImage, findImages } from "../../src/tools/image_candidates.ts";
import { pruneRules } from "../../src/tools/prune_filters.ts";
import { FakeTransport } from "../fakes/fake_transport.ts";

const { signal } = new AbortController();
const MUST_BE_FORCED = "conflict: unable to delete a (must be forced) - image is referenced in " +
  "multiple repositories";

Deno.test("findImages() asks once, however many images there are", async () => {
  const images = Array.from({ length: 1000 }, (_, number) => ({ Id: `sha256:${number}` }));
  const transport = new FakeTransport({ "GET /images/json": images });
  using docker = createDocker(transport);
  const search = { rules: pruneRules(undefined, false), danglingOnly: false, users: [], signal };
  const found = await findImages(docker, search);
  assert.deepEqual([found.images.length, transport.requests.length], [1000, 1]);
});

Deno.test("findImages() keeps what is in use, and spares a tagged image whatever the Engine's filter is", async () => {
  const images = [
    { Id: "sha256:free", RepoTags: ["<none>:<none>"], Size: 3 },
    { Id: "sha256:used", RepoTags: null },
    { Id: "sha256:tagged", RepoTags: ["shop:1"] },
    { Id: "sha256:digest", RepoTags: [], RepoDigests: ["shop@sha256:1"] },
  ];
  using docker = createDocker(new FakeTransport({ "GET /images/json": images }));
  const users = [
    { Id: "c1", Names: ["/web"], ImageID: "sha256:used" },
    { Id: "c2", Names: ["/job"], ImageID: "sha256:used" },
  ];
  const rules = pruneRules(undefined, false);
  const found = await findImages(docker, { rules, danglingOnly: true, users, signal });
  assert.deepEqual(found, {
    images: [
      { kind: "image", id: "sha256:free", size: 3 },
      {
        kind: "image",
        id: "sha256:digest",
        name: "shop@sha256:1",
        tags: ["shop@sha256:1"],
        size: 0,
      },
    ],
    kept: [{ id: "used", reason: "used by container web and 1 more" }],
    spared: [],
  });
});

/** Deletes an image on an Engine that refuses its id as long as it has several names. */
async function deleting(
  RepoTags: readonly string[],
  status: number,
  message = MUST_BE_FORCED,
): Promise<{ deleted: ImageDeletion[]; requests: string[] }> {
  let names = [...RepoTags];
  const transport = new FakeTransport({
    "GET /images/{}/json": () => ({ Id: "sha256:a", RepoTags: names }),
    "DELETE /images/{}": ({ path }: { path: string }) => {
      const reference = decodeURIComponent(path.slice("/images/".length));
      if (reference !== "sha256:a") {
        names = names.filter((name) => name !== reference);
        return [{ Untagged: reference }];
      }
      return names.length > 1
        ? Response.json({ message }, { status })
        : [{ Untagged: names[0] }, { Deleted: reference }];
    },
  });
  using docker = createDocker(transport);
  const deleted: ImageDeletion[] = [];
  try {
    await deleteImage(docker, "sha256:a", { deleted, signal });
  } finally {
    assert.ok(transport.requests.every(({ query }) => query.get("force") !== "true"));
  }
  const requests = transport.requests.map(({ method, path }) =>
    `${method} ${decodeURIComponent(path)}`
  );
  return { deleted, requests };
}

Deno.test("deleteImage() deletes an image with one name by its id, with one request", async () => {
  const { deleted, requests } = await deleting(["a:1"], 409);
  assert.deepEqual(deleted, [{ Untagged: "a:1" }, { Deleted: "sha256:a" }]);
  assert.deepEqual(requests, ["DELETE /images/sha256:a"]);
});

Deno.test("deleteImage() takes all names but one away first where the Engine wants it so", async () => {
  const podman = "unable to delete image by ID with more than one tag: please force removal";
  for (const [status, message] of [[409, MUST_BE_FORCED], [500, podman]] as const) {
    const { deleted, requests } = await deleting(["a:1", "b:1", "c:1"], status, message);
    assert.deepEqual(deleted, [
      { Untagged: "b:1" },
      { Untagged: "c:1" },
      { Untagged: "a:1" },
      { Deleted: "sha256:a" },
    ]);
    assert.deepEqual(requests, [
      "DELETE /images/sha256:a",
      "GET /images/sha256:a/json",
      "DELETE /images/b:1",
      "DELETE /images/c:1",
      "DELETE /images/sha256:a",
    ]);
  }
});

Deno.test("deleteImage() takes no name away where something else is in the way", async () => {
  const message =
    "conflict: unable to delete a (cannot be forced) - image has dependent child images";
  const refused = { name: "DockerError", code: "conflict" };
  await assert.rejects(deleting(["a:1", "b:1"], 409, message), refused);
});
