import { z } from "zod";
import type { ContainerLogsOptions } from "../docker/api/container_logs.ts";
import { BoundedOutput } from "./bounded_output.ts";
import { keepArrived } from "./broken_stream.ts";
import { shortId } from "./container_view.ts";
import {
  containerRef,
  pointInTime,
  seconds,
  type TruncationInfo,
  truncationInfo,
} from "./fields.ts";
import { parseWindow } from "./time.ts";
import { defineTool, type Tool, type ToolContext } from "./tool.ts";

/** What the contract allows as a tail at most; the configured limit is what counts. */
const MAXIMUM_TAIL = 100_000;
/** The share of an answer that its log may take: as JSON, a byte takes up to six. By default that is 256 KiB. */
const SHARE = 1 / 8;
/** Kept where the configured limit of an answer is 0. */
const UNLIMITED_BYTES = 64 * 1024 * 1024;
/** The longest piece that the Engine's log drivers count as one line of a tail. */
const LONGEST_ENTRY = 16 * 1024;
/** Progress of a followed log is for a person who waits, not for a program. */
const PROGRESS_MILLISECONDS = 500;

/** What a container wrote. */
export const containerLogs: Tool = defineTool({
  name: "docker_container_logs",
  title: "Read container logs",
  safety: "safe",
  description:
    "Read what a container wrote: its newest lines, or those of a time window. `follow` waits for more until `follow_seconds` pass. Changes nothing.",
  untrusted: ["logs"],
  seconds: ({ follow, follow_seconds }) => (follow ? follow_seconds : 0) + 60,
  input: () =>
    z.strictObject({
      container_id: containerRef(),
      tail: z.union([z.literal("all"), z.number().int().min(0).max(MAXIMUM_TAIL)]).default("all")
        .meta({ description: 'Newest lines; "all": up to the limit' }),
      since: pointInTime("since"),
      until: pointInTime("until"),
      timestamps: z.boolean().default(false).meta({ description: "Time before each line" }),
      follow: z.boolean().default(false).meta({ description: "Wait for new lines" }),
      follow_seconds: seconds("Seconds", 600).default(10),
    }),
  output: () =>
    z.object({
      logs: z.string(),
      container_id: z.string(),
      truncation_info: truncationInfo(),
    }),
  example: { container_id: "web", tail: 100, since: "10m", timestamps: true },
  async run(context, input) {
    const { docker, signal, limits } = context;
    const window = parseWindow(input);
    // Asked for at the same time as the logs themselves, unless following depends on the answer.
    const container = docker.containers.inspect(input.container_id, { signal });
    const tty = container.then(({ Config }) => Config?.Tty === true, () => undefined);
    const follow = input.follow && (await container).State?.Running === true;
    const limit = limits.logLines || Infinity;
    const wanted = Math.min(input.tail === "all" ? Infinity : input.tail, limit);
    // One line more than the limit tells whether there are more.
    const tail = !follow && wanted === limit ? wanted + 1 : wanted;
    const output = await readLogs(context, input, {
      ...(tail === Infinity ? {} : { tail }),
      ...window,
      timestamps: input.timestamps,
      follow,
      tty,
    });
    const shown = cutToLines(output, follow ? limit : wanted);
    return { ...shown, container_id: shortId((await container).Id) };
  },
});

/** Reads until the log ends, or, when following, until seconds run out or new lines or bytes alone fill the answer. */
async function readLogs(
  { docker, signal, limits, progress }: ToolContext,
  { container_id, follow_seconds }: { container_id: string; follow_seconds: number },
  request: ContainerLogsOptions,
): Promise<BoundedOutput> {
  const tailBytes = limits.responseBytes
    ? Math.floor(limits.responseBytes * SHARE)
    : UNLIMITED_BYTES;
  const output = new BoundedOutput({ headBytes: 0, tailBytes });
  // Nothing in the stream tells where old lines end and new ones begin, only how many old ones there can be.
  const old = request.tail === undefined || request.tail === "all" ? Infinity : request.tail;
  const enough = {
    lines: old + (limits.logLines || Infinity),
    bytes: old * LONGEST_ENTRY + tailBytes,
  };
  const late = new AbortController();
  const timer = request.follow ? setTimeout(() => late.abort(), follow_seconds * 1000) : undefined;
  let lines = 0;
  let told = 0;
  try {
    const either = AbortSignal.any([signal, late.signal]);
    const pieces = docker.containers.logs(container_id, { ...request, signal: either });
    for await (const piece of keepArrived(pieces, () => output.brokenOff = true)) {
      output.add(piece);
      if (!request.follow) continue;
      lines += countLines(piece.data);
      if (lines >= enough.lines || output.bytes >= enough.bytes) break;
      if (performance.now() - told < PROGRESS_MILLISECONDS) continue;
      told = performance.now();
      progress({ progress: lines, message: `${lines} lines` });
    }
  } catch (error) {
    if (signal.aborted || !late.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  return output;
}

function countLines(data: Uint8Array): number {
  let count = 0;
  for (let at = data.indexOf(10); at !== -1; at = data.indexOf(10, at + 1)) count++;
  return count;
}

/** The newest `lines` lines of what was read, and what is missing. */
function cutToLines(
  output: BoundedOutput,
  lines: number,
): { logs: string; truncation_info: TruncationInfo } {
  const { text, lostBytes } = output.text();
  const start = lines === Infinity ? 0 : startOfNewest(text, lines);
  const isCut = start > 0 || lostBytes > 0;
  if (!isCut && !output.brokenOff) return { logs: text, truncation_info: {} };
  const logs = text.slice(start);
  const shown = linesOf(logs);
  const said = [
    ...(output.brokenOff
      ? ["The stream from the Engine broke off here; call again for the rest"]
      : []),
    ...(isCut
      ? [
        `Only the newest ${shown} lines are shown; older ones with until, or a shorter window with since`,
      ]
      : []),
    ...(isCut && start === 0
      ? ["More bytes would not fit into an answer (SAFETY_MAX_RESPONSE_BYTES)"]
      : []),
  ];
  const message = said.join(". ");
  return { logs, truncation_info: { truncated: true, truncated_count: shown, message } };
}

/** Where the newest `lines` lines begin. */
function startOfNewest(text: string, lines: number): number {
  let at = text.endsWith("\n") ? text.length - 1 : text.length;
  if (lines === 0) return text.length;
  for (let left = lines; left > 0; left--) {
    if (at <= 0) return 0;
    at = text.lastIndexOf("\n", at - 1);
  }
  return at + 1;
}

function linesOf(text: string): number {
  return text === "" ? 0 : text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}
