import { describeEndpoint, resolveEndpoint } from "../docker/endpoint.ts";
import { configDirectory } from "../docker/endpoint_types.ts";
import { DockerError } from "../docker/errors.ts";
import { chosenAuditFiles, describeAudit } from "./audit.ts";
import { denoFlags } from "./deno_flags.ts";
import { buildRoots, endpointSources, type Machine } from "./machine.ts";
import { type Config, settingEntries } from "./settings.ts";

/** The configuration in force as an env file, secrets masked. */
export function showConfig(config: Config, machine: Machine): string {
  const lines = settingEntries.map(([name, { env, secret, effect }]) => {
    const value: unknown = config[name];
    const shown = value === undefined
      ? ""
      : secret
      ? "(not shown)"
      : withoutUserinfo(String(value));
    const comment = value === undefined || effect === "later" ? "# " : "";
    return `${comment}${env}=${shown}${effect === "later" ? "  (not in force yet)" : ""}\n`;
  });
  return `${lines.join("")}# ${describeAudit(config, machine)}\n`;
}

/** Whoever writes a password into a URL gets an error later, but not the password on the screen. */
function withoutUserinfo(text: string): string {
  // Greedy, because an "@" in a password is often not encoded.
  return text.replace(/:\/\/.*@/, "://(not shown)@");
}

/** Flags to read, and whether they are all. */
export interface ShownFlags {
  readonly text: string;
  /** Without an Engine its grants are missing. */
  readonly hasEngine: boolean;
}

/** The narrowest flags for `deno run` with this configuration, with the reasons as comments. */
export async function showDenoFlags(
  config: Config,
  { machine, files = [] }: { readonly machine: Machine; readonly files?: readonly string[] },
): Promise<ShownFlags> {
  const sources = await endpointSources(config, machine);
  const endpoint = await resolveEndpoint(sources).catch(asTrouble);
  const directory = configDirectory(sources);
  const named = config.dockerBaseUrl ?? config.dockerHost;
  const context = named === undefined && directory !== undefined ? [directory] : [];
  const mounted = [...config.volumeMountAllowlist, ...config.volumeMountRwAllowlist];
  const read = [...files, ...context, ...buildRoots(config, machine), ...mounted];
  const written = chosenAuditFiles(config, machine);
  const hasEngine = !(endpoint instanceof DockerError);
  const { flags, notes } = denoFlags(hasEngine ? endpoint : undefined, { files: read, written });
  const engine = hasEngine ? [describeEndpoint(endpoint)] : [
    `${endpoint.message}. ${endpoint.remedy ?? ""}`.trimEnd(),
    "The flags to reach the Engine are missing: ask again when it can be found, or set DOCKER_HOST",
  ];
  const comments = [...engine, ...notes, ...(written.length > 0 ? [FOLDER] : [])];
  const text = comments.map((note) => `# ${note.replaceAll("\n", " ")}\n`).join("");
  return { text: `${text}deno run ${flags.join(" ")} main.ts\n`, hasEngine };
}

const FOLDER =
  "Create the folder of the audit log where it is missing: the program may not make it with these flags";

function asTrouble(error: unknown): DockerError {
  if (error instanceof DockerError) return error;
  throw error;
}
