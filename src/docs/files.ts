import type { Prompt } from "../prompts/prompt.ts";
import type { Resource } from "../resources/resource.ts";
import type { Tool } from "../tools/tool.ts";
import { configurationPage } from "./configuration_page.ts";
import { table } from "./markdown.ts";
import { type ListedPrompt, promptsPage } from "./prompts_page.ts";
import { type ListedTemplate, resourcesPage } from "./resources_page.ts";
import { toolsPage } from "./tools_page.ts";

/** What the generated files are made from. */
export interface DocsSources {
  readonly tools: readonly Tool[];
  /** A tool as `tools/list` shows it. */
  readonly list: (tool: Tool) => object;
  readonly prompts: readonly Prompt[];
  /** A prompt as `prompts/list` shows it. */
  readonly listPrompt: (prompt: Prompt) => ListedPrompt;
  readonly resources: readonly Resource[];
  /** A kind of resource as `resources/templates/list` shows it. */
  readonly listTemplate: (resource: Resource) => ListedTemplate;
  /** Reads a file that is only partly generated. */
  readonly readTextFile: (path: string) => Promise<string>;
}

const TABLE_START = "<!-- tools: written by `deno task docs` -->\n";
const TABLE_END = "<!-- end of tools -->";

/** Every generated file by its path from the project's root, with its whole text. */
export async function generatedFiles(
  { tools, list, prompts, listPrompt, resources, listTemplate, readTextFile }: DocsSources,
): Promise<Map<string, string>> {
  const listed = prompts.map(listPrompt);
  const templates = resources.map(listTemplate);
  const manifest = {
    tools: tools.map((tool) => ({ ...list(tool), safety: tool.safety })),
    prompts: listed,
    resourceTemplates: templates,
  };
  return new Map([
    ["docs/tools.md", toolsPage(tools)],
    ["docs/prompts.md", promptsPage(listed)],
    ["docs/resources.md", resourcesPage(templates)],
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
