import { type BenchContext, NO_CLI } from "../context.ts";
import { compare, limitTo, type Report, showMedian } from "../finding.ts";
import { interleave, milliseconds } from "../measure.ts";
import { costOfCall } from "../memory.ts";

const MEBIBYTE = 1_048_576;
const TOOL = "docker_build_image";
const FOLDERS = 100;
const FILES_IN_EACH = 100;
/** 200 MB in all. */
const FILE_BYTES = 20_000;

/** Sends a build context of 10,000 files and 200 MB; the build itself copies one of them. */
export async function build(context: BenchContext): Promise<Report> {
  const folder = await Deno.makeTempDir({ prefix: "mcp-docker-bench-" });
  try {
    await fill(folder);
    return await measure(context, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function fill(folder: string): Promise<void> {
  const content = crypto.getRandomValues(new Uint8Array(FILE_BYTES));
  for (let number = 0; number < FOLDERS; number++) {
    await Deno.mkdir(`${folder}/${number}`);
    for (let file = 0; file < FILES_IN_EACH; file++) {
      await Deno.writeFile(`${folder}/${number}/${file}`, content);
    }
  }
  await Deno.writeTextFile(`${folder}/Dockerfile`, "FROM scratch\nCOPY Dockerfile /\n");
}

async function measure(
  { cli, engine, ours, rounds }: BenchContext,
  folder: string,
): Promise<Report> {
  const server = { ...ours, cwd: folder };
  const peaks: number[] = [];
  const ids = new Set<string>();
  const time = await interleave(rounds, {
    ours: async () => {
      const { milliseconds, peakBytes, result } = await costOfCall(server, TOOL, { path: "." });
      peaks.push(peakBytes);
      ids.add(String(result.structuredContent?.image_id));
      return milliseconds;
    },
    cli: cli && (() => milliseconds(() => cli(["build", "--quiet", folder]))),
  });
  for (const id of ids) await engine.raw("DELETE", `/images/${id}?force=1`);
  const what = "send a build context of 10,000 files, 200 MB";
  const memory = `memory above idle, ${what}`;
  const against = { baseline: time("cli"), baselineName: "`docker build`", limit: 1.3 };
  return {
    findings: [
      ...(cli === undefined ? [] : [compare({ what, ours: time("ours"), ...against, unit: "ms" })]),
      limitTo({ what: memory, ours: peaks, limit: 64 * MEBIBYTE, unit: "MiB" }),
    ],
    beside: [
      {
        what,
        ours: showMedian(time("ours"), "ms", ""),
        cli: showMedian(time("cli"), "ms", NO_CLI),
        original: "–",
      },
      { what: memory, ours: showMedian(peaks, "MiB", ""), cli: "–", original: "–" },
    ],
  };
}
