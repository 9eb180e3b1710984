import assert from "node:assert/strict";
import { serverTest } from "../e2e/engine_server.ts";
import { imageReference } from "../engine/image_definitions.ts";
import { imageTest, uniqueRepository } from "./image_server.ts";

interface Tagged {
  readonly source: string;
  readonly target: string;
  readonly moved_from?: string;
}

const TOOL = "docker_tag_image";

imageTest(`${TOOL} gives an image another name`, async ({ call, engine, image }) => {
  const id = await image();
  for (
    const [repository, tag] of [
      [uniqueRepository("tagged"), "1.2"],
      [`localhost:5000/${uniqueRepository("tagged")}`, "A_b-c.1"],
      [`registry.example/${uniqueRepository("tagged__two--three")}`, undefined],
    ] as const
  ) {
    const target = `${repository}:${tag ?? "latest"}`;
    const tagged = await call<Tagged>(TOOL, {
      image: id.slice(7, 19),
      repository,
      ...(tag === undefined ? {} : { tag }),
    });
    assert.deepEqual(tagged, { source: id.slice(7, 19), target });
    const { json } = await engine.raw("GET", `/images/${target}/json`);
    assert.equal((json as { Id: string }).Id, id);
  }
});

imageTest(`${TOOL} tells which image had the name before`, async ({ call, image, has }) => {
  const repository = uniqueRepository("moved");
  const [old, young] = [await image({ tags: [`${repository}:1`] }), await image()];
  const target = `${repository}:1`;
  const moved = await call<Tagged>(TOOL, { image: young, repository, tag: "1" });
  assert.deepEqual(moved, { source: young, target, moved_from: old.slice(7, 19) });
  assert.ok(await has(old));
  const again = await call<Tagged>(TOOL, { image: young, repository, tag: "1" });
  assert.deepEqual(again, { source: young, target });
});

serverTest(`${TOOL} refuses what cannot be a repository or a tag`, async ({ callFailing }) => {
  const image = imageReference("busybox");
  const repositories = [
    "",
    "Shop",
    "shop:1",
    "localhost:5000/shop:1",
    `shop@sha256:${"0".repeat(64)}`,
    "https://registry.example/shop",
    "shop/",
    "/shop",
    "a___b",
    "shop\n",
    "a".repeat(256),
    "0".repeat(64),
  ];
  for (const repository of repositories) {
    const text = await callFailing(TOOL, { image, repository });
    assert.match(text, /^repository: is not a repository; expected/, JSON.stringify(repository));
  }
  for (const tag of ["", ".a", "-a", "a:b", "a/b", "a b", "a\n", "ä", "a".repeat(129)]) {
    const text = await callFailing(TOOL, { image, repository: "shop", tag });
    assert.match(text, /^tag: expected at most 128/, JSON.stringify(tag));
  }
  assert.match(await callFailing(TOOL, { image }), /^repository: is missing, e\.g\. "/);
});

imageTest(`${TOOL} is not allowed where only reading is`, async ({ callFailing, has, image }) => {
  const repository = uniqueRepository("refused");
  const text = await callFailing(TOOL, { image: await image(), repository });
  assert.match(text, /SAFETY_ALLOW_MODERATE_OPERATIONS/);
  assert.equal(await has(repository), false);
}, { SAFETY_ALLOW_MODERATE_OPERATIONS: "false" });
