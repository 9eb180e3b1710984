import assert from "node:assert/strict";
import fc from "../property.ts";
import { DockerError } from "../../src/docker/errors.ts";
import { redact, redactValue } from "../../src/safety/redact.ts";
import { RefusedError } from "../../src/tools/refused.ts";
import type { ToolOutput } from "../../src/tools/tool.ts";
import { toolCall } from "./tool_call.ts";
import { KEY_LINES, PRIVATE_KEY, TOKENS } from "./redact_samples.ts";

const ID = "4f5e6d7c8b9a".repeat(6).slice(0, 64);

Deno.test("redactValue() redacts fields by their keys and keeps the shape", () => {
  const value = {
    user: "bob",
    password: "hunter2",
    pin: 1,
    nested: { apiKey: "hunter2", secret: 12345678, list: [{ clientSecret: "hunter2" }] },
    tokens: { Worker: "hunter2", Manager: "hunter2" },
    passwords: ["hunter2", { old: "hunter2" }],
    auth_enabled: true,
    auth: null,
  };
  assert.deepEqual(redactValue(value), {
    user: "bob",
    password: "[redacted:field]",
    pin: 1,
    nested: {
      apiKey: "[redacted:field]",
      secret: "[redacted:field]",
      list: [{ clientSecret: "[redacted:field]" }],
    },
    tokens: { Worker: "[redacted:field]", Manager: "[redacted:field]" },
    passwords: ["[redacted:field]", { old: "[redacted:field]" }],
    auth_enabled: true,
    auth: null,
  });
});

Deno.test("redactValue() redacts an environment by its names", () => {
  const Env = [
    "PATH=/usr/bin:/bin",
    "DB_PASSWORD=two words\nand a line",
    "DATABASE_URL=postgres://app:hunter2@db/app",
    "JAVA_OPTS=-Xmx1g -Ddb.password=hunter2 -server",
    `CONFIG={"token":"hunter2","n":1}`,
    "KEYBOARD_LAYOUT=us",
    "EMPTY_PASSWORD=",
    "NOVALUE",
  ];
  assert.deepEqual(redactValue({ Config: { Env } }), {
    Config: {
      Env: [
        "PATH=/usr/bin:/bin",
        "DB_PASSWORD=[redacted:env]",
        "DATABASE_URL=postgres://[redacted:url]@db/app",
        "JAVA_OPTS=-Xmx1g -Ddb.password=[redacted:field] -server",
        `CONFIG={"token":"[redacted:field]","n":1}`,
        "KEYBOARD_LAYOUT=us",
        "EMPTY_PASSWORD=",
        "NOVALUE",
      ],
    },
  });
});

Deno.test("redactValue() redacts arguments by the option or the program in front of them", () => {
  const cases: readonly (readonly [readonly string[], readonly string[]])[] = [
    [["app", "--password", "hunter2", "-v"], ["app", "--password", "[redacted:option]", "-v"]],
    [["app", "--password=two words"], ["app", "--password=[redacted:env]"]],
    [["app", "-token", "hunter2"], ["app", "-token", "[redacted:option]"]],
    [["mysql", "-uroot", "-phunter2"], ["mysql", "-uroot", "-p[redacted:option]"]],
    [["curl", "-u", "bob:hunter2", "https://x"], [
      "curl",
      "-u",
      "bob:[redacted:option]",
      "https://x",
    ]],
    [["curl", "-H", "X-Api-Key: hunter2"], ["curl", "-H", "X-Api-Key: [redacted:field]"]],
    [["htpasswd", "-b", "f", "bob", "hunter2"], [
      "htpasswd",
      "-b",
      "f",
      "bob",
      "[redacted:option]",
    ]],
    [["redis-cli", "-a", "hunter2"], ["redis-cli", "-a", "[redacted:option]"]],
    [["docker", "run", "-e", "A_TOKEN=hunter2"], ["docker", "run", "-e", "A_TOKEN=[redacted:env]"]],
    [["setx", "A_TOKEN", "hunter2"], ["setx", "A_TOKEN", "[redacted:option]"]],
    [["vault", "login", "hunter2"], ["vault", "login", "[redacted:option]"]],
    [["/usr/bin/mc", "alias", "set", "s", "http://m", "ann", "two words"], [
      "/usr/bin/mc",
      "alias",
      "set",
      "s",
      "http://m",
      "ann",
      "[redacted:option]",
    ]],
    [["openssl", "enc", "-aes-256-cbc", "-k", "hunter2"], [
      "openssl",
      "enc",
      "-aes-256-cbc",
      "-k",
      "[redacted:option]",
    ]],
    [["kubectl", "create", "secret", "generic", "a", "--from-literal", "k=two words"], [
      "kubectl",
      "create",
      "secret",
      "generic",
      "a",
      "--from-literal",
      "k=[redacted:option]",
    ]],
    [["sh", "-c", "app --secret hunter2"], ["sh", "-c", "app --secret [redacted:option]"]],
  ];
  for (const [command, expected] of cases) {
    assert.deepEqual(redactValue({ Cmd: command }), { Cmd: expected });
  }
  const harmless = [
    "app",
    "-p",
    "8080",
    "--user",
    "1000:1000",
    "--auth",
    "--verbose",
    "--token-ttl",
    "60",
    "--no-password",
    "x",
  ];
  assert.deepEqual(redactValue(harmless), harmless);
});

