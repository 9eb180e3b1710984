import { join } from "node:path";
import {
  type DockerIgnore,
  DockerIgnoreError,
  type IgnoreState,
  parseDockerIgnore,
} from "../docker/dockerignore.ts";
import type { TarHeader } from "../docker/streams/tar.ts";
import type { BuildPaths } from "./build_paths.ts";
import { RefusedError } from "./refused.ts";

/** One file, folder or link of a build context. */
export interface ContextEntry {
  readonly header: TarHeader;
  /** Tell whether a file is still the one that was found, or another that was put in its place. */
  readonly device: number;
  readonly inode: number | null;
  /** What is sent, whatever the file holds by then. @default {the file} */
  readonly content?: Uint8Array | undefined;
}

/** What a build is sent. */
export interface BuildContext {
  /** The folder, absolute. */
  readonly folder: string;
  /** A folder comes before what is in it; otherwise by name, so that the same context gives the same archive. */
  readonly entries: readonly ContextEntry[];
  /** Bytes of all files. */
  readonly bytes: number;
  /** Sockets, pipes and devices, which an image cannot hold, and what is private. */
  readonly leftOut: readonly string[];
}

/** How a context is looked through. */
export interface BuildContextOptions {
  readonly signal: AbortSignal;
  /** Send `.dockerignore` even where it ignores itself: the classic builder looks into it. @default {false} */
  readonly keepIgnoreFile?: boolean;
  /** What is sent as the Dockerfile, so that it is what was judged. @default {the file} */
  readonly dockerfile?: Uint8Array | undefined;
  /** Files and folders that are never sent, absolute and without links. @default {none} */
  readonly privatePaths?: readonly string[] | undefined;
  /** @default {100_000} */
  readonly maximumEntries?: number;
  /** @default {2 GiB} */
  readonly maximumBytes?: number;
}

const MAXIMUM_ENTRIES = 100_000;
const MAXIMUM_BYTES = 2 * 1024 ** 3;
/** Far beyond any that people write. */
const MAXIMUM_IGNORE_BYTES = 64 * 1024;
/** Milliseconds after which other calls get their turn: patterns can be made that take long. */
const TURN = 20;
/** Files that are looked at side by side. */
const BATCH = 64;

/**
 * Looks through a build context without reading its files.
 *
 * Links are kept as links and never followed. What `<Dockerfile>.dockerignore`, else `.dockerignore`, ignores is left out,
 * but never the Dockerfile.
 *
 * @throws {RefusedError} `invalid_arguments` for a context that is too large or cannot be read
 */
export async function findBuildContext(
  paths: BuildPaths,
  options: BuildContextOptions,
): Promise<BuildContext> {
  const walk = new ContextWalk(paths, await readDockerIgnore(paths), options);
  await walk.folder("");
  const { bytes, entries, leftOut } = walk;
  const isThere = entries.some(({ header }) =>
    header.kind === "file" && header.path === paths.file
  );
  if (!isThere) throw refused(`${JSON.stringify(paths.file)} changed meanwhile`);
  return { folder: paths.context, entries, bytes, leftOut };
}

