import assert from "node:assert/strict";
import { FakeEngine, json } from "../fakes/fake_engine.ts";
import { AuditFolder, type AuditRecord } from "../telemetry/audit_folder.ts";
import { connect, root, serverEnvironment } from "./client.ts";
import { serverTest, uniqueName } from "./engine_server.ts";
import { RawServer, within } from "./raw_server.ts";

const ON = { SECURITY_AUDIT_LOG_ENABLED: "true" };
const NO_ENGINE = { DOCKER_HOST: "unix:///nonexistent/docker.sock" };

/** An Engine that answers what the tests ask. */
async function smallEngine(): Promise<FakeEngine> {
  const engine = await FakeEngine.start();
  engine.answer("GET /version", json({ Version: "28.5.0", ApiVersion: "1.51" }));
  engine.answer("GET /containers/web/json", json({ Id: "web", HostConfig: {} }));
  engine.answer("POST /volumes/create", json({ Name: "data", Driver: "local" }, 201));
  return engine;
}

function environment(engine: FakeEngine, file: string): Record<string, string> {
  return { ...ON, DOCKER_HOST: `unix://${engine.socketPath}`, SECURITY_AUDIT_LOG_FILE: file };
}

interface Verified {
  readonly code: number;
  readonly stdout: string;
}

/** Runs `mcp-docker audit verify`. */
async function verify(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Verified> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", `${root}main.ts`, "audit", "verify", ...args],
    env: serverEnvironment(env),
    clearEnv: true,
    stderr: "inherit",
  });
  const { code, stdout } = await command.output();
  return { code, stdout: new TextDecoder().decode(stdout) };
}

function told({ phase, name, decision, reason }: AuditRecord): string {
  return [phase, name, decision, reason].filter((word) => word !== undefined).join(" ");
}

serverTest(
  "serve records every call: refused, failed and done, with what it touched",
  async (test) => {
    const { server, own, engine } = test;
    await using folder = await AuditFolder.make();
    const env = {
      ...ON,
      DOCKER_HOST: engine.host,
      SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS: "true",
      SECURITY_AUDIT_LOG_FILE: folder.file(),
    };
    const name = uniqueName("audit");
    {
      await using audited = await connect({ env });
      await audited.call("docker_create_volume", {
        name,
        labels: Object.fromEntries([own.label.split("=")]),
      });
      const { confirm, status } = await audited.call("docker_remove_volume", { volume_name: name });
      assert.equal(status, "planned");
      await audited.call("docker_remove_volume", { volume_name: name, confirm });
      await audited.callFailing("docker_remove_volume", { volume_name: name, confirm });
      await audited.callFailing("docker_stop_container", { container_id: uniqueName("no") });
      await audited.callFailing("docker_version", { verbos: true });
      assert.ok(!(await Deno.readTextFile(folder.file())).includes(String(confirm)));
    }
    await server.callFailing("docker_inspect_volume", { volume_name: name }); // it is gone
    const [, ...records] = await folder.records();
    assert.deepEqual(records.map(told), [
      "intent docker_create_volume",
      "outcome docker_create_volume allow",
      "outcome docker_remove_volume allow planned",
      "intent docker_remove_volume",
      "outcome docker_remove_volume allow done",
      "outcome docker_remove_volume deny confirmation_refused",
      "intent docker_stop_container",
      "outcome docker_stop_container error not_found",
      "outcome docker_version deny invalid_arguments",
    ]);
    for (const { targets } of records.slice(2, 5)) assert.deepEqual(targets, [name]);
    for (const { engine_calls, decision } of records) {
      if (decision === "allow" || decision === "error") assert.ok(Number(engine_calls) > 0);
    }
    const { code, stdout } = await verify([folder.file()]);
    assert.deepEqual(
      [code, /10 records in 1 file, number 1 to 10/.test(stdout)],
      [0, true],
      stdout,
    );
  },
);

