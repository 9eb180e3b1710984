import type { Tool } from "../tools/tool.ts";
import { GENERATED_HEADER, table } from "./markdown.ts";

type Schema = Readonly<Record<string, unknown>>;

/** docs/tools.md: every tool with its arguments, what it answers and an example. */
export function toolsPage(tools: readonly Tool[]): string {
  const overview = table(
    ["Tool", "Safety", "What it does"],
    tools.map(({ name, safety, description }) => [
      `[${name}](#${name})`,
      safety,
      description.split(/[.:] /)[0] ?? "",
    ]),
  );
  return `${GENERATED_HEADER}
# Tools

*safe* tools change nothing. *moderate* ones change what can be undone and are off in read-only mode. *destructive* ones lose
something for good and are off unless the operator allows them.

An answer may carry further fields: \`notice\` names fields whose text was written by containers or images, \`redactions\` counts
the secrets replaced (\`{"env": 3, "url": 1}\`), \`sanitised\` the escape sequences and unseen characters removed (\`{"ansi": 4, "tag":
45}\`), and \`truncated\` says what was left out to keep the answer within \`SAFETY_MAX_RESPONSE_BYTES\`.

${overview}
${tools.map(section).join("\n")}`;
}

function section(tool: Tool): string {
  const input = tool.input().toJSONSchema({ io: "input" }) as Schema;
  const output = tool.output().toJSONSchema({ io: "output" }) as Schema;
  const example = JSON.stringify(tool.example);
  return `## ${tool.name}

${tool.description}

Safety: ${tool.safety}.${tool.idempotent ? " Calling it twice changes nothing more." : ""}

${argumentTable(input)}
Answers: ${Object.keys(output.properties ?? {}).map((key) => `\`${key}\``).join(", ")}.

Example: \`${example}\`
`;
}

function argumentTable(input: Schema): string {
  const properties = Object.entries((input.properties ?? {}) as Record<string, Schema>);
  if (properties.length === 0) return "No arguments.\n";
  const required = (input.required ?? []) as string[];
  return table(
    ["Argument", "Type", "Default", "Meaning"],
    properties.map(([name, schema]) => [
      `\`${name}\``,
      typeOf(schema),
      required.includes(name) ? "required" : defaultOf(schema),
      String(schema.description ?? ""),
    ]),
  );
}

function defaultOf({ default: value }: Schema): string {
  return value === undefined ? "" : `\`${JSON.stringify(value)}\``;
}

function typeOf(schema: Schema): string {
  if (Array.isArray(schema.anyOf)) return schema.anyOf.map(typeOf).join(" or ");
  if ("const" in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) {
    return schema.enum.map((value) => JSON.stringify(value)).join(" or ");
  }
  const { type, minimum, maximum, propertyNames } = schema;
  const keys = (propertyNames as Schema | undefined)?.enum;
  if (Array.isArray(keys)) return `object with ${keys.join(", ")}`;
  if (type === "array") return `list of ${typeOf((schema.items ?? {}) as Schema)}`;
  const bounds = minimum !== undefined && maximum !== undefined ? ` ${minimum}–${maximum}` : "";
  return `${type ?? "any"}${bounds}`;
}
