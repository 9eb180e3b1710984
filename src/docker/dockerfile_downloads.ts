import { firstWord, type Instruction, readDockerfile } from "./dockerfile_text.ts";

/** Characters of a variable's value that matter: a host stands at the beginning of an address. */
const LONGEST_VALUE = 64;
const LONGEST_HOST = 300;
const VARIABLE = /\$(?:(\w+)|\{(\w+)[^}]{0,200}\})/g;

/**
 * The hosts, with their ports, that a Dockerfile's `ADD` may download from, as far as its text and the arguments tell; those
 * of all its addresses where builders read it in different ways.
 */
export function downloadHosts(
  text: string,
  buildArgs: Readonly<Record<string, string>> = {},
): Set<string> {
  const { instructions, doubts, hasHereDocuments } = readDockerfile(text);
  const older = hasHereDocuments ? readDockerfile(text, true).instructions : [];
  const all = [...instructions, ...older];
  const values = definitions(all);
  for (const [name, value] of Object.entries(buildArgs)) define(values, name, value);
  const sources = (doubts.length > 0 ? [text] : all.flatMap(sourcesOf)).map(unescaped);
  const replaced = sources.map((source) =>
    source.replace(VARIABLE, (_, bare, braced) => values.get(bare ?? braced)?.at(-1) ?? "")
  );
  const used = sources.flatMap((source) => [...source.matchAll(VARIABLE)])
    .map(([, bare, braced]) => bare ?? braced ?? "");
  // Which of several values counts, the builder and the stage decide.
  const others = [...new Set(used)].flatMap((name) => values.get(name) ?? []);
  const asHosts = sources.some((source) => /:\/\/[^/\s]{0,300}\$/.test(source));
  return new Set([
    ...[...replaced, ...others].flatMap(hostsIn),
    ...(asHosts ? others.map(hostAt) : []),
  ]);
}

function sourcesOf({ name, rest }: Instruction): string[] {
  if (name === "ADD") return [rest];
  const inner = name === "ONBUILD" ? firstWord(rest) : undefined;
  return inner !== undefined && /^add$/i.test(inner.word) ? [inner.rest] : [];
}

/** The values of the variables of all stages. */
type Values = Map<string, string[]>;

function definitions(instructions: readonly Instruction[]): Values {
  const values: Values = new Map();
  for (const { name, rest } of instructions) {
    if (name !== "ARG" && name !== "ENV") continue;
    for (const [, key = "", value = ""] of rest.matchAll(/(?<!\w)([A-Za-z_]\w*)=(\S*)/g)) {
      define(values, key, value);
    }
    const { word, rest: value } = firstWord(rest);
    if (name === "ENV" && !word.includes("=")) define(values, word, value);
  }
  return values;
}

function define(values: Values, name: string, value: string): void {
  const known = values.get(name) ?? [];
  known.push(unescaped(value).slice(0, LONGEST_VALUE));
  values.set(name, known);
}

function hostsIn(text: string): string[] {
  return text.split("://").slice(1).map(hostAt);
}

function hostAt(text: string): string {
  const authority = /^[^/?#\s,\]]*/.exec(text.slice(0, LONGEST_HOST))?.[0] ?? "";
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  return host.startsWith("[") ? `${host}]` : host;
}

function unescaped(text: string): string {
  return text.replace(/["'\\`]/g, "");
}