Deno.test("serve records that a tool was asked for that there is not", async () => {
  await using folder = await AuditFolder.make();
  await using engine = await smallEngine();
  {
    await using server = await RawServer.initialized({ env: environment(engine, folder.file()) });
    const name = `docker_nothing\n{"ts":"forged","name":"docker_version"}`;
    const { error } = await server.request("tools/call", { name, arguments: { id: "web" } });
    assert.equal(error?.code, -32602);
  }
  const [, record, ...more] = await folder.records();
  assert.deepEqual(more, []);
  assert.deepEqual(told(record ?? assert.fail()), "outcome (unknown) deny unknown_tool");
  assert.match(record?.args ?? "", /^\{"tool":"docker_nothing.*"arguments":\{"id":"web"\}\}$/);
  assert.equal((await verify([folder.file()])).code, 0);
});

Deno.test("serve records that the chosen file is open, also where nothing is called", async () => {
  await using folder = await AuditFolder.make();
  const env = { ...ON, ...NO_ENGINE, SECURITY_AUDIT_LOG_FILE: folder.file() };
  {
    await using server = await RawServer.initialized({ env });
    await server.closeInput();
    assert.equal((await server.exit()).code, 0);
  }
  const { code, stdout } = await verify([], env);
  assert.deepEqual(
    [code, /^Calls are recorded in .*\n.*: 1 records in/.test(stdout)],
    [0, true],
    stdout,
  );
});

Deno.test("audit verify takes what two servers wrote to the same stderr", async () => {
  await using folder = await AuditFolder.make();
  await using engine = await smallEngine();
  const env = { ...ON, DOCKER_HOST: `unix://${engine.socketPath}`, HOME: "" };
  let captured = "";
  for (let count = 0; count < 2; count++) {
    await using server = await RawServer.initialized({ env });
    await server.request("tools/call", { name: "docker_version", arguments: {} });
    await server.closeInput();
    captured += (await server.exit()).stderr;
  }
  assert.match(captured, /\[INF\].*The audit log goes to stderr: HOME names no directory/);
  await Deno.writeTextFile(folder.file("stderr.log"), captured);
  const { code, stdout } = await verify([folder.file("stderr.log")]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /4 records.*passed over: \d+\n.* begins a new chain/s);
  await Deno.writeTextFile(folder.file("stderr.log"), captured.replace('"allow"', '"error"'));
  assert.equal((await verify([folder.file("stderr.log")])).code, 1);
});

Deno.test("serve writes no secret and no control character of a call into its audit log", async () => {
  await using folder = await AuditFolder.make();
  await using engine = await smallEngine();
  {
    await using server = await connect({ env: environment(engine, folder.file()) });
    await server.callFailing("docker_create_container", {
      image: "nginx",
      environment: { API_TOKEN: "hunter2hunter2", PLAIN: "a\u202eb\x1b[2J" },
      command: 'x --password hunter2hunter2\n{"ts":"forged"}',
      labels: { url: "https://ann:hunter2hunter2@host/" },
      nonsense: "\u2028",
    });
  }
  const text = await Deno.readTextFile(folder.file());
  assert.doesNotMatch(text, /hunter2|[^ -~\n]|u202e|u001b|u2028/);
  assert.equal(text.match(/^\{"ts"/gm)?.length, 2);
});

Deno.test("serve keeps its audit log in the user's state directory, also for servers at once", async () => {
  await using folder = await AuditFolder.make();
  await using engine = await smallEngine();
  const env = {
    ...ON,
    DOCKER_HOST: `unix://${engine.socketPath}`,
    XDG_STATE_HOME: folder.file("state"),
  };
  {
    await using first = await connect({ env });
    await using second = await connect({ env });
    await Deno.stat(folder.file("state")).then(
      () => assert.fail("it is made before any call"),
      (error) => assert.ok(error instanceof Deno.errors.NotFound),
    );
    for (const server of [first, second]) await server.call("docker_version");
  }
  for (const name of ["audit.jsonl", "audit-2.jsonl"]) {
    const records = await folder.records(`state/mcp-docker/${name}`);
    assert.deepEqual(records.map(({ name }) => name), ["log_opened", "docker_version"]);
  }
  const { code, stdout } = await verify([], { ...ON, XDG_STATE_HOME: folder.file("state") });
  assert.deepEqual([code, stdout.match(/2 records in 1 file/g)?.length], [0, 2], stdout);
});

Deno.test("serve refuses to start with a file that it cannot have for itself, and says why", async () => {
  await using folder = await AuditFolder.make();
  await using engine = await smallEngine();
  await Deno.writeTextFile(folder.file("target"), "");
  await Deno.symlink(folder.file("target"), folder.file("link"));
  await Deno.writeTextFile(folder.file("notes"), "remember the milk\n", { mode: 0o600 });
  const refusal = async (file: string, more = {}) => {
    await using server = RawServer.start({ env: { ...environment(engine, file), ...more } });
    await server.closeInput();
    const { code, stderr } = await server.exit();
    return { code, stderr };
  };
  await using first = await connect({ env: environment(engine, folder.file()) });
  const cases = [
    ["link", /it is a symbolic link/],
    ["notes", /it holds something else than an audit log/],
    ["audit.jsonl", /another server writes it/],
  ] as const;
  for (const [name, reason] of cases) {
    const { code, stderr } = await refusal(folder.file(name));
    assert.equal(code, 2, name);
    assert.match(stderr, /^SECURITY_AUDIT_LOG_FILE: Cannot write the audit log "/);
    assert.match(stderr, reason);
  }
  assert.equal(await Deno.readTextFile(folder.file("target")), "");
  const open = await refusal(folder.file("link"), { SECURITY_AUDIT_FAIL_MODE: "open" });
  assert.equal(open.code, 0);
  assert.match(open.stderr, /\[WRN\].*it is a symbolic link/);
  await first.call("docker_version");
});

Deno.test("serve writes its audit log to stderr on request, among its log", async () => {
  await using engine = await smallEngine();
  const env = { ...environment(engine, "stderr"), MCP_LOG_LEVEL: "critical" };
  await using server = await RawServer.initialized({ env });
  await server.request("tools/call", { name: "docker_version", arguments: {} });
  await server.closeInput();
  const { stderr } = await server.exit();
  const names = stderr.trim().split("\n").map((line) => JSON.parse(line).name);
  assert.deepEqual(names, ["log_opened", "docker_version"]);
});

for (const end of ["the end of its input", "SIGTERM"] as const) {
  Deno.test(`serve records calls that run at ${end} as aborted`, async () => {
    await using folder = await AuditFolder.make();
    await using engine = await smallEngine();
    const hanging = Promise.withResolvers<void>();
    engine.answer("POST /containers/web/stop", async (wire) => {
      hanging.resolve();
      await wire.gone();
    });
    await using server = await RawServer.initialized({ env: environment(engine, folder.file()) });
    await server.askTool("docker_stop_container", { container_id: "web" });
    await hanging.promise;
    if (end === "SIGTERM") server.kill("SIGTERM");
    else await server.closeInput();
    assert.equal((await server.exit()).code, 0);
    const [, intent, outcome, ...more] = await folder.records();
    assert.deepEqual(more, []);
    assert.deepEqual(intent?.phase, "intent");
    assert.deepEqual([outcome?.phase, outcome?.decision], ["outcome", "aborted"]);
    assert.deepEqual(outcome?.targets, ["web"]);
  });
}

Deno.test("serve records a call that its client cancels as aborted", async () => {
  await using folder = await AuditFolder.make();
  await using engine = await smallEngine();
  const hanging = Promise.withResolvers<void>();
  engine.answer("GET /version", async (wire) => {
    hanging.resolve();
    await wire.gone();
  });
  await using server = await RawServer.initialized({ env: environment(engine, folder.file()) });
  const requestId = await server.askTool("docker_version");
  await hanging.promise;
  {
    using changes = Deno.watchFs(folder.path);
    await server.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId } });
    const recorded = async (): Promise<void> => {
      for await (const _ of changes) {
        if ((await Deno.readTextFile(folder.file())).includes("docker_version")) return;
      }
    };
    await within(recorded(), 10_000, "the record");
  }
  const [, outcome] = await folder.records();
  assert.deepEqual([outcome?.decision, outcome?.reason], ["aborted", "cancelled"]);
});

/** Whether this machine lets us mount a small disk, which takes root on Linux, and not in every container. */
async function canMount(): Promise<boolean> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  const args = ["--mount", "mount", "-t", "tmpfs", "none", "/mnt"];
  return (await new Deno.Command("unshare", { args, stderr: "null" }).output()).success;
}

