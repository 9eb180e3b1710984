/** Heads every generated page: `deno fmt` would realign its tables, and people should not edit it. */
export const GENERATED_HEADER =
  "<!-- deno-fmt-ignore-file -->\n<!-- Written by `deno task docs`; edit the definitions instead. -->\n";

/** A Markdown table; cells may hold anything. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |\n`;
  return line(head) + line(head.map(() => "---")) + rows.map(line).join("");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
