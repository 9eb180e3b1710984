/**
 * Measures against the bars, prints the table and writes docs/benchmarks.md; exits with 1 where a bar is missed.
 * `deno task bench [--only <name>] [--rounds <n>]`; with `--only` nothing is written.
 */
import { parseArgs } from "node:util";
import { root } from "../e2e/client.ts";
import { notify, print } from "../engine/output.ts";
import { type BenchContext, withContext } from "./context.ts";
import type { Report } from "./finding.ts";
import { page, tables } from "./page.ts";
import { build } from "./rows/build.ts";
import { exec } from "./rows/exec.ts";
import { idle } from "./rows/idle.ts";
import { largeLists } from "./rows/large_lists.ts";
import { list } from "./rows/list.ts";
import { logs } from "./rows/logs.ts";
import { ping } from "./rows/ping.ts";
import { pipeline } from "./rows/pipeline.ts";
import { pull } from "./rows/pull.ts";
import { redaction } from "./rows/redaction.ts";
import { start } from "./rows/start.ts";

const BENCHES: Readonly<Record<string, (context: BenchContext) => Promise<Report>>> = {
  start,
  list,
  "large-lists": largeLists,
  ping,
  pipeline,
  logs,
  exec,
  pull,
  build,
  redaction,
  idle,
};
/** A median of fewer says little. */
const LEAST_ROUNDS = 9;

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string" },
      rounds: { type: "string", default: String(LEAST_ROUNDS) },
    },
  });
  const rounds = Number(values.rounds);
  const names = Object.keys(BENCHES).filter((name) => (values.only ?? name) === name);
  if (names.length === 0 || !Number.isInteger(rounds) || rounds < 1) {
    notify(`Usage: deno task bench [--only ${Object.keys(BENCHES).join("|")}] [--rounds <n>]`);
    return 2;
  }
  const reports = await withContext(rounds, async (context) => {
    const reports = await runAll(context, names);
    if (names.length === Object.keys(BENCHES).length && rounds >= LEAST_ROUNDS) {
      await writePage(context, reports);
    }
    return reports;
  });
  print(tables(reports));
  return reports.every(({ findings }) => findings.every(({ met }) => met)) ? 0 : 1;
}

async function runAll(context: BenchContext, names: readonly string[]): Promise<Report[]> {
  const reports = [];
  for (const name of names) {
    notify(`Measuring ${name} …`);
    const report = await BENCHES[name]?.(context);
    if (report !== undefined) reports.push(report);
  }
  return reports;
}

async function writePage(
  { raw, rounds }: BenchContext,
  reports: readonly Report[],
): Promise<void> {
  const { value } = await raw.json("/version");
  const text = page(reports, {
    cores: navigator.hardwareConcurrency,
    memory: Deno.systemMemoryInfo().total,
    engineVersion: (value as { Version: string }).Version,
    rounds,
  });
  await Deno.writeTextFile(`${root}docs/benchmarks.md`, text);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
