import assert from "node:assert/strict";
import { commandLineFlags } from "../../src/config/command_line.ts";
import type { Setting } from "../../src/config/setting.ts";
import { settings } from "../../src/config/settings.ts";
import { booleanText, integerText, lineText } from "../../src/config/value.ts";

type Table = Readonly<Record<string, Setting>>;

/** Every variable of mcp-docker 1.0.4, and those of the docker command that decide which Engine is meant. */
const CONTRACT: Readonly<Record<string, readonly string[]>> = {
  DOCKER: [
    ...["BASE_URL", "TIMEOUT", "TLS_VERIFY", "TLS_CA_CERT", "TLS_CLIENT_CERT", "TLS_CLIENT_KEY"],
    ...["HOST", "CONTEXT", "CONFIG", "CERT_PATH"],
  ],
  SAFETY: [
    ...["ALLOW_MODERATE_OPERATIONS", "ALLOW_DESTRUCTIVE_OPERATIONS", "ALLOW_PRIVILEGED_CONTAINERS"],
    ...["REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE", "MAX_CONCURRENT_OPERATIONS", "MAX_LOG_LINES"],
    ...["MAX_EXEC_OUTPUT_BYTES", "MAX_LIST_RESULTS", "TRUNCATE_INSPECT_OUTPUT"],
    ...["MAX_INSPECT_FIELD_BYTES", "ALLOWED_TOOLS", "DENIED_TOOLS"],
  ],
  SECURITY: [
    ...["RATE_LIMIT_ENABLED", "RATE_LIMIT_RPM", "RATE_LIMIT_CONCURRENT", "AUDIT_LOG_ENABLED"],
    ...["AUDIT_LOG_FILE", "ALLOWED_CLIENT_IPS", "TRUSTED_PROXIES", "OAUTH_ENABLED", "OAUTH_ISSUER"],
    ...["OAUTH_JWKS_URL", "OAUTH_AUDIENCE", "OAUTH_REQUIRED_SCOPES", "OAUTH_INTROSPECTION_URL"],
    ...["OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET", "OAUTH_CLOCK_SKEW_SECONDS"],
  ],
  MCP: [
    ...["SERVER_NAME", "SERVER_VERSION", "LOG_LEVEL", "LOG_FORMAT", "JSON_LOGGING", "DEBUG_MODE"],
    ...["TLS_ENABLED", "TLS_CERT_FILE", "TLS_KEY_FILE", "DOCKER_LOG_PATH", "HOST", "PORT"],
  ],
};

/** What is wrong with a table of settings, one line each. */
function violations(table: Table): string[] {
  return [
    ...Object.entries(table).flatMap(([name, setting]) =>
      [
        ...wording(setting),
        ...naming(name, setting),
        ...values(setting),
      ].map((fault) => `${name}: ${fault}`)
    ),
    ...repeated("variable", Object.values(table).map(({ env }) => env)),
    ...repeated("flag", [
      ...Object.keys(commandLineFlags),
      ...Object.values(table).flatMap(({ flag }) => flag ?? []),
    ]),
  ];
}

function wording(setting: Setting): string[] {
  const texts = [setting.description, ...(setting.effect === "later" ? [setting.meanwhile] : [])];
  return [
    ...texts.filter((text) => /[.\s]$/.test(text)).map((text) => `"${text}" ends in a full stop`),
    ...texts.filter((text) => text === "").map(() => "has an empty text"),
    ...(/^[A-Z]/.test(setting.description) ? [] : ["its description starts in lower case"]),
  ];
}

function naming(name: string, { env, group, flag, secret }: Setting): string[] {
  const prefix = `${group.toUpperCase()}_`;
  const camel = env.slice(prefix.length).toLowerCase().replace(
    /_(.)/g,
    (_, letter) => letter.toUpperCase(),
  );
  const key = group === "docker"
    ? `docker${camel.charAt(0).toUpperCase()}${camel.slice(1)}`
    : camel;
  const looksSecret = /(SECRET|TOKEN|PASSWORD)$/.test(env);
  return [
    ...(env.startsWith(prefix) && /^[A-Z_]+$/.test(env) ? [] : [`${env} is not in group ${group}`]),
    ...(name === key ? [] : [`should be called ${key}`]),
    ...(flag === undefined || /^[a-z]+(-[a-z]+)*$/.test(flag)
      ? []
      : [`--${flag} is not kebab-case`]),
    ...(looksSecret && !secret ? ["is not marked as a secret"] : []),
  ];
}

