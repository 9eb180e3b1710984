import { configure, getLogger, getStreamSink, type Logger, type LogRecord } from "@logtape/logtape";
import { getJsonLinesFormatter, getTextFormatter, type TextFormatter } from "@logtape/logtape";

/** What to write, and how. */
export interface LogOptions {
  /** The least severe level written. */
  readonly level: "debug" | "info" | "warning" | "error" | "critical";
  /** One JSON object a line instead of text. @default {false} */
  readonly json?: boolean;
  /** Takes secrets and control characters out of texts and objects before they are written. @default {as they are} */
  readonly clean?: (value: unknown) => unknown;
}

/** Of an error; one may be its own cause. */
const MAXIMUM_CAUSES = 4;

/** The program's logger; silent until `startLog`. */
export const log: Logger = getLogger("mcp-docker");

const auditLines = getLogger(["mcp-docker", "audit"]);

/** Writes a line of the audit log among the log, whatever its level, and as it is: the line's hash is of its very text. */
export function writeAuditLine(line: string): void {
  auditLines.fatal("{line}", { line });
}

/** Starts writing the log to `output`, which must not be stdout: that is the protocol's. */
export async function startLog(
  output: WritableStream<Uint8Array>,
  { level, json = false, clean = (value) => value }: LogOptions,
): Promise<void> {
  const format = json
    ? getJsonLinesFormatter()
    : getTextFormatter({ timestamp: "rfc3339", value: "bare" });
  const formatter: TextFormatter = (record) =>
    record.category[1] === "audit"
      ? String(record.properties.line)
      : format(cleaned(record, { clean, json }));
  await configure({
    reset: true,
    sinks: { output: getStreamSink(output, { formatter }) },
    loggers: [
      {
        category: "mcp-docker",
        sinks: ["output"],
        lowestLevel: level === "critical" ? "fatal" : level,
      },
      { category: ["logtape", "meta"], sinks: ["output"], lowestLevel: "warning" },
    ],
  });
}

/** The record with one message instead of its parts, because a secret may begin in one and end in the next. */
function cleaned(
  record: LogRecord,
  { clean, json }: Required<Pick<LogOptions, "clean" | "json">>,
): LogRecord {
  const parts = record.message.map((part, index) => index % 2 === 0 ? String(part) : textOf(part));
  const text = String(clean(parts.join("")));
  // Nothing in a message may look like a line of its own.
  const message = json ? text : text.trimEnd().replaceAll("\n", "\n    ");
  const properties = Object.fromEntries(
    Object.entries(record.properties).map(([key, value]) => [key, plain(value)]),
  );
  return { ...record, message: [message], properties: clean(properties) as typeof properties };
}

function plain(value: unknown): unknown {
  return value instanceof Error ? textOf(value) : value;
}

function textOf(value: unknown, causes = MAXIMUM_CAUSES): string {
  if (typeof value === "string") return value;
  if (!(value instanceof Error)) return JSON.stringify(value) ?? String(value);
  const own = value.stack ?? String(value);
  if (value.cause === undefined || causes === 0) return own;
  return `${own}\nCaused by: ${textOf(value.cause, causes - 1)}`;
}
