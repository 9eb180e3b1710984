import type { CallOptions, Http } from "../engine_request.ts";
import { path } from "../path.ts";
import { jsonLines } from "../streams/json_lines.ts";
import type { ContainerStats } from "../types.ts";
import { objectOf } from "./answer.ts";
import { subject } from "./subject.ts";

/** How a sample is taken. */
export interface ContainerStatsOptions extends CallOptions {
  /** Do not wait for a second sample to compare with. @default {false} */
  readonly oneShot?: boolean | undefined;
}

/** One sample of what a container uses. */
export async function containerStats(
  http: Http,
  id: string,
  { oneShot, signal, timeouts }: ContainerStatsOptions = {},
): Promise<ContainerStats> {
  const about = subject("read the stats of", "container", id);
  const query = { stream: false, "one-shot": oneShot };
  const request = { method: "GET", path: path`/containers/${id}/stats`, query } as const;
  return objectOf(await http.json({ ...about, ...request, signal, timeouts }), about.action);
}

/** A sample each second. */
export async function* streamContainerStats(
  http: Http,
  id: string,
  { signal, timeouts }: CallOptions = {},
): AsyncGenerator<ContainerStats, void, void> {
  const about = subject("read the stats of", "container", id);
  const request = { method: "GET", path: path`/containers/${id}/stats`, endless: true } as const;
  const query = { stream: true };
  await using answer = await http.open({ ...about, ...request, query, signal, timeouts });
  for await (const sample of jsonLines(answer.body.pieces())) {
    yield objectOf<ContainerStats>(sample, about.action);
  }
}
