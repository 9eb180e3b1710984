import { type ImageReference, parseImageReference } from "./reference.ts";

/** Characters of an image's name with variables in it; the rest is no name. */
const LONGEST_NAME = 1024;

/** What a Dockerfile's variables are replaced by. */
type Variables = Readonly<Record<string, string>>;

/**
 * The images that a Dockerfile starts from or copies from, for the credentials that they may need: of `# syntax=`, `FROM`,
 * `COPY --from=` and `RUN --mount=…,from=`.
 *
 * A name that cannot be told from the text alone is left out; the builder then does without credentials for it.
 *
 * @see https://docs.docker.com/reference/dockerfile/
 */
export function imagesOfDockerfile(text: string, buildArgs: Variables = {}): ImageReference[] {
  const variables: Record<string, string> = Object.create(null);
  const stages = new Set(["scratch"]);
  const found = new Map<string, ImageReference>();
  const add = (name: string | undefined): void => {
    const image = name === undefined ? undefined : substituted(name, variables);
    if (image === undefined || stages.has(image.toLowerCase()) || /^\d+$/.test(image)) return;
    const reference = parseImageReference(image);
    if (reference !== undefined) found.set(image, reference);
  };
  const { syntax, instructions } = readDockerfile(text);
  add(syntax);
  let beforeFirstStage = true;
  for (const { name, rest } of instructions) {
    if (name === "ARG" && beforeFirstStage) Object.assign(variables, argument(rest, buildArgs));
    for (const image of imagesIn(name, rest)) add(image);
    if (name !== "FROM") continue;
    beforeFirstStage = false;
    const stage = /\sAS\s+(\S+)\s*$/i.exec(rest)?.[1];
    if (stage !== undefined) stages.add(stage.toLowerCase());
  }
  return [...found.values()];
}

interface Instruction {
  /** Upper case. */
  readonly name: string;
  readonly rest: string;
}

function readDockerfile(text: string): { syntax: string | undefined; instructions: Instruction[] } {
  const directive = (name: string): string | undefined =>
    new RegExp(`^(?:#[^\\n]*\\n)*?#[ \\t]*${name}[ \\t]*=[ \\t]*(\\S+)`, "i").exec(text)?.[1];
  const escape = directive("escape") === "`" ? "`" : "\\";
  const instructions: Instruction[] = [];
  let whole = "";
  for (const line of text.replaceAll("\r\n", "\n").split("\n")) {
    if (/^\s*(#|$)/.test(line)) continue; // also in the middle of an instruction
    const trimmed = line.trim();
    if (trimmed.endsWith(escape)) {
      whole += `${trimmed.slice(0, -1)} `;
      continue;
    }
    const [, name = "", rest = ""] = /^(\S+)\s*(.*)$/s.exec(whole + trimmed) ?? [];
    instructions.push({ name: name.toUpperCase(), rest });
    whole = "";
  }
  return { syntax: directive("syntax"), instructions };
}

function imagesIn(instruction: string, rest: string): (string | undefined)[] {
  if (instruction === "FROM") return [/^(?:--\S+\s+)*(\S+)/.exec(rest)?.[1]];
  const words = rest.split(/\s+/);
  const flags = words.slice(0, words.findIndex((word) => !word.startsWith("--")));
  if (instruction === "COPY") return flags.map((flag) => /^--from=(.+)$/.exec(flag)?.[1]);
  if (instruction !== "RUN") return [];
  return flags.map((flag) => /^--mount=(?:.*,)?from=([^,]+)/.exec(flag)?.[1]);
}

function argument(rest: string, buildArgs: Variables): Variables {
  const [, name = "", value] = /^([A-Za-z_]\w*)(?:=(.*))?$/s.exec(rest.trim()) ?? [];
  const given = Object.hasOwn(buildArgs, name) ? buildArgs[name] : unquoted(value);
  return name === "" || given === undefined ? {} : { [name]: given };
}

/** With its variables replaced; undefined where one is not known. */
function substituted(text: string, variables: Variables): string | undefined {
  if (text.length > LONGEST_NAME) return undefined;
  let known = true;
  const replaced = unquoted(text)?.replace(
    /\$(?:(\w+)|\{(\w+)(?::([-+])([^}]*))?\})/g,
    (_, bare?: string, braced?: string, operator?: string, other = "") => {
      const value = variables[bare ?? braced ?? ""];
      if (operator === "+") return value ? other : "";
      if (operator === "-" && !value) return other;
      known &&= value !== undefined;
      return value ?? "";
    },
  );
  return known ? replaced : undefined;
}

function unquoted(text: string | undefined): string | undefined {
  return text?.replace(/^(["'])(.*)\1$/s, "$2");
}
