import { reset } from "@logtape/logtape";
import assert from "node:assert/strict";
import { main, type Process } from "../src/cli.ts";
import { tools } from "../src/catalog.ts";
import { FakeEngine, json } from "./fakes/fake_engine.ts";

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly written: ReadonlyMap<string, string>;
}

/** Runs the program in this process, on nothing but what it is given. */
async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  change: Partial<Process> = {},
): Promise<Ended> {
  const texts = { stdout: "", stderr: "" };
  const output = (name: keyof typeof texts) =>
    new WritableStream<Uint8Array>({
      write: (chunk) => void (texts[name] += new TextDecoder().decode(chunk)),
    });
  const written = new Map<string, string>();
  const status = await main({
    args,
    env,
    version: "1.2.3",
    platform: "linux",
    ownerOf: () => Promise.resolve(undefined),
    stdin: ReadableStream.from<Uint8Array>([]),
    stdout: output("stdout"),
    stderr: output("stderr"),
    readTextFile: Deno.readTextFile,
    writeTextFile: (path, text) => Promise.resolve(void written.set(path, text)),
    stat: Deno.stat,
    ended: new AbortController().signal,
    ...change,
  });
  await reset(); // the log, which serving starts
  return { status, ...texts, written };
}

const BROKEN = {
  DOCKER_TIMEOUT: "soon",
  SAFETY_ALLOWED_TOOLS: "docker_nothing",
  MCP_LOG_LEVEL: "x",
};

Deno.test("main() prints the version and the help, whatever the environment says", async () => {
  for (const env of [{}, BROKEN]) {
    assert.deepEqual(await run(["--version"], env), {
      status: 0,
      stdout: "mcp-docker 1.2.3\n",
      stderr: "",
      written: new Map(),
    });
    const { status, stdout, stderr } = await run(["--help"], env);
    assert.deepEqual([status, stderr], [0, ""]);
    assert.match(stdout, /^mcp-docker 1\.2\.3: .*\n\nUsage: mcp-docker \[command\] \[flags\]/);
    for (const word of ["doctor", "--read-only", "--env-file PATH", "DOCKER_HOST"]) {
      assert.ok(stdout.includes(word), word);
    }
  }
});

Deno.test("main() prints the help for the command of that name as well", async () => {
  assert.deepEqual(await run(["help"], BROKEN), await run(["--help"]));
});

Deno.test("main() reports every mistake on stderr and ends with 2", async () => {
  const { status, stdout, stderr } = await run([], BROKEN);
  assert.deepEqual([status, stdout], [2, ""]);
  for (const name of ["DOCKER_TIMEOUT", "SAFETY_ALLOWED_TOOLS", "MCP_LOG_LEVEL"]) {
    assert.ok(stderr.includes(name), stderr);
  }
});

Deno.test("main() refuses unknown commands and flags with 2", async () => {
  for (const args of [["docter"], ["--reed-only"], ["doctor", "--write"], ["-A"]]) {
    const { status, stdout, stderr } = await run(args);
    assert.deepEqual([status, stdout], [2, ""], args.join(" "));
    assert.ok(stderr.includes(args.at(-1) ?? ""), stderr);
  }
});

Deno.test("main() serves until its input ends, and writes nothing but the protocol to stdout", async () => {
  const request = { jsonrpc: "2.0", id: 1, method: "ping" };
  const stdin = ReadableStream.from([new TextEncoder().encode(`{\n${JSON.stringify(request)}\n`)]);
  const env = { MCP_LOG_LEVEL: "DEBUG", SAFETY_MAX_LIST_RESULTS: "5" };
  const { status, stdout } = await run([], env, { stdin });
  assert.equal(status, 0);
  const lines = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert.ok(lines.length >= 1);
  for (const line of lines) assert.equal(line.jsonrpc, "2.0");
});

Deno.test("main() says on stderr which settings are not in force, as text or as JSON", async () => {
  const env = { SECURITY_OAUTH_ENABLED: "true", SECURITY_TRUSTED_PROXIES: "192.0.2.0/24" };
  const text = await run([], env);
  assert.deepEqual([text.status, text.stdout], [0, ""]);
  assert.match(text.stderr, /\[WRN\].*is set but not in force yet/);
  const { stderr } = await run([], { ...env, MCP_JSON_LOGGING: "true" });
  for (const line of stderr.trim().split("\n")) {
    assert.match(JSON.parse(line).message, /is set but not in force yet/);
  }
});

