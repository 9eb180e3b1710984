import denoJson from "./deno.json" with { type: "json" };
import { main, type Process } from "./src/cli.ts";

/** Ends the program in order at the first signal; at the second one, at once. */
function untilSignalled(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (): void => controller.signal.aborted ? Deno.exit(1) : controller.abort();
  const signals: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) Deno.addSignalListener(signal, onSignal);
  return controller.signal;
}

/** The names of the environment are all needed, because a misspelt safety setting has to be found. */
function environment(): Record<string, string> {
  return Deno.env.toObject();
}

/** Undefined where it is gone, or Deno may not tell. */
function workingDirectory(): string | undefined {
  try {
    return Deno.cwd();
  } catch {
    return undefined; // only builds need it, and they say that no folder is allowed
  }
}

function platform(): Process["platform"] {
  const { os } = Deno.build;
  return os === "darwin" || os === "windows" ? os : "linux";
}

if (import.meta.main) {
  Deno.exit(
    await main({
      args: Deno.args,
      env: environment(),
      version: denoJson.version,
      platform: platform(),
      workingDirectory: workingDirectory(),
      ownerOf: (path) => Deno.stat(path).then(({ uid }) => uid ?? undefined, () => undefined),
      stdin: Deno.stdin.readable,
      stdout: Deno.stdout.writable,
      stderr: Deno.stderr.writable,
      readTextFile: Deno.readTextFile,
      writeTextFile: Deno.writeTextFile,
      stat: Deno.stat,
      ended: untilSignalled(),
    }),
  );
}
