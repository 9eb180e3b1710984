import type { BuildStepEvent } from "../docker/streams/build_output.ts";
import type { BuildReport } from "./build_report.ts";
import type { Progress } from "./tool.ts";

/** Often enough for a person. */
const EVERY_MILLISECONDS = 500;
const MEGABYTE = 1_000_000;

/** Tells how far a build is: sending the context counts as one step. */
export class BuildProgress {
  readonly #tell: (progress: Progress) => void;
  readonly #bytes: number;
  #last = 0;
  #toldAt = performance.now();

  /** `bytes` are those of the context's files. */
  constructor(tell: (progress: Progress) => void, bytes: number) {
    this.#tell = tell;
    this.#bytes = bytes;
  }

  /** So many bytes of files were sent. */
  sent(bytes: number): void {
    if (performance.now() - this.#toldAt < EVERY_MILLISECONDS || bytes >= this.#bytes) return;
    const [done, all] = [bytes, this.#bytes].map((count) => (count / MEGABYTE).toFixed(1));
    this.#report(bytes / this.#bytes, {
      message: `Sent ${done} of ${all} MB of the build context`,
    });
  }

  /** A step began, or needs not be done. */
  step({ instruction, position, state }: BuildStepEvent, { progress }: BuildReport): void {
    if (position === undefined || (state !== "running" && state !== "cached")) return;
    const { done, total } = progress;
    const message = `[${position}] ${instruction}`;
    // Less than what the step that follows tells.
    const count = state === "running" ? 1 + done : 0.5 + done;
    this.#report(count, { message, ...(total === undefined ? {} : { total: 1 + total }) });
  }

  /** MCP wants progress to grow with every notification. */
  #report(progress: number, rest: Omit<Progress, "progress">): void {
    if (progress <= this.#last) return;
    this.#last = progress;
    this.#toldAt = performance.now();
    this.#tell({ progress, ...rest });
  }
}
