import { BodyReader } from "./body.ts";
import { Deadline } from "./deadline.ts";
import { DockerError } from "./errors.ts";

/** What a credential helper keeps for one registry. */
export interface StoredCredentials {
  /** `<token>` where the secret is an identity token. */
  readonly username: string;
  readonly secret: string;
}

/** Milliseconds; a keychain may ask a person to unlock it. */
const HELPER_TIME = 30_000;
/** Bytes read of a helper's answer; tokens of cloud registries have some 3,000. */
const ANSWER_LIMIT = 64 * 1024;
const PLAIN_NAME = /^[A-Za-z0-9][\w.-]*$/;

/**
 * Asks `docker-credential-<name>` for the credentials of a registry, as the docker command does.
 *
 * @returns undefined where the helper has none
 * @throws {DockerError} `not_granted` where Deno may not run it, `not_found`, `timeout`, `incomplete`; what it
 * said is in no message, because it may hold a secret
 * @see https://github.com/docker/docker-credential-helpers
 */
export async function askCredentialStore(
  name: string,
  serverAddress: string,
  signal?: AbortSignal,
): Promise<StoredCredentials | undefined> {
  const program = `docker-credential-${name}`;
  const action = `ask "${program}" for the credentials of "${serverAddress}"`;
  if (!PLAIN_NAME.test(name)) throw failure("invalid_argument", action, "that is no program name");
  const { state } = await Deno.permissions.query({ name: "run", command: program });
  if (state !== "granted") throw notGranted(program, action);
  using deadline = new Deadline(
    { action, changes: false, timeouts: { firstByte: 0, idle: 0, total: HELPER_TIME } },
    signal,
  );
  deadline.signal.throwIfAborted();
  const child = start(program, action);
  const kill = (): void => child.kill("SIGKILL");
  deadline.signal.addEventListener("abort", kill, { once: true });
  try {
    await using body = new BodyReader(child.stdout, deadline, action);
    const [answer, { success, code }] = await Promise.all([
      body.text(ANSWER_LIMIT),
      child.status,
      ask(child.stdin, serverAddress),
    ]);
    if (success) return credentials(answer, action);
    if (/credentials not found/i.test(answer)) return undefined;
    throw failure("incomplete", action, `it ended with status ${code}`);
  } finally {
    deadline.signal.removeEventListener("abort", kill);
    await end(child);
  }
}

type Helper = Deno.ChildProcess & { readonly stdin: WritableStream<Uint8Array> };

function start(program: string, action: string): Helper {
  try {
    const pipes = { stdin: "piped", stdout: "piped", stderr: "null" } as const;
    return new Deno.Command(program, { args: ["get"], ...pipes }).spawn();
  } catch (error) {
    // Granted one program by name, Deno starts it only without variables that load code into it.
    if (error instanceof Deno.errors.NotCapable) throw notStarted(action, error);
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw failure("not_found", action, "it is not on the PATH");
  }
}

async function ask(stdin: WritableStream<Uint8Array>, serverAddress: string): Promise<void> {
  try {
    const writer = stdin.getWriter();
    await writer.write(new TextEncoder().encode(serverAddress));
    await writer.close();
  } catch (error) {
    // A helper that ends without reading says why by its status.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** Nothing stays behind, whatever went wrong. */
async function end(child: Deno.ChildProcess): Promise<void> {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // it has ended already
  }
  await child.status;
}

function credentials(answer: string, action: string): StoredCredentials | undefined {
  try {
    const { Username, Secret } = JSON.parse(answer);
    if (typeof Username !== "string" || typeof Secret !== "string") throw new TypeError("no text");
    return Secret === "" ? undefined : { username: Username, secret: Secret };
  } catch {
    throw failure("incomplete", action, "its answer is not what a credential helper answers");
  }
}

function notGranted(program: string, action: string): DockerError {
  return new DockerError("not_granted", `Cannot ${action}: this program may not run it`, {
    remedy: `Use mcp-docker-full where it may run that helper, or deno run with --allow-run=` +
      `${program}, or let docker login keep the credentials in config.json`,
  });
}

function notStarted(action: string, error: Error): DockerError {
  return new DockerError("not_granted", `Cannot ${action}: ${error.message.replace(/\.$/, "")}`, {
    cause: error,
    remedy: "Start this server without variables such as LD_LIBRARY_PATH or LD_PRELOAD, " +
      "or let docker login keep the credentials in config.json",
  });
}

function failure(
  code: "not_found" | "incomplete" | "invalid_argument",
  action: string,
  state: string,
): DockerError {
  return new DockerError(code, `Cannot ${action}: ${state}`, {
    remedy: 'Check "credsStore" and "credHelpers" in docker\'s config.json',
  });
}
