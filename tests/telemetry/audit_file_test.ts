import assert from "node:assert/strict";
import { AuditFile } from "../../src/telemetry/audit_file.ts";
import { callRecord } from "../../src/telemetry/audit_record.ts";
import { verifyAuditLogs } from "../../src/telemetry/audit_report.ts";
import { callOf, toolCall } from "../safety/tool_call.ts";
import { AuditFolder } from "./audit_folder.ts";
import { loadSha256 } from "../../src/telemetry/sha256.ts";

await loadSha256();

const CALL = { kind: "tool", name: "docker_version", args: "{}" };

/** As `Deno.test`, where files have POSIX modes and links. */
function posixTest(name: string, test: () => Promise<void>): void {
  const ignore = Deno.build.os === "windows";
  const reason = ignore ? " [skipped: Windows has neither modes nor plain links]" : "";
  Deno.test({ name: `${name}${reason}`, ignore, fn: test });
}

async function modeOf(path: string): Promise<number> {
  return ((await Deno.stat(path)).mode ?? 0) & 0o777;
}

async function namesIn({ path }: AuditFolder): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(path), ({ name }) => name)).sort();
}

async function assertSound(path: string): Promise<string> {
  const { text, isSound } = await verifyAuditLogs({ kind: "file", path });
  assert.ok(isSound, text);
  return text;
}

posixTest("AuditFile makes its directory and its file for the owner alone", async () => {
  await using folder = await AuditFolder.make();
  const path = folder.file("new/state/audit.jsonl");
  using file = new AuditFile(path);
  file.append(CALL);
  assert.equal(await modeOf(path), 0o600);
  for (const directory of ["new", "new/state"]) {
    assert.equal(await modeOf(folder.file(directory)), 0o700);
  }
});

Deno.test("AuditFile writes one line for each record after one that says that it was opened", async () => {
  await using folder = await AuditFolder.make();
  using file = new AuditFile(folder.file());
  file.append(CALL);
  file.append({ ...CALL, args: "{\n}" });
  const records = await folder.records();
  assert.deepEqual(records.map(({ seq, name }) => [seq, name]), [
    [1, "log_opened"],
    [2, "docker_version"],
    [3, "docker_version"],
  ]);
  assert.equal(records[2]?.args, "{\n}");
  await assertSound(folder.file());
});

Deno.test("AuditFile goes on with the chain that it finds", async () => {
  await using folder = await AuditFolder.make();
  for (let session = 0; session < 3; session++) {
    using file = new AuditFile(folder.file());
    file.append(CALL);
  }
  assert.deepEqual((await folder.records()).map(({ seq }) => seq), [1, 2, 3, 4, 5, 6]);
  await assertSound(folder.file());
});

posixTest(
  "AuditFile refuses links, directories, devices and files that are open to others",
  async () => {
    await using folder = await AuditFolder.make();
    const target = folder.file("target");
    await Deno.writeTextFile(target, "", { mode: 0o600 });
    await Deno.symlink(target, folder.file("link"));
    await Deno.symlink(folder.file("nowhere"), folder.file("dangling"));
    await Deno.writeTextFile(folder.file("open"), "");
    await Deno.chmod(folder.file("open"), 0o606);
    const cases = [
      ["link", "unsafe", "it is a symbolic link"],
      ["dangling", "unsafe", "it is a symbolic link"],
      ["open", "unsafe", "other users may write or read it; chmod 600 keeps them out"],
      ["", "unsafe", "it is not a regular file"],
    ] as const;
    for (const [name, code, reason] of cases) {
      using file = new AuditFile(folder.file(name));
      assert.throws(() => file.open(), { code, reason }, name);
    }
    using device = new AuditFile("/dev/null");
    assert.throws(() => device.open(), { code: "unsafe", reason: "it is not a regular file" });
    // Nothing was made or written on the way.
    assert.equal(await Deno.readTextFile(target), "");
    assert.deepEqual(await namesIn(folder), ["dangling", "link", "open", "target"]);
  },
);

posixTest("AuditFile lets a group read its file, e.g. to collect logs", async () => {
  await using folder = await AuditFolder.make();
  await Deno.writeTextFile(folder.file(), "");
  for (const [mode, isAccepted] of [[0o640, true], [0o660, false], [0o604, false]] as const) {
    await Deno.chmod(folder.file(), mode);
    using file = new AuditFile(folder.file());
    if (isAccepted) file.open();
    else assert.throws(() => file.open(), { code: "unsafe" }, mode.toString(8));
  }
});

Deno.test("AuditFile never writes into a file that holds something else", async () => {
  await using folder = await AuditFolder.make();
  const texts = ["alias ls=ls\n", '{"ts":"x"}\n', '{"kind":"tool"', "\n", "x".repeat(300_000)];
  for (const text of texts) {
    await Deno.writeTextFile(folder.file(), text, { mode: 0o600 });
    using file = new AuditFile(folder.file());
    assert.throws(() => file.append(CALL), { code: "foreign" }, text.slice(0, 20));
    assert.equal(await Deno.readTextFile(folder.file()), text);
  }
});

Deno.test("AuditFile has one writer, until that one is done", async () => {
  await using folder = await AuditFolder.make();
  {
    using first = new AuditFile(folder.file());
    first.append(CALL);
    using second = new AuditFile(folder.file());
    assert.throws(() => second.append(CALL), {
      code: "in_use",
      reason: "another server writes it",
    });
    first.append(CALL);
  }
  using third = new AuditFile(folder.file());
  third.append(CALL);
  await assertSound(folder.file());
});

