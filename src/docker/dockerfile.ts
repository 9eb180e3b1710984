import { type ImageReference, parseImageReference } from "./reference.ts";

/** Characters of an image's name with variables in it; the rest is no name. */
const LONGEST_NAME = 1024;

/** What a Dockerfile's variables are replaced by. */
type Variables = Readonly<Record<string, string>>;

/** The images that a build begins with. */
export interface DockerfileImages {
  readonly images: ImageReference[];
  /** Names that cannot be told from the text alone, as they are written there. */
  readonly unknown: string[];
}

/**
 * The images that a Dockerfile starts from or copies from, for the credentials that they may need: of `# syntax=`, `FROM`,
 * `COPY --from=` and `RUN --mount=…,from=`.
 *
 * A name that cannot be told from the text alone is left out; the builder then does without credentials for it.
 *
 * @see https://docs.docker.com/reference/dockerfile/
 */
export function imagesOfDockerfile(text: string, buildArgs: Variables = {}): ImageReference[] {
  return allImagesOfDockerfile(text, buildArgs).images;
}

/** As {@linkcode imagesOfDockerfile}, with what was left out. */
export function allImagesOfDockerfile(text: string, buildArgs: Variables = {}): DockerfileImages {
  const variables: Record<string, string> = Object.create(null);
  const stages = new Set(["scratch"]);
  const found = new Map<string, ImageReference>();
  const unknown = new Set<string>();
  const add = (name: string): void => {
    const image = substituted(name, variables) ?? "";
    if (stages.has(image.toLowerCase()) || /^\d+$/.test(image)) return;
    const reference = parseImageReference(image);
    if (reference === undefined) unknown.add(name.slice(0, LONGEST_NAME));
    else found.set(image, reference);
  };
  const { syntax, instructions } = readDockerfile(text);
  // The builder lets this argument replace the line.
  const frontend = Object.hasOwn(buildArgs, "BUILDKIT_SYNTAX") ? buildArgs.BUILDKIT_SYNTAX : syntax;
  if (frontend !== undefined) add(frontend);
  let beforeFirstStage = true;
  for (const { name, rest } of instructions) {
    if (name === "ARG" && beforeFirstStage) Object.assign(variables, argument(rest, buildArgs));
    for (const image of imagesIn(name, rest)) add(image);
    if (name !== "FROM") continue;
    beforeFirstStage = false;
    const stage = /\sAS\s+(\S+)\s*$/i.exec(rest)?.[1];
    if (stage !== undefined) stages.add(stage.toLowerCase());
  }
  return { images: [...found.values()], unknown: [...unknown] };
}

interface Instruction {
  /** Upper case. */
  readonly name: string;
  readonly rest: string;
}

function readDockerfile(text: string): { syntax: string | undefined; instructions: Instruction[] } {
  const lines = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n").split("\n");
  const escape = escapeOf(lines) === "`" ? "`" : "\\\\";
  // Two of them at the end of a line are not a continuation.
  const continued = new RegExp(`(^|[^${escape}])${escape}[ \\t]*$`);
  const instructions: Instruction[] = [];
  let whole = "";
  const end = (): void => {
    const [, name = "", rest = ""] = /^\s*(\S+)\s*(.*)$/s.exec(whole) ?? [];
    if (name !== "") instructions.push({ name: name.toUpperCase(), rest: rest.trim() });
    whole = "";
  };
  for (const line of lines) {
    if (/^\s*(#|$)/.test(line)) continue; // also in the middle of an instruction
    const isContinued = continued.test(line);
    // Joined as they are: a name may be split between two lines.
    whole += isContinued ? line.replace(continued, "$1") : line;
    if (!isContinued) end();
  }
  end();
  return { syntax: syntaxOf(lines), instructions };
}

/** Directives are the first lines, up to one that does not look like one. */
function escapeOf(lines: readonly string[]): string | undefined {
  for (const line of lines) {
    const [, name, value] = /^#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*$/.exec(line) ?? [];
    if (name === undefined) return undefined;
    if (name.toLowerCase() === "escape") return value;
  }
  return undefined;
}

/** BuildKit also takes it from a `//` comment, behind a `#!` line and from a Dockerfile that is JSON. */
function syntaxOf(lines: readonly string[]): string | undefined {
  for (const line of lines) {
    const value = /^\s*(?:#|\/\/)\s*syntax\s*=\s*(\S+)/i.exec(line)?.[1];
    if (value !== undefined) return value;
    if (!/^\s*(?:#|\/\/|$)/.test(line)) break;
  }
  return /^\s*\{/.test(lines[0] ?? "")
    ? /"syntax"\s*:\s*"([^"]*)"/i.exec(lines.join("\n"))?.[1]
    : undefined;
}

function imagesIn(instruction: string, rest: string): string[] {
  if (instruction === "FROM") {
    const name = /^(?:--\S+\s+)*(\S+)/.exec(rest)?.[1];
    return name === undefined ? [] : [name];
  }
  if (instruction !== "COPY" && instruction !== "RUN") return [];
  const flags = /^(?:--\S+\s*)*/.exec(rest)?.[0].split(/\s+/) ?? [];
  return flags.flatMap((flag) => {
    const plain = flag.replace(/["'\\]/g, "");
    if (instruction === "COPY") return /^--from=(.+)$/i.exec(plain)?.[1] ?? [];
    if (!/^--mount=/i.test(plain)) return [];
    return [...plain.matchAll(/[=,]from=([^,]+)/gi)].map(([, name = ""]) => name);
  });
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
