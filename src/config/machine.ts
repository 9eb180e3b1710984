import type { Config } from "./settings.ts";
import type { EndpointSources } from "../docker/endpoint.ts";

/** What the program knows of the machine it runs on; only `main.ts` asks the machine. */
export interface Machine {
  readonly version: string;
  readonly platform: "linux" | "darwin" | "windows";
  readonly env: Readonly<Record<string, string>>;
  /** The numeric id of a file's owner; `undefined` where it cannot be told. */
  readonly ownerOf: (path: string) => Promise<number | undefined>;
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