function values(setting: Setting): string[] {
  const schema = setting.schema();
  const json = schema.toJSONSchema({ unrepresentable: "any" });
  const isNumber = json.type === "integer" || json.type === "number";
  const bounded = json.minimum !== undefined && json.maximum !== undefined &&
    Number(json.maximum) < Number.MAX_SAFE_INTEGER;
  const example = setting.example ?? (setting.default === undefined ? undefined : "default");
  return [
    ...(schema.description ? [] : ["its schema does not say what is expected"]),
    ...(setting.default === undefined || schema.safeEncode(setting.default).success
      ? []
      : ["its default is not valid"]),
    ...(setting.example === undefined || schema.safeParse(setting.example).success
      ? []
      : ["its example is not valid"]),
    ...(isNumber && !bounded ? ["has no bounds"] : []),
    ...(setting.secret && example !== undefined ? ["shows a secret"] : []),
  ];
}

function repeated(kind: string, names: readonly string[]): string[] {
  return names.filter((name, index) => names.indexOf(name) !== index)
    .map((name) => `${name}: is the ${kind} of two settings`);
}

const GOOD = {
  group: "mcp",
  env: "MCP_SIZE",
  description: "A size",
  schema: () => integerText(0, 10),
  default: 5,
  effect: "now",
} as const satisfies Setting;

const BAD_TABLES: readonly (readonly [fault: string, table: Table])[] = [
  ['size: "A size." ends in a full stop', { size: { ...GOOD, description: "A size." } }],
  ['size: "Nothing." ends in a full stop', {
    size: { ...GOOD, effect: "later", meanwhile: "Nothing." },
  }],
  ["size: has an empty text", { size: { ...GOOD, effect: "later", meanwhile: "" } }],
  ["size: its description starts in lower case", { size: { ...GOOD, description: "a size" } }],
  ["size: its default is not valid", { size: { ...GOOD, default: 11 } }],
  ["size: its example is not valid", { size: { ...GOOD, example: "big" } }],
  ["size: has no bounds", { size: { ...GOOD, schema: () => integerText(0, Infinity) } }],
  ["size: its schema does not say what is expected", {
    size: { ...GOOD, schema: () => integerText(0, 10).describe("") },
  }],
  ["size: MCP_SIZE is not in group safety", { size: { ...GOOD, group: "safety" } }],
  ["length: should be called size", { length: GOOD }],
  ["size: --max_size is not kebab-case", { size: { ...GOOD, flag: "max_size" } }],
  ["apiToken: is not marked as a secret", {
    apiToken: {
      ...GOOD,
      env: "MCP_API_TOKEN",
      schema: () => lineText("a token"),
      default: undefined,
    },
  }],
  ["apiToken: shows a secret", {
    apiToken: {
      ...GOOD,
      env: "MCP_API_TOKEN",
      schema: () => lineText("a token"),
      default: "hunter2",
      secret: true,
    },
  }],
  ["MCP_SIZE: is the variable of two settings", { size: GOOD, other: GOOD }],
  ["size: is the flag of two settings", {
    size: { ...GOOD, flag: "size" },
    debug: { ...GOOD, env: "MCP_DEBUG", schema: () => booleanText(), default: false, flag: "size" },
  }],
  ["read-only: is the flag of two settings", { size: { ...GOOD, flag: "read-only" } }],
];

Deno.test("settings: every setting keeps the law", () => {
  assert.deepEqual(violations(settings), []);
});

Deno.test("settings: the law has nothing to say about a good setting", () => {
  assert.deepEqual(violations({ size: GOOD }), []);
});

for (const [fault, table] of BAD_TABLES) {
  Deno.test(`settings: the law sees that ${fault}`, () => {
    assert.ok(violations(table).includes(fault), violations(table).join("\n") || "no violation");
  });
}

Deno.test("settings: every variable of the contract is there", () => {
  const known = new Set<string>(Object.values(settings).map(({ env }) => env));
  const wanted = Object.entries(CONTRACT).flatMap(([prefix, names]) =>
    names.map((name) => `${prefix}_${name}`)
  );
  assert.equal(wanted.length, 50);
  assert.deepEqual(wanted.filter((name) => !known.has(name)), []);
});
