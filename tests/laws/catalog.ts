import type { Tool } from "../../src/tools/tool.ts";

type Schema = Readonly<Record<string, unknown>>;

const NAME = /^docker_[a-z]+(?:_[a-z]+)*$/;
const MAXIMUM_TITLE = 40;
const MAXIMUM_DESCRIPTION = 300;

/** What every tool must hold; each broken law is one sentence that begins with the tool's name. */
export function brokenLaws(tools: readonly Tool[]): string[] {
  const names = tools.map(({ name }) => name);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  return [
    ...twice.map((name) => `${name}: is in the catalog twice`),
    ...tools.flatMap((tool) => lawsOf(tool).map((broken) => `${tool.name}: ${broken}`)),
  ];
}

function lawsOf(tool: Tool): string[] {
  const { name, title, safety, description } = tool;
  const broken = (is: boolean, law: string): string[] => is ? [law] : [];
  return [
    ...broken(!NAME.test(name), "its name is not docker_verb_noun"),
    ...broken(
      title.length > MAXIMUM_TITLE || !/^[A-Z]/.test(title),
      "its title is long or lower case",
    ),
    ...broken(title.endsWith("."), "its title ends in a full stop"),
    ...broken(!/^[A-Z].*\.$/s.test(description), "its description is not made of sentences"),
    ...broken(
      description.length >= MAXIMUM_DESCRIPTION,
      "its description has 300 characters or more",
    ),
    ...broken(
      safety === "safe" && !description.includes("Changes nothing"),
      "it is safe and its description does not say that it changes nothing",
    ),
    ...broken(
      (safety === "destructive") !== (tool.plan !== undefined),
      "plan and destructive differ",
    ),
    ...inputLaws(tool),
    ...outputLaws(tool),
  ];
}

function inputLaws(tool: Tool): string[] {
  const schema = tool.input().toJSONSchema({ io: "input" }) as Schema;
  const example = tool.input().safeParse(tool.example);
  return [
    ...(["anyOf", "oneOf", "allOf"].filter((key) => key in schema).map((key) =>
      `its input has a top-level ${key}`
    )),
    ...(schema.additionalProperties === false ? [] : ["its input lets unknown arguments pass"]),
    ...(example.success ? [] : [`its example is refused: ${example.error.message}`]),
    ...Object.entries((schema.properties ?? {}) as Record<string, Schema>).flatMap((
      [key, property],
    ) => [
      ...(typeof property.description === "string" ? [] : [`its input ${key} has no description`]),
      ...unboundedNumbers(property).map((at) => `its input ${key}${at} is a number without bounds`),
    ]),
  ];
}

function unboundedNumbers(schema: Schema): string[] {
  const inner = [
    ...((schema.anyOf ?? []) as Schema[]),
    ...((schema.prefixItems ?? []) as Schema[]),
  ];
  const isNumber = schema.type === "number" || schema.type === "integer";
  const bounded = typeof schema.minimum === "number" && typeof schema.maximum === "number" &&
    schema.maximum < Number.MAX_SAFE_INTEGER;
  return [...(isNumber && !bounded ? [""] : []), ...inner.flatMap(unboundedNumbers)];
}

/** Fields and, for lists of rows, the fields of a row, as `untrusted` names them. */
function outputPaths(schema: Schema, prefix = ""): [path: string, field: Schema][] {
  return Object.entries((schema.properties ?? {}) as Record<string, Schema>)
    .flatMap(([key, field]): [string, Schema][] => [
      [prefix + key, field],
      ...outputPaths((field.items ?? {}) as Schema, `${prefix}${key}.`),
    ]);
}

/** What a container prints, what was set on an object by whoever made it, and all that the Engine knows about one. */
function isWrittenByOthers(path: string, field: Schema): boolean {
  const name = path.split(".").at(-1) ?? "";
  if (name === "details") return field.properties === undefined && field.anyOf === undefined;
  const isText = field.type === "string" || field.additionalProperties !== undefined;
  return /^(?:command|events|history|labels|logs|output)$/.test(name) &&
    (isText || field.type === "array");
}

function outputLaws(tool: Tool): string[] {
  const schema = tool.output().toJSONSchema({ io: "output" }) as Schema;
  const fields = Object.keys((schema.properties ?? {}) as object);
  const paths = new Map(outputPaths(schema));
  return [
    ...(schema.type === "object" ? [] : ["its output is not one object"]),
    ...(tool.untrusted ?? []).filter((field) => !paths.has(field))
      .map((field) => `its untrusted field ${field} is not in its output`),
    ...[...paths].filter(([path, field]) => isWrittenByOthers(path, field))
      .filter(([path]) => !tool.untrusted?.includes(path))
      .map(([path]) => `its field ${path} holds text that others wrote and is not named untrusted`),
    ...["notice", "truncated"].filter((field) => fields.includes(field))
      .map((field) => `its output names ${field}, which the pipeline adds`),
  ];
}
