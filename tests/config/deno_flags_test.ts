import assert from "node:assert/strict";
import { denoFlags } from "../../src/config/deno_flags.ts";

Deno.test("denoFlags() grants a socket and the URL host that stands for it, nothing else", () => {
  const { flags } = denoFlags({ kind: "unix", path: "/run/docker.sock" });
  assert.deepEqual(flags, [
    "--no-prompt",
    "--allow-env",
    "--allow-read=/run/docker.sock",
    "--allow-write=/run/docker.sock",
    "--allow-net=unix:/run/docker.sock,192.0.2.1:80",
  ]);
});

Deno.test("denoFlags() grants a TCP host, its port and the files TLS is opened with", () => {
  const tls = { ca: "/c/ca.pem", cert: "/c/cert.pem", key: "/c/key.pem" };
  const endpoint = { kind: "tcp", hostname: "docker.example", port: 2376, tls } as const;
  assert.deepEqual(
    denoFlags(endpoint, { files: ["/home/ann/.docker/config.json", "/c/ca.pem"] }).flags,
    [
      "--no-prompt",
      "--allow-env",
      "--allow-read=/c/ca.pem,/c/cert.pem,/c/key.pem,/home/ann/.docker/config.json",
      "--allow-net=docker.example:2376",
    ],
  );
});

Deno.test("denoFlags() grants files that are written to be read as well", () => {
  const { flags } = denoFlags({ kind: "ssh" }, { written: ["/audit.jsonl", "/audit.jsonl.lock"] });
  assert.ok(flags.includes("--allow-read=/audit.jsonl,/audit.jsonl.lock"), flags.join(" "));
  assert.ok(flags.includes("--allow-write=/audit.jsonl,/audit.jsonl.lock"), flags.join(" "));
});

Deno.test("denoFlags() puts an IPv6 address in brackets, once", () => {
  for (const hostname of ["2001:db8::1", "[2001:db8::1]"]) {
    const { flags } = denoFlags({ kind: "tcp", hostname, port: 2375 });
    assert.ok(flags.includes("--allow-net=[2001:db8::1]:2375"), flags.join(" "));
  }
});

Deno.test("denoFlags() grants ssh to a program that reaches its Engine by ssh", () => {
  const { flags } = denoFlags({ kind: "ssh", hostname: "docker.example" });
  assert.deepEqual(flags, ["--no-prompt", "--allow-env", "--allow-run=ssh"]);
});

Deno.test("denoFlags() grants everything for a Windows pipe and says why", () => {
  const { flags, notes } = denoFlags({ kind: "npipe", path: "//./pipe/docker_engine" });
  assert.deepEqual(flags, ["--no-prompt", "--allow-all"]);
  assert.match(notes.join("\n"), /named pipe/);
});

const CLIENT = `
const client = Deno.createHttpClient({ proxy: { transport: "unix", path: Deno.args[0] } });
const response = await fetch("http://192.0.2.1/_ping", { client });
await Deno.stdout.write(new Uint8Array(await response.arrayBuffer()));
`;

async function ping(program: string, socket: string, flags: readonly string[]): Promise<string> {
  const args = ["run", "--no-config", "--no-lock", ...flags, program, socket];
  const command = new Deno.Command(Deno.execPath(), { args, stdin: "null", stderr: "piped" });
  const { success, stdout, stderr } = await command.output();
  return new TextDecoder().decode(success ? stdout : stderr);
}

async function withEngine(
  prefix: string,
  run: (program: string, socket: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix });
  try {
    const socket = `${directory}/docker.sock`;
    const program = `${directory}/client.ts`;
    await Deno.writeTextFile(program, CLIENT);
    await using _server = Deno.serve({ path: socket, onListen() {} }, () => new Response("OK"));
    await run(program, socket);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test({
  name: Deno.build.os === "windows"
    ? "denoFlags() gives Deno just enough to reach a socket [skipped: Windows has no unix sockets]"
    : "denoFlags() gives Deno just enough to reach a socket",
  ignore: Deno.build.os === "windows",
  async fn() {
    await withEngine("flags-test-", async (program, socket) => {
      const { flags } = denoFlags({ kind: "unix", path: socket });
      assert.equal(await ping(program, socket, flags), "OK");
      for (const flag of flags.filter((flag) => /^--allow-(read|write|net)/.test(flag))) {
        const fewer = flags.filter((other) => other !== flag);
        assert.match(await ping(program, socket, fewer), /NotCapable/, `without ${flag}`);
      }
    });
  },
});

Deno.test({
  name: Deno.build.os === "windows"
    ? "denoFlags() reaches a socket with a comma in its path [skipped: Windows has no unix sockets]"
    : "denoFlags() reaches a socket with a comma in its path, and says what that costs",
  ignore: Deno.build.os === "windows",
  async fn() {
    await withEngine("flags,test-", async (program, socket) => {
      const { flags, notes } = denoFlags({ kind: "unix", path: socket });
      assert.equal(await ping(program, socket, flags), "OK");
      assert.match(notes.join("\n"), /comma/);
    });
  },
});
