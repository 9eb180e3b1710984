import assert from "node:assert/strict";
import { connect } from "../e2e/client.ts";
import { callTool, uniqueName } from "../e2e/engine_server.ts";
import { engineTest, NO_ENGINE, testUnless } from "../engine/engine_test.ts";
import type { TestEngine } from "../engine/fixture.ts";
import { imageReference } from "../engine/image_definitions.ts";
import { missingPrerequisites } from "../engine/prerequisites.ts";
import { startRegistry, type TestRegistry } from "../engine/registry.ts";
import { contextFolder } from "./context_folder.ts";

const noRegistry = Deno.env.get(NO_ENGINE) ?? await missingPrerequisites();

/** As `engineTest`, with two registries, of which the first has an image in it. */
function registriesTest(
  name: string,
  run: (test: {
    readonly engine: TestEngine;
    readonly ours: TestRegistry;
    readonly other: TestRegistry;
    readonly image: string;
  }) => Promise<void>,
): void {
  if (noRegistry !== undefined) {
    return testUnless(`no registry: ${noRegistry}`, name, () => Promise.resolve());
  }
  engineTest(name, async (engine) => {
    await using ours = await startRegistry();
    await using other = await startRegistry();
    const repository = uniqueName("shop");
    const image = ours.image(repository, "1");
    const theirs = other.image(repository, "1");
    try {
      for (const reference of [image, theirs]) {
        const [repo = ""] = /^.*(?=:1$)/.exec(reference) ?? [];
        const query = `repo=${encodeURIComponent(repo)}&tag=1`;
        await engine.raw("POST", `/images/${imageReference("busybox")}/tag?${query}`);
      }
      await run({ engine, ours, other, image });
    } finally {
      for (const reference of [image, theirs]) {
        await engine.raw("DELETE", `/images/${encodeURIComponent(reference)}`);
      }
    }
  });
}

registriesTest(
  "SAFETY_ALLOWED_REGISTRIES decides where images come from and go to",
  async (test) => {
    const { engine, ours, other, image } = test;
    await using server = await connect({
      env: { DOCKER_HOST: engine.host, SAFETY_ALLOWED_REGISTRIES: ours.address },
    });
    await callTool(server, "docker_push_image", { image });
    await callTool(server, "docker_pull_image", { image });
    const foreign = image.replace(ours.address, other.address);
    for (const tool of ["docker_push_image", "docker_pull_image"]) {
      const text = await server.callFailing(tool, { image: foreign });
      assert.match(
        text,
        new RegExp(`"${other.address}": it is not an allowed registry, only ${ours.address}`),
      );
      assert.match(text, new RegExp(`adding ${other.address} to SAFETY_ALLOWED_REGISTRIES`));
    }
    assert.match(await server.callFailing("docker_pull_image", { image: "redis" }), /"docker\.io"/);
    const { repositories } = await (await other.fetch("/v2/_catalog")).json();
    assert.deepEqual(repositories, []);
  },
);

registriesTest("SAFETY_ALLOWED_PUSH_REGISTRIES decides alone where images go to", async (test) => {
  const { engine, ours, other, image } = test;
  await using server = await connect({
    env: {
      DOCKER_HOST: engine.host,
      SAFETY_ALLOWED_REGISTRIES: ours.address,
      SAFETY_ALLOWED_PUSH_REGISTRIES: other.address,
    },
  });
  const text = await server.callFailing("docker_push_image", { image });
  assert.match(text, /to SAFETY_ALLOWED_PUSH_REGISTRIES/);
  await callTool(server, "docker_push_image", {
    image: image.replace(ours.address, other.address),
  });
});

registriesTest(
  "docker_build_image starts from allowed registries only, and sends nothing else",
  async (test) => {
    const { engine, ours, other, image } = test;
    const foreign = image.replace(ours.address, other.address);
    await using folder = await contextFolder({
      "good": `FROM ${image} AS base\nFROM scratch\nCOPY --from=base /bin/busybox /busybox\n`,
      "bad": `FROM ${image}\nFROM ${foreign}\n`,
      "copying": `FROM ${image}\nCOPY --from=${foreign} / /\n`,
      "syntax": `# syntax=${foreign}\nFROM ${image}\n`,
      "hub": "FROM redis\n",
      "unknown": "FROM ${BASE-evil}\n",
    });
    await using server = await connect({
      env: { DOCKER_HOST: engine.host, SAFETY_ALLOWED_REGISTRIES: ours.address },
      cwd: folder.path,
    });
    const tag = uniqueName("mcp-docker-test/built");
    const build = { path: ".", tag };
    try {
      await callTool(server, "docker_build_image", { ...build, dockerfile: "good" });
      const before = await engine.raw("GET", "/images/json");
      for (const dockerfile of ["bad", "copying", "syntax"]) {
        const text = await server.callFailing("docker_build_image", { ...build, dockerfile });
        assert.match(text, new RegExp(`^Cannot pull from "${other.address}"`), dockerfile);
      }
      const hub = await server.callFailing("docker_build_image", { ...build, dockerfile: "hub" });
      assert.match(hub, /^Cannot pull from "docker\.io"/);
      const unknown = { ...build, dockerfile: "unknown" };
      const text = await server.callFailing("docker_build_image", unknown);
      assert.match(text, /cannot be told from the Dockerfile: \$\{BASE-evil\}/);
      const after = await engine.raw("GET", "/images/json");
      assert.equal((after.json as unknown[]).length, (before.json as unknown[]).length);
    } finally {
      await engine.raw("DELETE", `/images/${tag}?force=1`);
    }
  },
);
