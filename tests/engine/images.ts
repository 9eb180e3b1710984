import { isDeepStrictEqual } from "node:util";
import { EngineClient } from "./engine_client.ts";
import { imageConfig, type ImageDefinition, imageReference, IMAGES } from "./image_definitions.ts";
import { run } from "./machine.ts";
import { tar, type TarEntry } from "./tar.ts";

const BASE = "mcp-docker-test/base:1";
/** Taken from the registry where no busybox of this machine can be used. */
const PUBLIC_BASE = "busybox:stable-musl";

/** Makes every image that the Engine does not have yet as it is defined; the names of those made. */
export async function seedImages(
  socketPath: string,
  images: Readonly<Record<string, ImageDefinition>> = IMAGES,
): Promise<string[]> {
  const client = new EngineClient(socketPath);
  try {
    const missing: [string, ImageDefinition][] = [];
    await Promise.all(
      Object.entries(images).map(async ([name, definition]) => {
        if (!await isCurrent(client, name, definition)) missing.push([name, definition]);
      }),
    );
    if (missing.length > 0) await commitAll(client, missing);
    return missing.map(([name]) => name).sort();
  } finally {
    client.close();
  }
}

/** Takes images away again from an Engine that is not ours; those still in use stay. */
export async function removeImages(socketPath: string, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const client = new EngineClient(socketPath);
  try {
    for (const reference of [...names.map(imageReference), BASE]) {
      await client.request("DELETE", `/images/${reference}`);
    }
  } finally {
    client.close();
  }
}

async function isCurrent(
  client: EngineClient,
  name: string,
  definition: ImageDefinition,
): Promise<boolean> {
  const { status, json } = await client.request("GET", `/images/${imageReference(name)}/json`);
  if (status === 404) return false;
  const { Config: found } = json as { Config: Record<string, unknown> };
  const wanted = imageConfig(definition);
  const foundEnv = (found.Env ?? []) as string[]; // the public base adds a PATH
  return isDeepStrictEqual(found.Cmd, wanted.Cmd) &&
    isDeepStrictEqual(found.Labels ?? {}, wanted.Labels) &&
    isDeepStrictEqual(found.Healthcheck, wanted.Healthcheck) &&
    wanted.Env.every((entry) => foundEnv.includes(entry));
}

/** Commits a container that never ran, once for each image: no image needs a layer of its own. */
async function commitAll(
  client: EngineClient,
  images: readonly [string, ImageDefinition][],
): Promise<void> {
  const Image = await provideBase(client);
  const { json } = await client.expect("POST", "/containers/create", { Image, Cmd: ["sh"] });
  const { Id: container } = json as { Id: string };
  try {
    await Promise.all(images.map(([name, definition]) => {
      const [repo, tag] = imageReference(name).split(":");
      const query = `container=${container}&repo=${repo}&tag=${tag}`;
      return client.expect("POST", `/commit?${query}`, imageConfig(definition));
    }));
  } finally {
    await client.expect("DELETE", `/containers/${container}?force=1`);
  }
}

/** The reference of an image with busybox in it and nothing else. */
async function provideBase(client: EngineClient): Promise<string> {
  const busybox = await staticBusybox();
  if (busybox === undefined) {
    const query = new URLSearchParams({ fromImage: PUBLIC_BASE });
    // Failures are lines of a stream that began with 200, so the proof is that the image is there.
    const { text } = await client.expect("POST", `/images/create?${query}`);
    const { status } = await client.request("GET", `/images/${PUBLIC_BASE}/json`);
    if (status !== 200) throw new Error(`Cannot pull "${PUBLIC_BASE}": ${text.trim()}`);
    return PUBLIC_BASE;
  }
  const [repo, tag] = BASE.split(":");
  const rootFileSystem = tar(await rootEntries(busybox));
  await client.expect("POST", `/images/create?fromSrc=-&repo=${repo}&tag=${tag}`, rootFileSystem);
  return BASE;
}

/** The bytes of this machine's busybox, or undefined when it has none that runs without libraries. */
async function staticBusybox(): Promise<Uint8Array | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  for (const folder of ["/bin", "/usr/bin"]) {
    try {
      const bytes = await Deno.readFile(`${folder}/busybox`);
      // A program that needs libraries names its loader at its beginning.
      const beginning = new TextDecoder("latin1").decode(bytes.subarray(0, 4096));
      if (!beginning.includes("/ld-")) return bytes;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}

async function rootEntries(busybox: Uint8Array): Promise<TarEntry[]> {
  const programs = (await run("busybox", ["--list"])).trim().split("\n");
  const users = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n";
  const groups = "root:x:0:\nnobody:x:65534:\n";
  const text = (content: string) => ({ content: new TextEncoder().encode(content), mode: 0o644 });
  return [
    ...["bin/", "etc/", "root/", "var/"].map((path): TarEntry => ({ path, folder: true })),
    { path: "tmp/", folder: true, mode: 0o1777 },
    { path: "etc/passwd", ...text(users) },
    { path: "etc/group", ...text(groups) },
    { path: "bin/busybox", content: busybox },
    ...programs.filter((name) => name !== "busybox").map((name) => ({
      path: `bin/${name}`,
      linkTo: "busybox",
    })),
  ];
}
