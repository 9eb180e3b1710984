import { askCredentialStore } from "./credential_store.ts";
import { DockerError } from "./errors.ts";
import { readOptionalText } from "./optional_file.ts";

/** Credentials for one registry as the Engine takes them. */
export interface RegistryAuth {
  readonly username?: string;
  readonly password?: string;
  /** In place of a password: from `docker login` at a registry that hands out tokens. */
  readonly identitytoken?: string;
  readonly registrytoken?: string;
  readonly serveraddress: string;
}

/** How the user is known to one registry. */
export interface RegistryLogin {
  /** Undefined where the user's configuration has no credentials for it. */
  readonly auth?: RegistryAuth | undefined;
  /** Why credentials that the configuration speaks of could not be had. */
  readonly missing?: DockerError | undefined;
}

/** Looks up the login of a registry; undefined, as in a reference without domain, means Docker Hub. */
export type RegistryLogins = (
  domain: string | undefined,
  signal?: AbortSignal,
) => Promise<RegistryLogin>;

/** The name of Docker Hub in docker's configuration, from the days of the first registry protocol. */
const HUB = "https://index.docker.io/v1/";
const HUB_HOSTS: readonly (string | undefined)[] = [undefined, "docker.io", "index.docker.io"];
/** The name under which a helper keeps an identity token. */
const USERNAME_OF_TOKEN = "<token>";

/** For whoever has no configuration of docker's. */
export const anonymous: RegistryLogins = (): Promise<RegistryLogin> => Promise.resolve({});

/**
 * Logins from the docker command's configuration in `directory`, read anew for every lookup and only then.
 *
 * A helper that is configured for the registry goes first; where it has nothing or may not be run, what
 * `auths` holds for the registry counts. Entries of other registries are not looked at.
 */
export function registryLogins(directory: string | undefined): RegistryLogins {
  return async function registryLogin(domain, signal) {
    if (directory === undefined) return {};
    const path = `${directory}/config.json`;
    const text = await readOptionalText(path);
    if (text === undefined) return {};
    const config = parsedObject(text);
    if (config === undefined) return { missing: unreadable(path) };
    const address = serverAddress(domain);
    const kept = entriesFor(config["auths"], address)
      .map((entry) => fileAuth(entry, address)).find((auth) => auth !== undefined);
    const helper = entriesFor(config["credHelpers"], address)[0] ?? config["credsStore"];
    if (typeof helper !== "string" || helper === "") return { auth: kept };
    try {
      return { auth: await helperAuth(helper, address, signal) ?? kept };
    } catch (error) {
      if (signal?.aborted || !(error instanceof DockerError)) throw error;
      return kept === undefined ? { missing: error } : { auth: kept };
    }
  };
}

/** The header that carries credentials to the Engine; a push needs it even without any. */
export function registryAuthHeader(auth?: RegistryAuth): Record<string, string> {
  return { "X-Registry-Auth": base64Url(JSON.stringify(auth ?? {})) };
}

/** The header that a build takes, with the credentials of several registries by their addresses. */
export function registryConfigHeader(auths: readonly RegistryAuth[]): Record<string, string> {
  const byAddress = Object.fromEntries(auths.map((auth) => [auth.serveraddress, auth]));
  return { "X-Registry-Config": base64Url(JSON.stringify(byAddress)) };
}

function base64Url(text: string): string {
  return new TextEncoder().encode(text).toBase64({ alphabet: "base64url" });
}

function serverAddress(domain: string | undefined): string {
  return domain === undefined || HUB_HOSTS.includes(domain) ? HUB : domain;
}

/** The values under all spellings of one registry's address, the usual one first. */
function entriesFor(entries: unknown, address: string): unknown[] {
  if (typeof entries !== "object" || entries === null) return [];
  const wanted = registryOf(address);
  const same = Object.entries(entries).filter(([key]) => registryOf(key) === wanted);
  return same.toSorted(([left], [right]) => Number(right === address) - Number(left === address))
    .map(([, value]) => value);
}

/** The registry a key of docker's configuration is about; keys with other paths hold tokens for other uses. */
function registryOf(key: string): string | undefined {
  const host = /^(?:https?:\/\/)?([^/]+)(?:\/(?:v[12]\/?)?)?$/.exec(key)?.[1];
  return HUB_HOSTS.includes(host) && host !== undefined ? "docker.io" : host;
}

function fileAuth(entry: unknown, serveraddress: string): RegistryAuth | undefined {
  if (typeof entry !== "object" || entry === null) return undefined;
  const field = (name: string): string => {
    const value: unknown = Reflect.get(entry, name);
    return typeof value === "string" ? value : "";
  };
  const decoded = decodedPair(field("auth"));
  const username = decoded?.username ?? field("username");
  const password = decoded?.password ?? field("password");
  const identitytoken = field("identitytoken");
  const registrytoken = field("registrytoken");
  if (identitytoken !== "") return { username, identitytoken, serveraddress };
  if (registrytoken !== "") return { registrytoken, serveraddress };
  return username === "" && password === "" ? undefined : { username, password, serveraddress };
}

/** `auth` is the base64 of `user:password`; old versions of docker padded the password with zeros. */
function decodedPair(auth: string): { username: string; password: string } | undefined {
  try {
    const text = new TextDecoder().decode(Uint8Array.fromBase64(auth));
    const colon = text.indexOf(":");
    if (colon < 0) return undefined;
    return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, "") };
  } catch {
    return undefined; // an entry that docker did not write is no login
  }
}

async function helperAuth(
  helper: string,
  serveraddress: string,
  signal: AbortSignal | undefined,
): Promise<RegistryAuth | undefined> {
  const answer = await askCredentialStore(helper, serveraddress, signal);
  if (answer === undefined) return undefined;
  const { username, secret } = answer;
  return username === USERNAME_OF_TOKEN
    ? { identitytoken: secret, serveraddress }
    : { username, password: secret, serveraddress };
}

function parsedObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null
      ? Object.fromEntries(Object.entries(value))
      : undefined;
  } catch {
    return undefined; // the caller says so; its text may hold secrets
  }
}

function unreadable(path: string): DockerError {
  return new DockerError("invalid_argument", `Cannot read "${path}": it is not a JSON object`, {
    remedy: "Correct that file, or write it anew with docker login",
  });
}
