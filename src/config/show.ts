import { describeEndpoint, resolveEndpoint } from "../docker/endpoint.ts";
import { configDirectory } from "../docker/endpoint_types.ts";
import { auditPlace, lockFile, rotatedFiles } from "../telemetry/audit_place.ts";
import { denoFlags } from "./deno_flags.ts";
import { buildRoots, endpointSources, type Machine } from "./machine.ts";
import { type Config, settingEntries } from "./settings.ts";

/** The configuration in force as an env file, secrets masked. */
export function showConfig(config: Config): string {
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
  return lines.join("");
}

/** Whoever writes a password into a URL gets an error later, but not the password on the screen. */
function withoutUserinfo(text: string): string {
  // Greedy, because an "@" in a password is often not encoded.
  return text.replace(/:\/\/.*@/, "://(not shown)@");
}

/** Those of a chosen file only: without a grant for the user's directory the audit log goes to stderr. */
function auditFiles(config: Config, { env, platform }: Machine): string[] {
  const place = auditPlace({ file: config.auditLogFile, env, platform });
  if (!config.auditLogEnabled || place.kind !== "file") return [];
  return [place.path, lockFile(place.path), ...rotatedFiles(place.path)];
}

/** The narrowest flags for `deno run` with this configuration, with the reasons as comments. */
export async function showDenoFlags(
  config: Config,
  { machine, files = [] }: { readonly machine: Machine; readonly files?: readonly string[] },
): Promise<string> {
  const sources = await endpointSources(config, machine);
  const endpoint = await resolveEndpoint(sources);
  const directory = configDirectory(sources);
  const named = config.dockerBaseUrl ?? config.dockerHost;
  const context = named === undefined && directory !== undefined ? [directory] : [];
  const mounted = [...config.volumeMountAllowlist, ...config.volumeMountRwAllowlist];
  const read = [...files, ...context, ...buildRoots(config, machine), ...mounted];
  const { flags, notes } = denoFlags(endpoint, {
    files: read,
    written: auditFiles(config, machine),
  });
  const comments = [describeEndpoint(endpoint), ...notes].map((note) => `# ${note}\n`);
  return `${comments.join("")}deno run ${flags.join(" ")} main.ts\n`;
}