Deno.test("redactValue() redacts the value beside a name", () => {
  const value = [{ name: "DB_PASSWORD", value: "hunter2" }, { Name: "TZ", Value: "UTC" }];
  assert.deepEqual(redactValue(value), [
    { name: "DB_PASSWORD", value: "[redacted:field]" },
    { Name: "TZ", Value: "UTC" },
  ]);
});

Deno.test("redactValue() takes a name for none that begins with a secret's word", () => {
  const value = {
    name: "password:hunter2",
    id: "api-token:hunter2",
    Names: ["/web", "db_password:hunter2"],
    image: "password:stable",
    RepoTags: ["token:1.2.3"],
    Name: "vault-token:1.15",
    volume_id: "password:deadbeef",
    parent: "secrets:main",
  };
  assert.deepEqual(redactValue(value), {
    ...value,
    name: "password:[redacted:field]",
    id: "api-token:[redacted:field]",
    Names: ["/web", "db_password:[redacted:field]"],
    volume_id: "password:[redacted:field]",
  });
});

Deno.test("redactValue() reads keys in other letters, and keeps what describes a secret", () => {
  const value = {
    "ＰＡＳＳＷＯＲＤ": "hunter2",
    env: [{ name: "A", valueFrom: { secretKeyRef: { name: "db", key: "password" } } }],
    secret: { secretName: "tls", namespace: "shop" },
    Env: ["ｐａｓｓｗｏｒｄ=hunter2", "pass\\u0077ord=hunter2"],
    dependencies: { jsonwebtoken: "^9.0.2", "express-session": "1.17.3" },
  };
  assert.deepEqual(redactValue(value), {
    ...value,
    "ＰＡＳＳＷＯＲＤ": "[redacted:field]",
    Env: ["password=[redacted:field]", "password=[redacted:field]"],
  });
});

Deno.test("redactValue() redacts a private key that runs over several lines of a list", () => {
  const lines = ["step 1", ...PRIVATE_KEY.split("\n"), "step 2"];
  const redacted = redactValue({ logs: lines }) as { logs: string[] };
  assert.equal(redacted.logs.length, lines.length);
  assert.deepEqual([redacted.logs[0], redacted.logs.at(-1)], ["step 1", "step 2"]);
  for (const line of KEY_LINES) assert.ok(!redacted.logs.includes(line));
});

Deno.test("redactValue() leaves ids, digests and references alone and returns the same object", () => {
  const value = {
    Id: ID,
    id: ID.slice(0, 12),
    Image: `sha256:${ID}`,
    image: "auth:20240101-abcdef123456",
    RepoTags: ["team/auth-token:1.2.3", "registry:5000/secrets:aB3dE5fG7hJ9kL1m"],
    RepoDigests: [`nginx@sha256:${ID}`],
    Names: ["/vault-token-renewer"],
    NetworkID: ID,
    ports: [{ host: "0.0.0.0", port: 80 }],
    created: new Date(0).toISOString(),
    SecurityOpt: ["seccomp=unconfined"],
    SandboxKey: "/var/run/docker/netns/4f5e6d7c8b9a",
    Plugins: { Authorization: ["authz-broker"], Log: ["json-file"] },
    labels: { "com.docker.compose.service": "auth", "traefik.http.routers.auth.rule": "Host(`x`)" },
  };
  assert.equal(redactValue(value), value);
});

