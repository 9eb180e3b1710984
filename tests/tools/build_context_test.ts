import assert from "node:assert/strict";
import { type BuildContextOptions, findBuildContext } from "../../src/tools/build_context.ts";
import { ContextArchive } from "../../src/tools/context_archive.ts";
import { contextFolder } from "./context_folder.ts";

const signal = new AbortController().signal;

async function pathsOf(
  files: Readonly<Record<string, string | null>>,
  { dockerfile = "Dockerfile", ...options }:
    & Partial<Omit<BuildContextOptions, "dockerfile">>
    & { readonly dockerfile?: string } = {},
): Promise<string[]> {
  await using folder = await contextFolder({ [dockerfile]: "FROM scratch", ...files });
  const { entries } = await findBuildContext(
    { context: folder.path, dockerfile, file: dockerfile },
    {
      signal,
      ...options,
    },
  );
  return entries.map(({ header }) => header.path);
}

Deno.test("findBuildContext() lists a folder before what is in it, everything by name", async () => {
  assert.deepEqual(await pathsOf({ "b/z": "1", "b/a/x": "2", a: "3", "b.txt": "", empty: null }), [
    "Dockerfile",
    "a",
    "b",
    "b/a",
    "b/a/x",
    "b/z",
    "b.txt",
    "empty",
  ]);
});

Deno.test("findBuildContext() leaves out what .dockerignore ignores, never the Dockerfile", async () => {
  const files = { "a/x": "", "a/keep/y": "", "b/z": "", ".git/HEAD": "" };
  assert.deepEqual(await pathsOf({ ...files, ".dockerignore": "*\n!a/keep" }), [
    "Dockerfile",
    "a",
    "a/keep",
    "a/keep/y",
  ]);
  assert.deepEqual(
    await pathsOf({ ".dockerignore": "**\n", "docker/other": "" }, {
      dockerfile: "docker/Dockerfile",
      keepIgnoreFile: true,
    }),
    [".dockerignore", "docker", "docker/Dockerfile"],
  );
});

Deno.test("findBuildContext() prefers the ignore file of the Dockerfile", async () => {
  const files = { a: "", b: "", ".dockerignore": "a", "Dockerfile.dockerignore": "b\n*ignore" };
  assert.deepEqual(await pathsOf(files), ["Dockerfile", "a"]);
});

Deno.test("findBuildContext() refuses an ignore file it cannot follow", async () => {
  await assert.rejects(pathsOf({ ".dockerignore": "a\n[" }), {
    code: "invalid_arguments",
    message: 'Cannot use the build context: in ".dockerignore", "[" is not a pattern',
  });
  await assert.rejects(pathsOf({ ".dockerignore": null }), /".dockerignore" is not a plain file/);
  await assert.rejects(pathsOf({ ".dockerignore": "#".repeat(64 * 1024 + 1) }), /over 64 KiB/);
});

Deno.test("findBuildContext() keeps links as links, and leaves out sockets and pipes", async () => {
  await using folder = await contextFolder({ Dockerfile: "", "sub/a": "" });
  await Deno.symlink("/etc/passwd", `${folder.path}/outside`);
  await Deno.symlink("sub", `${folder.path}/inside`);
  await Deno.symlink("nowhere", `${folder.path}/sub/broken`);
  using _socket = Deno.listen({ transport: "unix", path: `${folder.path}/socket` });
  const { success } = await new Deno.Command("mkfifo", { args: [`${folder.path}/pipe`] }).output();
  assert.ok(success);
  const paths = { context: folder.path, dockerfile: "Dockerfile", file: "Dockerfile" };
  const { entries, leftOut } = await findBuildContext(paths, { signal });
  assert.deepEqual(
    entries.filter(({ header }) => header.kind === "link")
      .map(({ header: { path, target } }) => [path, target]),
    [["inside", "sub"], ["outside", "/etc/passwd"], ["sub/broken", "nowhere"]],
  );
  assert.deepEqual(entries.map(({ header }) => header.path), [
    "Dockerfile",
    "inside",
    "outside",
    "sub",
    "sub/a",
    "sub/broken",
  ]);
  assert.deepEqual(leftOut, ["pipe", "socket"]);
});

Deno.test("findBuildContext() refuses a context beyond its limits before anything is sent", async () => {
  const files = { a: "12345", b: "12345", ".dockerignore": "*ignore" };
  assert.equal((await pathsOf(files, { maximumEntries: 3, maximumBytes: 22 })).length, 3);
  await assert.rejects(pathsOf(files, { maximumEntries: 2 }), {
    message: "Cannot use the build context: it has more than 2 files and folders",
    remedy: /\.dockerignore/,
  });
  await assert.rejects(pathsOf(files, { maximumBytes: 21 }), /it is larger than/);
});

