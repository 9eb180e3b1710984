import { run } from "../engine/machine.ts";
import { notify } from "../engine/output.ts";
import type { ServerCommand } from "./stdio_server.ts";

const REQUIREMENT = "mcp-docker==1.0.4";

/** The server that this project re-creates, ready to be started, or why it is not here. */
export type Original =
  | (AsyncDisposable & { readonly command: ServerCommand; readonly reason?: undefined })
  | (AsyncDisposable & { readonly command?: undefined; readonly reason: string });

/** Installs mcp-docker 1.0.4 from the Python package index into an environment that is removed afterwards. */
export async function installOriginal(engineHost: string): Promise<Original> {
  const folder = await Deno.makeTempDir({ prefix: "mcp-docker-bench-" });
  const remove = () => Deno.remove(folder, { recursive: true });
  try {
    notify(`Installing ${REQUIREMENT} …`);
    await run("python3", ["-m", "venv", `${folder}/venv`]);
    await run(`${folder}/venv/bin/pip`, ["install", "--quiet", REQUIREMENT]);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    notify(words);
    return { reason: reasonOf(words), [Symbol.asyncDispose]: remove };
  }
  const command: ServerCommand = {
    program: `${folder}/venv/bin/mcp-docker`,
    cwd: folder, // it writes its logs where it is started
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: folder,
      DOCKER_BASE_URL: engineHost,
      SECURITY_RATE_LIMIT_ENABLED: "false",
    },
  };
  return { command, [Symbol.asyncDispose]: remove };
}

function reasonOf(words: string): string {
  if (words.includes("No matching distribution")) return "not on the package index";
  if (/Failed to spawn|No such file|NotFound/.test(words)) return "no Python";
  return "cannot be installed";
}