async function readDockerIgnore({ context, dockerfile }: BuildPaths): Promise<DockerIgnore> {
  for (const name of [`${dockerfile}.dockerignore`, ".dockerignore"]) {
    try {
      const path = join(context, name);
      const { isFile, size } = await Deno.lstat(path);
      // A link could lead out of the context.
      if (!isFile) throw refused(`${JSON.stringify(name)} is not a plain file`);
      if (size > MAXIMUM_IGNORE_BYTES) throw refused(`${JSON.stringify(name)} is over 64 KiB`);
      return parseDockerIgnore(await Deno.readTextFile(path));
    } catch (error) {
      if (error instanceof DockerIgnoreError) {
        throw refused(`in ${JSON.stringify(name)}, ${error.message}`);
      }
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return parseDockerIgnore("");
}

/** An ignored folder that is sent only once something in it is. */
interface Above {
  readonly entry: ContextEntry;
  readonly above: Above | undefined;
  sent: boolean;
}

class ContextWalk {
  readonly entries: ContextEntry[] = [];
  readonly leftOut: string[] = [];
  bytes = 0;
  #turn = performance.now();
  readonly #paths: BuildPaths;
  readonly #ignore: DockerIgnore;
  readonly #options: BuildContextOptions;

  constructor(paths: BuildPaths, ignore: DockerIgnore, options: BuildContextOptions) {
    this.#paths = paths;
    this.#ignore = ignore;
    this.#options = options;
  }

  /** Looks through one folder, relative to the context. */
  async folder(path: string, state?: IgnoreState, above?: Above): Promise<void> {
    const names = await this.#names(path);
    for (let start = 0; start < names.length; start += BATCH) {
      const paths = names.slice(start, start + BATCH).map((name) =>
        path ? `${path}/${name}` : name
      );
      const found = await Promise.all(paths.map(async (path) => ({
        path,
        info: await this.#read(path, Deno.lstat),
      })));
      for (const { path, info } of found) {
        await this.#takeTurns();
        await this.#judge(path, info, { state, above });
      }
    }
  }

  async #takeTurns(): Promise<void> {
    if (performance.now() - this.#turn < TURN) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#options.signal.throwIfAborted();
    this.#turn = performance.now();
  }

  async #judge(
    path: string,
    info: Deno.FileInfo,
    { state: outer, above }: {
      readonly state: IgnoreState | undefined;
      readonly above: Above | undefined;
    },
  ): Promise<void> {
    const { ignored, state } = this.#ignore.judge(path, outer);
    const isIgnored = ignored && !this.#isAlwaysSent(path);
    if (isIgnored && !(info.isDirectory && this.#mayKeepBelow(path))) return;
    const entry = this.#isPrivate(path) ? undefined : await this.#entry(path, info);
    if (entry === undefined) {
      this.leftOut.push(path);
    } else if (isIgnored) {
      await this.folder(path, state, { entry, above, sent: false });
    } else {
      this.#send(above);
      this.#add(entry);
      if (info.isDirectory) await this.folder(path, state);
    }
  }

  #isAlwaysSent(path: string): boolean {
    return path === this.#paths.file ||
      (path === ".dockerignore" && this.#options.keepIgnoreFile === true);
  }

  #mayKeepBelow(folder: string): boolean {
    return this.#ignore.mayKeepBelow(folder) || this.#paths.file.startsWith(`${folder}/`);
  }

  #isPrivate(path: string): boolean {
    return this.#options.privatePaths?.includes(join(this.#paths.context, path)) === true;
  }

  async #entry(path: string, info: Deno.FileInfo): Promise<ContextEntry | undefined> {
    // Windows has no permission bits; Docker makes everything executable there.
    const { dev: device, ino: inode, mode = 0o755, mtime } = info;
    const modified = mtime === null ? 0 : mtime.getTime() / 1000;
    const header = { path, mode: mode ?? 0o755, modified };
    if (info.isSymlink) {
      const target = await this.#read(path, Deno.readLink);
      return { header: { ...header, kind: "link", target }, device, inode };
    }
    if (info.isDirectory) return { header: { ...header, kind: "folder" }, device, inode };
    if (!info.isFile) return undefined;
    const content = path === this.#paths.file ? this.#options.dockerfile : undefined;
    const size = content?.length ?? info.size;
    return { header: { ...header, kind: "file", size }, device, inode, content };
  }

  #send(above: Above | undefined): void {
    if (above === undefined || above.sent) return;
    this.#send(above.above);
    above.sent = true;
    this.#add(above.entry);
  }

  #add(entry: ContextEntry): void {
    const { maximumBytes = MAXIMUM_BYTES, maximumEntries = MAXIMUM_ENTRIES } = this.#options;
    this.entries.push(entry);
    this.bytes += entry.header.size ?? 0;
    const smaller = "Leave out what the build does not need with a .dockerignore";
    if (this.entries.length > maximumEntries) {
      throw refused(`it has more than ${maximumEntries} files and folders`, smaller);
    }
    if (this.bytes > maximumBytes) {
      throw refused(`it is larger than ${maximumBytes / 1024 ** 2} MiB`, smaller);
    }
  }

  async #names(folder: string): Promise<string[]> {
    this.#options.signal.throwIfAborted();
    return await this.#read(folder, async (path) => {
      // A folder that a link has replaced meanwhile would lead elsewhere.
      if (await Deno.realPath(path) !== path) throw refused(`"${folder}" changed meanwhile`);
      const names: string[] = [];
      for await (const { name } of Deno.readDir(path)) names.push(name);
      return names.sort();
    });
  }

  async #read<Result>(path: string, read: (path: string) => Promise<Result>): Promise<Result> {
    try {
      return await read(path === "" ? this.#paths.context : join(this.#paths.context, path));
    } catch (error) {
      if (error instanceof RefusedError) throw error;
      throw unreadable(path, error);
    }
  }
}

/** What cannot be read has to be left out on purpose, because the build would miss it. */
export function unreadable(path: string, error: unknown): RefusedError {
  const reason = error instanceof Error ? error.message : String(error);
  const remedy = "Make it readable for this server, or leave it out with a .dockerignore";
  return refused(`${JSON.stringify(path)} cannot be read: ${reason}`, remedy);
}

function refused(state: string, remedy?: string): RefusedError {
  return new RefusedError("invalid_arguments", `Cannot use the build context: ${state}`, remedy);
}
