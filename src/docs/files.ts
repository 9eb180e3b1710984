import type { Tool } from "../tools/tool.ts";
import { configurationPage } from "./configuration_page.ts";
import { table } from "./markdown.ts";
import { toolsPage } from "./tools_page.ts";

/** What the generated files are made from. */
export interface DocsSources {
  readonly tools: readonly Tool[];
  /** A tool as `tools/list` shows it. */
  readonly list: (tool: Tool) => object;
  /** Reads a file that is only partly generated. */
  readonly readTextFile: (path: string) => Promise<string>;
}

const TABLE_START = "<!-- tools: written by `deno task docs` -->\n";
const TABLE_END = "<!-- end of tools -->";

/** Every generated file by its path from the project's root, with its whole text. */
export async function generatedFiles(
  { tools, list, readTextFile }: DocsSources,
): Promise<Map<string, string>> {
  const manifest = { tools: tools.map((tool) => ({ ...list(tool), safety: tool.safety })) };
  return new Map([
    ["docs/tools.md", toolsPage(tools)],
    ["docs/configuration.md", configurationPage()],
    ["docs/manifest.json", `${JSON.stringify(manifest, null, 2)}\n`],
    ["README.md", withTable(await readTextFile("README.md"), tools)],
  ]);
}

function withTable(readme: string, tools: readonly Tool[]): string {
  const start = readme.indexOf(TABLE_START);
  const end = readme.indexOf(TABLE_END);
  if (start === -1 || end < start) {
    throw new Error("README.md has lost the marks of its tool table");
  }
  const rows = tools.map(({ name, title, safety }) => [`\`${name}\``, safety, title]);
  const text = table(["Tool", "Safety", "What it does"], rows);
  return readme.slice(0, start + TABLE_START.length) + text + readme.slice(end);
}
