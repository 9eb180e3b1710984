import { z } from "zod";
import { DockerError } from "../docker/errors.ts";
import { BoundedOutput, type OutputText } from "./bounded_output.ts";
import { keepArrived } from "./broken_stream.ts";
import { isUser, USER_FORM } from "./container_grammar.ts";
import {
  command,
  containerRef,
  environment,
  environmentList,
  isContainerPath,
  seconds,
  type TruncationInfo,
  truncationInfo,
} from "./fields.ts";
import { argumentList } from "./shell_words.ts";
import { defineTool, type Tool, type ToolContext } from "./tool.ts";

/** The end of an output says more about what happened than its beginning. */
const HEAD_SHARE = 0.25;
/** Kept where the configured limit is 0, which the contract calls unlimited. */
const UNLIMITED_BYTES = 64 * 1024 * 1024;
const PROGRESS_MILLISECONDS = 1000;
/** A second copy of a command that still runs is what a caller would start otherwise. */
const LOOK_FIRST =
  "the command may still be running in the container: look with ps before you run it again";

/** Runs a command in a running container. */
export const execCommand: Tool = defineTool({
  name: "docker_exec_command",
  title: "Run command in container",
  safety: "moderate",
  description:
    'Run a command in a running container and return its output and exit code. No shell: for pipes or variables pass ["sh", "-c", "…"].',
  untrusted: ["output"],
  expensive: true,
  seconds: ({ timeout }) => timeout + 15,
  input: () =>
    z.strictObject({
      container_id: containerRef(),
      command: command("A list, or a line split at blanks and quotes"),
      workdir: z.string().max(4096).refine(isContainerPath, {
        error: 'expected an absolute path without "." or "..", outside /proc, /sys and /dev',
      }).optional()
        .meta({ description: "Working directory" }),
      user: z.string().max(64)
        .refine(isUser, { error: USER_FORM })
        .optional().meta({ description: "User or uid, with :group" }),
      environment: environment(),
      privileged: z.boolean().default(false).meta({ description: "All host privileges" }),
      timeout: seconds("Seconds", 3600).min(1).default(60),
    }),
  output: () =>
    z.object({
      exit_code: z.number().nullable(),
      output: z.string(),
      truncation_info: truncationInfo(),
    }),
  example: { container_id: "web", command: ["ls", "-l", "/etc"], timeout: 30 },
  async run(context, input) {
    const { docker, signal, limits } = context;
    const execId = await docker.exec.create(input.container_id, {
      Cmd: argumentList(input.command),
      ...(input.environment ? { Env: environmentList(input.environment) } : {}),
      ...(input.workdir ? { WorkingDir: input.workdir } : {}),
      ...(input.user ? { User: input.user } : {}),
      ...(input.privileged ? { Privileged: true } : {}),
    }, { signal });
    const maximum = limits.execBytes || UNLIMITED_BYTES;
    const headBytes = Math.floor(maximum * HEAD_SHARE);
    const output = new BoundedOutput({ headBytes, tailBytes: maximum - headBytes });
    const ended = await drain(context, execId, { output, seconds: input.timeout });
    const kept = output.text();
    const { exit_code, unknown } = ended
      ? await exitOf(context, execId)
      : { exit_code: null, unknown: stillRuns(output, input.timeout) };
    return { exit_code, output: kept.text, truncation_info: cut(output, kept, { ended, unknown }) };
  },
});

/** The exit code, or why it is not known; the command has run, so that no failure here may take its output away. */
async function exitOf(
  { docker, signal }: ToolContext,
  execId: string,
): Promise<{ exit_code: number | null; unknown?: string }> {
  try {
    const { ExitCode, Running } = await docker.exec.inspect(execId, { signal });
    if (typeof ExitCode === "number" && Running !== true) return { exit_code: ExitCode };
    return { exit_code: null, unknown: `Its output ended without an exit code; ${LOOK_FIRST}` };
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    const unknown = `The output ended, the exit code is not known. ${error.message}`;
    return { exit_code: null, unknown };
  }
}

function stillRuns(output: BoundedOutput, seconds: number): string {
  return output.brokenOff
    ? `The stream from the Engine broke off here; ${LOOK_FIRST}`
    : `Stopped waiting after ${seconds} s; ${LOOK_FIRST}`;
}

/** Reads all output in constant memory; false when the command has not ended in time, or the stream broke off. */
async function drain(
  { docker, signal, progress }: ToolContext,
  execId: string,
  { output, seconds }: { readonly output: BoundedOutput; readonly seconds: number },
): Promise<boolean> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), seconds * 1000);
  let told = performance.now();
  try {
    const either = AbortSignal.any([signal, late.signal]);
    const pieces = docker.exec.start(execId, { signal: either });
    for await (const piece of keepArrived(pieces, () => output.brokenOff = true)) {
      output.add(piece);
      if (performance.now() - told < PROGRESS_MILLISECONDS) continue;
      told = performance.now();
      progress({ progress: output.bytes, message: `${output.bytes} bytes of output` });
    }
    return !output.brokenOff;
  } catch (error) {
    if (signal.aborted || !late.signal.aborted) throw error;
    return false;
  } finally {
    clearTimeout(timer);
  }
}

function cut(
  output: BoundedOutput,
  { lostBytes }: OutputText,
  { ended, unknown }: { readonly ended: boolean; readonly unknown: string | undefined },
): TruncationInfo {
  const said = [
    ...(unknown === undefined ? [] : [unknown]),
    ...(lostBytes === 0 ? [] : [
      "The first quarter and the last three quarters of the limit are shown; let the command print less",
    ]),
  ];
  if (said.length === 0) return {};
  const message = said.join(". ");
  if (ended && lostBytes === 0) return { message };
  const truncated_bytes = output.bytes - lostBytes;
  return { truncated: true, original_bytes: output.bytes, truncated_bytes, message };
}
