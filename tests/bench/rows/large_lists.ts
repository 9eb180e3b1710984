import type { TestEngine } from "../../engine/fixture.ts";
import type { BenchContext } from "../context.ts";
import { compare, type Finding, inform, type Report } from "../finding.ts";
import { interleave, milliseconds } from "../measure.ts";
import { type ServerCommand, StdioServer } from "../stdio_server.ts";

/** One kind of object in large numbers, and how it is made, listed and removed. */
interface Kind {
  readonly what: string;
  readonly count: number;
  readonly tool: string;
  readonly path: string;
  make(engine: TestEngine, number: number): Promise<void>;
  removal(number: number): string;
}

/** Objects are made and removed so many at a time. */
const AT_ONCE = 8;
/** Cheap enough to be taken more often than the rest. */
const MORE_ROUNDS = 5;
const PREFIX = "mcp-docker-bench";

const KINDS: readonly Kind[] = [
  {
    what: "list 1,000 images",
    count: 1000,
    tool: "docker_list_images",
    path: "/images/json",
    async make(engine, number) {
      const container = await engine.create("busybox");
      const query = new URLSearchParams({ container, repo: PREFIX, tag: `${number}` });
      await expect(engine, `/commit?${query}`, { Labels: { number: `${number}` } });
      await engine.remove(container);
    },
    removal: (number) => `/images/${PREFIX}:${number}`,
  },
  {
    what: "list 1,000 volumes",
    count: 1000,
    tool: "docker_list_volumes",
    path: "/volumes",
    make: (engine, number) =>
      expect(engine, "/volumes/create", {
        Name: `${PREFIX}-${number}`,
        Labels: { ...engine.labels, "com.example.project": "shop" },
      }),
    removal: (number) => `/volumes/${PREFIX}-${number}`,
  },
  {
    what: "list 200 networks",
    count: 200,
    tool: "docker_list_networks",
    path: "/networks",
    make: (engine, number) =>
      expect(engine, "/networks/create", {
        Name: `${PREFIX}-${number}`,
        Labels: { ...engine.labels, "com.example.project": "shop" },
        IPAM: { Config: [{ Subnet: `10.77.${number >> 5}.${(number % 32) * 8}/29` }] },
      }),
    removal: (number) => `/networks/${PREFIX}-${number}`,
  },
];

/** Lists of many images, volumes and networks against the raw request. */
export async function largeLists(context: BenchContext): Promise<Report> {
  const findings: Finding[] = [];
  for (const kind of KINDS) findings.push(...await measure(context, kind));
  return { findings };
}

async function measure(context: BenchContext, kind: Kind): Promise<Finding[]> {
  const { engine, ours, raw, rounds } = context;
  try {
    await inTurns(kind.count, (number) => kind.make(engine, number));
    await using server = await StdioServer.start(ours);
    await using least = await StdioServer.start(leastServer(context));
    const samples = await interleave(rounds * MORE_ROUNDS, {
      ours: () => milliseconds(() => server.call(kind.tool, {})),
      raw: () => milliseconds(() => raw.json(kind.path)),
      least: () => milliseconds(() => least.call(kind.tool, {})),
    });
    const { structuredContent } = await server.call(kind.tool, {});
    if (Number(structuredContent?.count) < kind.count) {
      throw new Error(`Cannot measure: ${structuredContent?.count} objects were listed`);
    }
    const against = {
      baseline: samples("raw"),
      baselineName: "the raw Engine request",
      unit: "ms",
    } as const;
    const what = `${kind.what}, by a server that checks nothing`;
    return [
      compare({ what: kind.what, ours: samples("ours"), limit: 1.5, ...against }),
      inform({ what, ours: samples("least"), ...against }),
    ];
  } finally {
    await inTurns(kind.count, async (number) => {
      await engine.raw("DELETE", kind.removal(number));
    });
  }
}

function leastServer({ engine, ours: { env } }: BenchContext): ServerCommand {
  const script = new URL("../least_server.ts", import.meta.url).pathname;
  const args = ["run", "-A", "--no-check", script, engine.socketPath];
  return { program: Deno.execPath(), args, env };
}

async function inTurns(count: number, act: (number: number) => Promise<void>): Promise<void> {
  for (let first = 0; first < count; first += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, count - first) }, (_, at) => first + at);
    await Promise.all(numbers.map(act));
  }
}

async function expect(
  engine: TestEngine,
  path: string,
  body: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { status, text } = await engine.raw("POST", path, body);
  if (status >= 400) throw new Error(`Cannot prepare the benchmark: ${path}: ${text}`);
}
