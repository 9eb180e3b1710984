import assert from "node:assert/strict";
import { openedForAppending, writeWhole } from "../../src/telemetry/audit_disk.ts";
import { AuditFolder } from "./audit_folder.ts";

Deno.test("writeWhole() leaves nothing of a record that a full disk cut short", async () => {
  await using folder = await AuditFolder.make();
  await Deno.writeTextFile(folder.file(), "before\n");
  using file = await Deno.open(folder.file(), { append: true });
  const full = {
    writeSync(bytes: Uint8Array): number {
      if (bytes.length < 6) throw new Error("no space left on device");
      return file.writeSync(bytes.subarray(0, 3));
    },
    truncateSync: (size?: number) => file.truncateSync(size),
  } as Deno.FsFile;
  const bytes = new TextEncoder().encode("record\n");
  assert.throws(() => writeWhole(full, bytes, 7), /no space left/);
  assert.equal(await Deno.readTextFile(folder.file()), "before\n");
});

Deno.test({
  name: "openedForAppending() refuses a file that was exchanged for a link while it was opened",
  ignore: Deno.build.os === "windows", // which has no plain links
  async fn() {
    await using folder = await AuditFolder.make();
    const target = folder.file("target");
    await Deno.writeTextFile(folder.file(), "", { mode: 0o600 });
    await Deno.writeTextFile(target, "", { mode: 0o600 });
    const { openSync } = Deno;
    Deno.openSync = (path, options) => {
      Deno.removeSync(path);
      Deno.symlinkSync(target, path);
      return openSync(path, options);
    };
    try {
      assert.throws(() => openedForAppending(folder.file()), {
        code: "unsafe",
        reason: "it was exchanged meanwhile",
      });
    } finally {
      Deno.openSync = openSync;
    }
  },
});
