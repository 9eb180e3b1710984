import { prompts, resources, tools } from "./catalog.ts";
import { type Commands, readCommandLine } from "./config/command_line.ts";
import { ConfigError } from "./config/mistake.ts";
import { loadConfig, type LoadedConfig } from "./config/load.ts";
import type { App } from "./app.ts";
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

/** The commands besides `serve`. */
const COMMANDS = {
  "audit verify": { values: ["expect"], words: 1 },
  config: { switches: ["deno-flags"] },
  docs: { switches: ["write"] },
  doctor: {},
  help: {},
  tools: {},
} as const satisfies Commands;

/** Runs the program; answers the exit status. */
export async function main(process: Process): Promise<number> {
  try {
    const { command, help, version } = readCommandLine(process.args, { commands: COMMANDS });
    if (help || command === "help") return await showHelp(process);
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
    case "audit verify":
      return await verifyAudit(process, loaded);
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
  const [{ createApp }, { serveStreams }, { cleanValue: clean }] = await Promise.all([
    import("./app.ts"),
    import("./server/serve_stdio.ts"),
    import("./safety/clean.ts"),
  ]);
  using app = createApp(config, process);
  const trouble = config.auditLogFile === undefined ? [] : await openChosenAudit(app, config);
  await startLog(process.stderr, { level: config.logLevel, json: config.jsonLogging, clean });
  for (const warning of [...warnings, ...trouble]) log.warn("{warning}", { warning });
  let prepared: Promise<void> | undefined;
  await serveStreams(app.createServer, process, {
    onAnswered: () => prepared = app.audit.prepare(),
  });
  await prepared;
  return EXIT_OK;
}

/** A file that was chosen and cannot be written is a mistake now, not with the first call. */
async function openChosenAudit(
  { audit }: App,
  { auditFailMode }: Config,
): Promise<readonly string[]> {
  const trouble = await audit.open();
  if (trouble === undefined) return [];
  const wayOut = trouble.code === "not_granted"
    ? '; use mcp-docker-full, or deno run with the flags that "mcp-docker config --deno-flags" prints'
    : "";
  const line = `SECURITY_AUDIT_LOG_FILE: ${trouble.message}${wayOut}`;
  if (auditFailMode === "closed") throw new ConfigError([{ code: "bad_file", line }]);
  return [line];
}

async function showHelp({ stdout, version }: Process): Promise<number> {
  const { helpText } = await import("./docs/help.ts");
  return await print(stdout, helpText(version));
}

async function configuration(process: Process, loaded: LoadedConfig): Promise<number> {
  const { config, commandLine: { switches, envFile } } = loaded;
  const { showConfig, showDenoFlags } = await import("./config/show.ts");
  if (!switches.has("deno-flags")) {
    return await print(process.stdout, showConfig(config, process));
  }
  const files = envFile === undefined ? [] : [envFile];
  const { text, hasEngine } = await showDenoFlags(config, { machine: process, files });
  await print(process.stdout, text);
  return hasEngine ? EXIT_OK : EXIT_FAILURE;
}

async function verifyAudit(
  process: Process,
  { config, commandLine: { options, words: [path] } }: LoadedConfig,
): Promise<number> {
  const [{ verifyAuditLogs }, { auditPlaceInForce, describeAudit }] = await Promise.all([
    import("./telemetry/audit_report.ts"),
    import("./config/audit.ts"),
  ]);
  const place = path === undefined
    ? auditPlaceInForce(config, process)
    : { kind: "file", path } as const;
  if (path === undefined) await print(process.stdout, `${describeAudit(config, process)}\n`);
  const { text, isSound } = place === undefined || place.kind === "stderr"
    ? { text: "Name a file to check.\n", isSound: false }
    : await verifyAuditLogs(place, { expected: options.get("expect") });
  await print(process.stdout, text);
  return isSound ? EXIT_OK : EXIT_FAILURE;
}

/** For those who work on the project; `--help` does not name it. */
async function docs(process: Process, write: boolean): Promise<number> {
  const [
    { generatedFiles },
    { listing: list },
    { promptListing: listPrompt },
    { templateListing: listTemplate },
  ] = await Promise.all([
    import("./docs/files.ts"),
    import("./server/listing.ts"),
    import("./server/prompts.ts"),
    import("./server/resources.ts"),
  ]);
  try {
    const { readTextFile } = process;
    const listed = { tools, list, prompts, listPrompt, resources, listTemplate };
    const sources = { ...listed, readTextFile };
    for (const [path, text] of await generatedFiles(sources)) {
      if (write) await process.writeTextFile(path, text);
      else await print(process.stdout, `--- ${path}\n${text}`);
    }
    return EXIT_OK;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const advice = "this command is for the folder of mcp-docker's sources";
    await print(process.stderr, `Cannot make the documentation: ${reason}; ${advice}\n`);
    return EXIT_FAILURE;
  }
}

async function doctor(process: Process, config: Config): Promise<number> {
  const [{ createApp }, { describeAudit }] = await Promise.all([
    import("./app.ts"),
    import("./config/audit.ts"),
  ]);
  using app = createApp(config, process);
  const audit = `${describeAudit(config, process)}\n`;
  try {
    const { Version, ApiVersion } = await app.docker.system.version({ signal: process.ended });
    const answer = `It answers: Engine ${Version}, API ${ApiVersion}.`;
    return await print(process.stdout, `${app.engineChoice()}\n${answer}\n${audit}`);
  } catch (error) {
    const { explain } = await import("./server/result.ts");
    const choice = app.engineChoice();
    const engine = `${choice === undefined ? "" : `${choice}\n`}${explain(error)}\n`;
    await print(process.stdout, `${engine}${audit}`);
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
