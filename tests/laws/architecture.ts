import { type ModuleFacts, moduleFacts } from "./module_facts.ts";

/**
 * The import table: a file in `src/<unit>/`, or `src/<unit>.ts` or `main.ts`, may import units of its own level and below.
 * Units of one level may import each other as long as no circle arises.
 */
const LEVELS: readonly (readonly string[])[] = [
  ["main"],
  ["cli"],
  ["app"],
  ["http", "server", "docs", "catalog"],
  ["safety", "telemetry", "config", "prompts", "resources"],
  ["tools"],
  ["docker", "auth", "compose"],
];

/** Units that are one file; all others are folders. */
const SINGLE_FILES = new Set(["main", "cli", "app", "catalog", "compose"]);

/** The Docker client is a library of its own. */
const STANDS_ALONE = "docker";

/** Which files alone may touch something; a folder ends in a slash. */
const RESERVED_IMPORTS = new Map<string, readonly string[]>([
  ["@modelcontextprotocol/server", ["src/server/", "src/http/"]],
  ["@modelcontextprotocol/client", []],
  ["node:process", ["main.ts"]],
]);
const PROCESS_GLOBALS = ["args", "env", "exit", "exitCode", "stderr", "stdin", "stdout"];
const RESERVED_MEMBERS = new Map<string, readonly string[]>([
  ["tool.run", ["src/server/pipeline.ts"]],
  ["registerTool", ["src/server/server.ts"]],
  ...PROCESS_GLOBALS.map((name) => [`Deno.${name}`, ["main.ts"]] as const),
]);

const VAGUE_WORDS = /(^|_)(utils?|helpers?|common|managers?|services?)(_|$)/;

/** What breaks the architecture in a tree of `main.ts` and `src/**`, one line each; paths are relative to the project. */
export function violations(files: ReadonlyMap<string, string>): string[] {
  const modules = new Map([...files].map(([path, text]) => [path, moduleFacts(path, text)]));
  const fileGraph = graphOf(modules);
  return [
    ...[...files.keys()].flatMap(misplaced),
    ...[...modules].flatMap(([path, facts]) => [
      ...facts.unreadable.map((reason) => `${path}: ${reason}`),
      ...facts.imports.flatMap((specifier) => forbiddenImport(path, specifier)),
      ...[...facts.members].flatMap((member) => forbiddenMember(path, member)),
    ]),
    ...circles(fileGraph).map((circle) => `files in a circle: ${circle}`),
    ...circles(unitGraph(fileGraph)).map((circle) => `folders in a circle: ${circle}`),
  ];
}

function misplaced(path: string): string[] {
  const unit = unitOf(path);
  const faults: string[] = [];
  if (levelOf(unit) === -1 || SINGLE_FILES.has(unit) !== isSingleFile(path)) {
    faults.push(`${path}: has no place in the layout`);
  }
  for (const part of path.replace(/\.ts$/, "").split("/")) {
    if (VAGUE_WORDS.test(part)) faults.push(`${path}: "${part}" does not say what is in it`);
    else if (!/^[a-z0-9]+(_[a-z0-9]+)*$/.test(part)) {
      faults.push(`${path}: "${part}" is not snake_case`);
    }
  }
  return faults;
}

function forbiddenImport(path: string, specifier: string): string[] {
  const [reserved, owners] =
    [...RESERVED_IMPORTS].find(([name]) =>
      specifier === name || specifier.startsWith(`${name}/`)
    ) ?? [];
  if (owners !== undefined && !isOwner(path, owners)) {
    return [`${path}: may not import ${reserved}`];
  }
  if (!specifier.startsWith(".")) return [];
  const target = resolve(path, specifier);
  if (target === "deno.json") return []; // the version is written there and nowhere else
  const [from, to] = [unitOf(path), unitOf(target)];
  if (from === to) return [];
  const upward = levelOf(to) < levelOf(from);
  if (levelOf(to) !== -1 && !upward && from !== STANDS_ALONE) return [];
  return [`${path}: may not import ${target}`];
}

function forbiddenMember(path: string, member: string): string[] {
  const owners = RESERVED_MEMBERS.get(member) ??
    RESERVED_MEMBERS.get(member.slice(member.indexOf(".") + 1));
  return owners === undefined || isOwner(path, owners) ? [] : [`${path}: may not use ${member}`];
}

function isOwner(path: string, owners: readonly string[]): boolean {
  return owners.some((owner) => owner.endsWith("/") ? path.startsWith(owner) : path === owner);
}

function isSingleFile(path: string): boolean {
  return path === "main.ts" || /^src\/[^/]+$/.test(path);
}

function unitOf(path: string): string {
  if (path === "main.ts") return "main";
  return /^src\/([^/]+?)(\.ts)?(\/|$)/.exec(path)?.[1] ?? path;
}

function levelOf(unit: string): number {
  return LEVELS.findIndex((units) => units.includes(unit));
}

function resolve(path: string, specifier: string): string {
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

function graphOf(modules: ReadonlyMap<string, ModuleFacts>): Graph {
  return new Map([...modules].map(([path, { imports }]) => {
    const local = imports.filter((specifier) => specifier.startsWith("."));
    return [path, new Set(local.map((specifier) => resolve(path, specifier)))];
  }));
}

/** Two folders may form a circle though no two of their files do. */
function unitGraph(files: Graph): Graph {
  const graph = new Map<string, Set<string>>();
  for (const [path, targets] of files) {
    const unit = unitOf(path);
    const units = graph.get(unit) ?? new Set();
    for (const target of targets) if (unitOf(target) !== unit) units.add(unitOf(target));
    graph.set(unit, units);
  }
  return graph;
}

/** One circle for each node that closes one, written `a → b → a`. */
function circles(graph: Graph): string[] {
  const found: string[] = [];
  const finished = new Set<string>();
  const visit = (node: string, trail: readonly string[]): void => {
    const start = trail.indexOf(node);
    if (start !== -1) found.push([...trail.slice(start), node].join(" → "));
    if (start !== -1 || finished.has(node)) return;
    for (const next of graph.get(node) ?? []) visit(next, [...trail, node]);
    finished.add(node);
  };
  for (const node of graph.keys()) visit(node, []);
  return found;
}
