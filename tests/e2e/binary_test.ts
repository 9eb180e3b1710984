import assert from "node:assert/strict";
import denoJson from "../../deno.json" with { type: "json" };
import { engineTest } from "../engine/engine_test.ts";
import { notify } from "../engine/output.ts";
import { connect, root, serverEnvironment } from "./client.ts";

const folder = await Deno.makeTempDir({ prefix: "mcp-docker-binaries-" });
const scoped = `${folder}/mcp-docker`;
const full = `${folder}/mcp-docker-full`;
const probe = `${folder}/probe`;

Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

/** Tries everything that the permission set should forbid; prints one line for each with how it ended. */
const PROBE = `
const attempts = {
  "write a file": () => Deno.writeTextFile("${folder}/written", ""),
  "run a program": () => new Deno.Command("true").output(),
  "run ssh": () => new Deno.Command("ssh", { args: ["-V"] }).output(),
  "reach the network": () => Deno.connect({ hostname: "127.0.0.1", port: 1 }),
  "reach another socket": () => Deno.connect({ transport: "unix", path: "${folder}/x.sock" }),
  "listen": () => Deno.listen({ port: 0 }),
  "ask the system": () => Deno.hostname(),
  "load a library": () => Deno.dlopen("libc.so.6", {}),
};
for (const [name, attempt] of Object.entries(attempts)) {
  try { await attempt(); console.log(name + ": done"); }
  catch (error) { console.log(name + ": " + error.name); }
}
`;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(
  [command = "", ...args]: readonly string[],
  options: { env?: Record<string, string>; cwd?: string } = {},
): Promise<Ended> {
  const child = new Deno.Command(command, {
    args,
    env: serverEnvironment(options.env),
    clearEnv: true,
    cwd: options.cwd ?? root,
    stdin: "null",
  });
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Runs the project's own compile task, with another folder in place of dist/. */
async function compile(): Promise<Ended> {
  const command = `${denoJson.tasks.compile.command} --out ${folder}`;
  await Deno.writeTextFile(`${folder}/probe.ts`, PROBE);
  const set =
    `deno compile -P=stdio --config ${root}deno.json --no-prompt --no-check -o ${probe} ${folder}/probe.ts`;
  return await run([Deno.execPath(), "task", "--eval", `${command} && ${set}`]);
}

const compiled = await compile();
const NO_BASE = "deno compile has no base binary, in its cache or from dl.deno.land";
const isBaseMissing = compiled.code !== 0 && /denort|dl\.deno\.land/.test(compiled.stderr) &&
  Deno.env.get("MCP_DOCKER_REQUIRE_COMPILE") !== "1";
if (isBaseMissing) notify(`No test of the binaries: ${NO_BASE}`);

function skip(name: string, reason: string): void {
  Deno.test({ name: `${name} [skipped: ${reason}]`, ignore: true, fn: () => {} });
}

/** As `Deno.test`, where this machine has what a compiled program is made from. */
function binaryTest(name: string, test: () => Promise<void>): void {
  if (isBaseMissing) return skip(name, NO_BASE);
  if (compiled.code === 0) return Deno.test(name, test);
  Deno.test(name, () => Promise.reject(new Error(`Cannot compile: ${compiled.stderr}`)));
}

/** The command in a mount namespace of its own, where the Engine's socket is /var/run/docker.sock. */
async function whereSystemSocketIs(
  socketPath: string,
  command: readonly string[],
): Promise<string[]> {
  await Deno.mkdir(`${folder}/run`, { recursive: true });
  await Deno.writeFile(`${folder}/run/docker.sock`, new Uint8Array());
  // The socket is bound first, in case it lies below /run itself.
  const script =
    'mount --bind "$1" "$2/docker.sock" && mount --rbind "$2" /run && shift 2 && exec "$@"';
  return ["unshare", "--mount", "sh", "-c", script, "sh", socketPath, `${folder}/run`, ...command];
}

/** Whether this machine lets us have a mount namespace, which takes root on Linux, and not in every container. */
async function canUnshare(): Promise<boolean> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  return (await run(["unshare", "--mount", "true"])).code === 0;
}

const hasNamespaces = await canUnshare();

/** As `binaryTest`, on a real Engine at the system's socket path. */
function systemSocketTest(name: string, test: (socketPath: string) => Promise<void>): void {
  if (!hasNamespaces) {
    const reason = "no mount namespace can be had, which takes root on Linux";
    const required = Deno.env.get("MCP_DOCKER_REQUIRE_COMPILE") === "1";
    if (!required) return skip(name, reason);
    return Deno.test(name, () => Promise.reject(new Error(`Cannot test: ${reason}`)));
  }
  if (compiled.code !== 0) return binaryTest(name, () => Promise.resolve());
  engineTest(name, ({ socketPath }) => test(socketPath));
}

binaryTest("both binaries say their version", async () => {
  for (const binary of [scoped, full]) {
    const { code, stdout } = await run([binary, "--version"]);
    assert.deepEqual([code, stdout], [0, `mcp-docker ${denoJson.version}\n`]);
  }
});

systemSocketTest(
  "mcp-docker speaks MCP and works with the Engine at the system's socket",
  async (socketPath) => {
    const [binary = "", ...args] = await whereSystemSocketIs(socketPath, [scoped]);
    for (const mode of ["legacy", "auto"] as const) {
      await using server = await connect({ binary, args, mode });
      const { tools } = await server.client.listTools();
      assert.ok(tools.length > 10);
      const { healthy, engine } = await server.call("docker_healthcheck");
      assert.equal(healthy, true);
      assert.match(String(engine), /unix:\/\/\/var\/run\/docker\.sock, because found the socket/);
      await server.call("docker_list_containers", { all: true });
    }
  },
);

