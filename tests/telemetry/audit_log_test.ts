import { reset } from "@logtape/logtape";
import assert from "node:assert/strict";
import { auditLog } from "../../src/telemetry/audit_log.ts";
import { verifyAuditLogs } from "../../src/telemetry/audit_report.ts";
import { startLog } from "../../src/telemetry/log.ts";
import { AuditFolder } from "./audit_folder.ts";
import { loadSha256 } from "../../src/telemetry/sha256.ts";

await loadSha256();

const CALL = { kind: "tool", name: "docker_version", args: "{}" };

/** The lines that the program's log gets while `act` runs. */
async function logged(act: () => unknown): Promise<string[]> {
  let text = "";
  const decoder = new TextDecoder();
  const output = new WritableStream<Uint8Array>({
    write: (chunk) => void (text += decoder.decode(chunk)),
  });
  await startLog(output, { level: "info" });
  try {
    await act();
  } finally {
    await reset(); // writes what is left
  }
  return text.split("\n").filter((line) => line !== "");
}

Deno.test("auditLog() gives each server of a user a file of its own, and the file to the next one", async () => {
  await using folder = await AuditFolder.make();
  const place = { kind: "directory", path: folder.path } as const;
  {
    using first = auditLog(place);
    using second = auditLog(place);
    first.write(CALL);
    second.write(CALL);
    assert.equal((await folder.records("audit.jsonl")).length, 2);
    assert.equal((await folder.records("audit-2.jsonl")).length, 2);
  }
  using third = auditLog(place);
  third.write(CALL);
  assert.equal((await folder.records("audit.jsonl")).length, 4);
  const { isSound, text } = await verifyAuditLogs(place);
  assert.ok(isSound, text);
  assert.match(text, /audit\.jsonl: 4 records.*audit-2\.jsonl: 2 records/s);
});

Deno.test("auditLog() writes to stderr where a user's directory cannot be written, and says so once", async () => {
  await using folder = await AuditFolder.make();
  await Deno.writeTextFile(folder.file("taken"), "");
  const lines = await logged(() => {
    using log = auditLog({ kind: "directory", path: folder.file("taken/mcp-docker") });
    assert.equal(log.write(CALL), undefined);
    assert.equal(log.write(CALL), undefined);
  });
  assert.equal(lines.length, 4);
  assert.match(
    lines[0] ?? "",
    /The audit log goes to stderr: Cannot write .*audit\.jsonl": not a d/,
  );
  const captured = folder.file("stderr.jsonl");
  await Deno.writeTextFile(captured, lines.join("\n") + "\n");
  const { isSound, text } = await verifyAuditLogs({ kind: "file", path: captured });
  assert.ok(isSound, text);
  assert.match(
    text,
    /3 records in 1 file.*\n.*\n {2}note: other lines of captured output, passed over: 1\n/,
  );
});

Deno.test("auditLog() says why it writes to stderr also where there is no directory to write", async () => {
  const lines = await logged(() => {
    using log = auditLog({ kind: "stderr", reason: "HOME names no directory of the user" });
    log.write(CALL);
  });
  assert.equal(lines.length, 3);
  assert.match(
    lines[0] ?? "",
    /The audit log goes to stderr: HOME names no directory of the user$/,
  );
});

Deno.test("auditLog() records once that a file is open, before the first call or with it", async () => {
  await using folder = await AuditFolder.make();
  using log = auditLog({ kind: "file", path: folder.file() });
  assert.equal(log.open(), undefined);
  assert.equal(await Deno.readTextFile(folder.file()), "");
  log.begin();
  const { isSound, text } = await verifyAuditLogs({ kind: "file", path: folder.file() });
  assert.ok(isSound, text);
  log.begin();
  log.write(CALL);
  const records = await folder.records();
  assert.deepEqual(records.map(({ name }) => name), ["log_opened", "docker_version"]);
});

