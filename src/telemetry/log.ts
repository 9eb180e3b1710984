import { configure, getLogger, getStreamSink, type Logger } from "@logtape/logtape";
import { getJsonLinesFormatter, getTextFormatter } from "@logtape/logtape";

/** What to write, and how. */
export interface LogOptions {
  /** The least severe level written. */
  readonly level: "debug" | "info" | "warning" | "error" | "critical";
  /** One JSON object a line instead of text. @default {false} */
  readonly json?: boolean;
}

/** The program's logger; silent until `startLog`. */
export const log: Logger = getLogger("mcp-docker");

/** Starts writing the log to `output`, which must not be stdout: that is the protocol's. */
export async function startLog(
  output: WritableStream<Uint8Array>,
  { level, json = false }: LogOptions,
): Promise<void> {
  const formatter = json
    ? getJsonLinesFormatter()
    : getTextFormatter({ timestamp: "rfc3339", value: "bare" });
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
