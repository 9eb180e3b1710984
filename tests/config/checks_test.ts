import assert from "node:assert/strict";
import { checkFiles, checkTogether, checkToolNames } from "../../src/config/checks.ts";
import {
  type Config,
  defaultConfig,
  type SettingName,
  settings,
} from "../../src/config/settings.ts";
import type { RawValue } from "../../src/config/sources.ts";

function given(config: Partial<Config>): [Config, ReadonlyMap<SettingName, RawValue>] {
  const names = Object.keys(config) as SettingName[];
  const values = names.map((name) => [name, { text: "", origin: settings[name].env }] as const);
  return [{ ...defaultConfig, ...config }, new Map(values)];
}

function warnings(config: Partial<Config>): readonly string[] {
  return checkTogether(...given(config)).warnings;
}

Deno.test("checkTogether() wants a client certificate and its key together", () => {
  const lines = (config: Partial<Config>): string[] =>
    checkTogether(...given(config)).mistakes.map(({ line }) => line);
  assert.deepEqual(lines({ dockerTlsClientCert: "c", dockerTlsClientKey: "k" }), []);
  assert.deepEqual(lines({ dockerTlsClientCert: "c" }), [
    "DOCKER_TLS_CLIENT_CERT: is set without DOCKER_TLS_CLIENT_KEY; set both or neither",
  ]);
  assert.deepEqual(lines({ dockerTlsClientKey: "k" }), [
    "DOCKER_TLS_CLIENT_KEY: is set without DOCKER_TLS_CLIENT_CERT; set both or neither",
  ]);
});

Deno.test("checkTogether() warns where DOCKER_TLS_VERIFY has no authority to go by", () => {
  assert.match(
    warnings({ dockerTlsVerify: true })[0] ?? "",
    /^DOCKER_TLS_VERIFY is on without DOCKER_TLS_CA_CERT/,
  );
  assert.deepEqual(warnings({ dockerTlsVerify: true, dockerTlsCaCert: "ca.pem" }), []);
  assert.deepEqual(warnings({ dockerTlsVerify: true, dockerCertPath: "/certs" }), []);
});

Deno.test("checkTogether() warns about certificates that have no effect", () => {
  assert.deepEqual(warnings({ dockerTlsCaCert: "ca.pem" }), [
    "DOCKER_TLS_CA_CERT has no effect: DOCKER_TLS_VERIFY is not on",
  ]);
  assert.deepEqual(warnings({ dockerTlsCaCert: "ca.pem", dockerBaseUrl: "https://host:2376" }), []);
});

Deno.test("checkTogether() warns about an Engine that is reached in clear text, but not on this machine", () => {
  for (
    const dockerHost of [
      "tcp://192.0.2.7:2375",
      "TCP://docker.example",
      "docker.example:2375",
      "tcp://[2001:db8::1]:2375",
    ]
  ) {
    assert.match(
      warnings({ dockerHost })[0] ?? "",
      /^DOCKER_HOST reaches ".*" without TLS/,
      dockerHost,
    );
  }
  for (
    const dockerHost of [
      "tcp://127.0.0.1:2375",
      "tcp://localhost:2375",
      "tcp://[::1]:2375",
      "unix:///var/run/docker.sock",
      "ssh://docker.example",
      "https://docker.example:2376",
      "tcp://[broken",
    ]
  ) {
    assert.deepEqual(warnings({ dockerHost }), [], dockerHost);
  }
  const [base = ""] = warnings({ dockerBaseUrl: "tcp://192.0.2.7", dockerHost: "tcp://192.0.2.8" });
  assert.match(base, /^DOCKER_BASE_URL reaches "192\.0\.2\.7"/);
  const both = { dockerBaseUrl: "unix:///x", dockerHost: "tcp://192.0.2.7:2375" };
  assert.deepEqual(warnings(both), []);
});

