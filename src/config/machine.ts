import type { Config } from "./settings.ts";
import { configDirectory, type EndpointSources } from "../docker/endpoint_types.ts";
import { fold, isHome } from "../safety/host_paths.ts";

/** What the program knows of the machine it runs on; only `main.ts` asks the machine. */
export interface Machine {
  readonly version: string;
  readonly platform: "linux" | "darwin" | "windows";
  readonly env: Readonly<Record<string, string>>;
  /** Where the program was started; absent where that cannot be told. */
  readonly workingDirectory?: string | undefined;
  /** The numeric id of a file's owner; `undefined` where it cannot be told. */
  readonly ownerOf: (path: string) => Promise<number | undefined>;
}

/** Where the docker command keeps the user's logins and contexts, if it can be told. */
export function dockerDirectory(config: Config, { env }: Machine): string | undefined {
  const home = env.HOME || env.USERPROFILE;
  return configDirectory({ configDirectory: config.dockerConfig, home });
}

/** Where a program stands that was not started from a folder of its user's: to build from there would be to build from anywhere. */
const WHOLE_DISK = /^(?:\/|[A-Za-z]:[\\/]?)$/;

/** The folders that images may be built from: those of the configuration, else the working directory. */
export function buildRoots(
  { buildContextAllowlist }: Config,
  { env, workingDirectory }: Machine,
): readonly string[] {
  if (buildContextAllowlist !== undefined) return buildContextAllowlist;
  if (workingDirectory === undefined || WHOLE_DISK.test(workingDirectory)) return [];
  const home = slashed(env.HOME || env.USERPROFILE || "");
  return isHome(fold(slashed(workingDirectory)), { home }) ? [] : [workingDirectory];
}

/** Folders of a home directory in which programs keep keys and logins. */
const CREDENTIALS = [".aws", ".azure", ".config/gcloud", ".docker", ".gnupg", ".kube", ".ssh"];

/** What of the user's home no build may send, also where the home itself may be built from. */
export function privatePaths({ env }: Machine): readonly string[] {
  const home = env.HOME || env.USERPROFILE;
  return home ? CREDENTIALS.map((name) => `${home}/${name}`) : [];
}

/** `C:\Users\ann` as `/C/Users/ann`. */
function slashed(path: string): string {
  return path.replace(/^([A-Za-z]):/, "/$1").replaceAll("\\", "/");
}

/** Where to look for the Engine, from the configuration and the machine. */
export async function endpointSources(config: Config, machine: Machine): Promise<EndpointSources> {
  const { env, platform } = machine;
  const home = env.HOME || env.USERPROFILE;
  return {
    baseUrl: config.dockerBaseUrl,
    host: config.dockerHost,
    context: config.dockerContext,
    configDirectory: config.dockerConfig,
    tls: {
      verify: config.dockerTlsVerify,
      certificateDirectory: config.dockerCertPath,
      ca: config.dockerTlsCaCert,
      cert: config.dockerTlsClientCert,
      key: config.dockerTlsClientKey,
    },
    home,
    runtimeDirectory: env.XDG_RUNTIME_DIR,
    // The home directory's owner is the user; asking the system for the user's id would need a permission of its own.
    uid: home === undefined ? undefined : await machine.ownerOf(home),
    platform,
  };
}
