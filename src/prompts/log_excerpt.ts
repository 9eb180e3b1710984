import { BoundedOutput } from "../tools/bounded_output.ts";
import { keepArrived } from "../tools/broken_stream.ts";
import { oneLine, type PromptContext, type Section, within } from "./material.ts";

/** Newest bytes of a log that are read; 400 lines of 300 bytes. */
const LOG_BYTES = 128 * 1024;
/** The Engine reads a tail in milliseconds; a log driver that does not end must not hold the prompt. */
const LOG_MILLISECONDS = 10_000;
const LINES_BEFORE = 5;
const LINES_AFTER = 12;
const NEWEST_LINES = 15;

/** Words with which programs report what went wrong. */
const FAILURE =
  /\b(?:abort(?:ed|ing)?|cannot|can't|critical|denied|emerg(?:ency)?|err(?:or)?|exception|fail(?:ed|ure|s)?|fatal|killed|no space|no such|not found|out ?of ?memory|oom|panic(?:ked)?|refused|segfault|segmentation|tim(?:ed|e) ?out|traceback|unable|unhandled|unreachable)\b|\b[A-Z][A-Za-z]{2,64}(?:Error|Exception)\b|\bE[A-Z]{4,16}\b/i;
/** The same words where all is well. */
const NO_FAILURE =
  /\b(?:0|no|without|zero) (?:critical |fatal )?(?:errors?|failures?|failed)\b|\b(?:err(?:or)?s?|failed|failures?)"?[=:] ?"?(?:0|nil|null|none|false|\[\]|"")(?![\w.])|\berror[-_. ](?:log|handler|page|level|reporting)s?\b/i;

/** Control sequences of terminals, which would part a word from its line, and a secret from its name. */
const COLOURS = new RegExp(`${String.fromCharCode(0x1b)}\\[[\\d;?]*[ -/]*[@-~]`, "g");

/** The newest lines of a container's log, without secrets. */
export interface LogLines {
  readonly lines: readonly string[];
  /** Whether older lines were asked for and did not fit. */
  readonly isCut: boolean;
}

/**
 * Reads the newest lines of a log; secrets are replaced before anything is cut.
 *
 * @param tty `Config.Tty`, which saves older Engines a request.
 * @throws {DockerError} `not_found`, `unsupported` (a log driver that cannot be read), `timeout`
 */
export async function readLogLines(
  { docker, signal, limits, redact }: PromptContext,
  id: string,
  { tail, tty }: { readonly tail: number; readonly tty: boolean },
): Promise<LogLines> {
  const output = new BoundedOutput({ headBytes: 0, tailBytes: LOG_BYTES });
  const lines = Math.min(tail, limits.logLines || tail);
  await within(LOG_MILLISECONDS, { what: "the log", signal }, async (signal) => {
    const pieces = docker.containers.logs(id, { tail: lines, tty, signal });
    for await (const piece of keepArrived(pieces, () => output.brokenOff = true)) output.add(piece);
  });
  const { text, lostBytes } = output.text();
  return {
    lines: linesOf(redact(text.replace(COLOURS, ""))),
    isCut: lostBytes > 0 || output.brokenOff,
  };
}

/** Lines as a terminal would leave them: what a carriage return overwrote is gone. */
function linesOf(text: string): string[] {
  return text.split("\n").map((line) => oneLine(line.replace(/\r+$/, "").replace(/^.*\r/, "")))
    .filter((line) => line !== "");
}

/** Whether a line reports that something went wrong. */
export function reportsFailure(line: string): boolean {
  return FAILURE.test(line) && !NO_FAILURE.test(line);
}

/** The lines around the first one that reports a failure, and the newest ones. */
export function excerptSections({ lines, isCut }: LogLines, tail: number): Section[] {
  const first = lines.findIndex(reportsFailure);
  const start = Math.max(0, first - LINES_BEFORE);
  const end = first < 0 ? 0 : Math.min(lines.length, first + 1 + LINES_AFTER);
  const around = first < 0 ? [] : lines.slice(start, end);
  const newestFrom = Math.max(end, lines.length - NEWEST_LINES);
  const newest = lines.slice(newestFrom);
  const scope = `the newest ${lines.length} lines${isCut ? ", older ones did not fit" : ""}`;
  return [
    {
      title: `Log around the first line that reports a failure (line ${first + 1} of ${scope})`,
      lines: around,
    },
    {
      title: first < 0
        ? `Newest lines of the log; no failure is reported in ${scope}`
        : "Newest lines of the log",
      lines: lines.length === 0
        ? [`(nothing was written within the newest ${tail} lines)`]
        : newest,
    },
  ];
}