Deno.test("main() stops serving when the process is asked to end, also while it starts", async () => {
  const early = await run([], {}, { stdin: new ReadableStream(), ended: AbortSignal.abort() });
  assert.equal(early.status, 0);
  const controller = new AbortController();
  const message = new TextEncoder().encode("{\n");
  const stdin = new ReadableStream<Uint8Array>({ start: (input) => input.enqueue(message) });
  const stdout = new WritableStream<Uint8Array>({ write: () => controller.abort() });
  const { status } = await run([], {}, { stdin, stdout, ended: controller.signal });
  assert.equal(status, 0);
});

Deno.test("main() shows the configuration in force, with secrets masked", async () => {
  const env = {
    SAFETY_MAX_LIST_RESULTS: "7",
    SECURITY_OAUTH_CLIENT_SECRET: "hunter2hunter2",
    DOCKER_HOST: "tcp://user:hunter2/p@ss@engine:2376",
  };
  const { status, stdout } = await run(["config"], env);
  assert.equal(status, 0);
  assert.match(stdout, /^SAFETY_MAX_LIST_RESULTS=7$/m);
  assert.match(stdout, /SECURITY_OAUTH_CLIENT_SECRET=\(not shown\)/);
  assert.match(
    stdout,
    /\n# Calls are recorded on stderr: HOME names no directory of the user\.\n$/,
  );
  assert.match(stdout, /^DOCKER_HOST=tcp:\/\/\(not shown\)@engine:2376$/m);
  assert.doesNotMatch(stdout, /hunter2/);
});

