import { join } from "node:path";
import { allImagesOfDockerfile, isDockerfile } from "../docker/dockerfile.ts";
import { downloadHosts } from "../docker/dockerfile_downloads.ts";
import type { ImageReference } from "../docker/reference.ts";
import { isLoopbackHost, isMetadataHost, registryHost } from "../docker/registry_host.ts";
import { unreadable } from "./build_context.ts";
import type { BuildPaths } from "./build_paths.ts";
import { RefusedError } from "./refused.ts";
import type { RegistryPolicy } from "./registry.ts";

/** A Dockerfile that was looked into. */
export interface BuildDockerfile {
  /** What must be sent, because the file can change meanwhile. */
  readonly bytes: Uint8Array;
  /** What it builds on. */
  readonly images: readonly ImageReference[];
}

/** What a Dockerfile is judged by. */
export interface BuildRules {
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  /** @default {all are allowed} */
  readonly registries?: RegistryPolicy | undefined;
}

const MAXIMUM_BYTES = 1024 * 1024;
/** Each may cost a run of a credential helper; people use two or three. */
const MAXIMUM_REGISTRIES = 20;
/** Enough to see what is wrong. */
const SHOWN_DOUBTS = 3;

/**
 * Reads and judges the Dockerfile of a build.
 *
 * @throws {RefusedError} `policy` for a registry that is not allowed, also where that cannot be told, and for a download from
 * the host itself; `invalid_arguments` for what is no Dockerfile
 */
export async function readBuildDockerfile(
  paths: BuildPaths,
  { buildArgs, registries }: BuildRules,
): Promise<BuildDockerfile> {
  const bytes = await readFile(paths);
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  // A Dockerfile is sent even where it is ignored, and a build's errors show its lines.
  if (!isDockerfile(text)) throw bad(paths, "does not begin as a Dockerfile does");
  judgeDownloads(text, buildArgs);
  const { images, unknown, doubts } = allImagesOfDockerfile(text, buildArgs);
  for (const image of images) registries?.judge(image, "pull");
  if (registries?.restrictsPulls) refuseDoubts([...unknown, ...doubts]);
  if (new Set(images.map(({ domain }) => registryHost(domain))).size > MAXIMUM_REGISTRIES) {
    throw bad(paths, `takes images from more than ${MAXIMUM_REGISTRIES} registries`);
  }
  return { bytes, images };
}

async function readFile({ context, dockerfile, file: name }: BuildPaths): Promise<Uint8Array> {
  const path = join(context, name);
  try {
    using file = await Deno.open(path);
    const { dev, ino, isFile, size } = await file.stat();
    const found = await Deno.lstat(path);
    // A link that was put in its place could lead anywhere.
    const isSame = isFile && found.isFile && found.dev === dev && found.ino === ino &&
      await Deno.realPath(path) === path;
    if (!isSame) throw bad({ dockerfile }, "changed while it was read");
    if (size > MAXIMUM_BYTES) throw bad({ dockerfile }, "is over 1 MiB");
    const buffer = new Uint8Array(size);
    let length = 0;
    while (length < size) {
      const read = await file.read(buffer.subarray(length));
      if (read === null) break;
      length += read;
    }
    return buffer.subarray(0, length);
  } catch (error) {
    throw error instanceof RefusedError ? error : unreadable(name, error);
  }
}

/** The Engine itself downloads them, from where it runs. */
function judgeDownloads(text: string, buildArgs: BuildRules["buildArgs"]): void {
  for (const host of downloadHosts(text, buildArgs)) {
    if (!isMetadataHost(host) && !isLoopbackHost(host)) continue;
    throw new RefusedError(
      "policy",
      `Cannot build: ADD may not download from ${
        JSON.stringify(host)
      }, which is the Engine's own machine`,
      "Put the file into the build context and COPY it",
    );
  }
}

/** The Engine would pull it from wherever it turns out to be. */
function refuseDoubts(doubts: readonly string[]): void {
  if (doubts.length === 0) return;
  throw new RefusedError(
    "policy",
    `Cannot build: what it starts from cannot be told from the Dockerfile: ${
      doubts.slice(0, SHOWN_DOUBTS).join(", ")
    }`,
    "Write it plainly, and the names of images out, with variables of ARGs before the first FROM only, because SAFETY_ALLOWED_REGISTRIES is set",
  );
}

function bad({ dockerfile }: Pick<BuildPaths, "dockerfile">, state: string): RefusedError {
  return new RefusedError(
    "invalid_arguments",
    `dockerfile: ${JSON.stringify(dockerfile)} ${state}`,
  );
}
