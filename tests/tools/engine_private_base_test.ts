import assert from "node:assert/strict";
import { connect } from "../e2e/client.ts";
import { callTool, uniqueName } from "../e2e/engine_server.ts";
import { startBuildkitEngine } from "../engine/buildkit_engine.ts";
import { engineTest, NO_ENGINE, testUnless } from "../engine/engine_test.ts";
import { imageReference } from "../engine/image_definitions.ts";
import { missingPrerequisites } from "../engine/prerequisites.ts";
import { REGISTRY_PASSWORD, savedLogin, startRegistry } from "../engine/registry.ts";
import { contextFolder } from "./context_folder.ts";

const TOOL = "docker_build_image";
const noRegistry = Deno.env.get(NO_ENGINE) ?? await missingPrerequisites();

for (const builder of ["the classic builder", "BuildKit"]) {
  const name = `${TOOL} uses the user's login for private base images, with ${builder}`;
  if (noRegistry !== undefined) {
    testUnless(`no registry: ${noRegistry}`, name, () => Promise.resolve());
    continue;
  }
  engineTest(name, async (engine) => {
    await using registry = await startRegistry({ login: true });
    await using buildkit = await startBuildkitEngine(engine.socketPath);
    const base = registry.image(uniqueName("base"), "1");
    const auths = JSON.stringify({ auths: { [registry.address]: savedLogin() } });
    await using folder = await contextFolder({
      "app/Dockerfile": `ARG BASE\nFROM \${BASE:-scratch}\nRUN true\n`,
      "docker/config.json": auths,
      "nobody/config.json": "{}",
    });
    const DOCKER_HOST = builder === "BuildKit" ? buildkit.host : engine.host;
    const start = (login: string) =>
      connect({
        env: { DOCKER_HOST, DOCKER_CONFIG: `${folder.path}/${login}` },
        cwd: `${folder.path}/app`,
      });
    await using server = await start("docker");
    await using nobody = await start("nobody");
    const forget = (image: string) => engine.raw("DELETE", `/images/${image}?force=1`);
    const tag = uniqueName("mcp-docker-test/private");
    try {
      await callTool(server, "docker_tag_image", {
        image: imageReference("busybox"),
        repository: base.slice(0, base.lastIndexOf(":")),
        tag: "1",
      });
      await callTool(server, "docker_push_image", { image: base });
      await forget(base);
      const input = { path: ".", tag, buildargs: { BASE: base } };
      const refused = await nobody.callFailing(TOOL, input);
      assert.match(refused, /no basic auth credentials|401|authorization failed|denied/i);
      for (const pull of [false, true]) {
        const { steps, ...rest } = await callTool<{ steps: unknown[] }>(server, TOOL, {
          ...input,
          pull,
        });
        assert.ok(steps.length >= 2);
        assert.doesNotMatch(JSON.stringify(rest), new RegExp(REGISTRY_PASSWORD));
        await forget(tag);
        await forget(base);
      }
    } finally {
      await forget(tag);
      await forget(base);
    }
  });
}