Deno.test("main() prints flags for deno run that reach the configured Engine", async () => {
  const env = { DOCKER_HOST: "unix:///tmp/x.sock" };
  const { status, stdout } = await run(["config", "--deno-flags"], env);
  assert.equal(status, 0);
  assert.match(stdout, /^# Using the Engine at unix:\/\/\/tmp\/x\.sock/);
  assert.match(stdout, /^deno run --no-prompt .*--allow-net=unix:\/tmp\/x\.sock,192\.0\.2\.1:80/m);
});

Deno.test("main() prints the flags that it can tell where no Engine is found, and ends with 1", async () => {
  const env = { DOCKER_CONTEXT: "gone", DOCKER_CONFIG: "/nowhere", HOME: "/home/ann" };
  const { status, stdout, stderr } = await run(["config", "--deno-flags"], {
    ...env,
    SECURITY_AUDIT_LOG_FILE: "~/a.jsonl",
  });
  assert.deepEqual([status, stderr], [1, ""]);
  assert.match(stdout, /^# .*gone.*\n# The flags to reach the Engine are missing: .*DOCKER_HOST\n/);
  assert.match(stdout, /\n# Create the folder of the audit log where it is missing/);
  assert.match(stdout, /\ndeno run --no-prompt --allow-env .*--allow-write=\/home\/ann\/a\.jsonl,/);
  assert.doesNotMatch(stdout, /--allow-net/);
});

Deno.test("main() prints flags for deno run that let it write the audit log that was chosen", async () => {
  const env = { DOCKER_HOST: "unix:///tmp/x.sock", SECURITY_AUDIT_LOG_FILE: "/a.jsonl" };
  const files = "/a.jsonl,/a.jsonl.lock,/a.jsonl.1,";
  const { stdout } = await run(["config", "--deno-flags"], env);
  for (const kind of ["read", "write"]) {
    assert.match(stdout, new RegExp(`--allow-${kind}=/tmp/x\\.sock,.*${files}.*/a\\.jsonl\\.9`));
  }
  for (
    const more of [{ SECURITY_AUDIT_LOG_ENABLED: "no" }, { SECURITY_AUDIT_LOG_FILE: "stderr" }]
  ) {
    assert.doesNotMatch(
      (await run(["config", "--deno-flags"], { ...env, ...more })).stdout,
      /jsonl/,
    );
  }
});

Deno.test("main() checks an audit log, and ends with 1 where it is not in order", async () => {
  const { status, stdout } = await run(["audit", "verify", "/nowhere/audit.jsonl"]);
  assert.deepEqual([status, stdout], [1, "There is no audit log at /nowhere/audit.jsonl\n"]);
});

Deno.test("main() checks no log but its own where no file is named, and says which that is", async () => {
  const verify = async (env = {}) => await run(["audit", "verify"], env);
  assert.deepEqual(await verify(), {
    status: 1,
    stdout:
      "Calls are recorded on stderr: HOME names no directory of the user.\nName a file to check.\n",
    stderr: "",
    written: new Map(),
  });
  const off = await verify({ HOME: "/nowhere", SECURITY_AUDIT_LOG_ENABLED: "no" });
  assert.equal(off.status, 1);
  assert.match(off.stdout, /^Calls are not recorded: .*_ENABLED is off\.\nName a file/);
  const own = await verify({ HOME: "/nowhere" });
  assert.equal(own.status, 1);
  assert.match(
    own.stdout,
    /^Calls are recorded in "\/nowhere.*\nThere is no audit log at \/nowhere/,
  );
});

Deno.test("main() takes stderr for a file's name where it is to check a file", async () => {
  const { stdout } = await run(["audit", "verify", "stderr"]);
  assert.equal(stdout, "There is no audit log at stderr\n");
});

Deno.test({
  name: "main() checks no log that it may not write as its own",
  permissions: { read: true, env: true, write: false, net: true, sys: true },
  async fn() {
    const env = { HOME: "/nowhere" };
    const { status, stdout } = await run(["audit", "verify"], env);
    const expected = "Calls are recorded on stderr: this program was not granted to write " +
      '"/nowhere/.local/state/mcp-docker".\n';
    assert.deepEqual([status, stdout], [1, `${expected}Name a file to check.\n`]);
    assert.ok((await run(["config"], env)).stdout.endsWith(`# ${expected}`));
    assert.ok(
      (await run(["doctor"], { ...env, DOCKER_HOST: "unix:///x" })).stdout.endsWith(expected),
    );
  },
});

Deno.test("main() tells that the Engine answers, and which it is", async () => {
  await using engine = await FakeEngine.start();
  engine.answer("GET /version", json({ Version: "28.5.0", ApiVersion: "1.51" }));
  const { status, stdout, stderr } = await run(["doctor"], {
    DOCKER_HOST: `unix://${engine.socketPath}`,
  });
  assert.deepEqual([status, stderr], [0, ""]);
  assert.match(stdout, /^Using the Engine at unix:.*because DOCKER_HOST is set\.\n/);
  assert.match(
    stdout,
    /It answers: Engine 28\.5\.0, API 1\.51\.\nCalls are recorded on stderr: .*\n$/,
  );
});

Deno.test("main() tells why the Engine does not answer, and ends with 1", async () => {
  const { status, stdout } = await run(["doctor"], { DOCKER_HOST: "unix:///nowhere/docker.sock" });
  assert.equal(status, 1);
  assert.match(
    stdout,
    /because DOCKER_HOST is set\.\nCannot reach Docker at .*no such socket\. Start Docker/,
  );
  const wrong = await run(["doctor"], { DOCKER_CONTEXT: "missing", DOCKER_CONFIG: "/nowhere" });
  assert.equal(wrong.status, 1);
  assert.match(wrong.stdout, /missing/);
});

Deno.test("main() lists the tools and whether the configuration offers them", async () => {
  const { status, stdout } = await run(["tools", "--read-only"]);
  assert.equal(status, 0);
  const lines = stdout.trim().split("\n");
  assert.equal(lines.length, tools.length);
  for (const [index, { name, safety }] of tools.entries()) {
    const line = lines[index] ?? "";
    assert.ok(line.startsWith(name) && line.includes(safety), line);
    assert.equal(line.endsWith("offered"), safety === "safe", line);
  }
});

Deno.test("main() prints the generated documentation, and writes it only on request", async () => {
  const printed = await run(["docs"]);
  assert.equal(printed.status, 0);
  assert.match(printed.stdout, /^--- docs\/tools\.md\n/);
  assert.equal(printed.written.size, 0);
  const { status, stdout, written } = await run(["docs", "--write"]);
  assert.deepEqual([status, stdout], [0, ""]);
  assert.deepEqual([...written.keys()].sort(), [
    "README.md",
    "docs/configuration.md",
    "docs/manifest.json",
    "docs/prompts.md",
    "docs/resources.md",
    "docs/tools.md",
  ]);
});

Deno.test("main() says in a sentence where the documentation cannot be made, and ends with 1", async () => {
  for (const error of [new Deno.errors.NotFound("no README.md"), new Error("no marks")]) {
    const readTextFile = () => Promise.reject(error);
    const { status, stdout, stderr } = await run(["docs"], {}, { readTextFile });
    const expected = `Cannot make the documentation: ${error.message}; ` +
      "this command is for the folder of mcp-docker's sources\n";
    assert.deepEqual([status, stdout, stderr], [1, "", expected]);
  }
  assert.doesNotMatch((await run(["help"])).stdout, /^ +docs /m);
});
