/** Private Engines by hand: `deno run -A tests/engine/engine.ts start|stop|status|seed`. */
import { seedImages } from "./images.ts";
import { notify, print } from "./output.ts";
import { installPrerequisites } from "./prerequisites.ts";
import {
  findPrivateEngine,
  listPrivateEngines,
  startPrivateEngine,
  stopPrivateEngine,
} from "./private_engine.ts";

const NAME = "by-hand";
const USAGE = `Usage: deno run -A tests/engine/engine.ts <command>
  start            start an Engine with the test images, until Ctrl-C
  start --detach   the same, until stop
  stop             stop it, and remove all that is left of it
  status           the private Engines that run
  seed             make the test images that are missing, on DOCKER_HOST if that is set`;

async function start(detached: boolean): Promise<number> {
  const reason = await installPrerequisites();
  if (reason !== undefined) throw new Error(reason);
  const interrupted = interruption();
  const engine = await startPrivateEngine({ name: NAME, detached });
  await seedImages(engine.socketPath);
  print(`DOCKER_HOST=${engine.host}`);
  if (detached) return 0;
  await interrupted;
  return await stop();
}

function interruption(): Promise<void> {
  return new Promise((resolve) => {
    Deno.addSignalListener("SIGINT", resolve);
    Deno.addSignalListener("SIGTERM", resolve);
  });
}

async function stop(): Promise<number> {
  const stopped = await stopPrivateEngine(NAME);
  print(stopped ? "Stopped" : "It was not running");
  return 0;
}

function status(): number {
  const engines = listPrivateEngines();
  for (const { name, host } of engines) print(`${name}\tDOCKER_HOST=${host}`);
  if (engines.length === 0) print("No private Engine runs");
  return 0;
}

async function seed(): Promise<number> {
  const named = Deno.env.get("DOCKER_HOST")?.replace("unix://", "");
  const socketPath = named ?? findPrivateEngine(NAME)?.socketPath;
  if (socketPath === undefined) {
    throw new Error("Cannot seed: no Engine runs and DOCKER_HOST is not set");
  }
  const made = await seedImages(socketPath);
  print(made.length === 0 ? "All images were there" : `Made ${made.join(", ")}`);
  return 0;
}

async function main([command, flag]: readonly string[]): Promise<number> {
  if (command === "start") return await start(flag === "--detach");
  if (command === "stop") return await stop();
  if (command === "status") return status();
  if (command === "seed") return await seed();
  print(USAGE);
  return 2;
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    notify(error instanceof Error ? error.message : String(error));
    Deno.exit(1);
  }
}
