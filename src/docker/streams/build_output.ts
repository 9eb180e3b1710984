import { cutText } from "../cut_text.ts";
import { decodeBuildkitTrace, type Vertex } from "./buildkit_trace.ts";

/** What a build tells while it runs, whichever builder does it. */
export type BuildEvent =
  | BuildStepEvent
  | {
    readonly kind: "log";
    /** The key of the step that wrote it; undefined for words of the builder itself. */
    readonly step: string | undefined;
    /** One line, without its end. */
    readonly line: string;
  }
  | { readonly kind: "image"; /** The full id of the image that was built. */ readonly id: string }
  | { readonly kind: "failure"; readonly reason: string };

/** A step began, ended or failed. */
export interface BuildStepEvent {
  readonly kind: "step";
  /** The same in all events of one step. */
  readonly key: string;
  /** The instruction, e.g. `RUN make`. */
  readonly instruction: string;
  /** E.g. `2/5`, or `build 2/5` where a Dockerfile has several stages; undefined for work besides the Dockerfile. */
  readonly position: string | undefined;
  readonly state: "running" | "done" | "cached" | "failed";
  /** Why it failed. */
  readonly reason?: string;
}

/** One line of the Engine's answer. */
interface BuildLine {
  readonly stream?: unknown;
  readonly status?: unknown;
  readonly progressDetail?: { readonly total?: unknown; readonly current?: unknown } | null;
  readonly id?: unknown;
  readonly aux?: unknown;
  readonly error?: unknown;
  readonly errorDetail?: { readonly message?: unknown } | null;
}

const TRACE = "moby.buildkit.trace";
/** Characters of one line that are kept; a step may write for ever without a line end. */
const LONGEST_LINE = 4096;

/** Reads the answer to a build, line by line: the classic builder's words and BuildKit's trace. */
export class BuildOutput {
  readonly #classic = new ClassicSteps();
  readonly #buildkit = new BuildkitSteps();

