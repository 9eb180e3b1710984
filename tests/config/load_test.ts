import assert from "node:assert/strict";
import { loadConfig, type LoadedConfig } from "../../src/config/load.ts";
import { ConfigError } from "../../src/config/mistake.ts";
import { defaultConfig } from "../../src/config/settings.ts";

const toolNames = ["docker_exec_command", "docker_version", "docker_list_containers"];
const commands = { config: { switches: ["deno-flags"] } };

interface Given {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

function load({ args = [], env = {}, files = {} }: Given = {}): Promise<LoadedConfig> {
  const text = (path: string): string => {
    const found = files[path];
    if (found === undefined) throw new Deno.errors.NotFound(`readfile '${path}'`);
    return found;
  };
  return loadConfig({
    args,
    env,
    readTextFile: (path) => Promise.resolve().then(() => text(path)),
    stat: (path) => Promise.resolve().then(() => ({ isFile: text(path) !== "directory" })),
  }, { toolNames, commands });
}

async function mistakes(given: Given): Promise<string[]> {
  const error = await load(given).then(() => undefined, (reason: unknown) => reason);
  assert.ok(error instanceof ConfigError, `expected a ConfigError, got ${error}`);
  assert.equal(error.message, error.mistakes.map(({ line }) => line).join("\n"));
  return error.mistakes.map(({ line }) => line);
}

Deno.test("loadConfig() gives the defaults, frozen and without a warning, when nothing is set", async () => {
  const { config, warnings, commandLine } = await load();
  assert.deepEqual(config, defaultConfig);
  assert.ok(Object.isFrozen(config));
  assert.deepEqual(warnings, []);
  assert.equal(commandLine.command, "serve");
});

Deno.test("loadConfig() prefers a flag to the environment, and that to --env-file", async () => {
  const files = { "x.env": "MCP_HOST=file\nMCP_PORT=1\nMCP_SERVER_NAME=file" };
  const env = { MCP_HOST: "environment", MCP_PORT: "2" };
  const { config } = await load({ args: ["--env-file=x.env", "--host=flag"], env, files });
  assert.deepEqual([config.host, config.port, config.serverName], ["flag", 2, "file"]);
});

Deno.test("loadConfig() never reads a .env file by itself", async () => {
  const files = { ".env": "SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS=true" };
  assert.equal((await load({ files })).config.allowDestructiveOperations, false);
});

Deno.test("loadConfig() matches names in any case, the exact spelling first", async () => {
  assert.equal((await load({ env: { safety_max_log_lines: "5" } })).config.maxLogLines, 5);
  for (
    const env of [
      { safety_max_log_lines: "5", SAFETY_MAX_LOG_LINES: "6" },
      { SAFETY_MAX_LOG_LINES: "6", safety_max_log_lines: "5" },
    ]
  ) {
    assert.equal((await load({ env })).config.maxLogLines, 6);
  }
});

Deno.test("loadConfig() takes an empty value for not set", async () => {
  const env = {
    DOCKER_TLS_VERIFY: "",
    SAFETY_MAX_LOG_LINES: " ",
    DOCKER_HOST: "",
    SAFETY_DENIED_TOOLS: "",
    SECURITY_OAUTH_ENABLED: "",
  };
  const { config, warnings } = await load({ env });
  assert.deepEqual(config, defaultConfig);
  assert.deepEqual(warnings, []);
});

Deno.test("loadConfig() falls through an empty value to the next source", async () => {
  const files = { "x.env": "MCP_SERVER_NAME=file" };
  const { config } = await load({
    args: ["--env-file=x.env"],
    env: { MCP_SERVER_NAME: "" },
    files,
  });
  assert.equal(config.serverName, "file");
});

Deno.test("loadConfig() tells an empty SAFETY_ALLOWED_TOOLS (none) from an unset one (all)", async () => {
  assert.equal((await load()).config.allowedTools, undefined);
  assert.deepEqual((await load({ env: { SAFETY_ALLOWED_TOOLS: "" } })).config.allowedTools, []);
  const files = { "x.env": "SAFETY_ALLOWED_TOOLS=docker_version" };
  const given = { args: ["--env-file=x.env"], env: { SAFETY_ALLOWED_TOOLS: "" }, files };
  assert.deepEqual((await load(given)).config.allowedTools, []);
});

Deno.test("loadConfig() reads lists with commas and as JSON", async () => {
  for (
    const text of [
      "docker_version, docker_exec_command",
      '["docker_version","docker_exec_command"]',
    ]
  ) {
    const { config } = await load({ env: { SAFETY_DENIED_TOOLS: text } });
    assert.deepEqual(config.deniedTools, ["docker_version", "docker_exec_command"]);
  }
});

Deno.test("loadConfig() lets --read-only win over the environment", async () => {
  const env = {
    SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS: "true",
    SAFETY_ALLOW_MODERATE_OPERATIONS: "1",
  };
  const { config, warnings } = await load({ args: ["--read-only"], env });
  assert.equal(config.allowModerateOperations, false);
  assert.equal(config.allowDestructiveOperations, false);
  assert.deepEqual(warnings, []);
});

Deno.test("loadConfig() expands ~/ in paths and nowhere else", async () => {
  const env = { HOME: "/home/ann", DOCKER_CERT_PATH: "~/certs", MCP_SERVER_NAME: "~/name" };
  const files = { "/home/ann/x.env": "DOCKER_CONFIG=~/.docker" };
  const { config } = await load({ args: ["--env-file=~/x.env"], env, files });
  assert.equal(config.dockerCertPath, "/home/ann/certs");
  assert.equal(config.dockerConfig, "/home/ann/.docker");
  assert.equal(config.serverName, "~/name");
});

Deno.test("loadConfig() reports every mistake at once, one line each", async () => {
  const env = {
    SAFETY_MAX_LOG_LINES: "many",
    SAFETY_MAX_LIST_RESULTS: "10001",
    SAFETY_ALLOW_MODERATE_OPERATIONS: "maybe\nSAFETY_FAKE: forged",
    SAFETY_DENIED_TOOLS: "docker_exec_comand",
    SAFETY_MAX_LOG_LINS: "1",
    MCP_LOG_LEVEL: "loud",
    DOCKER_TLS_CLIENT_KEY: "/key.pem",
  };
  const files = { "prod.env": "SAFETY_DENY_TOOL=x\nnonsense\nDOCKER_TIMEOUT=0" };
  assert.deepEqual(await mistakes({ args: ["--prot=1", "--env-file=prod.env"], env, files }), [
    "--prot: is not a flag; did you mean --port?",
    "--env-file: line 2 of prod.env is not NAME=value",
    "SAFETY_MAX_LOG_LINS: is not a setting; did you mean SAFETY_MAX_LOG_LINES?",
    "SAFETY_DENY_TOOL (line 1 of prod.env): is not a setting; did you mean SAFETY_DENIED_TOOLS?",
    'DOCKER_TIMEOUT (line 3 of prod.env): "0" is too small; expected 1 to 86400, e.g. 60',
    'SAFETY_ALLOW_MODERATE_OPERATIONS: "maybe\\nSAFETY_FAKE: forged" is neither true nor false; ' +
    "expected true or false",
    'SAFETY_MAX_LOG_LINES: "many" is not a whole number; expected 0 to 100000, e.g. 10000',
    'SAFETY_MAX_LIST_RESULTS: "10001" is too large; expected 0 to 10000, e.g. 1000',
    'MCP_LOG_LEVEL: "loud" is not one of the choices; ' +
    "expected one of debug, info, warning, error, critical",
    'SAFETY_DENIED_TOOLS: "docker_exec_comand" is not a tool; did you mean docker_exec_command?',
    'DOCKER_TLS_CLIENT_KEY: "/key.pem" does not exist',
    "DOCKER_TLS_CLIENT_KEY: is set without DOCKER_TLS_CLIENT_CERT; set both or neither",
  ]);
});

Deno.test("loadConfig() says that sse and http are not served yet", async () => {
  assert.deepEqual(await mistakes({ args: ["--transport", "sse"] }), [
    '--transport: "sse" is not served by this version; expected stdio',
  ]);
});

Deno.test("loadConfig() shows no secret, no password of an address, and no endless value", async () => {
  const [address] = await mistakes({ env: { DOCKER_HOST: "ftp://ann:hunter2@host/x" } });
  assert.ok(address?.includes('"ftp://…@host/x"'), address);
  const [long] = await mistakes({ env: { SAFETY_MAX_LOG_LINES: "9a".repeat(5000) } });
  assert.ok((long ?? "").length < 250, long);
  const env = { SECURITY_OAUTH_CLIENT_SECRET: "hunter2", SAFETY_MAX_LOG_LINES: "x" };
  assert.ok(!(await mistakes({ env })).join("\n").includes("hunter2"));
  const [secret] = await mistakes({
    env: { SECURITY_OAUTH_CLIENT_SECRET: "hunter2".repeat(1000) },
  });
  assert.equal(
    secret,
    "SECURITY_OAUTH_CLIENT_SECRET: the value (not shown) is longer than 4096 characters; " +
      "expected a text",
  );
  const { warnings } = await load({ env: { SECURITY_OAUTH_CLIENT_SECRET: "hunter2" } });
  assert.ok(!warnings.join("\n").includes("hunter2"));
});

Deno.test("loadConfig() says for every setting that is not in force yet what happens instead", async () => {
  const env = { SECURITY_OAUTH_ENABLED: "true", SECURITY_TRUSTED_PROXIES: "192.0.2.0/24" };
  const { warnings } = await load({ args: ["--port", "8443"], env });
  assert.deepEqual(warnings, [
    "SECURITY_TRUSTED_PROXIES is set but not in force yet in this version: " +
    "only stdio is served, so no client has an address",
    "SECURITY_OAUTH_ENABLED is set but not in force yet in this version: " +
    "only stdio is served, to whoever starts the program, without authentication",
    "--port is set but not in force yet in this version: " +
    "only stdio is served, nothing listens on the network",
  ]);
});

Deno.test("loadConfig() checks the values of settings that are not in force yet", async () => {
  const lines = await mistakes({
    env: {
      SECURITY_OAUTH_CLOCK_SKEW_SECONDS: "301",
      SECURITY_OAUTH_ISSUER: "idp",
      MCP_TLS_ENABLED: "maybe",
    },
  });
  assert.equal(lines.length, 3);
});

Deno.test("loadConfig() says why --env-file could not be read", async () => {
  assert.deepEqual(await mistakes({ args: ["--env-file", "gone.env"] }), [
    '--env-file: "gone.env" does not exist',
  ]);
});

Deno.test("loadConfig() refuses an audit log that would be a file in the working directory", async () => {
  for (const text of ["none", "audit.log"]) {
    assert.deepEqual(await mistakes({ env: { SECURITY_AUDIT_LOG_FILE: text } }), [
      `SECURITY_AUDIT_LOG_FILE: "${text}" is not an absolute path; expected the absolute path of a file, or stderr ` +
      "(SECURITY_AUDIT_LOG_ENABLED=false records nothing), e.g. ~/mcp_audit.log",
    ]);
  }
  const env = { HOME: "/home/ann", SECURITY_AUDIT_LOG_FILE: "~/audit.log" };
  assert.equal((await load({ env })).config.auditLogFile, "/home/ann/audit.log");
});
