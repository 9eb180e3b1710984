/** What decides which Engine is used; everything is passed in, nothing is read from the environment. */
export interface EndpointSources {
  /** `DOCKER_BASE_URL`. */
  readonly baseUrl?: string | undefined;
  /** `DOCKER_HOST`. */
  readonly host?: string | undefined;
  /** `DOCKER_CONTEXT`; "default" means the well-known sockets. */
  readonly context?: string | undefined;
  /** `DOCKER_CONFIG`. @default {`.docker` in `home`} */
  readonly configDirectory?: string | undefined;
  /** For `tcp://` in `baseUrl` or `host`; a context brings its own. */
  readonly tls?: TlsSources | undefined;
  readonly home?: string | undefined;
  /** `XDG_RUNTIME_DIR`. */
  readonly runtimeDirectory?: string | undefined;
  /** The user's numeric id, for `/run/user/<uid>`. */
  readonly uid?: number | undefined;
  readonly platform: "linux" | "darwin" | "windows";
}

/** TLS settings from the environment; as with the docker CLI, files alone do not turn TLS on. */
export interface TlsSources {
  /** `DOCKER_TLS_VERIFY`: use TLS, and verify the Engine. An `https://` URL does the same. */
  readonly verify?: boolean | undefined;
  /** `DOCKER_CERT_PATH`, holding ca.pem, cert.pem and key.pem. @default {the configuration directory} */
  readonly certificateDirectory?: string | undefined;
  /** Path of a PEM file; wins over the directory, as do `cert` and `key`. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** Paths of PEM files; their contents are read when the connection is opened. */
export interface TlsFiles {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** True only where a context says `SkipTLSVerify`: anyone could pose as this Engine. */
  readonly skipVerify: boolean;
}

/** Where an Engine is, and why it was chosen. */
export interface Endpoint {
  readonly kind: "unix" | "tcp" | "npipe" | "ssh";
  /** As it was given, without password. */
  readonly url: string;
  /** Of `unix` and `npipe`: the absolute path. */
  readonly path?: string;
  /** Of `tcp` and `ssh`; an IPv6 address without brackets. */
  readonly hostname?: string;
  readonly port?: number;
  /** Of `tcp`: put before every path of the API, without a slash at its end. */
  readonly basePath?: string;
  /** Of `tcp`; absent means clear text. */
  readonly tls?: TlsFiles;
  /** A clause such as `DOCKER_HOST is set` or `found the socket of Docker Desktop`. */
  readonly chosenBecause: string;
}

/** The docker CLI's configuration directory, if it can be told. */
export function configDirectory(
  sources: Pick<EndpointSources, "configDirectory" | "home">,
): string | undefined {
  return sources.configDirectory || (sources.home ? `${sources.home}/.docker` : undefined);
}
