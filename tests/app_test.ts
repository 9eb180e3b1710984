import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport } from "@modelcontextprotocol/server";
import assert from "node:assert/strict";
import { callerLimits, createApp, toolPolicy } from "../src/app.ts";
import { type Config, defaultConfig } from "../src/config/settings.ts";
import { textOf } from "./e2e/client.ts";
import { FakeEngine, head, json } from "./fakes/fake_engine.ts";

const machine = {
  version: "1.2.3",
  platform: "linux",
  env: {},
  ownerOf: () => Promise.resolve(undefined),
} as const;

function config(change: Partial<Config> = {}): Config {
  return { ...defaultConfig, ...change };
}

/** Runs `act` with the official client of an app whose Engine is a fake. */
async function withApp(
  change: Partial<Config>,
  act: (client: Client, engine: FakeEngine, choice: () => string | undefined) => Promise<void>,
): Promise<void> {
  await using engine = await FakeEngine.start();
  using app = createApp(config({ dockerHost: `unix://${engine.socketPath}`, ...change }), machine);
  const [near, far] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "test", version: "1" });
  await app.createServer().connect(far);
  await client.connect(near);
  try {
    await act(client, engine, app.engineChoice);
  } finally {
    await client.close();
  }
}

Deno.test("createApp() does not contact the Engine before a tool needs it", async () => {
  await withApp({}, async (client, engine, choice) => {
    await client.listTools();
    await client.ping();
    assert.deepEqual([engine.connections, choice()], [0, undefined]);
    engine.answer("GET /version", json({ Version: "28.5.0" }));
    await client.callTool({ name: "docker_version", arguments: {} });
    assert.ok(engine.connections > 0);
    assert.match(choice() ?? "", /^Using the Engine at unix:\/\/.*, because DOCKER_HOST is set\.$/);
  });
});

Deno.test("createApp() introduces itself with the machine's version, or the configured one", async () => {
  await withApp({}, (client) => {
    assert.equal(client.getServerVersion()?.version, "1.2.3");
    return Promise.resolve();
  });
  await withApp({ serverName: "docks", serverVersion: "9" }, (client) => {
    const { name, version } = client.getServerVersion() ?? {};
    assert.deepEqual([name, version], ["docks", "9"]);
    return Promise.resolve();
  });
});

Deno.test("createApp() puts the configured limits in force", async () => {
  const rows = Array.from({ length: 5 }, (_, index) => ({ Id: `${index}`, Names: [`/c${index}`] }));
  await withApp({ maxListResults: 2 }, async (client, engine) => {
    engine.answer("GET /containers/json", json(rows));
    const { structuredContent } = await client.callTool({
      name: "docker_list_containers",
      arguments: {},
    });
    const { containers, count } = structuredContent as { containers: unknown[]; count: number };
    assert.deepEqual([containers.length, count], [2, 5]);
  });
});

Deno.test("createApp() marks what it creates with the server's name", async () => {
  await withApp({ serverName: "docks" }, async (client, engine) => {
    engine.answer("POST /containers/create", json({ Id: "4f1c2d3e4a5b" }, 201));
    await client.callTool({ name: "docker_create_container", arguments: { image: "nginx" } });
    const body = JSON.parse(engine.requests.at(-1)?.body ?? "{}");
    assert.deepEqual(body.Labels, { "mcp.docker.owner": "docks" });
  });
});

Deno.test("createApp() guards the Engine: a host path never leaves the program", async () => {
  await withApp({}, async (client, engine) => {
    const volumes = { "/etc": { bind: "/data" } };
    const { isError, content } = await client.callTool({
      name: "docker_create_container",
      arguments: { image: "nginx", volumes },
    });
    assert.equal(isError, true);
    assert.match(textOf(content), /host path "\/etc" cannot be mounted/);
    assert.equal(engine.count("POST /containers/create"), 0);
  });
});

Deno.test("createApp() allows privileged exec only where it is configured", async () => {
  for (const allowPrivilegedContainers of [false, true]) {
    await withApp({ allowPrivilegedContainers }, async (client, engine) => {
      engine.answer("POST /containers/web/exec", json({ Id: "e1" }, 201));
      engine.answer(
        "POST /exec/e1/start",
        (wire) => wire.write(head(200, { "content-length": "0" })),
      );
      engine.answer("GET /exec/e1/json", json({ ExitCode: 0 }));
      const { isError } = await client.callTool({
        name: "docker_exec_command",
        arguments: { container_id: "web", command: ["id"], privileged: true },
      });
      assert.equal(isError ?? false, !allowPrivilegedContainers);
      assert.equal(engine.count("POST /containers/web/exec"), allowPrivilegedContainers ? 1 : 0);
    });
  }
});