Deno.test("redactValue() redacts secrets in keys and keeps fields apart", () => {
  const value = {
    "https://u:pw@registry/v1/": 1,
    "https://v:pw@registry/v1/": 2,
    ["__proto__"]: { password: "x" },
  };
  const redacted = redactValue(value) as Record<string, unknown>;
  assert.deepEqual(Object.keys(redacted), [
    "https://[redacted:url]@registry/v1/",
    "https://[redacted:url]@registry/v1/ (2)",
    "__proto__",
  ]);
  assert.equal(Object.getPrototypeOf(redacted), Object.prototype);
});

Deno.test("redactValue() cuts what is nested too deep instead of failing", () => {
  let value: unknown = "password=hunter2";
  for (let depth = 0; depth < 100_000; depth++) value = [value];
  assert.match(JSON.stringify(redactValue(value)), /^\[{64}"\[nested too deep\]"\]{64}$/);
});

const json = fc.jsonValue({ maxDepth: 5 });

function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== "object" || value === null) {
    return typeof value === "boolean" ? value : "leaf";
  }
  return Object.values(value).map(shapeOf);
}

Deno.test("redactValue() keeps the shape of every value and is idempotent", () => {
  fc.assert(fc.property(json, (value) => {
    const redacted = redactValue(value);
    assert.deepEqual(shapeOf(redacted), shapeOf(value));
    assert.equal(redactValue(redacted), redacted);
  }));
});

Deno.test("redactValue() lets no secret through, wherever it is put", () => {
  const token = TOKENS["GitHub classic"] ?? "";
  const holder = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(token, `x ${token}`, `GH=${token}`, `https://u:${token}@h`),
      fc.array(tie("node"), { minLength: 1, maxLength: 3 }),
      fc.dictionary(
        fc.oneof(fc.constantFrom("id", "Id", "image", "name"), fc.stringMatching(/^[a-z]{1,8}$/)),
        tie("node"),
        { maxKeys: 3 },
      ),
    ),
  })).node;
  fc.assert(fc.property(holder, (value) => {
    assert.ok(!JSON.stringify(redactValue(value)).includes(token.slice(4, 20)));
  }));
});

Deno.test("redact() redacts the output of a call, and leaves it alone when it is off", async () => {
  const output: ToolOutput = { logs: "DB_PASSWORD=hunter2" };
  assert.deepEqual(await redact()(toolCall(), () => Promise.resolve(output)), {
    redactions: { env: 1 },
    logs: "DB_PASSWORD=[redacted:env]",
  });
  assert.equal(await redact("off")(toolCall(), () => Promise.resolve(output)), output);
  const clean: ToolOutput = { logs: "ready" };
  assert.equal(await redact()(toolCall(), () => Promise.resolve(clean)), clean);
});

Deno.test("redact() redacts errors and keeps what they are", async () => {
  const errors = [
    new RefusedError("policy", "Cannot run: password=hunter2", "Drop --token hunter2"),
    new DockerError("conflict", "Cannot pull https://u:hunter2@host/x", {
      remedy: "Use another token=hunter2",
      cause: 1,
    }),
    new Error("password: hunter2"),
    new DOMException("password: hunter2", "AbortError"),
  ];
  for (const error of errors) {
    const thrown = await assert.rejects(
      redact()(toolCall(), () => Promise.reject(error)),
      (caught) => {
        assert.equal(caught, error);
        const { message, remedy } = caught as { message: string; remedy?: string };
        assert.match(message, /\[redacted:/);
        assert.ok(!`${message} ${remedy}`.includes("hunter2"), `${message} ${remedy}`);
        return true;
      },
    );
    assert.equal(thrown, undefined);
  }
  assert.equal(errors[1] instanceof DockerError && errors[1].code, "conflict");
  await assert.rejects(
    redact()(toolCall(), () => Promise.reject("token=hunter2")),
    (caught) => caught === "token=[redacted:field]",
  );
});