systemSocketTest(
  "mcp-docker reaches the system's socket under its other name too",
  async (socketPath) => {
    const command = await whereSystemSocketIs(socketPath, [scoped, "doctor"]);
    const { code, stdout } = await run(command, {
      env: { DOCKER_HOST: "unix:///run/docker.sock" },
    });
    assert.deepEqual([code, /It answers: Engine/.test(stdout)], [0, true], stdout);
  },
);

systemSocketTest(
  "mcp-docker from its sources asks for nothing that the binary is not granted",
  async (socketPath) => {
    const audit = `${folder}/audit.jsonl`;
    const deno = [Deno.execPath(), "run", "-P=stdio", "--no-prompt", `${root}main.ts`, "doctor"];
    const command = await whereSystemSocketIs(socketPath, deno);
    const { code, stderr } = await run(command, { env: { DENO_AUDIT_PERMISSIONS: audit } });
    assert.equal(code, 0, stderr);
    const asked = (await Deno.readTextFile(audit)).trim().split("\n").map((line) =>
      JSON.parse(line)
    );
    const home = Deno.env.get("HOME") ?? "";
    const beyond = asked.filter(({ permission, value }) => {
      if (permission === "env" || permission === "read") return false; // granted whole
      // Deno.stat() lists writing besides reading, and does without it.
      if (permission === "write" && [home, `${home}/.docker/config.json`].includes(value)) {
        return false;
      }
      return !/^(?:unix:)?\/var\/run\/docker\.sock$|^(?:http:\/\/)?192\.0\.2\.1(?:\/|:80$)/.test(
        value,
      );
    });
    assert.deepEqual(beyond, []);
    assert.ok(asked.some(({ permission }) => permission === "net"), "the audit is empty");
  },
);

binaryTest("mcp-docker names the way out where another socket is asked for", async () => {
  const path = `${folder}/elsewhere.sock`;
  const env = { DOCKER_HOST: `unix://${path}` };
  await using server = await connect({ binary: scoped, env });
  const text = await server.callFailing("docker_version");
  assert.ok(text.startsWith(`Cannot reach Docker at "unix://${path}": Requires `), text);
  assert.match(text, /Use mcp-docker-full/);
  assert.match(text, /mcp-docker config --deno-flags/);
  assert.ok(text.includes(`--allow-net=unix:${path},192.0.2.1:80`), text);
  const { healthy, message } = await server.call("docker_healthcheck");
  assert.equal(healthy, false);
  assert.match(String(message), /Use mcp-docker-full/);
});

binaryTest("mcp-docker names the way out where a TCP host is asked for", async () => {
  const env = { DOCKER_HOST: "tcp://127.0.0.1:1" };
  const { code, stdout } = await run([scoped, "doctor"], { env });
  assert.equal(code, 1);
  assert.match(stdout, /Requires net access to "127\.0\.0\.1:1"/);
  assert.match(stdout, /mcp-docker-full.*--allow-net=127\.0\.0\.1:1/s);
});

binaryTest("mcp-docker prints flags with which deno run reaches what it cannot", async () => {
  const env = { DOCKER_HOST: `unix://${folder}/elsewhere.sock` };
  const { code, stdout } = await run([scoped, "config", "--deno-flags"], { env });
  assert.equal(code, 0);
  assert.ok(stdout.includes(`--allow-write=${folder}/elsewhere.sock `), stdout);
});

binaryTest("mcp-docker cannot write a file", async () => {
  const before = await Deno.readTextFile(`${root}README.md`);
  const cwd = await Deno.makeTempDir({ dir: folder });
  await Deno.mkdir(`${cwd}/docs`);
  await Deno.writeTextFile(`${cwd}/README.md`, before);
  const { code, stderr } = await run([scoped, "docs", "--write"], { cwd });
  assert.notEqual(code, 0);
  assert.match(stderr, /write access/);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(`${cwd}/docs`)), []);
});

binaryTest("the permission set of mcp-docker forbids all but the system's socket", async () => {
  const { stdout } = await run([probe]);
  const lines = stdout.trim().split("\n");
  assert.equal(lines.length, 8, stdout);
  for (const line of lines) assert.match(line, /: NotCapable$/);
});

binaryTest("Deno's own flags mean nothing to a binary", async () => {
  const env = { DOCKER_HOST: `unix://${folder}/elsewhere.sock` };
  for (const flag of ["-A", "--allow-all", "--allow-net"]) {
    const { code, stdout, stderr } = await run([scoped, flag, "doctor"], { env });
    assert.equal(code, 2, stdout);
    assert.ok(stderr.includes(flag), stderr);
    assert.equal(stdout, "");
  }
});

binaryTest("mcp-docker-full is granted any socket", async () => {
  await using server = await connect({
    binary: full,
    env: { DOCKER_HOST: "unix:///nowhere.sock" },
  });
  assert.match(await server.callFailing("docker_version"), /there is no such socket/);
});

if (compiled.code === 0) {
  engineTest("mcp-docker-full reaches a private Engine", async ({ host, socketPath }) => {
    await using server = await connect({ binary: full, env: { DOCKER_HOST: host } });
    const { healthy, engine } = await server.call("docker_healthcheck");
    assert.equal(healthy, true);
    assert.ok(String(engine).includes(socketPath));
  });
}

binaryTest(
  "a binary ends with 0 when its client hangs up, whatever it was started with",
  async () => {
    const { code, stdout } = await run([scoped]);
    assert.deepEqual([code, stdout], [0, ""]);
  },
);