const mounts = await canMount();

Deno.test({
  name:
    "serve refuses changes while the disk is full, goes on reading, and recovers without a restart" +
    (mounts ? "" : " [skipped: no disk can be mounted, which takes root on Linux]"),
  ignore: !mounts,
  async fn() {
    await using folder = await AuditFolder.make();
    await using engine = await smallEngine();
    // The mount is seen by the server and what it starts only; the test looks at it through /proc.
    const script = 'mount -t tmpfs -o size=64k none "$1" && shift && exec "$@"';
    const prefix = ["unshare", "--mount", "sh", "-c", script, "sh", folder.path];
    await using server = await RawServer.initialized({
      prefix,
      env: environment(engine, folder.file()),
    });
    const inside = `/proc/${server.pid}/root${folder.path}`;
    const call = async (name: string, input = {}) =>
      (await server.request("tools/call", { name, arguments: input })).result;
    const change = () => call("docker_create_volume", { name: "data" });
    assert.equal((await change())?.isError, undefined);
    const filler = `${inside}/filler`;
    await fill(filler);
    let changes = 1;
    let refused = await change();
    // The log's last page has room for a few records more.
    for (; refused?.isError !== true && changes < 20; changes++) refused = await change();
    assert.match(JSON.stringify(refused), /audit log cannot be written: no space left on device/);
    assert.equal(engine.count("POST /volumes/create"), changes);
    assert.equal((await call("docker_version"))?.isError, undefined);
    await Deno.remove(filler);
    assert.equal((await change())?.isError, undefined);
    assert.equal(engine.count("POST /volumes/create"), changes + 1);
    await Deno.copyFile(`${inside}/audit.jsonl`, folder.file("copy.jsonl"));
    await server.closeInput();
    assert.match((await server.exit()).stderr, /written again; \d+ records are missing/);
    const { code, stdout } = await verify([folder.file("copy.jsonl")]);
    assert.equal(code, 0, stdout);
    assert.doesNotMatch(stdout, /incomplete/); // half a record was taken back
    const records = await folder.records("copy.jsonl");
    assert.ok(records.some(({ name, lost }) => name === "log_opened" && Number(lost) >= 2));
  },
});

