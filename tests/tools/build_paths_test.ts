import assert from "node:assert/strict";
import { isDockerfilePath, resolveBuildPaths } from "../../src/tools/build_paths.ts";
import { contextFolder } from "./context_folder.ts";

const FILES = { "app/Dockerfile": "", "app/docker/Dockerfile.dev": "", "other/Dockerfile": "" };

Deno.test("resolveBuildPaths() finds what is inside an allowed folder, by any spelling", async () => {
  await using folder = await contextFolder(FILES);
  const app = `${folder.path}/app`;
  const found = { context: app, dockerfile: "Dockerfile", file: "Dockerfile" };
  for (const path of [app, `${app}/`, `${app}/../app/.`, "app", "./app/docker/.."]) {
    const paths = await resolveBuildPaths({ path, dockerfile: "./Dockerfile" }, [folder.path]);
    assert.deepEqual(paths, found, path);
  }
  assert.deepEqual(
    await resolveBuildPaths({ path: ".", dockerfile: "docker//Dockerfile.dev" }, [app]),
    {
      context: app,
      dockerfile: "docker/Dockerfile.dev",
      file: "docker/Dockerfile.dev",
    },
  );
});

Deno.test("resolveBuildPaths() refuses what is outside, and says which value would allow it", async () => {
  await using folder = await contextFolder({ ...FILES, "app/sub/Dockerfile": "" });
  const app = `${folder.path}/app`;
  await Deno.symlink("../other", `${app}/out`);
  await Deno.symlink("sub", `${app}/in`);
  const resolve = (path: string, roots = [app]) =>
    resolveBuildPaths({ path, dockerfile: "Dockerfile" }, roots);
  for (
    const path of ["/", "..", "../other", `${app}-2`, "/nowhere", `${folder.path}/other`, "out"]
  ) {
    await assert.rejects(resolve(path), (error: Error & { remedy?: string; code?: string }) => {
      assert.equal(error.code, "policy", path);
      assert.match(error.message, /^path: ".*" is not an allowed build context: .* only$/);
      const allowing = `SAFETY_BUILD_CONTEXT_ALLOWLIST=${app},/`;
      assert.ok(error.remedy?.startsWith(`Only the operator can allow it, with ${allowing}`));
      return true;
    });
  }
  assert.equal((await resolve("in")).context, `${app}/sub`);
  await assert.rejects(resolve(".", []), {
    message: /may not build from any folder/,
    remedy: /by setting SAFETY_BUILD_CONTEXT_ALLOWLIST to the project's folder/,
  });
});

Deno.test("resolveBuildPaths() takes an allowed folder by its link and by what the link leads to", async () => {
  await using folder = await contextFolder(FILES);
  await Deno.symlink("app", `${folder.path}/link`);
  for (const [path, root] of [["app", "link"], ["link", "app"], ["link", "link"]]) {
    const input = { path: `${folder.path}/${path}`, dockerfile: "Dockerfile" };
    const { context } = await resolveBuildPaths(input, [`${folder.path}/${root}`]);
    assert.equal(context, `${folder.path}/app`);
  }
});

Deno.test("resolveBuildPaths() refuses a Dockerfile that is missing, none, or leads out", async () => {
  await using folder = await contextFolder(FILES);
  const app = `${folder.path}/app`;
  await Deno.symlink("../other/Dockerfile", `${app}/out`);
  await Deno.symlink("docker/Dockerfile.dev", `${app}/in`);
  await Deno.symlink("self", `${app}/self`);
  const resolve = (dockerfile: string) => resolveBuildPaths({ path: app, dockerfile }, [app]);
  await assert.rejects(resolve("absent"), /^RefusedError: dockerfile: there is no "absent"/);
  await assert.rejects(resolve("Dockerfile/x"), /there is no/);
  await assert.rejects(resolve("docker"), /dockerfile: "docker" is not a file/);
  await assert.rejects(resolve("out"), /dockerfile: "out" leads out of the build context/);
  await assert.rejects(resolve("self"), /there is no/);
  const { dockerfile, file } = await resolve("in");
  assert.deepEqual([dockerfile, file], ["in", "docker/Dockerfile.dev"]);
  await assert.rejects(
    resolveBuildPaths({ path: `${app}/Dockerfile`, dockerfile: "Dockerfile" }, [app]),
    /path: ".*Dockerfile" is not a folder/,
  );
  await assert.rejects(
    resolveBuildPaths({ path: `${app}/absent`, dockerfile: "Dockerfile" }, [app]),
    /path: there is no folder/,
  );
});

Deno.test("isDockerfilePath() takes relative paths downward only", () => {
  for (const path of ["Dockerfile", "docker/Dockerfile.dev", "./a", "..a", "a..b", "a b"]) {
    assert.equal(isDockerfilePath(path), true, path);
  }
  for (
    const path of ["", "/etc/passwd", "../a", "a/../../b", "a\\..\\b", "C:\\a", "\\a", "a\n", "a\0"]
  ) {
    assert.equal(isDockerfilePath(path), false, path);
  }
});
