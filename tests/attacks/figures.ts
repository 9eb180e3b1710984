import type { Family } from "./attack_case.ts";
import type { Outcome } from "./runner.ts";

/** The page of figures; it has no times and no dates, so that it changes only when the corpus or an outcome does. */
export function figuresPage(families: readonly Family[], outcomes: readonly Outcome[]): string {
  const rows = families.map(({ code, title }) => [
    code,
    title,
    count(outcomes.filter(({ family }) => family === code), "attack"),
    count(outcomes.filter(({ family }) => family === code), "control"),
  ]);
  const real = families.flatMap(({ controls }) => controls.filter(({ real }) => real)).length;
  const table = [
    ["Family", "What is defended", "Attacks stopped", "Legitimate calls passed"],
    ["---", "---", "---:", "---:"],
    ...rows,
    ["", "all", count(outcomes, "attack"), count(outcomes, "control")],
  ];
  return `${HEAD}\n${table.map((cells) => `| ${cells.join(" | ")} |\n`).join("")}\n${FOOT(real)}`;
}

function count(outcomes: readonly Outcome[], kind: Outcome["kind"]): string {
  const all = outcomes.filter((outcome) => outcome.kind === kind);
  return `${all.filter(({ failure }) => failure === undefined).length} of ${all.length}`;
}

const HEAD = `<!-- deno-fmt-ignore-file -->
<!-- Written by \`UPDATE_SNAPSHOTS=1 deno test -A tests/attacks/corpus_test.ts\`; edit the cases instead. -->

# Security figures

A server that refuses everything stops every attack, so both are counted: attacks that are stopped, and legitimate calls
that pass. The bar is all of both; \`deno task test\` tries every case and fails where one goes wrong.

Each case is a call over stdio to a server that is started as a client starts it. An attack counts as stopped when it is
refused for the right reason *and* no request that changes anything reached the Engine; where the danger lies in the answer,
when the secret or the character is nowhere in answer, progress and log. A legitimate call counts as passed when it
succeeds *and* the Engine got the request, or the client the text, that it is about. The cases are tables in
\`tests/attacks/families/\`.
`;

const FOOT = (real: number): string =>
  `The Engine is a stand-in on a real socket that records what it is sent, because what must be shown is what an Engine never
sees. ${real} creates of containers and volumes that pass are tried on a real Engine as well, which must accept them, and so are
the creates that are refused by themselves, which must leave nothing there (\`tests/attacks/engine_corpus_test.ts\`).

For comparison: mcp-docker 1.0.4, measured with another, comparable black-box set of about a thousand cases, stops 30 % of the
attacks and passes 67 % of the legitimate calls; it forwards 62 of 63 dangerous bind mounts, 17 of 17 dangerous volume options
and 49 of 49 escape options, and secrets leave through 11 of 12 reading tools. The sets are not the same, so the figures say
where the two differ and not by how much.

These figures say that known attacks are stopped, not that there are no others. What is not promised at all is in
[SECURITY.md](../SECURITY.md).
`;