/** Writes until the disk takes nothing more. */
async function fill(path: string): Promise<void> {
  using file = await Deno.open(path, { create: true, append: true });
  for (let size = 4096; size > 0;) {
    try {
      await file.write(new Uint8Array(size));
    } catch {
      size = Math.floor(size / 2); // the last bytes too
    }
  }
}

Deno.test("audit verify ends with 1 for a log that was changed or cut, and tells where", async () => {
  await using folder = await AuditFolder.make();
  await using engine = await smallEngine();
  {
    await using server = await connect({ env: environment(engine, folder.file()) });
    for (let count = 0; count < 3; count++) await server.call("docker_version");
  }
  const text = await Deno.readTextFile(folder.file());
  const last = (await folder.records()).at(-1)?.hash ?? "";
  assert.equal((await verify([folder.file(), "--expect", last])).code, 0);
  await Deno.writeTextFile(folder.file(), text.replace('"decision":"allow"', '"decision":"deny" '));
  const changed = await verify([], { ...ON, SECURITY_AUDIT_LOG_FILE: folder.file() });
  assert.equal(changed.code, 1);
  assert.match(changed.stdout, /audit\.jsonl:2 was changed: its hash is another/);
  await Deno.writeTextFile(folder.file(), text.split("\n").slice(0, 3).join("\n") + "\n");
  assert.equal((await verify([folder.file()])).code, 0);
  const cut = await verify([folder.file(), "--expect", last]);
  assert.equal(cut.code, 1);
  assert.match(cut.stdout, /its log was cut off or replaced/);
});

Deno.test("serve opens nothing for the audit log before the first call", async () => {
  await using folder = await AuditFolder.make();
  const env = { ...ON, ...NO_ENGINE, XDG_STATE_HOME: folder.file("state") };
  await using server = await RawServer.initialized({ env });
  await server.request("tools/list");
  await server.closeInput();
  assert.equal((await server.exit()).code, 0);
  await assert.rejects(Deno.stat(folder.file("state")), Deno.errors.NotFound);
});