Deno.test("auditLog() writes to stderr where Deno's own permissions forbid the directory", {
  permissions: { read: true, write: false, env: true, sys: true },
}, async () => {
  const lines = await logged(() => {
    using log = auditLog({ kind: "directory", path: "/nowhere/mcp-docker" });
    log.write(CALL);
  });
  assert.match(lines[0] ?? "", /goes to stderr: .*this program was not granted to write there$/);
  assert.match(lines[2] ?? "", /^\{"ts":.*"name":"docker_version"/);
});

Deno.test("auditLog() says that the folder of a chosen file is missing where it may not make it", {
  permissions: { read: true, write: ["/nowhere/audit.jsonl"], env: true, sys: true },
}, () => {
  using log = auditLog({ kind: "file", path: "/nowhere/audit.jsonl" });
  assert.match(log.open()?.message ?? "", /: its folder does not exist; create the folder$/);
});

Deno.test("auditLog() says when a chosen file cannot be written and when it can again, each once", async () => {
  await using folder = await AuditFolder.make();
  using log = auditLog({ kind: "file", path: folder.file("logs/audit.jsonl") });
  assert.equal(log.open(), undefined);
  const lines = await logged(async () => {
    await Deno.rename(folder.file("logs"), folder.file("gone"));
    await Deno.writeTextFile(folder.file("logs"), "");
    for (let count = 0; count < 3; count++) {
      assert.match(log.write(CALL)?.reason ?? "", /not a directory/);
    }
    await Deno.remove(folder.file("logs"));
    await Deno.rename(folder.file("gone"), folder.file("logs"));
    assert.equal(log.write(CALL), undefined);
    assert.equal(log.write(CALL), undefined);
  });
  assert.equal(lines.length, 2);
  assert.match(lines[0] ?? "", /\[ERR\].*Cannot write the audit log ".*": /);
  assert.match(lines[1] ?? "", /is written again; 3 records are missing from it/);
  const records = await folder.records("logs/audit.jsonl");
  assert.deepEqual(records.map(({ name, lost }) => [name, lost]), [
    ["log_opened", 3],
    ["docker_version", undefined],
    ["docker_version", undefined],
  ]);
});

Deno.test("verifyAuditLogs() says what it cannot check", async () => {
  await using folder = await AuditFolder.make();
  const verify = async (name: string, expected?: string) =>
    await verifyAuditLogs({ kind: "file", path: folder.file(name) }, { expected });
  assert.match((await verify("nothing")).text, /^There is no audit log at .*nothing\n$/);
  await Deno.mkdir(folder.file("folder"));
  assert.match((await verify("folder")).text, /^Cannot read .*folder: is a directory\n$/);
  await Deno.writeTextFile(folder.file("empty"), "");
  assert.deepEqual(await verify("empty"), {
    text: `${folder.file("empty")}: holds no record\n`,
    isSound: false,
  });
  const { text, isSound } = await verifyAuditLogs({ kind: "stderr", reason: "it does" });
  assert.deepEqual([text, isSound], [
    "The audit log goes to stderr; name a file to check\n",
    false,
  ]);
  {
    using log = auditLog({ kind: "file", path: folder.file() });
    for (let count = 0; count < 30; count++) log.write(CALL);
  }
  const { hash } = (await folder.records())[10] ?? {};
  assert.match((await verify("audit.jsonl", hash)).text, /up to the record with the hash given/);
  const other = await verify("audit.jsonl", "0".repeat(64));
  assert.match(other.text, /No record has the hash 0+: its log was cut off or replaced/);
  assert.equal(other.isSound, false);
  const lines = (await Deno.readTextFile(folder.file())).split("\n");
  await Deno.writeTextFile(
    folder.file(),
    lines.map((line) => line.replace("ver", "VER")).join("\n"),
  );
  const changed = await verify("audit.jsonl");
  assert.equal(changed.isSound, false);
  assert.match(changed.text, /problem: .*:2 was changed.*and 10 more problems\n$/s);
});
