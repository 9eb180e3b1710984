import type { CallOptions, Http, OpenAnswer } from "../engine_request.ts";
import { compareVersions } from "../negotiation.ts";
import { path } from "../path.ts";
import type { OutputPiece } from "../streams/demux.ts";
import { framingOf, outputPieces } from "../streams/framing.ts";
import type { ContainerDetails } from "../types.ts";
import { objectOf } from "./answer.ts";
import { subject } from "./subject.ts";

/** The first API version whose content types tell how output is framed. */
const FRAMING_TOLD = "1.42";

/** Which part of the logs to read. */
export interface ContainerLogsOptions extends CallOptions {
  /** @default {true} */
  readonly stdout?: boolean | undefined;
  /** @default {true} */
  readonly stderr?: boolean | undefined;
  /** The newest so many lines, counted before `stdout` or `stderr` is left out. @default {"all"} */
  readonly tail?: number | "all" | undefined;
  /** Unix seconds, fractions allowed; without `tail` the Engine reads its whole file to find them. */
  readonly since?: number | string | undefined;
  readonly until?: number | string | undefined;
  /** Put an RFC 3339 time and a blank before each line. @default {false} */
  readonly timestamps?: boolean | undefined;
  /** Go on with what is written from now on. @default {false} */
  readonly follow?: boolean | undefined;
  /**
   * The container's `Config.Tty`. Engines older than API 1.42 do not say how their answer is framed; where this
   * is not given either, they are asked for it with a second request. May still be on its way; it must not reject.
   */
  readonly tty?: boolean | undefined | Promise<boolean | undefined>;
  /** Called once the Engine has taken the request, before any output; must not throw. */
  readonly opened?: (() => void) | undefined;
}

/** Bytes of finished logs that are read at a time: some 150 lines, a third faster than line by line. */
const GULP = 16 * 1024;

/** The logs of a container, piece by piece. */
export async function* containerLogs(
  http: Http,
  id: string,
  options: ContainerLogsOptions = {},
): AsyncGenerator<OutputPiece, void, void> {
  const { signal, timeouts, tty, opened, ...asked } = options;
  const { stdout = true, stderr = true, follow, ...query } = asked;
  await using answer = await http.open({
    ...subject("read the logs of", "container", id),
    method: "GET",
    path: path`/containers/${id}/logs`,
    query: { ...query, stdout, stderr, follow },
    endless: follow === true,
    signal,
    timeouts,
  });
  opened?.();
  const framing = toldFraming(answer, await tty) ?? await askedFraming(http, id, signal);
  const pieces = answer.body.pieces(follow === true ? {} : { atLeast: GULP });
  yield* outputPieces(pieces, framing);
}

function toldFraming(
  answer: OpenAnswer,
  tty: boolean | undefined,
): "multiplexed" | "raw" | undefined {
  const framing = framingOf(answer.headers.get("content-type"));
  if (framing === "multiplexed") return framing;
  if (framing === "raw" && compareVersions(answer.apiVersion, FRAMING_TOLD) >= 0) return framing;
  if (tty === undefined) return undefined;
  return tty ? "raw" : "multiplexed";
}

async function askedFraming(
  http: Http,
  id: string,
  signal: AbortSignal | undefined,
): Promise<"multiplexed" | "raw"> {
  const request = subject("inspect", "container", id);
  const url = path`/containers/${id}/json`;
  const answer = await http.json({ ...request, method: "GET", path: url, signal });
  const { Config } = objectOf<ContainerDetails>(answer, request.action);
  return Config?.Tty === true ? "raw" : "multiplexed";
}
