import { z } from "zod";
import { BoundedOutput } from "./bounded_output.ts";
import { keepArrived } from "./broken_stream.ts";
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

/** A name or number, each for user and group. */
const USER = /^(?:\d+|[a-z_][a-z0-9_.-]{0,31}\$?)(?::(?:\d+|[a-z_][a-z0-9_.-]{0,31}\$?))?$/;

/** Runs a command in a running container. */
export const execCommand: Tool = defineTool({
  name: "docker_exec_command",
  title: "Run command in container",
  safety: "moderate",
  description:
    "Run a command in a running container and return its output and exit code. No shell is involved: " +
    'for pipes or variables pass ["sh", "-c", "…"]. What it changes depends on the command.',
  untrusted: ["output"],
  seconds: ({ timeout }) => timeout + 15,
  input: () =>
    z.strictObject({
      container_id: containerRef(),
      command: command("Argument list, or one line split at blanks and quotes"),
      workdir: z.string().max(4096).refine(isContainerPath, {
        error: 'expected an absolute path without "." or "..", outside /proc, /sys and /dev',
      }).optional()
        .meta({ description: "Working directory" }),
      user: z.string().max(64)
        .refine((user) => USER.test(user), { error: "expected a user or uid, with :group" })
        .optional().meta({ description: "User or uid, with :group" }),
      environment: environment(),
      privileged: z.boolean().default(false).meta({ description: "All privileges of the host" }),
      timeout: seconds("Stop waiting after this long", 3600).min(1).default(60),
    }),
  output: () =>
    z.object({
      exit_code: z.number().nullable(),
      output: z.string(),
      encoding: z.literal("base64").optional(),
      exec_id: z.string().optional(),
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
    const { text, encoding } = output.text();
    const exit_code = ended
      ? (await docker.exec.inspect(execId, { signal })).ExitCode ?? null
      : null;
    return {
      exit_code,
      output: text,
      ...(encoding === undefined ? {} : { encoding }),
      ...(ended ? {} : { exec_id: execId }),
      truncation_info: cut(output, { ended, encoding, seconds: input.timeout }),
    };
  },
});

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
  { ended, encoding, seconds }: {
    readonly ended: boolean;
    readonly encoding: "base64" | undefined;
    readonly seconds: number;
  },
): TruncationInfo {
  const said = [
    ...(output.brokenOff
      ? ["The stream from the Engine broke off here: the command may still run in the container"]
      : []),
    ...(ended || output.brokenOff ? [] : [
      `Stopped waiting after ${seconds} s: the command may still run in the container; use a longer timeout`,
    ]),
    ...(encoding === undefined
      ? []
      : ["The output is binary: its first 4 KiB are shown in base64"]),
    ...(output.lostBytes === 0 || encoding !== undefined ? [] : [
      "The first quarter and the last three quarters of the limit are shown; let the command print less",
    ]),
  ];
  if (said.length === 0) return {};
  return {
    truncated: true,
    original_bytes: output.bytes,
    truncated_bytes: output.bytes - output.lostBytes,
    message: said.join(". "),
  };
}
