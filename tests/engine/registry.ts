import { run } from "./machine.ts";

/** How a registry lets clients in. */
export interface RegistryOptions {
  /** Ask for {@linkcode REGISTRY_USER} and {@linkcode REGISTRY_PASSWORD}. @default {false} */
  readonly login?: boolean;
  /** Speak TLS, with a certificate that its own CA made. @default {false} */
  readonly tls?: boolean;
}

/** A real registry on 127.0.0.1, whose images are in its memory; dispose it. */
export interface TestRegistry extends AsyncDisposable {
  /** `127.0.0.1:<port>`, as image references begin. */
  readonly address: string;
  /** Adds a repository's prefix: `image("shop", "1")` is `127.0.0.1:<port>/shop:1`. */
  image(repository: string, tag?: string): string;
  /** Asks it, with the login where it wants one. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

/** Whom registries with a login know. */
export const REGISTRY_USER = "tester";
/** Long and unlike anything else, so that a test finds it wherever it leaks to. */
export const REGISTRY_PASSWORD = "correct-horse-battery";
/** bcrypt of the password, with the least cost there is. */
const HTPASSWD = `${REGISTRY_USER}:$2y$04$abcdefghijklmnopqrstuupOWRSKKNe562z1DsLEArFuJDHVyRIMa\n`;

/** Starts Debian's docker-registry on a free port; it ends with this process at the latest. */
export async function startRegistry(
  { login = false, tls = false }: RegistryOptions = {},
): Promise<TestRegistry> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "mcp-docker-registry-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  await Deno.writeTextFile(`${folder}/htpasswd`, HTPASSWD);
  if (tls) await makeCertificate(folder);
  const config = configuration(folder, { login, tls });
  await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify(config));
  const child = new Deno.Command("setpriv", {
    args: ["--pdeathsig", "KILL", "docker-registry", "serve", `${folder}/config.json`],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const log = readLog(child.stderr);
  stack.defer(async () => {
    child.kill("SIGKILL");
    await child.status;
    await log.ended;
  });
  const address = await log.address;
  const client = stack.adopt(await httpClient(folder, tls), (client) => client.close());
  const headers = login ? { authorization: basicAuthorization() } : {};
  const owned = stack.move();
  return {
    address,
    image: (repository, tag) => `${address}/${repository}${tag === undefined ? "" : `:${tag}`}`,
    fetch: (path, init) =>
      fetch(`${tls ? "https" : "http"}://${address}${path}`, { headers, ...init, client }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** What `docker login` writes for the registries' user into `auths`. */
export function savedLogin(password: string = REGISTRY_PASSWORD): { readonly auth: string } {
  return { auth: btoa(`${REGISTRY_USER}:${password}`) };
}

function basicAuthorization(): string {
  return `Basic ${savedLogin().auth}`;
}

/** The registry reads YAML, of which JSON is a part. */
function configuration(
  folder: string,
  { login, tls }: Required<RegistryOptions>,
): Record<string, unknown> {
  const certificate = { certificate: `${folder}/server.pem`, key: `${folder}/server.key` };
  const htpasswd = { realm: "test", path: `${folder}/htpasswd` };
  return {
    version: "0.1",
    log: { level: "info", accesslog: { disabled: true } },
    storage: { inmemory: {}, delete: { enabled: true } },
    http: { addr: "127.0.0.1:0", secret: "test", ...(tls ? { tls: certificate } : {}) },
    ...(login ? { auth: { htpasswd } } : {}),
  };
}

async function httpClient(folder: string, tls: boolean): Promise<Deno.HttpClient> {
  const caCerts = tls ? [await Deno.readTextFile(`${folder}/ca.pem`)] : [];
  return Deno.createHttpClient({ caCerts });
}

async function makeCertificate(folder: string): Promise<void> {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const path = (name: string) => `${folder}/${name}`;
  const authority = ["-x509", "-keyout", path("ca.key"), "-out", path("ca.pem"), "-days", "2"];
  await run("openssl", ["req", ...key, ...authority, "-subj", "/CN=test registry CA"]);
  const request = ["-keyout", path("server.key"), "-out", path("server.csr")];
  await run("openssl", ["req", ...key, ...request, "-subj", "/CN=127.0.0.1"]);
  await Deno.writeTextFile(path("names"), "subjectAltName=IP:127.0.0.1\n");
  const signed = ["-in", path("server.csr"), "-out", path("server.pem"), "-days", "2"];
  const signer = ["-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-CAcreateserial"];
  await run("openssl", ["x509", "-req", ...signed, ...signer, "-extfile", path("names")]);
}

interface RegistryLog {
  /** Rejects with the last words of a registry that does not start. */
  readonly address: Promise<string>;
  /** Resolves when the registry has ended. */
  readonly ended: Promise<void>;
}

/** Reads to the end, because a registry whose log nobody reads stops in the middle of a line. */
function readLog(stream: ReadableStream<Uint8Array<ArrayBuffer>>): RegistryLog {
  const listening = Promise.withResolvers<string>();
  let text = "";
  const read = async () => {
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
      text = (text + piece).slice(-4096);
      const [, address] = /listening on ([\d.:]+)/.exec(text) ?? [];
      if (address !== undefined) listening.resolve(address);
    }
    listening.reject(new Error(`Cannot start a registry: ${text.trim()}`));
  };
  return { address: listening.promise, ended: read() };
}
