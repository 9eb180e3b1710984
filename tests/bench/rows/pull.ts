import { startRegistry } from "../../engine/registry.ts";
import { tar } from "../../engine/tar.ts";
import { type BenchContext, NO_CLI } from "../context.ts";
import { compare, type Report, showMedian } from "../finding.ts";
import { interleave, milliseconds, type Sample } from "../measure.ts";
import { StdioServer } from "../stdio_server.ts";

const SIZE = 50_000_000;
const REPOSITORY = "mcp-docker-test/pulled";

/** A pull of 50 MB that do not compress, from a registry on this machine. */
export async function pull(context: BenchContext): Promise<Report> {
  await using registry = await startRegistry();
  const image = registry.image(REPOSITORY, "1");
  await using server = await StdioServer.start(context.ours);
  await importImage(context, registry.image(REPOSITORY));
  await server.call("docker_push_image", { image });
  try {
    return await measure(context, { server, image });
  } finally {
    await remove(context, image);
  }
}

interface Pulled {
  readonly server: StdioServer;
  readonly image: string;
}

async function measure(context: BenchContext, { server, image }: Pulled): Promise<Report> {
  const { cli, rounds } = context;
  const afresh = (pull: () => Promise<unknown>): Sample => async () => {
    await remove(context, image);
    return await milliseconds(pull);
  };
  const time = await interleave(rounds, {
    ours: afresh(() => server.call("docker_pull_image", { image })),
    cli: cli && afresh(() => cli(["pull", image])),
  });
  const what = "pull of a 50 MB image from a local registry";
  return {
    findings: cli === undefined ? [] : [compare({
      what,
      ours: time("ours"),
      baseline: time("cli"),
      baselineName: "`docker pull`",
      limit: 1.1,
      unit: "ms",
    })],
    beside: [{
      what,
      ours: showMedian(time("ours"), "ms", ""),
      cli: showMedian(time("cli"), "ms", NO_CLI),
      original: "–",
    }],
  };
}

async function importImage({ engine }: BenchContext, repository: string): Promise<void> {
  const content = new Uint8Array(SIZE);
  const most = 65_536; // as many random bytes as there are at a time
  for (let at = 0; at < SIZE; at += most) crypto.getRandomValues(content.subarray(at, at + most));
  const query = new URLSearchParams({ fromSrc: "-", repo: repository, tag: "1" });
  const archive = tar([{ path: "filling", content }]);
  const { status, text } = await engine.raw("POST", `/images/create?${query}`, archive);
  if (status !== 200) throw new Error(`Cannot import an image: ${text}`);
}

async function remove({ engine }: BenchContext, image: string): Promise<void> {
  const { status, text } = await engine.raw("DELETE", `/images/${image}`);
  if (status !== 200 && status !== 404) throw new Error(`Cannot remove "${image}": ${text}`);
}
