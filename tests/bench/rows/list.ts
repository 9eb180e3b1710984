import { type BenchContext, NO_CLI, withOriginal } from "../context.ts";
import { compare, type Report, show, showMedian } from "../finding.ts";
import { interleave, milliseconds, type Samples } from "../measure.ts";
import { StdioServer, type ToolResult } from "../stdio_server.ts";

const CONTAINERS = 100;
/** Cheap enough to be taken more often than the rest. */
const MORE_ROUNDS = 5;
const TOOL = "docker_list_containers";

/** `docker_list_containers` with 100 containers: its time and the size of its answer. */
export async function list(context: BenchContext): Promise<Report> {
  const ids = [];
  for (let made = 0; made < CONTAINERS; made++) ids.push(await context.engine.create("web"));
  try {
    return await measure(context);
  } finally {
    for (const id of ids) await context.engine.remove(id);
  }
}

async function measure(context: BenchContext): Promise<Report> {
  const { cli, engine, ours, raw, rounds } = context;
  const [label = ""] = Object.entries(engine.labels).map((pair) => pair.join("="));
  const query = new URLSearchParams({ all: "1", filters: JSON.stringify({ label: [label] }) });
  const rawList = () => raw.json(`/containers/json?${query}`);
  const input = { all: true, filters: { label: [label] } };
  const docker = ["ps", "--all", "--filter", `label=${label}`, "--format", "json"];
  await using server = await StdioServer.start(ours);
  let found: Report | undefined;
  await withOriginal(context, async (original) => {
    const samples = await interleave(rounds * MORE_ROUNDS, {
      ours: () => milliseconds(() => server.call(TOOL, input)),
      raw: () => milliseconds(rawList),
      cli: cli && (() => milliseconds(() => cli(docker))),
      original: original && (() => milliseconds(() => original.call(TOOL, input))),
    });
    const answers = {
      ours: await server.call(TOOL, input),
      original: await original?.call(TOOL, input),
      rawBytes: (await rawList()).bytes,
    };
    found = report(context, samples, answers);
  });
  if (found === undefined) throw new Error("Cannot measure: nothing was found");
  return found;
}

interface Answers {
  readonly ours: ToolResult;
  readonly original: ToolResult | undefined;
  readonly rawBytes: number;
}

function report(
  { cli, original: { reason = "" } }: BenchContext,
  samples: Samples,
  { ours, original, rawBytes }: Answers,
): Report {
  if (ours.structuredContent?.count !== CONTAINERS) {
    throw new Error(`Cannot measure: ${ours.structuredContent?.count} containers were listed`);
  }
  const what = `list ${CONTAINERS} containers`;
  const time = { ours: samples("ours"), unit: "ms" } as const;
  const bytes = jsonBytes(ours.structuredContent);
  const against = { ...time, baseline: samples("raw"), baselineName: "the raw Engine request" };
  const spawning = { ...time, baseline: samples("cli"), baselineName: "spawning `docker ps`" };
  return {
    findings: [
      compare({ what, ...against, limit: 1.5 }),
      ...(cli === undefined ? [] : [compare({ what, ...spawning, limit: 0.1 })]),
      compare({
        what: `size of \`structuredContent\`, ${what}`,
        ours: [bytes],
        baseline: [rawBytes],
        baselineName: "the raw answer",
        limit: 0.25,
        unit: "bytes",
      }),
    ],
    beside: [
      {
        what,
        ours: showMedian(samples("ours"), "ms", ""),
        cli: showMedian(samples("cli"), "ms", NO_CLI),
        original: showMedian(samples("original"), "ms", reason),
      },
      {
        what: "size of that answer",
        ours: show(bytes, "bytes"),
        cli: "–",
        original: original === undefined
          ? reason
          : show(new TextEncoder().encode(original.content[0]?.text).length, "bytes"),
      },
    ],
  };
}

function jsonBytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
