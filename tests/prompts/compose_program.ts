import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { exists, run } from "../engine/machine.ts";

const VERSION = "2.26.1-4";
const MIRROR = "https://deb.debian.org/debian/pool/main/d/docker-compose";
/** Debian trixie's package by Deno's name of the architecture: Debian's name, and SHA-256 as Debian's index has it. */
const PACKAGES: Readonly<Record<string, readonly [architecture: string, sha256: string]>> = {
  x86_64: ["amd64", "47681197cb2b1ab88206b42a1a92fc75f50d9530a6322d03494a473eed0408ea"],
  aarch64: ["arm64", "bbafaa666f3e7fa00ad36f2a8bab889f1c791ca8743d674e7267a3d07203869c"],
};
const PROGRAM = "usr/libexec/docker/cli-plugins/docker-compose";
const DOWNLOAD_MS = 60_000;

/** What `docker compose config` says of a file. */
export interface ComposeAnswer {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Docker Compose, unpacked for a test. */
export interface ComposeProgram extends Disposable {
  /** The whole configuration as JSON, with `variables` set and nothing else of this process's environment. */
  config(yaml: string, variables?: Readonly<Record<string, string>>): Promise<ComposeAnswer>;
}

/** Why Docker Compose cannot be had here; undefined where its package is in the cache, fetched if need be. */
export async function composeMissing(): Promise<string | undefined> {
  if (Deno.build.os !== "linux" || PACKAGES[Deno.build.arch] === undefined) {
    return `there is no Debian package of Docker Compose for ${Deno.build.target}`;
  }
  try {
    await run("dpkg-deb", ["--version"]);
    await fetchPackage();
    return undefined;
  } catch (error) {
    return `Docker Compose cannot be had: ${error instanceof Error ? error.message : error}`;
  }
}

/** Unpacks the package; disposing removes what was unpacked. */
export async function openCompose(): Promise<ComposeProgram> {
  const folder = await Deno.makeTempDir({ prefix: "mcp-docker-compose-" });
  try {
    await run("dpkg-deb", ["-x", await fetchPackage(), folder]);
  } catch (error) {
    await Deno.remove(folder, { recursive: true });
    throw error;
  }
  const file = `${folder}/compose.yaml`;
  return {
    async config(yaml, variables = {}) {
      await Deno.writeTextFile(file, yaml);
      const args = ["--project-name", "shop", "--file", file, "config", "--format", "json"];
      const command = new Deno.Command(`${folder}/${PROGRAM}`, {
        args,
        env: { HOME: folder, ...variables },
        clearEnv: true,
        stdin: "null",
      });
      const { success, stdout, stderr } = await command.output();
      const decoder = new TextDecoder();
      return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
    },
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}

/** The package's path in a temporary folder that outlives the tests; what is there is checked every time. */
async function fetchPackage(): Promise<string> {
  const [architecture, sha256] = PACKAGES[Deno.build.arch] ?? [];
  const name = `docker-compose_${VERSION}_${architecture}.deb`;
  const path = `${tmpdir()}/mcp-docker-test-${name}`;
  if (await exists(path) && digestOf(await Deno.readFile(path)) === sha256) return path;
  const answer = await fetch(`${MIRROR}/${name}`, { signal: AbortSignal.timeout(DOWNLOAD_MS) });
  const bytes = await answer.bytes();
  if (!answer.ok) throw new Error(`"${MIRROR}/${name}" answers ${answer.status}`);
  if (digestOf(bytes) !== sha256) throw new Error(`"${MIRROR}/${name}" has another SHA-256`);
  // Renamed, because two test processes may fetch it at the same time.
  const part = `${path}.${crypto.randomUUID()}`;
  await Deno.writeFile(part, bytes);
  await Deno.rename(part, path);
  return path;
}

function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
