import { firstWord, type Instruction, readDockerfile } from "./dockerfile_text.ts";
import { type ImageReference, parseImageReference } from "./reference.ts";

/** Characters of an image's name with variables in it, and of a variable's value in one; the rest is no name. */
const LONGEST_NAME = 1024;
const INSTRUCTIONS = new Set([
  ...["ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL"],
  ...["MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"],
]);
/** The frontends whose language this is; others may pull what they like. */
const OWN_FRONTEND = /^docker\/dockerfile(?:-upstream)?$/;
/** Quotes only around whole parts, no escapes, no characters that some builders take for blanks. */
const PLAIN_FLAG = /^--(?:[!#-&(-[\]-_a-~]|"[!#-&(-[\]-_a-~]*"|'[!#-&(-[\]-_a-~]*')*$/;
const PLAIN_WORDS = /^[\t\v\f\r -~]*$/;
const ARGUMENT =
  /^([A-Za-z_]\w*)(?:=(?:"([^"\\`]*)"|('[^'\\`]*')|([^\s\x85"'\\`]*)))?(?:[\t\v\f\r ]+|$)/;
const STAGE = /^[a-z][a-z0-9_.-]*$/i;

/** What a Dockerfile's variables are replaced by. */
type Variables = Readonly<Record<string, string>>;

/** The images that a build begins with. */
export interface DockerfileImages {
  readonly images: ImageReference[];
  /** Names that cannot be told from the text alone, as they are written there. */
  readonly unknown: string[];
  /** What builders read in different ways, so that there may be other images, e.g. `line 3: …`. */
  readonly doubts: string[];
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
  const { syntax, instructions, doubts, hasHereDocuments } = readDockerfile(text);
  const found = new ImageSearch(buildArgs, doubts);
  found.frontend(syntax);
  found.search(instructions);
  if (hasHereDocuments) searchOlder(text, found);
  return { images: [...found.images.values()], unknown: [...found.unknown], doubts: found.doubts };
}

/** Whether a text can be a Dockerfile: it names its frontend, or begins with an instruction, or says nothing. */
export function isDockerfile(text: string): boolean {
  const { syntax, instructions: [first] } = readDockerfile(text);
  return syntax !== undefined || first === undefined || INSTRUCTIONS.has(first.name);
}

/** Builders that know no here-documents take their lines for instructions, and nothing at all where one of them is none. */
function searchOlder(text: string, found: ImageSearch): void {
  const { instructions, doubts } = readDockerfile(text, true);
  if (instructions.some(({ name }) => /^[!-~]+$/.test(name) && !INSTRUCTIONS.has(name))) return;
  const older = new ImageSearch(found.buildArgs, doubts);
  older.search(instructions);
  for (const [name, image] of older.images) found.images.set(name, image);
  for (const name of older.unknown) found.unknown.add(name);
  found.doubts.push(...older.doubts.filter((doubt) => !found.doubts.includes(doubt)));
}

class ImageSearch {
  readonly images = new Map<string, ImageReference>();
  readonly unknown = new Set<string>();
  readonly #variables: Record<string, string | undefined> = Object.create(null);
  readonly #stages = new Set(["scratch"]);
  #stageCount = 0;

  readonly doubts: string[];

  constructor(readonly buildArgs: Variables, doubts: readonly string[]) {
    this.doubts = [...doubts];
  }

  /** @param syntax What the Dockerfile says; the builder lets an argument replace it. */
  frontend(syntax: string | undefined): void {
    const { BUILDKIT_SYNTAX } = { BUILDKIT_SYNTAX: syntax, ...this.buildArgs };
    if (BUILDKIT_SYNTAX === undefined) return;
    this.#add(BUILDKIT_SYNTAX, {});
    if (!OWN_FRONTEND.test(parseImageReference(BUILDKIT_SYNTAX)?.path ?? "")) {
      this.doubts.push("line 1: a frontend of others, which may read it in any way");
    }
  }

  search(instructions: readonly Instruction[]): void {
    for (const { name, rest, line } of instructions) {
      const doubt = (what: string): void => void this.doubts.push(`line ${line}: ${what}`);
      if (name === "FROM") this.#from(rest, doubt);
      else if (name === "ARG" && this.#stageCount === 0) this.#arguments(rest, doubt);
      else this.#sources(name, rest, doubt);
    }
  }

  #from(rest: string, doubt: (what: string) => void): void {
    const words = rest.split(/[\t\v\f\r ]+/);
    const flags = words.findIndex((word) => !word.startsWith("--"));
    const [image, as, stage, ...others] = flags < 0 ? [] : words.slice(flags);
    const isWhole = others.length === 0 && (as === undefined || /^as$/i.test(as) && stage);
    if (!isWhole || !PLAIN_WORDS.test(rest) || !words.slice(0, flags).every(isPlainFlag)) {
      doubt("not plainly FROM image, or FROM image AS stage");
    }
    if (image !== undefined) this.#add(image, this.#variables);
    this.#stageCount++;
    if (stage === undefined) return;
    if (STAGE.test(stage)) this.#stages.add(stage.toLowerCase());
    else doubt("a stage whose name is none");
  }

  #arguments(rest: string, doubt: (what: string) => void): void {
    for (let left = rest; left !== "";) {
      const [whole = "", name = "", double, single, bare] = ARGUMENT.exec(left) ?? [];
      if (whole === "") return doubt("an ARG with more than plain quotes around a whole value");
      left = left.slice(whole.length);
      const text = double ?? bare;
      const value = Object.hasOwn(this.buildArgs, name)
        ? this.buildArgs[name]
        : single?.slice(1, -1) ??
          (text === undefined ? undefined : substituted(text, this.#variables));
      // Builders differ in which one counts.
      const isOther = name in this.#variables && this.#variables[name] !== value;
      if (isOther) doubt(`another ARG ${name}`);
      this.#variables[name] = value !== undefined && value.length > LONGEST_NAME
        ? undefined
        : value;
    }
  }

  #sources(instruction: string, rest: string, doubt: (what: string) => void): void {
    if (!INSTRUCTIONS.has(instruction)) doubt("an unknown instruction");
    if (instruction === "ONBUILD") {
      const { word, rest: inner } = firstWord(rest);
      // They do not nest.
      if (!/^onbuild$/i.test(word)) this.#sources(word.toUpperCase(), inner, doubt);
    }
    if (instruction !== "COPY" && instruction !== "RUN") return;
    const { flags, isPlain } = flagsOf(rest);
    if (!isPlain) doubt("an option with quotes, escapes or blanks that are not ASCII");
    // No builder replaces variables there.
    for (const image of flags.flatMap((flag) => imagesOfFlag(instruction, flag))) {
      const isStage = /^\d+$/.test(image) && Number(image) < this.#stageCount;
      if (!isStage) this.#add(image, {});
    }
  }

  #add(name: string, variables: Readonly<Record<string, string | undefined>>): void {
    const image = substituted(name, variables) ?? "";
    if (this.#stages.has(image.toLowerCase())) return;
    const reference = parseImageReference(image);
    if (reference === undefined) this.unknown.add(name.slice(0, LONGEST_NAME));
    else this.images.set(image, reference);
  }
}

function isPlainFlag(flag: string): boolean {
  return PLAIN_FLAG.test(flag);
}

/** The words ahead of all others that begin with "--". */
function flagsOf(text: string): { flags: string[]; isPlain: boolean } {
  const flags: string[] = [];
  let left = text;
  while (left.startsWith("--")) {
    const { word, rest } = firstWord(left);
    flags.push(word);
    left = rest;
  }
  const isPlain = flags.every(isPlainFlag) && !/^[^\P{White_Space}\t-\r ]/u.test(left);
  return { flags, isPlain };
}

function imagesOfFlag(instruction: string, flag: string): string[] {
  const plain = flag.replace(/["'\\]/g, "");
  if (instruction === "COPY") return /^--from=(.+)$/i.exec(plain)?.slice(1) ?? [];
  if (!/^--mount=/i.test(plain)) return [];
  return [...plain.matchAll(/[=,]from=([^,]+)/gi)].map(([, name = ""]) => name);
}

/** With its variables replaced; undefined where one is not known. */
function substituted(
  text: string,
  variables: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (text.length > LONGEST_NAME) return undefined;
  let known = true;
  const replaced = unquoted(text)?.replace(
    /\$(?:(\w+)|\{(\w+)(?::([-+])([^}]*))?\})/g,
    (_, bare?: string, braced?: string, operator?: string, other = "") => {
      const name = bare ?? braced ?? "";
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
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
