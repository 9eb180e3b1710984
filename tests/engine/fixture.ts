import { type EngineAnswer, type EngineBody, EngineClient } from "./engine_client.ts";
import { imageReference, IMAGES, type TestImage } from "./image_definitions.ts";
import { seedImages } from "./images.ts";
import { missingPrerequisites } from "./prerequisites.ts";
import { startPrivateEngine } from "./private_engine.ts";
import { standingEngine } from "./standing_engine.ts";

/** How to run a container for a test. */
export interface RunOptions {
  readonly name?: string;
  readonly cmd?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly hostConfig?: Readonly<Record<string, unknown>>;
  /** Anything else of the create request, in the Engine's words. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** What `GET /containers/<id>/json` says about a container's state. */
export interface ContainerState {
  readonly Status: string;
  readonly Running: boolean;
  readonly ExitCode: number;
  readonly Health?: { readonly Status: string };
}

/** A real Engine with the test images, for one test or one file of tests. */
export interface TestEngine {
  /** As `DOCKER_HOST` wants it: `unix:///…`. */
  readonly host: string;
  readonly socketPath: string;
  /** Put these on whatever a test makes through other ways than `create()` and `run()`. */
  readonly labels: Readonly<Record<string, string>>;
  /** Sends one request; any status is an answer. */
  raw(method: string, path: string, body?: EngineBody): Promise<EngineAnswer>;
  /** Makes a container from a test image, or any reference, and returns its id. */
  create(image: TestImage | (string & Record<never, never>), options?: RunOptions): Promise<string>;
  /** As `create()`, and starts it. */
  run(image: TestImage | (string & Record<never, never>), options?: RunOptions): Promise<string>;
  /** Waits until the container's state is as wanted; throws after 20 seconds, with the state. */
  until(id: string, wanted: (state: ContainerState) => boolean): Promise<ContainerState>;
  /** Removes a container, running or not, with its anonymous volumes; one that is gone is fine. */
  remove(id: string): Promise<void>;
  /** Removes every container, network and volume with our label, and closes the connection. */
  release(): Promise<void>;
  /** Closes the connection and removes nothing: for an Engine that is being stopped. */
  disconnect(): void;
}

const LABEL = "mcp-docker-test";
const STATE_GIVES_UP_AFTER_MS = 20_000;
const LOOK_AGAIN_AFTER_MS = 20;

/**
 * An Engine with the test images: the one `DOCKER_HOST` names, else the one the test runner started
 * (`MCP_DOCKER_TEST_ENGINE` is its socket), else a private one that ends with this process, else, where that
 * cannot be, one that runs on this machine anyway.
 * Throws with the reason where none can be had. Release it.
 */
export async function acquireEngine(): Promise<TestEngine> {
  const socketPath = await findEngineSocket();
  const engine = connectEngine(socketPath);
  try {
    const { status } = await engine.raw("GET", "/_ping");
    if (status !== 200) throw new Error(`its answer to a ping is ${status}`);
    await seedImages(socketPath);
    return engine;
  } catch (cause) {
    engine.disconnect();
    throw new Error(`Cannot use the Engine at "${socketPath}": ${wordsOf(cause)}`, { cause });
  }
}

/** An Engine that is known to run and to have the images, under a label of its own. Release it. */
export function connectEngine(socketPath: string): TestEngine {
  return new LabelledEngine(socketPath);
}

/** The socket of the Engine that {@linkcode acquireEngine} uses; throws with the reason where there is none. */
export async function findEngineSocket(): Promise<string> {
  const named = Deno.env.get("DOCKER_HOST");
  if (named !== undefined && named !== "") {
    if (named.startsWith("unix://")) return named.slice("unix://".length);
    throw new Error(`Cannot test on DOCKER_HOST "${named}": it must be unix://<socket>`);
  }
  const started = Deno.env.get("MCP_DOCKER_TEST_ENGINE");
  if (started !== undefined && started !== "") return started;
  const missing = await missingPrerequisites();
  if (missing === undefined) return (await startPrivateEngine()).socketPath;
  const standing = await standingEngine();
  if (standing === undefined) throw new Error(missing);
  return standing;
}

/** What fetch says about a socket stands in the cause of its error. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

class LabelledEngine implements TestEngine {
  readonly host: string;
  readonly labels: Readonly<Record<string, string>> = { [LABEL]: crypto.randomUUID() };
  readonly #client: EngineClient;

  constructor(readonly socketPath: string) {
    this.host = `unix://${socketPath}`;
    this.#client = new EngineClient(socketPath);
  }

  raw(method: string, path: string, body?: EngineBody): Promise<EngineAnswer> {
    return this.#client.request(method, path, body);
  }

  async create(image: string, options: RunOptions = {}): Promise<string> {
    const { name, cmd, env, labels, hostConfig, config } = options;
    const query = name === undefined ? "" : `?name=${encodeURIComponent(name)}`;
    const { json } = await this.#client.expect("POST", `/containers/create${query}`, {
      Image: image in IMAGES ? imageReference(image) : image,
      ...cmd === undefined ? {} : { Cmd: cmd },
      ...env === undefined ? {} : { Env: Object.entries(env).map((pair) => pair.join("=")) },
      ...hostConfig === undefined ? {} : { HostConfig: hostConfig },
      ...config,
      Labels: { ...labels, ...this.labels },
    });
    return (json as { Id: string }).Id;
  }

  async run(image: string, options: RunOptions = {}): Promise<string> {
    const id = await this.create(image, options);
    await this.#client.expect("POST", `/containers/${id}/start`);
    return id;
  }

  async until(id: string, wanted: (state: ContainerState) => boolean): Promise<ContainerState> {
    const deadline = Date.now() + STATE_GIVES_UP_AFTER_MS;
    for (;;) {
      const { json } = await this.#client.expect("GET", `/containers/${id}/json`);
      const { State: state } = json as { State: ContainerState };
      if (wanted(state)) return state;
      if (Date.now() > deadline) {
        throw new Error(`Cannot wait any longer for "${id}": ${JSON.stringify(state)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_AFTER_MS));
    }
  }

  async remove(id: string): Promise<void> {
    const { status, text } = await this.raw("DELETE", `/containers/${id}?force=1&v=1`);
    // 409: another caller, often the Engine itself on AutoRemove, is removing it now.
    if (status >= 400 && status !== 404 && status !== 409) throw new Error(text);
  }

  async release(): Promise<void> {
    try {
      const filter = Object.entries(this.labels).map((pair) => pair.join("="));
      const query = new URLSearchParams({ filters: JSON.stringify({ label: filter }) });
      const list = async (path: string) => (await this.#client.expect("GET", path)).json;
      const containers = await list(`/containers/json?all=1&${query}`) as { Id: string }[];
      await Promise.all(containers.map(({ Id }) => this.remove(Id)));
      for (const { Id } of await list(`/networks?${query}`) as { Id: string }[]) {
        await this.#client.expect("DELETE", `/networks/${Id}`);
      }
      const { Volumes } = await list(`/volumes?${query}`) as { Volumes: { Name: string }[] | null };
      for (const { Name } of Volumes ?? []) {
        await this.#client.expect("DELETE", `/volumes/${Name}?force=1`);
      }
    } finally {
      this.disconnect();
    }
  }

  disconnect(): void {
    this.#client.close();
  }
}