Deno.test("createApp() finds an Engine that is started after a call has failed", async () => {
  await withApp({}, async (client, engine) => {
    engine.answer("GET /version", json({ Version: "28.5.0" }));
    await engine.stop();
    const call = () => client.callTool({ name: "docker_version", arguments: {} });
    const failed = await call();
    assert.match(textOf(failed.content), /^Cannot reach Docker at .*Start Docker/s);
    engine.listen();
    assert.equal((await call()).isError, undefined);
  });
});

Deno.test("createApp() says what to do where Deno's own permissions forbid the Engine", {
  permissions: { read: true, write: true, env: true, net: false, sys: true },
}, async () => {
  using app = createApp(config({ dockerHost: "tcp://127.0.0.1:2375" }), machine);
  await assert.rejects(app.docker.system.version(), {
    code: "not_granted",
    message: /^Cannot reach Docker at "tcp:\/\/127\.0\.0\.1:2375": Requires net access/,
    remedy:
      /Use mcp-docker-full, .*"mcp-docker config --deno-flags" prints\. Run with --allow-net=127\.0\.0\.1:2375$/,
  });
});

Deno.test("callerLimits() holds a client of stdio to its calls a minute only, unless more is set", () => {
  const rate = { perCaller: 60, expensivePerCaller: 60, total: 600, burst: 60 };
  assert.deepEqual(callerLimits(defaultConfig), { atOncePerCaller: undefined, rate });
  const own = config({
    rateLimitRpm: 30,
    rateLimitConcurrent: 2,
    rateLimitExpensiveRpm: 5,
    rateLimitTotalRpm: 40,
  });
  assert.deepEqual(callerLimits(own), {
    atOncePerCaller: 2,
    rate: { perCaller: 30, expensivePerCaller: 5, total: 40, burst: 30 },
  });
  assert.deepEqual(callerLimits(config({ rateLimitEnabled: false })), {});
});

Deno.test("callerLimits() holds a client of the network to more", () => {
  const network = { ...defaultConfig, transport: "http" } as unknown as Config;
  assert.deepEqual(callerLimits(network), {
    atOncePerCaller: 3,
    rate: { perCaller: 60, expensivePerCaller: 10, total: 600, burst: 20 },
  });
  assert.equal(callerLimits({ ...network, rateLimitRpm: 5 }).rate?.expensivePerCaller, 5);
});

Deno.test("createApp() puts the limits of a client in force, and never keeps its health check out", async () => {
  await withApp({ rateLimitRpm: 2 }, async (client, engine) => {
    engine.answer("GET /version", json({ Version: "28.5.0", ApiVersion: "1.51" }));
    engine.answer("GET /info", json({}));
    const call = (name: string) => client.callTool({ name, arguments: {} });
    await call("docker_version");
    await call("docker_version");
    const { isError, content } = await call("docker_version");
    assert.equal(isError, true);
    assert.match(
      textOf(content),
      /^The 2 calls of a minute are used up \(SECURITY_RATE_LIMIT_RPM\)\. Call again in (30|29) s\.$/,
    );
    assert.equal(engine.count("GET /version"), 2);
    assert.equal((await call("docker_healthcheck")).isError, undefined);
  });
});

Deno.test("toolPolicy() takes its rules from the configuration", () => {
  assert.deepEqual(toolPolicy(defaultConfig), {
    allowModerate: true,
    allowDestructive: false,
    allowedTools: undefined,
    deniedTools: [],
    allowedPrompts: undefined,
    allowedResources: undefined,
  });
  const own = config({
    allowModerateOperations: false,
    allowDestructiveOperations: true,
    allowedTools: ["docker_version"],
    deniedTools: ["docker_events"],
    allowedPrompts: [],
    allowedResources: ["container_logs"],
  });
  assert.deepEqual(toolPolicy(own), {
    allowModerate: false,
    allowDestructive: true,
    allowedTools: ["docker_version"],
    deniedTools: ["docker_events"],
    allowedPrompts: [],
    allowedResources: ["container_logs"],
  });
});
