import assert from "node:assert/strict";
import { FakeEngine, json } from "../fakes/fake_engine.ts";
import { connect, type Connection } from "./client.ts";
import { CONTRACT } from "../laws/contract.ts";
import { callTool } from "./engine_server.ts";

const { safe: SAFE, moderate: MODERATE, destructive: DESTRUCTIVE } = CONTRACT;
const ALL = [...SAFE, ...MODERATE, ...DESTRUCTIVE];

const READ_ONLY = { SAFETY_ALLOW_MODERATE_OPERATIONS: "false" };
const FULL = {
  SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS: "true",
  SAFETY_REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE: "false",
};

interface Tier {
  readonly what: string;
  readonly env: Readonly<Record<string, string>>;
  readonly offered: readonly string[];
  /** What a call of any other tool is told. */
  readonly refusal: RegExp;
}

const TIERS: readonly Tier[] = [
  {
    what: "the default",
    env: {},
    offered: [...SAFE, ...MODERATE],
    refusal:
      /is not allowed: it can delete for good\. Do not retry: .*SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS=true/,
  },
  {
    what: "read-only mode",
    env: READ_ONLY,
    offered: SAFE,
    refusal:
      /is not allowed(?: in read-only mode|: it can delete).*SAFETY_ALLOW_(?:MODERATE|DESTRUCTIVE)_OPERATIONS=true/,
  },
  { what: "full mode", env: FULL, offered: ALL, refusal: /never/ },
  {
    what: "an allow list with commas",
    env: { SAFETY_ALLOWED_TOOLS: "docker_version, docker_events,docker_system_prune" },
    offered: ["docker_version", "docker_events"],
    refusal: /is not in allow list\. .*SAFETY_ALLOWED_TOOLS|SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS/,
  },
  {
    what: "an allow list in JSON",
    env: { ...FULL, SAFETY_ALLOWED_TOOLS: '["docker_version", "docker_system_prune"]' },
    offered: ["docker_version", "docker_system_prune"],
    refusal: /is not in allow list\. Do not retry: SAFETY_ALLOWED_TOOLS does not name it\.$/,
  },
  {
    what: "an allow list that is set but empty",
    env: { ...FULL, SAFETY_ALLOWED_TOOLS: "" },
    offered: [],
    refusal: /is not in allow list/,
  },
  {
    what: "an allow list that is an empty JSON list",
    env: { ...FULL, SAFETY_ALLOWED_TOOLS: "[]" },
    offered: [],
    refusal: /is not in allow list/,
  },
  {
    what: "a deny list with commas",
    env: { ...FULL, SAFETY_DENIED_TOOLS: "docker_exec_command,docker_version" },
    offered: ALL.filter((tool) => !["docker_exec_command", "docker_version"].includes(tool)),
    refusal: /is denied by configuration\. Do not retry: it is named in SAFETY_DENIED_TOOLS\.$/,
  },
  {
    what: "a deny list in JSON that goes before the allow list",
    env: {
      ...FULL,
      SAFETY_ALLOWED_TOOLS: "docker_version,docker_system_info",
      SAFETY_DENIED_TOOLS: '["docker_version"]',
    },
    offered: ["docker_system_info"],
    refusal: /is (?:denied by configuration|not in allow list)/,
  },
];

const REQUIRED: Readonly<Record<string, unknown>> = {
  container_id: "web",
  command: ["true"],
  image: "busybox",
};

/** Arguments with which a call gets as far as its policy lets it. */
function argumentsFor(properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(REQUIRED).filter(([name]) => name in properties));
}

/** The properties of every tool's input, which a client that is denied a tool may know from elsewhere. */
async function allProperties(server: Connection): Promise<Map<string, Record<string, unknown>>> {
  const { tools } = await server.client.listTools();
  return new Map(tools.map(({ name, inputSchema }) => [name, inputSchema.properties ?? {}]));
}

Deno.test("every tier offers its tools and refuses the others when called, before the Engine hears of it", async () => {
  await using engine = await FakeEngine.start();
  const host = { DOCKER_HOST: `unix://${engine.socketPath}` };
  await using full = await connect({ env: { ...host, ...FULL } });
  const properties = await allProperties(full);
  for (const { what, env, offered, refusal } of TIERS) {
    await using server = await connect({ env: { ...host, ...env } });
    const { tools } = await server.client.listTools();
    assert.deepEqual(tools.map(({ name }) => name).sort(), [...offered].sort(), what);
    const asked = engine.requests.length;
    for (const tool of ALL.filter((name) => !offered.includes(name))) {
      const said = await server.callFailing(tool, argumentsFor(properties.get(tool) ?? {}));
      assert.match(said, refusal, `${what}: ${tool}`);
      assert.ok(said.startsWith(`${tool} is `), said);
      // The policy speaks first: arguments are not looked at.
      assert.equal(await server.callFailing(tool, { nonsense: true }), said);
    }
    assert.equal(engine.requests.length, asked, what);
    if (offered.includes("docker_version")) {
      engine.answer("GET /version", json({ Version: "1" }));
      await callTool(server, "docker_version");
    }
  }
});

Deno.test("the instructions tell the model which mode it is in", async () => {
  for (
    const [env, mode] of [
      [{}, "reading and reversible changes; nothing can be deleted"],
      [READ_ONLY, "read-only: nothing can be changed"],
      [FULL, "everything, deletions included"],
    ] as const
  ) {
    await using server = await connect({ env });
    assert.match(server.client.getInstructions() ?? "", new RegExp(`Mode: ${mode}\\.`));
  }
});

for (const mode of ["legacy", "auto"] as const) {
  Deno.test(`every tool is listed with title, schemas and annotations that fit its tier (${mode})`, async () => {
    await using server = await connect({ env: FULL, mode });
    const { tools } = await server.client.listTools();
    assert.deepEqual(tools.map(({ name }) => name).sort(), [...ALL].sort());
    for (const { name, title, description, inputSchema, outputSchema, annotations } of tools) {
      assert.ok(title && description, name);
      assert.equal(inputSchema["additionalProperties"], false, name);
      assert.equal(outputSchema?.type, "object", name);
      // As a client reads them: what is left out has MCP's defaults, false and true.
      const { readOnlyHint = false, destructiveHint = true } = annotations ?? {};
      assert.equal(readOnlyHint, SAFE.includes(name), name);
      assert.equal(!readOnlyHint && destructiveHint, DESTRUCTIVE.includes(name), name);
    }
  });
}
