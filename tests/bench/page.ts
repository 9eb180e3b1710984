import type { Beside, Finding, Report } from "./finding.ts";

/** Where the figures were taken; nothing in it names the machine. */
export interface Circumstances {
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  readonly engineVersion: string;
  readonly rounds: number;
}

/** The tables of a run, as Markdown that reads well on a terminal too. */
export function tables(reports: readonly Report[]): string {
  const findings = reports.flatMap((report) => report.findings);
  const besides = reports.flatMap((report) => report.beside ?? []);
  return [
    table(["What", "Ours", "Measured against", "Figure", "Bar", "Met"], findings.map(findingRow)),
    ...(besides.length === 0 ? [] : [
      table(
        ["Beside us", "mcp-docker", "docker CLI", "mcp-docker 1.0.4"],
        besides.map(besideRow),
      ),
    ]),
  ].join("\n\n");
}

/** The page of the docs with a run's figures. */
export function page(reports: readonly Report[], circumstances: Circumstances): string {
  const { cores, memory, engineVersion, rounds } = circumstances;
  return `<!-- deno-fmt-ignore-file -->
# Benchmarks

\`deno task bench\` wrote this page. Each figure is a median of at least ${rounds} samples, save sizes, which do not vary, and slow calls of
mcp-docker 1.0.4, which have three; what is compared was measured in
turn, in one run, on one machine: ${cores} cores, ${
    Math.round(memory / 2 ** 30)
  } GiB of memory, Linux, Docker Engine ${engineVersion}, Deno ${Deno.version.deno}.
The ratios say more than the times.

${tables(reports)}

"Raw" is the same request by Deno's own fetch over the same socket, its answer parsed or read to its end. "Above idle" is the
highest memory of a fresh server during the call, less what it had before. The log has lines of 100 bytes; longer lines cost us more
than the Engine, whose work goes by the line. Each program had run once before it was measured: the first run of a compiled
program writes a code cache, and is slower and larger. Nothing of the docker command or of mcp-docker 1.0.4
(the server whose tools this one offers, from the Python package index) counts for a bar, save where the table says so.
`;
}

function findingRow({ what, ours, against, figure, bar, met }: Finding): string[] {
  return [what, ours, against, figure, bar, met ? "yes" : "**no**"];
}

function besideRow({ what, ours, cli, original }: Beside): string[] {
  return [what, ours, cli, original];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}
