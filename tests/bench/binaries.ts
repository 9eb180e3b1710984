import { root } from "../e2e/client.ts";
import { exists, run } from "../engine/machine.ts";
import { notify } from "../engine/output.ts";

/** Puts what `deno compile` needs where Deno's own download site is out of reach. */
const COMPILE_BASE = `${root}../shared/tools/seed-compile-base.sh`;

/** Compiled programs. */
export interface Binaries extends AsyncDisposable {
  /** The server as a desktop client starts it. */
  readonly server: string;
  /** The server that may reach a socket anywhere. */
  readonly fullServer: string;
  /** A script with nothing in it. */
  readonly empty: string;
}

/** Compiles the server where it is missing or older than its sources, and an empty script beside it. */
export async function provideBinaries(): Promise<Binaries> {
  const server = `${root}dist/mcp-docker`;
  const fullServer = `${root}dist/mcp-docker-full`;
  const newest = await newestSource();
  const ages = await Promise.all([server, fullServer].map(modified));
  if (ages.some((age) => age < newest)) {
    notify("Compiling the server …");
    if (await exists(COMPILE_BASE)) await run("sh", [COMPILE_BASE]);
    await run(Deno.execPath(), ["task", "--cwd", root, "compile"]);
  }
  const folder = await Deno.makeTempDir({ prefix: "mcp-docker-bench-" });
  const empty = `${folder}/empty`;
  await Deno.writeTextFile(`${empty}.ts`, "");
  await run(Deno.execPath(), ["compile", "--no-check", "--no-config", "-o", empty, `${empty}.ts`]);
  const remove = () => Deno.remove(folder, { recursive: true });
  return { server, fullServer, empty, [Symbol.asyncDispose]: remove };
}

async function newestSource(): Promise<number> {
  let newest = Math.max(await modified(`${root}main.ts`), await modified(`${root}deno.json`));
  const folders = [`${root}src`];
  for (let folder; (folder = folders.pop()) !== undefined;) {
    for await (const entry of Deno.readDir(folder)) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) folders.push(path);
      else newest = Math.max(newest, await modified(path));
    }
  }
  return newest;
}

/** When a file was last written, in milliseconds since 1970; 0 for one that is not there. */
async function modified(path: string): Promise<number> {
  if (!await exists(path)) return 0;
  return (await Deno.stat(path)).mtime?.getTime() ?? 0;
}
