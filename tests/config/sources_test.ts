import assert from "node:assert/strict";
import { readCommandLine } from "../../src/config/command_line.ts";
import { expandHome, type RawValues, readSources } from "../../src/config/sources.ts";

function read(env: Record<string, string>, file?: string): Promise<RawValues> {
  return readSources({
    commandLine: readCommandLine(file === undefined ? [] : ["--env-file", "x.env"]),
    env,
    readTextFile: () => Promise.resolve(file ?? ""),
  });
}

Deno.test("readSources() tells where each value comes from", async () => {
  const { values } = await readSources({
    commandLine: readCommandLine(["--port=1", "--read-only", "--env-file=x.env"]),
    env: { mcp_host: "h" },
    readTextFile: () => Promise.resolve("\nMCP_SERVER_NAME=n"),
  });
  assert.deepEqual(Object.fromEntries([...values].map(([name, { origin }]) => [name, origin])), {
    allowModerateOperations: "--read-only",
    allowDestructiveOperations: "--read-only",
    host: "mcp_host",
    port: "--port",
    serverName: "MCP_SERVER_NAME (line 2 of x.env)",
  });
});

Deno.test("readSources() refuses every SAFETY_ name in the environment that is not a setting", async () => {
  for (
    const name of ["SAFETY_ALOW_MODERATE_OPERATIONS", "safety_denied_tool", "SAFETY_READ_ONLY_MODE"]
  ) {
    const { mistakes } = await read({ [name]: "1" });
    assert.deepEqual(mistakes.map(({ code }) => code), ["unknown_name"], name);
  }
});

Deno.test("readSources() recognizes a setting whose prefix is misspelt", async () => {
  const safety = await read({ SAFTY_DENIED_TOOLS: "x", SAFEY_MAX_LOG_LINES: "1" });
  assert.deepEqual(safety.mistakes.map(({ line }) => line), [
    "SAFTY_DENIED_TOOLS: is not a setting; did you mean SAFETY_DENIED_TOOLS?",
    "SAFEY_MAX_LOG_LINES: is not a setting; did you mean SAFETY_MAX_LOG_LINES?",
  ]);
  const security = await read({ SECURTY_OAUTH_ENABLED: "true" });
  assert.deepEqual(security.warnings, [
    "SECURTY_OAUTH_ENABLED is not a setting and has no effect; did you mean SECURITY_OAUTH_ENABLED?",
  ]);
});

Deno.test("readSources() warns about SECURITY_ names that are not settings", async () => {
  const { mistakes, warnings } = await read({ SECURITY_AUTH_ENABLED: "1", SECURITY_SSH_X: "1" });
  assert.deepEqual(mistakes, []);
  assert.equal(warnings.length, 2);
});

Deno.test("readSources() warns about DOCKER_ and MCP_ names only where they resemble a setting", async () => {
  const { mistakes, warnings } = await read({
    DOCKER_BUILDKIT: "1",
    DOCKER_DEFAULT_PLATFORM: "linux/arm64",
    DOCKER_CONTENT_TRUST: "1",
    DOCKER_API_VERSION: "1.41",
    DOCKER_TLS_CERTDIR: "/certs",
    MCP_TOOL_CALL_DURATION: "1",
    DOCKER_CERTPATH: "/certs",
    MCP_LOGLEVEL: "debug",
  });
  assert.deepEqual(mistakes, []);
  assert.deepEqual(warnings, [
    "DOCKER_CERTPATH is not a setting and has no effect; did you mean DOCKER_CERT_PATH?",
    "MCP_LOGLEVEL is not a setting and has no effect; did you mean MCP_LOG_LEVEL?",
  ]);
});

Deno.test("readSources() ignores names that belong to nobody here", async () => {
  const { values, mistakes, warnings } = await read({
    PATH: "/bin",
    SAFETY: "1",
    SAFARI_HOME: "/x",
    SAFETY_API_KEY: "k",
    XSAFETY_MAX_LOG_LINES_OF_OTHERS: "1",
    "": "odd",
  });
  assert.equal(values.size + warnings.length + mistakes.length, 0);
});

Deno.test("readSources() refuses every unknown name of our prefixes in --env-file, and leaves others alone", async () => {
  const { mistakes } = await read(
    {},
    "DOCKER_BUILDKIT=1\nMCP_XYZ=1\nOTHER=1\nSECURITY_AUTH_ENABLED=1",
  );
  assert.deepEqual(mistakes.map(({ line }) => line), [
    "DOCKER_BUILDKIT (line 1 of x.env): is not a setting",
    "MCP_XYZ (line 2 of x.env): is not a setting",
    "SECURITY_AUTH_ENABLED (line 4 of x.env): is not a setting; did you mean SECURITY_OAUTH_ENABLED?",
  ]);
});

Deno.test("readSources() lets the last of a repeated line win", async () => {
  const { values } = await read({}, "MCP_PORT=1\nMCP_PORT=2");
  assert.equal(values.get("port")?.text, "2");
});

Deno.test("expandHome() expands a leading ~/ where there is a home", () => {
  assert.equal(expandHome("~/x", { HOME: "/h" }), "/h/x");
  assert.equal(expandHome("~\\x", { USERPROFILE: "C:\\u" }), "C:\\u\\x");
  for (const path of ["~", "~ann/x", "/a/~/x", "x"]) {
    assert.equal(expandHome(path, { HOME: "/h" }), path);
  }
  assert.equal(expandHome("~/x", {}), "~/x");
  assert.equal(expandHome("~/x", { HOME: "" }), "~/x");
});
