import assert from "node:assert/strict";
import { violations } from "./architecture.ts";

const ROOT = new URL("../../", import.meta.url);

type Tree = Readonly<Record<string, string>>;

const GOOD_TREE: Tree = {
  "main.ts": 'import { run } from "./src/cli.ts"; run(Deno.args);',
  "src/cli.ts": 'export const run = async () => (await import("./app.ts")).start;',
  "src/app.ts":
    'import "./server/server.ts"; import "./catalog.ts"; import type { A } from "./config/load.ts";',
  "src/catalog.ts": 'export * from "./tools/tool.ts";',
  "src/config/load.ts": 'import { near } from "../tools/near.ts"; export type A = typeof near;',
  "src/docker/client.ts": 'import { a } from "./api/a.ts"; export const b = a;',
  "src/docker/api/a.ts": 'import { path } from "../path.ts"; export const a = path;',
  "src/docker/path.ts": 'export const path = "import(\'../tools/tool.ts\')"; // import "../app.ts"',
  "src/http/app.ts":
    'import "../server/server.ts"; import deno from "../../deno.json" with { type: "json" };',
  "src/server/pipeline.ts": "export const run = (tool: Tool) => tool.run();",
  "src/server/server.ts":
    'import { Server } from "@modelcontextprotocol/server"; new Server().registerTool();',
  "src/tools/near.ts": "export const near = 1;",
  "src/tools/tool.ts":
    'import type { Docker } from "../docker/client.ts"; export type Tool = Docker;',
};

const BAD_TREES: readonly (readonly [fault: string, tree: Tree])[] = [
  ["src/tools/a.ts: may not import src/safety/b.ts", {
    "src/tools/a.ts": 'import "../safety/b.ts";',
  }],
  ["src/tools/a.ts: may not import src/app.ts", {
    "src/tools/a.ts": 'import type { A } from "../app.ts";',
  }],
  ["src/server/a.ts: may not import src/app.ts", {
    "src/server/a.ts": 'export { a } from "../app.ts";',
  }],
  ["src/app.ts: may not import src/cli.ts", { "src/app.ts": 'export * from "./cli.ts";' }],
  ["src/cli.ts: may not import main.ts", { "src/cli.ts": 'await import("../main.ts");' }],
  ["src/docker/a.ts: may not import src/auth/b.ts", {
    "src/docker/a.ts": 'import "../auth/b.ts";',
  }],
  ["src/docker/a.ts: may not import src/config/b.ts", {
    "src/docker/a.ts": 'import "../config/b.ts";',
  }],
  ["src/app.ts: may not import tests/fakes/a.ts", {
    "src/app.ts": 'import "../tests/fakes/a.ts";',
  }],
  ["src/tools/a.ts: may not import @modelcontextprotocol/server", {
    "src/tools/a.ts": 'import type { X } from "@modelcontextprotocol/server/stdio";',
  }],
  ["src/server/a.ts: may not import @modelcontextprotocol/client", {
    "src/server/a.ts": 'import "@modelcontextprotocol/client";',
  }],
  ["src/server/a.ts: may not import node:process", { "src/server/a.ts": 'import "node:process";' }],
  ["src/safety/a.ts: may not use tool.run", {
    "src/safety/a.ts": "await call.tool?.run(context);",
  }],
  ["src/app.ts: may not use tool.run", { "src/app.ts": "const run = tool.run.bind(tool);" }],
  ["src/app.ts: may not use server.registerTool", { "src/app.ts": "server.registerTool(tool);" }],
  ["src/app.ts: may not use Deno.env", { "src/app.ts": 'Deno.env.get("HOME");' }],
  ["src/app.ts: import() of something that is not a string literal", {
    "src/app.ts": "await import(name);",
  }],
  ["src/app.ts: import() as a type; write import type", {
    "src/app.ts": 'type A = import("./b.ts").A;',
  }],
  ['src/tools/shared_utils.ts: "shared_utils" does not say what is in it', {
    "src/tools/shared_utils.ts": "",
  }],
  ['src/tools/common/a.ts: "common" does not say what is in it', { "src/tools/common/a.ts": "" }],
  ['src/tools/toolList.ts: "toolList" is not snake_case', { "src/tools/toolList.ts": "" }],
  ["src/extras/a.ts: has no place in the layout", { "src/extras/a.ts": "" }],
  ["src/tools.ts: has no place in the layout", { "src/tools.ts": "" }],
  ["src/app/start.ts: has no place in the layout", { "src/app/start.ts": "" }],
  ["src/app.ts: does not parse", { "src/app.ts": "const = 1;" }],
  ["start.ts: has no place in the layout", { "start.ts": "" }],
  ["files in a circle: src/tools/a.ts → src/tools/b.ts → src/tools/a.ts", {
    "src/tools/a.ts": 'import "./b.ts";',
    "src/tools/b.ts": 'import type { A } from "./a.ts";',
  }],
  ["folders in a circle: safety → telemetry → safety", {
    "src/safety/a.ts": 'import "../telemetry/a.ts";',
    "src/safety/b.ts": "",
    "src/telemetry/a.ts": "",
    "src/telemetry/b.ts": 'import "../safety/b.ts";',
  }],
];

function check(tree: Tree): string[] {
  return violations(new Map(Object.entries(tree)));
}

async function* modulesBelow(path: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(path, ROOT))) {
    if (isDirectory) yield* modulesBelow(`${path}${name}/`);
    else yield `${path}${name}`;
  }
}

async function projectModules(): Promise<ReadonlyMap<string, string>> {
  const paths = await Array.fromAsync(modulesBelow("src/"));
  for await (const { name } of Deno.readDir(ROOT)) {
    if (/\.[cm]?[jt]sx?$/.test(name)) paths.push(name);
  }
  const texts = paths.sort().map(async (path) =>
    [path, await Deno.readTextFile(new URL(path, ROOT))] as const
  );
  return new Map(await Promise.all(texts));
}

Deno.test("architecture: every module keeps the law", async () => {
  const modules = await projectModules();
  assert.ok(modules.size > 10, "the project's modules were not found");
  assert.deepEqual(violations(modules), []);
});

Deno.test("architecture: the law has nothing to say about a good tree", () => {
  assert.deepEqual(check(GOOD_TREE), []);
});

for (const [fault, tree] of BAD_TREES) {
  Deno.test(`architecture: the law sees ${fault}`, () => {
    const found = check(tree);
    assert.ok(found.some((line) => line.startsWith(fault)), found.join("\n") || "no violation");
  });
}