Deno.test("checkTogether() warns about destructive operations, and more so without confirmation", () => {
  const [asked = ""] = warnings({ allowDestructiveOperations: true });
  const [unasked = ""] = warnings({
    allowDestructiveOperations: true,
    requireConfirmationForDestructive: false,
  });
  assert.match(asked, /^SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS is on/);
  assert.match(unasked, /, and nobody is asked first$/);
  assert.deepEqual(warnings({ requireConfirmationForDestructive: false }), []);
});

Deno.test("checkTogether() lets redaction be off on stdio only, and warns about it", () => {
  const mistakes = (config: Partial<Config>) => checkTogether(...given(config)).mistakes;
  assert.match(warnings({ redact: "off" })[0] ?? "", /^SAFETY_REDACT is off: the model/);
  assert.deepEqual(mistakes({ redact: "off" }), []);
  const network = "http" as string as Config["transport"];
  assert.deepEqual(mistakes({ redact: "off", transport: network }).map(({ line }) => line), [
    'SAFETY_REDACT: "off" is for stdio only; use standard or all',
  ]);
  for (const redact of ["standard", "all"] as const) {
    assert.deepEqual(warnings({ redact }), []);
    assert.deepEqual(mistakes({ redact, transport: network }), []);
  }
});

Deno.test("checkToolNames() refuses names that no version has, in both lists", () => {
  const tools = new Set(["docker_version", "docker_exec_command"]);
  const bad = given({ allowedTools: ["docker_version", "docker_verison"], deniedTools: ["bash"] });
  assert.deepEqual(checkToolNames(...bad, tools).map(({ line }) => line), [
    'SAFETY_ALLOWED_TOOLS: "docker_verison" is not a tool; did you mean docker_version?',
    'SAFETY_DENIED_TOOLS: "bash" is not a tool',
  ]);
  assert.deepEqual(checkToolNames(...given({ deniedTools: ["docker_exec_command"] }), tools), []);
});

Deno.test("checkFiles() says for each file what is wrong with it", async () => {
  const errors: Record<string, Error> = {
    gone: new Deno.errors.NotFound("stat"),
    locked: new Deno.errors.PermissionDenied("stat"),
    ungranted: new Deno.errors.NotCapable("stat"),
    looping: new Error("Too many levels of symbolic links"),
  };
  const stat = (path: string): Promise<{ isFile: boolean }> =>
    errors[path] === undefined
      ? Promise.resolve({ isFile: path !== "directory" })
      : Promise.reject(errors[path]);
  const line = async (path: string): Promise<string | undefined> =>
    (await checkFiles(...given({ dockerTlsCaCert: path }), stat))[0]?.line;
  assert.equal(await line("there"), undefined);
  assert.equal(await line("gone"), 'DOCKER_TLS_CA_CERT: "gone" does not exist');
  assert.equal(await line("locked"), 'DOCKER_TLS_CA_CERT: "locked" may not be read by this user');
  assert.equal(await line("directory"), 'DOCKER_TLS_CA_CERT: "directory" is not a file');
  assert.match(await line("ungranted") ?? "", /deno run takes --allow-read=ungranted$/);
  assert.match(await line("looping") ?? "", /cannot read "looping": Too many levels/);
});

Deno.test("checkTogether() says which settings have no effect without the audit log", () => {
  assert.deepEqual(warnings({ auditLogEnabled: false }), []);
  assert.deepEqual(warnings({ auditLogFile: "/a", auditFailMode: "open" }), []);
  assert.deepEqual(
    warnings({ auditLogEnabled: false, auditLogFile: "/a", auditFailMode: "open" }),
    ["SECURITY_AUDIT_LOG_FILE", "SECURITY_AUDIT_FAIL_MODE"].map((name) =>
      `${name} has no effect: SECURITY_AUDIT_LOG_ENABLED is off`
    ),
  );
});

Deno.test("checkTogether() refuses an audit log in a home directory that there is not", () => {
  const { mistakes } = checkTogether(...given({ auditLogFile: "~/audit.log" }));
  assert.deepEqual(mistakes.map(({ line }) => line), [
    'SECURITY_AUDIT_LOG_FILE: "~/audit.log" begins in a home directory, and HOME is not set; use an absolute path',
  ]);
});