Deno.test("findBuildContext() leaves out what is private, and says so", async () => {
  await using folder = await contextFolder({ Dockerfile: "", ".ssh/id": "", "app/.ssh/id": "" });
  const paths = { context: folder.path, dockerfile: "Dockerfile", file: "Dockerfile" };
  const options = { signal, privatePaths: [`${folder.path}/.ssh`] };
  const { entries, leftOut } = await findBuildContext(paths, options);
  assert.deepEqual(entries.map(({ header }) => header.path), [
    "Dockerfile",
    "app",
    "app/.ssh",
    "app/.ssh/id",
  ]);
  assert.deepEqual(leftOut, [".ssh"]);
});

Deno.test("findBuildContext() sends the Dockerfile that was judged, and no link in its place", async () => {
  await using folder = await contextFolder({
    "docker/Dockerfile": "FROM evil",
    "x/Dockerfile": "",
  });
  const file = "docker/Dockerfile";
  const paths = { context: folder.path, dockerfile: file, file };
  const dockerfile = new TextEncoder().encode("FROM judged");
  const context = await findBuildContext(paths, { signal, dockerfile });
  const sent = await new Response(new ContextArchive(context, () => {}).stream()).text();
  assert.match(sent, /FROM judged\0/);
  assert.doesNotMatch(sent, /evil/);
  await Deno.rename(`${folder.path}/docker`, `${folder.path}/old`);
  await Deno.symlink("x", `${folder.path}/docker`);
  await assert.rejects(
    findBuildContext(paths, { signal, dockerfile }),
    /"docker\/Dockerfile" changed/,
  );
});

Deno.test("findBuildContext() lets others have their turn between paths that are slow to judge", async () => {
  const files = Object.fromEntries([...Array(60).keys()].map((n) => ["a".repeat(200) + n, ""]));
  const ignore = "*a*a*a*a*a*a*a*a*a*a*z?\n".repeat(800);
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error("its turn")), 50);
  const { signal } = controller;
  try {
    await assert.rejects(pathsOf({ ...files, ".dockerignore": ignore }, { signal }), /its turn/);
  } finally {
    clearTimeout(timer);
  }
});

Deno.test("findBuildContext() stops when it is cancelled", async () => {
  await assert.rejects(pathsOf({}, { signal: AbortSignal.abort(new Error("enough")) }), /enough/);
});

/** Reads an archive to its end after `change` was made to its context. */
async function read(
  files: Readonly<Record<string, string>>,
  change: (folder: string) => Promise<void> = () => Promise.resolve(),
): Promise<{ bytes: Uint8Array; archive: ContextArchive }> {
  await using folder = await contextFolder({ Dockerfile: "", ...files });
  const paths = { context: folder.path, dockerfile: "Dockerfile", file: "Dockerfile" };
  const archive = new ContextArchive(await findBuildContext(paths, { signal }), () => {});
  await change(folder.path);
  const bytes = await new Response(archive.stream()).bytes().catch(() => new Uint8Array());
  return { bytes, archive };
}

Deno.test("ContextArchive.stream() is the same for the same context, in whole blocks", async () => {
  const files = { a: "x".repeat(512), b: "y".repeat(300_000), c: "z" };
  const { bytes, archive } = await read(files);
  assert.equal(archive.failure, undefined);
  assert.equal(archive.readBytes, 300_513);
  // A header for each of the four, the contents in blocks, the end.
  assert.equal(bytes.length, 4 * 512 + 512 + 586 * 512 + 512 + 1024);
});

Deno.test("ContextArchive.stream() breaks off where a file is not the one that was found", async () => {
  const cases: [RegExp, (folder: string) => Promise<void>][] = [
    [/"a" changed while it was read/, (folder) => Deno.writeTextFile(`${folder}/a`, "1")],
    [/"a" cannot be read: /, (folder) => Deno.remove(`${folder}/a`)],
    [/"a" changed/, async (folder) => {
      await Deno.remove(`${folder}/a`);
      await Deno.symlink("/etc/passwd", `${folder}/a`);
    }],
    [/"a" changed/, async (folder) => {
      await Deno.remove(`${folder}/a`);
      await Deno.mkdir(`${folder}/a`);
    }],
  ];
  for (const [expected, change] of cases) {
    const { archive } = await read({ a: "12345" }, change);
    assert.match(String(archive.failure), expected);
  }
});

Deno.test("ContextArchive.stream() sends as much of a growing file as was found", async () => {
  const { bytes, archive } = await read(
    { a: "12345" },
    (folder) => Deno.writeTextFile(`${folder}/a`, "1234567"),
  );
  assert.equal(archive.failure, undefined);
  assert.match(new TextDecoder().decode(bytes), /12345\0/);
});

Deno.test("ContextArchive.stream() closes its file when it is cancelled, and reads no further than asked", async () => {
  await using folder = await contextFolder({ Dockerfile: "", a: "x".repeat(2_000_000) });
  const paths = { context: folder.path, dockerfile: "Dockerfile", file: "Dockerfile" };
  const archive = new ContextArchive(await findBuildContext(paths, { signal }), () => {});
  const reader = archive.stream().getReader();
  await reader.read();
  assert.ok(archive.readBytes < 600_000, String(archive.readBytes));
  await reader.cancel();
});
