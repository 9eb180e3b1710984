import assert from "node:assert/strict";
import { RawServer } from "./raw_server.ts";

interface Start {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

/** Starts the server where it must not start; what it wrote to stderr, by lines. */
async function failing(start: Start): Promise<string[]> {
  await using server = RawServer.start(start);
  const { code, stderr } = await server.exit();
  assert.equal(code, 2, stderr);
  assert.deepEqual(server.messages, [], "nothing may be written to stdout but messages");
  return stderr.trimEnd().split("\n");
}

Deno.test("serve reports every mistake of its configuration together, one line each, and ends with 2", async () => {
  const mistakes: Record<string, string> = {
    SAFETY_ALLOW_MODERATE_OPERATIONS: "perhaps",
    SAFETY_MAX_CONCURRENT_OPERATIONS: "0",
    SAFETY_MAX_LOG_LINES: "many",
    SAFETY_ALLOWED_TOOLS: "docker_list_container",
    SAFETY_DENIED_TOOLS: '["docker_exec"',
    DOCKER_TIMEOUT: "-1",
    SAFETY_REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE: "robot",
  };
  const lines = await failing({ env: mistakes });
  for (const [name, value] of Object.entries(mistakes)) {
    const about = lines.filter((line) => line.includes(name));
    assert.equal(about.length, 1, `${name}: ${lines.join("\n")}`);
    const word = value.replace(/\W/g, "").slice(0, 12);
    assert.ok(about[0]?.replace(/\W/g, "").includes(word), `the value is missing: ${about[0]}`);
  }
  assert.ok(lines.length >= Object.keys(mistakes).length);
  assert.ok(
    lines.some((line) => /did you mean "?docker_list_containers/.test(line)),
    "the nearest name",
  );
});

Deno.test("serve refuses misspelt settings and flags", async () => {
  const variable = await failing({ env: { SAFETY_DENIED_TOOL: "docker_exec_command" } });
  assert.match(variable.join("\n"), /SAFETY_DENIED_TOOL\b.*SAFETY_DENIED_TOOLS/);
  const flag = await failing({ args: ["--log-levle", "debug"] });
  assert.match(flag.join("\n"), /--log-levle/);
  const command = await failing({ args: ["sevre"] });
  assert.match(command.join("\n"), /sevre/);
});

Deno.test("serve refuses an Engine address that it cannot read", async () => {
  for (const host of ["nonsense", "ftp://host", "tcp://", "http://host:2375"]) {
    const [line = "", ...more] = await failing({ env: { DOCKER_HOST: host } });
    assert.ok(line.startsWith(`DOCKER_HOST: "${host}" `), line);
    assert.match(line, /expected an address/);
    assert.deepEqual(more, []);
  }
});

Deno.test("a tool names an Engine address that cannot be right, and shows right ones", async () => {
  await using server = await RawServer.initialized({
    env: { DOCKER_HOST: "unix://relative/path" },
  });
  const { result } = await server.request("tools/call", { name: "docker_version" });
  assert.equal(result?.["isError"], true);
  assert.match(
    JSON.stringify(result?.["content"]),
    /relative\/path.* from DOCKER_HOST: the path .* is not absolute\. Use e\.g\. unix:\/\/\/var\/run/,
  );
});

Deno.test("serve says of what is set but not in force that it is not, and never starts to listen", async () => {
  await using server = await RawServer.initialized({
    env: { DOCKER_HOST: "unix:///nonexistent/docker.sock", SECURITY_OAUTH_ENABLED: "true" },
  });
  await server.closeInput();
  const { code, stderr } = await server.exit();
  assert.equal(code, 0);
  assert.match(stderr, /SECURITY_OAUTH_ENABLED/);
});

Deno.test("serve reads no .env from the working directory, but one that is named", async () => {
  const directory = await Deno.makeTempDir({ prefix: "mcp-docker-env-" });
  try {
    const path = `${directory}/.env`;
    await Deno.writeTextFile(path, "SAFETY_MAX_LOG_LINES=many\n");
    await using ignoring = await RawServer.initialized({ prefix: ["env", "-C", directory] });
    assert.deepEqual((await ignoring.request("ping")).result, {});
    const lines = await failing({ args: ["--env-file", path] });
    assert.match(lines.join("\n"), /SAFETY_MAX_LOG_LINES.*many/);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
