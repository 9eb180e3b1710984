import assert from "node:assert/strict";
import { loadConfig } from "../../src/config/load.ts";
import { buildRoots } from "../../src/config/machine.ts";

async function rootsOf(
  workingDirectory: string | undefined,
  env: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const { config } = await loadConfig({
    args: [],
    env,
    readTextFile: () => Promise.reject(new Error("nothing to read")),
    stat: () => Promise.resolve({ isFile: true }),
  }, { toolNames: [] });
  return buildRoots(config, {
    version: "1",
    platform: "linux",
    env,
    workingDirectory,
    ownerOf: () => Promise.resolve(undefined),
  });
}

Deno.test("buildRoots() are the working directory where nothing is set, but not a whole disk", async () => {
  assert.deepEqual(await rootsOf("/home/ann/shop"), ["/home/ann/shop"]);
  for (const directory of ["/", "C:\\", "C:/", undefined]) {
    assert.deepEqual(await rootsOf(directory), [], directory);
  }
});

Deno.test("buildRoots() are nothing where the program was started in a home directory or above", async () => {
  const directories: [string, string][] = [
    ...["/srv/ann", "/srv", "/home", "/home/bob", "/Users/ann"].map((path): [string, string] => [
      path,
      "/srv/ann/",
    ]),
    ["C:\\Users\\ann", "D:\\ann"],
    ["D:\\people", "D:\\people\\ann"],
  ];
  for (const [directory, HOME] of directories) {
    assert.deepEqual(await rootsOf(directory, { HOME }), [], directory);
  }
  for (
    const directory of ["/srv/ann/shop", "/home/bob/shop", "/srv/anna", "C:\\Users\\ann\\shop"]
  ) {
    assert.deepEqual(await rootsOf(directory, { HOME: "/srv/ann" }), [directory]);
  }
});

Deno.test("buildRoots() are those of SAFETY_BUILD_CONTEXT_ALLOWLIST where it is set, also to nothing", async () => {
  const roots = (value: string) =>
    rootsOf("/work", { HOME: "/home/ann", SAFETY_BUILD_CONTEXT_ALLOWLIST: value });
  assert.deepEqual(await roots("~/projects,/srv"), ["/home/ann/projects", "/srv"]);
  assert.deepEqual(await roots("/"), ["/"]);
  assert.deepEqual(await roots(""), []);
  await assert.rejects(roots("projects"), /has a path that is not absolute/);
});