Deno.test("AuditFile goes on after half a line that a crash left, and says so in the chain", async () => {
  await using folder = await AuditFolder.make();
  const write = (): void => {
    using file = new AuditFile(folder.file());
    file.append(CALL);
  };
  write();
  const whole = await Deno.readTextFile(folder.file());
  const [first = ""] = whole.split("\n");
  const wrecks = [
    whole + '{"ts":"2026-01-',
    whole + '{"ts":"2026-01-01T00:00:00.000Z","seq":3\n\0\0\xff',
    whole.trimEnd(), // a whole record without its line end
    first.slice(0, 40), // the very first write
    "{",
  ];
  for (const [index, wreck] of wrecks.entries()) {
    await Deno.writeFile(folder.file(), Uint8Array.from(wreck, (unit) => unit.charCodeAt(0)));
    const before = await verifyAuditLogs({ kind: "file", path: folder.file() });
    assert.equal(before.isSound, false, `${index}: ${before.text}`);
    write();
    const text = await assertSound(folder.file());
    assert.equal(/is incomplete; the server noted/.test(text), index !== 2, text);
  }
});

Deno.test("AuditFile finds the longest record behind which a crash left another one, cut short", async () => {
  await using folder = await AuditFolder.make();
  const call = callOf({ ...toolCall().operation, safety: "destructive" }, {
    input: { text: "\u{1f600}".repeat(5000) },
  });
  for (let count = 0; count < 1001; count++) {
    call.facts.targets.add(`${count}`.padStart(255, "\u00e4"));
  }
  const record = callRecord(call, (value) => value);
  const write = (): void => {
    using file = new AuditFile(folder.file());
    file.append(record.intent());
  };
  write();
  const whole = await Deno.readTextFile(folder.file());
  const [, last = ""] = whole.split("\n");
  await Deno.writeTextFile(folder.file(), last.slice(0, -10), { append: true });
  write();
  assert.match(await assertSound(folder.file()), /is incomplete; the server noted/);
});

Deno.test("AuditFile rotates at its limit, carries the chain on and keeps ten files", async () => {
  await using folder = await AuditFolder.make();
  using file = new AuditFile(folder.file(), { maximumBytes: 1000 });
  for (let count = 0; count < 80; count++) file.append(CALL);
  const rotated = Array.from({ length: 9 }, (_, index) => `audit.jsonl.${index + 1}`);
  assert.deepEqual(await namesIn(folder), ["audit.jsonl", ...rotated, "audit.jsonl.lock"].sort());
  const [first] = await folder.records();
  const last = (await folder.records("audit.jsonl.1")).at(-1);
  assert.deepEqual([first?.name, first?.prev], ["log_rotated", last?.hash]);
  for (const name of rotated) assert.ok((await Deno.stat(folder.file(name))).size < 2000);
  assert.match(await assertSound(folder.file()), /in 10 files.*\n.*\n.*no longer kept/);
});

Deno.test("AuditFile carries the chain on where a process ended between two files", async () => {
  await using folder = await AuditFolder.make();
  {
    using file = new AuditFile(folder.file());
    file.append(CALL);
  }
  await Deno.rename(folder.file(), folder.file("audit.jsonl.1"));
  using file = new AuditFile(folder.file());
  file.append(CALL);
  assert.deepEqual((await folder.records()).map(({ seq, name }) => [seq, name]), [
    [3, "log_rotated"],
    [4, "docker_version"],
  ]);
  await assertSound(folder.file());
});

Deno.test("AuditFile grows on where it cannot rotate, and says so each time", async () => {
  await using folder = await AuditFolder.make();
  const troubles: string[] = [];
  using file = new AuditFile(folder.file(), {
    maximumBytes: 1000,
    onTrouble: ({ message }) => troubles.push(message),
  });
  for (const number of [8, 9]) {
    await Deno.mkdir(folder.file(`audit.jsonl.${number}/in_the_way`), { recursive: true });
  }
  for (let count = 0; count < 12; count++) file.append(CALL);
  assert.ok(troubles.length > 0 && troubles.length < 4, troubles.join("\n"));
  for (const number of [8, 9]) {
    await Deno.remove(folder.file(`audit.jsonl.${number}`), { recursive: true });
  }
  assert.match(await assertSound(folder.file()), /in 1 file,/);
});

posixTest(
  "AuditFile notices that its file was moved or deleted, and begins another with the same chain",
  async () => {
    await using folder = await AuditFolder.make();
    using file = new AuditFile(folder.file());
    file.append(CALL);
    await Deno.rename(folder.file(), folder.file("audit.jsonl.1"));
    file.append(CALL);
    await assertSound(folder.file());
    await Deno.remove(folder.file());
    file.append(CALL);
    const { isSound, text } = await verifyAuditLogs({ kind: "file", path: folder.file() });
    assert.equal(isSound, false);
    assert.match(text, /is number 5 where 3 belongs/);
  },
);

posixTest("AuditFile finds out that its end was cut while it was closed by a failure", async () => {
  await using folder = await AuditFolder.make();
  using file = new AuditFile(folder.file());
  file.append(CALL);
  file.append(CALL);
  const text = await Deno.readTextFile(folder.file());
  await Deno.chmod(folder.file(), 0o666);
  await Deno.rename(folder.file(), folder.file("away"));
  await Deno.mkdir(folder.file());
  assert.throws(() => file.append(CALL), { code: "unsafe" });
  await Deno.remove(folder.file());
  const shorter = text.split("\n").slice(0, 2).join("\n") + "\n";
  await Deno.writeTextFile(folder.file(), shorter, { mode: 0o600 });
  file.append(CALL, 1);
  const records = await folder.records();
  assert.deepEqual(records.map(({ seq }) => seq), [1, 2, 4, 5]);
  assert.equal(records[2]?.lost, 1);
  assert.equal((await verifyAuditLogs({ kind: "file", path: folder.file() })).isSound, false);
});
