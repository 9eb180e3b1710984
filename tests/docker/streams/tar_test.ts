import assert from "node:assert/strict";
import { tarEnd, type TarHeader, tarHeader, tarPadding } from "../../../src/docker/streams/tar.ts";

interface Packed extends TarHeader {
  readonly content?: string;
}

function pack(entries: readonly Packed[]): Uint8Array<ArrayBuffer> {
  const parts = entries.flatMap((entry) => {
    const content = new TextEncoder().encode(entry.content ?? "");
    const header = tarHeader({ ...entry, size: content.length });
    return [header, content, new Uint8Array(tarPadding(content.length))];
  });
  return new Uint8Array([...parts, tarEnd()].flatMap((part) => [...part]));
}

/** What the system's tar makes of an archive: unpacked into a folder that is gone afterwards. */
async function unpack(
  archive: Uint8Array<ArrayBuffer>,
  look: (folder: string, listing: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tar-test-" });
  try {
    await Deno.writeFile(`${folder}.tar`, archive);
    const run = async (...args: string[]) => {
      const { success, stdout, stderr } = await new Deno.Command("tar", { args }).output();
      assert.ok(success, new TextDecoder().decode(stderr));
      return new TextDecoder().decode(stdout);
    };
    await run("-xpf", `${folder}.tar`, "-C", folder);
    const listing = await run("--numeric-owner", "--utc", "-tvf", `${folder}.tar`);
    await look(folder, listing);
  } finally {
    await Deno.remove(folder, { recursive: true });
    await Deno.remove(`${folder}.tar`);
  }
}

const LONG = `${"deep/".repeat(60)}${"n".repeat(200)}.txt`;
const FOLDERS = LONG.split("/").slice(0, -1).map((_, index, parts) =>
  parts.slice(0, index + 1).join("/")
);

Deno.test("tarHeader() makes what the system's tar unpacks: files, folders, links, modes, times", async () => {
  const archive = pack([
    { path: "bin", kind: "folder", mode: 0o750 },
    {
      path: "bin/run",
      kind: "file",
      mode: 0o4755,
      modified: 1_700_000_000.9,
      content: "#!/bin/sh\n",
    },
    { path: "empty", kind: "file", mode: 0o600, content: "" },
    { path: "block", kind: "file", mode: 0o644, content: "x".repeat(512) },
    { path: "link", kind: "link", mode: 0o777, target: "../outside" },
  ]);
  await unpack(archive, async (folder, listing) => {
    assert.equal(await Deno.readTextFile(`${folder}/bin/run`), "#!/bin/sh\n");
    assert.equal(((await Deno.stat(`${folder}/bin/run`)).mode ?? 0) & 0o7777, 0o4755);
    assert.equal((await Deno.stat(`${folder}/block`)).size, 512);
    assert.equal(await Deno.readLink(`${folder}/link`), "../outside");
    assert.match(listing, /^drwxr-x--- 0\/0 +0 1970-01-01 00:00 bin\/$/m);
    assert.match(listing, /^-rwsr-xr-x 0\/0 +10 2023-11-14 22:13 bin\/run$/m);
    assert.match(listing, /^-rw------- 0\/0 +0 .* empty$/m);
    assert.match(listing, /link -> \.\.\/outside$/m);
  });
});

Deno.test("tarHeader() keeps long names, long targets and names in any script", async () => {
  const target = "t".repeat(300);
  const archive = pack([
    ...FOLDERS.map((path): Packed => ({ path, kind: "folder", mode: 0o755 })),
    { path: LONG, kind: "file", mode: 0o644, content: "long" },
    { path: "größe 漢字 🐳.txt", kind: "file", mode: 0o644, content: "unicode" },
    { path: "link", kind: "link", mode: 0o777, target },
    { path: "n".repeat(100), kind: "file", mode: 0o644, content: "100" },
    { path: "m".repeat(101), kind: "file", mode: 0o644, content: "101" },
  ]);
  await unpack(archive, async (folder) => {
    const text = (path: string) => Deno.readTextFile(`${folder}/${path}`);
    assert.equal(await text(LONG), "long");
    assert.equal(await text("größe 漢字 🐳.txt"), "unicode");
    assert.equal(await text("n".repeat(100)), "100");
    assert.equal(await text("m".repeat(101)), "101");
    assert.equal(await Deno.readLink(`${folder}/link`), target);
  });
});

Deno.test("tarHeader() counts the length of a pax record in itself at every size", () => {
  for (let length = 101; length < 1100; length++) {
    const header = tarHeader({ path: "a".repeat(length), kind: "file", mode: 0o644 });
    const records = new TextDecoder().decode(header.subarray(512, header.length - 512));
    const [, said, record = ""] = /^(\d+) (path=a+)\n\0*$/.exec(records) ?? [];
    assert.equal(Number(said), `${said} ${record}\n`.length);
  }
});

Deno.test("tarHeader() writes sizes beyond eleven octal digits into a pax record", () => {
  const header = tarHeader({ path: "a", kind: "file", mode: 0o644, size: 9 * 1024 ** 3 });
  assert.match(new TextDecoder().decode(header), /19 size=9663676416\n/);
  assert.equal(
    tarHeader({ path: "a", kind: "file", mode: 0o644, size: 8 * 1024 ** 3 - 1 }).length,
    512,
  );
});
