import { tools } from "./catalog.ts";
import { readCommandLine } from "./config/command_line.ts";
import { ConfigError } from "./config/mistake.ts";
import { loadConfig, type LoadedConfig } from "./config/load.ts";
import type { Config } from "./config/settings.ts";
import type { Machine } from "./config/machine.ts";
import { log, startLog } from "./telemetry/log.ts";

/** Everything the program touches outside itself. */
export interface Process extends Machine {
  /** The command line without the program's own name. */
  readonly args: readonly string[];
  readonly stdin: ReadableStream<Uint8Array>;
  readonly stdout: WritableStream<Uint8Array>;
  readonly stderr: WritableStream<Uint8Array>;
  readonly readTextFile: (path: string) => Promise<string>;
  readonly writeTextFile: (path: string, text: string) => Promise<void>;
  readonly stat: (path: string) => Promise<{ readonly isFile: boolean }>;
  /** Aborts when the process is asked to end. */
  readonly ended: AbortSignal;
}

const EXIT_OK = 0;
const EXIT_FAILURE = 1;
/** A mistake in the configuration or on the command line. */
const EXIT_USAGE = 2;

/** The commands besides `serve`, each with the switches that only it takes. */
const COMMANDS = {
  config: ["deno-flags"],
  docs: ["write"],
  doctor: [],
  tools: [],
} as const;

/** Runs the program; answers the exit status. */
export async function main(process: Process): Promise<number> {
  try {
    const { help, version } = readCommandLine(process.args, { commands: COMMANDS });
    if (help) return await showHelp(process);
    if (version) return await print(process.stdout, `mcp-docker ${process.version}\n`);
    const loaded = await loadConfig(process, {
      toolNames: tools.map((tool) => tool.name),
      commands: COMMANDS,
    });
    return await runCommand(process, loaded);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    await print(process.stderr, `${error.message}\n`);
    return EXIT_USAGE;
  }
}

async function runCommand(process: Process, loaded: LoadedConfig): Promise<number> {
  const { config, commandLine: { command, switches } } = loaded;
  switch (command) {
    case "config":
      return await configuration(process, loaded);
    case "docs":
      return await docs(process, switches.has("write"));
    case "doctor":
      return await doctor(process, config);
    case "tools":
      return await listTools(process, config);
    default:
      return await serve(process, loaded);
  }
}

async function serve(process: Process, { config, warnings }: LoadedConfig): Promise<number> {
  await startLog(process.stderr, { level: config.logLevel, json: config.jsonLogging });
  for (const warning of warnings) log.warn("{warning}", { warning });
  const [{ createApp }, { serveStreams }] = await Promise.all([
    import("./app.ts"),
    import("./server/serve_stdio.ts"),
  ]);
  using app = createApp(config, process);
  await serveStreams(app.createServer, process);
  return EXIT_OK;
}

async function showHelp({ stdout, version }: Process): Promise<number> {
  const { helpText } = await import("./docs/help.ts");
  return await print(stdout, helpText(version));
}

async function configuration(process: Process, loaded: LoadedConfig): Promise<number> {
  const { config, commandLine: { switches, envFile } } = loaded;
  const { showConfig, showDenoFlags } = await import("./config/show.ts");
  if (!switches.has("deno-flags")) return await print(process.stdout, showConfig(config));
  const files = envFile === undefined ? [] : [envFile];
  return await print(process.stdout, await showDenoFlags(config, { machine: process, files }));
}

async function docs(process: Process, write: boolean): Promise<number> {
  const [{ generatedFiles }, { listing }] = await Promise.all([
    import("./docs/files.ts"),
    import("./server/listing.ts"),
  ]);
  const files = await generatedFiles({ tools, list: listing, readTextFile: process.readTextFile });
  for (const [path, text] of files) {
    if (write) await process.writeTextFile(path, text);
    else await print(process.stdout, `--- ${path}\n${text}`);
  }
  return EXIT_OK;
}

async function doctor(process: Process, config: Config): Promise<number> {
  const { createApp } = await import("./app.ts");
  using app = createApp(config, process);
  try {
    const { Version, ApiVersion } = await app.docker.system.version({ signal: process.ended });
    const answer = `It answers: Engine ${Version}, API ${ApiVersion}.`;
    return await print(process.stdout, `${app.engineChoice()}\n${answer}\n`);
  } catch (error) {
    const { explain } = await import("./server/result.ts");
    const choice = app.engineChoice();
    await print(process.stdout, `${choice === undefined ? "" : `${choice}\n`}${explain(error)}\n`);
    return EXIT_FAILURE;
  }
}

async function listTools(process: Process, config: Config): Promise<number> {
  const [{ toolPolicy }, { refusalOf }] = await Promise.all([
    import("./app.ts"),
    import("./safety/policy.ts"),
  ]);
  const policy = toolPolicy(config);
  const lines = tools.map((tool) => {
    const refusal = refusalOf(tool, policy);
    const state = refusal === undefined ? "offered" : refusal.message.replace(`${tool.name} `, "");
    return `${tool.name.padEnd(26)} ${tool.safety.padEnd(12)} ${state}\n`;
  });
  return await print(process.stdout, lines.join(""));
}

async function print(output: WritableStream<Uint8Array>, text: string): Promise<number> {
  const writer = output.getWriter();
  try {
    await writer.write(new TextEncoder().encode(text));
  } finally {
    writer.releaseLock();
  }
  return EXIT_OK;
}