  /** What one parsed line of the answer tells; a line of another form tells nothing. */
  read(value: unknown): BuildEvent[] {
    if (typeof value !== "object" || value === null) return [];
    const line: BuildLine = value;
    if (line.id === TRACE) return this.#buildkit.read(line.aux);
    if (typeof line.stream === "string") return this.#classic.read(line.stream);
    const reason = line.errorDetail?.message ?? line.error;
    if (typeof reason === "string") {
      return [...this.#classic.fail(), { kind: "failure", reason }];
    }
    const id = imageId(line.aux);
    if (id !== undefined) return [...this.#classic.finish(), { kind: "image", id }];
    return typeof line.status === "string" ? this.#classic.pulled(line.status, line) : [];
  }

  /** What is left when the answer has ended. */
  finish(): BuildEvent[] {
    return [...this.#classic.finish(), ...this.#buildkit.finish()];
  }
}

function imageId(aux: unknown): string | undefined {
  if (typeof aux !== "object" || aux === null || !("ID" in aux)) return undefined;
  return typeof aux.ID === "string" ? aux.ID : undefined;
}

/** The classic builder only writes text; its steps are lines like `Step 2/5 : RUN make`. */
class ClassicSteps {
  readonly #lines = new LineSplitter();
  #step: BuildStepEvent | undefined;

  read(text: string): BuildEvent[] {
    return this.#lines.split(text).flatMap((line) => this.#line(line));
  }

  /** The base image is pulled: its layers' progress is no line of a log. */
  pulled(status: string, { id, progressDetail }: BuildLine): BuildEvent[] {
    if (progressDetail !== undefined || (id !== undefined && !status.startsWith("Pulling from"))) {
      return [];
    }
    return [{ kind: "log", step: this.#step?.key, line: cutText(status, LONGEST_LINE) }];
  }

  finish(): BuildEvent[] {
    const rest = this.#lines.rest().flatMap((line) => this.#line(line));
    return [...rest, ...this.#end()];
  }

  /** The builder stops at the first failure, which is that of the step that runs. */
  fail(): BuildEvent[] {
    if (this.#step !== undefined) this.#step = { ...this.#step, state: "failed" };
    return this.finish();
  }

  #line(line: string): BuildEvent[] {
    const [, position, instruction] = /^Step (\d+\/\d+) : (.*)$/.exec(line) ?? [];
    if (position === undefined || instruction === undefined) {
      if (line.trim() === "") return [];
      if (line === " ---> Using cache" && this.#step) {
        this.#step = { ...this.#step, state: "cached" };
      }
      const built = /^Successfully built ([0-9a-f]{12,64})$/.exec(line)?.[1];
      const log: BuildEvent = { kind: "log", step: this.#step?.key, line };
      // Podman says the id of the image in this line only.
      return built === undefined ? [log] : [log, { kind: "image", id: built }];
    }
    const ended = this.#end();
    this.#step = { kind: "step", key: position, instruction, position, state: "running" };
    return [...ended, this.#step, { kind: "log", step: position, line }];
  }

  #end(): BuildEvent[] {
    const step = this.#step;
    this.#step = undefined;
    if (step === undefined) return [];
    return [step.state === "running" ? { ...step, state: "done" } : step];
  }
}

/** BuildKit tells what changed of its steps, which run side by side, and what they wrote. */
class BuildkitSteps {
  readonly #lines = new Map<string, LineSplitter>();
  readonly #told = new Map<string, BuildStepEvent>();

  read(aux: unknown): BuildEvent[] {
    if (typeof aux !== "string") return [];
    const { vertexes, logs } = decodeBuildkitTrace(Uint8Array.fromBase64(aux));
    const events = vertexes.flatMap((vertex) => this.#changed(vertex));
    for (const { vertex, data } of logs) {
      const lines = this.#lines.get(vertex) ?? new LineSplitter();
      this.#lines.set(vertex, lines);
      events.push(...logLines(vertex, lines.split(data)));
    }
    return events;
  }

  finish(): BuildEvent[] {
    return [...this.#lines].flatMap(([vertex, lines]) => logLines(vertex, lines.rest()));
  }

  #changed(vertex: Vertex): BuildEvent[] {
    const { cached, completed, digest: key, error, name, started } = vertex;
    if (!started && !completed && !cached) return []; // planned
    const [, position, instruction = name] = /^\[((?:[^\]]* )?\d+\/\d+)\] (.*)$/s.exec(name) ?? [];
    // Of steps that run side by side, the others are cancelled when one fails.
    const failed = error !== "" && !/context canceled/.test(error);
    const state = failed ? "failed" : cached ? "cached" : completed ? "done" : "running";
    const before = this.#told.get(key)?.state;
    // A step that has several parts starts again after each.
    if (before === state || (state === "running" && before !== undefined)) return [];
    const step: BuildStepEvent = {
      kind: "step",
      key,
      instruction,
      position: position?.replace(/\s+/g, " "),
      state,
      ...(failed ? { reason: error } : {}),
    };
    this.#told.set(key, step);
    if (before !== undefined || position === undefined) return [step];
    const line = `${cached ? "CACHED " : ""}[${step.position}] ${instruction}`;
    return [step, { kind: "log", step: key, line: cutText(line, LONGEST_LINE) }];
  }
}

function logLines(step: string, lines: readonly string[]): BuildEvent[] {
  return lines.map((line) => ({ kind: "log", step, line }));
}

/** Cuts text that comes in pieces into lines, in constant memory. */
class LineSplitter {
  readonly #decoder = new TextDecoder();
  #line = "";

  split(piece: string | Uint8Array): string[] {
    const text = typeof piece === "string" ? piece : this.#decoder.decode(piece, { stream: true });
    const lines = text.split("\n");
    lines[0] = this.#line + lines[0];
    // One character more than is shown tells whether a word was torn.
    this.#line = (lines.pop() ?? "").slice(0, LONGEST_LINE + 1);
    return lines.map((line) => cutText(plain(line), LONGEST_LINE));
  }

  rest(): string[] {
    const line = this.#line;
    this.#line = "";
    return line === "" ? [] : [cutText(plain(line), LONGEST_LINE)];
  }
}

/** The classic builder colours what a step wrote to stderr. */
function plain(line: string): string {
  return line.replace(/\r$/, "").replaceAll("\x1b[91m", "").replaceAll("\x1b[0m", "");
}
