import assert from "node:assert/strict";
import { createDocker } from "../../src/docker/client.ts";
import { removeImage } from "../../src/tools/image_remove.ts";
import type { PlannedObject } from "../../src/tools/plan.ts";
import { FakeTransport } from "../fakes/fake_transport.ts";
import { toolContext } from "./tool_context.ts";

const ID = `sha256:${"4f1c2d3e4a5b".padEnd(64, "0")}`;
const DIGEST = `sha256:${"a".repeat(64)}`;
const CONTAINERS = [
  { Id: "c1", Names: ["/web"], ImageID: ID },
  { Id: "0123456789abcdef", Names: null, ImageID: ID },
  { Id: "c3", Names: ["/other"], ImageID: "sha256:other" },
];

interface Tried {
  readonly planned: readonly PlannedObject[];
  /** The path of the request that deleted. */
  readonly deleted: string | undefined;
}

/** Plans and removes on a fake Engine with one image. */
async function tried(image: string, found: Record<string, unknown>): Promise<Tried> {
  const transport = new FakeTransport({
    "GET /images/{}/json": { Id: ID, Size: 7, ...found },
    "GET /containers/json": CONTAINERS,
    "DELETE /images/{}": [{ Untagged: "shop:1" }],
  });
  using docker = createDocker(transport);
  const context = toolContext(docker);
  const input = { image, force: true, noprune: false };
  assert.ok(removeImage.plan);
  const { objects: planned } = await removeImage.plan(context, input);
  await removeImage.run(context, input, planned);
  const request = transport.requests.find(({ method }) => method === "DELETE");
  return { planned, deleted: request && decodeURIComponent(request.path) };
}

Deno.test("docker_remove_image plans an image with its names, its size and who uses it", async () => {
  const { planned, deleted } = await tried("4f1c2d3e4a5b", {
    RepoTags: ["shop:1", "shop:2"],
    RepoDigests: [`shop@${DIGEST}`],
  });
  assert.deepEqual(planned, [{
    kind: "image",
    id: ID,
    size: 7,
    tags: ["shop:1", "shop:2"],
    used_by: ["web", "0123456789ab"],
  }]);
  assert.equal(deleted, `/images/${ID}`);
});

Deno.test("docker_remove_image takes only the name that was given, and says that it frees nothing", async () => {
  const names = { RepoTags: ["abcdef:latest", "shop:1"], RepoDigests: [`shop@${DIGEST}`] };
  for (
    const name of ["shop:1", "docker.io/library/shop:1", "abcdef", `shop@${DIGEST}`, "unusual/shop"]
  ) {
    const { planned: [planned], deleted } = await tried(name, names);
    assert.deepEqual([planned?.name, planned?.size, deleted], [name, 0, `/images/${name}`]);
  }
  const { planned: [planned] } = await tried("shop:1", { RepoTags: ["shop:1"] });
  assert.equal(planned?.size, 7);
});

Deno.test("docker_remove_image takes a name for a name even where it looks like the id", async () => {
  const { deleted } = await tried("4f1c2d", { RepoTags: ["4f1c2d:latest", "shop:1"] });
  assert.equal(deleted, "/images/4f1c2d");
});

Deno.test("docker_remove_image deletes an image without names by its id", async () => {
  for (const form of [ID, ID.slice(7), ID.slice(7, 13)]) {
    const { planned: [planned], deleted } = await tried(form, { RepoTags: null });
    assert.deepEqual([planned?.name, planned?.tags, deleted], [undefined, [], `/images/${ID}`]);
  }
});

const WEB = { Id: "c1", Names: ["/web"], ImageID: ID, State: "running" };
const JOB = { Id: "c2", Names: ["/job"], ImageID: ID, State: "exited" };

Deno.test("docker_remove_image tells in its plan what else happens", async () => {
  const alsoOf = async (
    details: Record<string, unknown>,
    input: { force?: boolean; noprune?: boolean } = {},
  ): Promise<readonly string[] | undefined> => {
    const image = { Id: ID, RepoTags: ["shop:1"], ...details };
    const replies = { "GET /images/{}/json": image, "GET /containers/json": [WEB, JOB] };
    using docker = createDocker(new FakeTransport(replies));
    const whole = { image: "shop:1", force: true, noprune: false, ...input };
    return (await removeImage.plan?.(toolContext(docker), whole))?.also;
  };
  const [web, job] = [
    "Container web runs: its image only loses its name",
    "Container job is left without its image",
  ];
  assert.deepEqual(await alsoOf({}), [web, job]);
  const parents = "Untagged images that only it was built on go with it";
  assert.equal((await alsoOf({ Parent: "sha256:p" }))?.at(-1), parents);
  assert.equal((await alsoOf({ Parent: "sha256:p" }, { noprune: true }))?.at(-1), job);
  assert.deepEqual(await alsoOf({ RepoTags: ["shop:1", "shop:2"] }, { force: false }), [
    "Only this name goes: the image stays under its others",
  ]);
});

Deno.test("docker_remove_image asks nobody to confirm what the Engine is sure to refuse", async () => {
  const planOf = async (
    users: readonly unknown[],
    input: { image: string; force: boolean },
    RepoTags = ["shop:1"],
  ): Promise<unknown> => {
    const image = { Id: ID, RepoTags };
    const replies = { "GET /images/{}/json": image, "GET /containers/json": users };
    using docker = createDocker(new FakeTransport(replies));
    return await removeImage.plan?.(toolContext(docker), { noprune: false, ...input });
  };
  const [stop, orForce] = [
    "Remove what uses it first",
    "Remove what uses it first, or repeat with force",
  ];
  const cases = [
    [
      [WEB, JOB],
      { image: "shop:1", force: false },
      /: it is used by container "web", "job"$/,
      stop,
    ],
    [[JOB], { image: "shop:1", force: false }, /container "job"$/, orForce],
    [[JOB], { image: ID, force: false }, /container "job"$/, orForce],
    [[WEB, JOB], { image: ID, force: true }, /container "web"$/, stop],
  ] as const;
  for (const [users, input, message, remedy] of cases) {
    await assert.rejects(planOf(users, input), { code: "conflict", message, remedy });
  }
  await planOf([JOB], { image: ID, force: true });
  await planOf([WEB], { image: "shop:1", force: true });
  await planOf([WEB], { image: "shop:1", force: false }, ["shop:1", "shop:2"]);
});
