import type { CallOptions, Http, OpenConnection } from "../engine_request.ts";
import { type EnginePath, path } from "../path.ts";
import type { OutputPiece } from "../streams/demux.ts";
import { outputPieces } from "../streams/framing.ts";
import type { ExecDetails } from "../types.ts";
import { objectOf } from "./answer.ts";
import { type Subject, subject } from "./subject.ts";

/** What to run in a container; the names are the Engine's. */
export interface ExecConfig {
  /** The program and its arguments; no shell is involved. */
  readonly Cmd: readonly string[];
  /** `KEY=VALUE`. */
  readonly Env?: readonly string[] | undefined;
  /** @default {the container's} */
  readonly WorkingDir?: string | undefined;
  /** `user`, `uid`, either with `:group`. @default {the container's} */
  readonly User?: string | undefined;
  readonly Privileged?: boolean | undefined;
  /** A terminal: one stream, both outputs in it. @default {false} */
  readonly Tty?: boolean | undefined;
  /** @default {false} */
  readonly AttachStdin?: boolean | undefined;
  /** @default {true} */
  readonly AttachStdout?: boolean | undefined;
  /** @default {true} */
  readonly AttachStderr?: boolean | undefined;
}

/** How to start an exec. */
export interface ExecStartOptions extends CallOptions {
  /** Must say what `Tty` said when it was created. @default {false} */
  readonly tty?: boolean | undefined;
}

/** A running exec with its input open; dispose or close it. */
export interface AttachedExec extends Disposable {
  readonly output: AsyncGenerator<OutputPiece, void, void>;
  /** Closing it is end of file for the program; its output goes on. */
  readonly stdin: WritableStream<Uint8Array>;
  /** Drops the connection; the program goes on, though its input ends. */
  close(): void;
}

/** Programs started inside running containers. */
export interface ExecApi {
  /**
   * Prepares an exec and returns its id.
   *
   * @throws {DockerError} `not_found`, `conflict` (the container does not run)
   */
  create(containerId: string, config: ExecConfig, options?: CallOptions): Promise<string>;
  /**
   * Runs it and yields its output; it is started when the iteration starts. It has no deadline but the signal's,
   * and leaving early drops the connection, not the program.
   *
   * What goes wrong later, also starting it a second time, the Engine writes to the output.
   *
   * @throws {DockerError} `not_found`, `conflict` (the container stopped), `incomplete`
   */
  start(execId: string, options?: ExecStartOptions): AsyncGenerator<OutputPiece, void, void>;
  /** Runs it with its input open, which needs `AttachStdin` when it is created. */
  startAttached(execId: string, options?: ExecStartOptions): Promise<AttachedExec>;
  /** The exit code, once it has ended. */
  inspect(execId: string, options?: CallOptions): Promise<ExecDetails>;
}

/** The exec endpoints over `http`. */
export function execApi(http: Http): ExecApi {
  return {
    async create(containerId, config, { signal, timeouts } = {}) {
      const about = subject("prepare a command in", "container", containerId);
      const url = path`/containers/${containerId}/exec`;
      const body = { AttachStdout: true, AttachStderr: true, ...config };
      const request = { ...about, method: "POST", path: url, body } as const;
      const answer = await http.json({ ...request, signal, timeouts });
      return objectOf<{ Id?: string }>(answer, about.action).Id ?? "";
    },
    async *start(execId, { tty = false, signal, timeouts } = {}) {
      const request = { ...startRequest(execId, tty), endless: true, signal, timeouts };
      await using answer = await http.open(request);
      yield* outputPieces(answer.body.pieces(), tty ? "raw" : "multiplexed");
    },
    async startAttached(execId, { tty = false, signal, timeouts } = {}) {
      const hijacked = await http.hijack({ ...startRequest(execId, tty), signal, timeouts });
      const close = () => hijacked.close();
      return {
        output: attachedOutput(hijacked, tty),
        stdin: hijacked.writable,
        close,
        [Symbol.dispose]: close,
      };
    },
    async inspect(execId, { signal, timeouts } = {}) {
      const about = subject("inspect", "exec", execId);
      const request = { ...about, method: "GET", path: path`/exec/${execId}/json` } as const;
      return objectOf(await http.json({ ...request, signal, timeouts }), about.action);
    },
  };
}

interface StartRequest extends Subject {
  readonly method: "POST";
  readonly path: EnginePath;
  readonly body: { readonly Detach: false; readonly Tty: boolean };
}

function startRequest(execId: string, tty: boolean): StartRequest {
  return {
    ...subject("run", "exec", execId),
    method: "POST",
    path: path`/exec/${execId}/start`,
    body: { Detach: false, Tty: tty },
  };
}

async function* attachedOutput(
  hijacked: OpenConnection,
  tty: boolean,
): AsyncGenerator<OutputPiece, void, void> {
  try {
    yield* outputPieces(hijacked.body.pieces(), tty ? "raw" : "multiplexed");
  } finally {
    hijacked.close();
  }
}
