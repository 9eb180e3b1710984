import assert from "node:assert/strict";
import { testUnless } from "../engine/engine_test.ts";
import { missingPrerequisites } from "../engine/prerequisites.ts";
import { startPrivateEngine, stopPrivateEngine } from "../engine/private_engine.ts";
import { drop, FakeEngine, frame, hang, head, json, stream, text } from "../fakes/fake_engine.ts";
import { connect, type Connection, textOf } from "./client.ts";
import { callTool } from "./engine_server.ts";
import { RawServer } from "./raw_server.ts";

interface Health {
  readonly healthy: boolean;
  readonly message: string;
  readonly engine?: string;
  readonly details: unknown;
}

interface Broken {
  readonly logs?: string;
  readonly output?: string;
  readonly exit_code?: number | null;
  readonly count?: number;
  readonly truncation_info: { readonly message: string };
}

/** A server whose Engine is to be at this socket. */
function serverAt(socketPath: string, env: Record<string, string> = {}): Promise<Connection> {
  return connect({ env: { DOCKER_HOST: `unix://${socketPath}`, ...env } });
}

async function withFake(
  run: (engine: FakeEngine, server: Connection) => Promise<void>,
  { apiVersion = "1.41", env = {} }: { apiVersion?: string; env?: Record<string, string> } = {},
): Promise<void> {
  await using engine = await FakeEngine.start(apiVersion);
  await using server = await serverAt(engine.socketPath, env);
  await run(engine, server);
}

async function temporaryDirectory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "mcp-docker-fault-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Every tool, with arguments that reach the Engine. */
const CALLS: readonly [tool: string, input: Record<string, unknown>][] = [
  ["docker_list_containers", {}],
  ["docker_inspect_container", { container_id: "web" }],
  ["docker_container_logs", { container_id: "web" }],
  ["docker_container_stats", { container_id: "web" }],
  ["docker_exec_command", { container_id: "web", command: "true" }],
  ["docker_create_container", { image: "busybox" }],
  ["docker_start_container", { container_id: "web" }],
  ["docker_stop_container", { container_id: "web" }],
  ["docker_restart_container", { container_id: "web" }],
  ["docker_remove_container", { container_id: "web" }],
  ["docker_system_info", {}],
  ["docker_system_df", {}],
  ["docker_version", {}],
  ["docker_events", {}],
  ["docker_system_prune", {}],
];

const ALL_ALLOWED = {
  SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS: "true",
  SAFETY_REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE: "false",
};

Deno.test("every tool says that the socket is missing, and works once the Engine is there", async () => {
  await using engine = await FakeEngine.start();
  await engine.stop();
  await using server = await serverAt(engine.socketPath, ALL_ALLOWED);
  assert.equal((await server.client.listTools()).tools.length, 37);
  for (const [tool, input] of CALLS) {
    assert.equal(
      await server.callFailing(tool, input),
      `Cannot reach Docker at "unix://${engine.socketPath}": there is no such socket. ` +
        "Start Docker, or point DOCKER_HOST at a running Engine.",
      tool,
    );
  }
  const health = await callTool<Health>(server, "docker_healthcheck");
  assert.deepEqual([health.healthy, health.details], [false, null]);
  assert.match(health.message, /there is no such socket\. Start Docker/);
  assert.match(health.engine ?? "", /because DOCKER_HOST is set/);
  engine.listen();
  engine.answer("GET /containers/json", json([]));
  assert.equal((await callTool<{ count: number }>(server, "docker_list_containers")).count, 0);
});

Deno.test("a tool says that nobody listens on a socket that was left behind", async () => {
  await using directory = await temporaryDirectory();
  const path = `${directory.path}/docker.sock`;
  // A process that is killed leaves its socket file behind.
  const owner = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `Deno.listen({ transport: "unix", path: ${
        JSON.stringify(path)
      } }); Deno.kill(Deno.pid, "SIGKILL")`,
    ],
    stderr: "null",
  });
  await owner.output();
  assert.ok((await Deno.lstat(path)).isSocket);
  await using server = await serverAt(path);
  assert.match(
    await server.callFailing("docker_version"),
    /^Cannot reach Docker at "unix:.*": nothing listens there\. Start Docker, or point DOCKER_HOST/,
  );
});

testUnless(
  Deno.build.os === "linux" && Deno.uid() === 0 ? undefined : "it takes root to be another user",
  "a tool says who may open a socket that the server may not",
  async () => {
    await using engine = await FakeEngine.start();
    // Root without its powers over files, which still owns the sources, but not this socket.
    await Deno.chmod(engine.socketPath, 0o600);
    await Deno.chown(engine.socketPath, 65_534, 65_534);
    await using server = await RawServer.initialized({
      env: { DOCKER_HOST: `unix://${engine.socketPath}` },
      prefix: ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"],
    });
    const { result } = await server.request("tools/call", { name: "docker_version" });
    assert.equal(result?.["isError"], true);
    const [{ text: said }] = result?.["content"] as [{ text: string }];
    assert.equal(
      said,
      `Cannot open "unix://${engine.socketPath}": permission denied (mode 600, group id 65534). ` +
        "Join the group that owns the socket and log in again, or use a rootless Engine.",
    );
    const healthId = await server.askTool("docker_healthcheck");
    const health = (await server.answerTo(healthId)).result?.["structuredContent"] as Health;
    assert.match(health.message, /permission denied/);
  },
);

testUnless(
  await missingPrerequisites(),
  "a server outlives its Engine and finds it again",
  async () => {
    const name = `restart-${Deno.pid}`;
    // Each start has a socket of its own; a link stands for the fixed path of an installed Engine.
    await using directory = await temporaryDirectory();
    const path = `${directory.path}/docker.sock`;
    const start = async (): Promise<void> => {
      const { socketPath } = await startPrivateEngine({ name });
      await Deno.symlink(socketPath, path);
    };
    try {
      await start();
      await using server = await serverAt(path);
      const version = () => callTool<Record<string, unknown>>(server, "docker_version");
      const before = await version();
      const waiting = server.callFailing("docker_events", {
        until: new Date(Date.now() + 60_000).toISOString(),
        filters: { type: "image" },
      });
      await version();
      await stopPrivateEngine(name);
      assert.match(await waiting, /^Cannot .*events.*(broke off|incomplete)/);
      const gone = await server.callFailing("docker_version");
      assert.match(gone, /^Cannot reach Docker at .*Start Docker/);
      await Deno.remove(path);
      await start();
      assert.deepEqual(await version(), before);
    } finally {
      await stopPrivateEngine(name);
    }
  },
);

Deno.test("a call gives up on an Engine that hangs, and other calls go on", async () => {
  await withFake(async (engine, server) => {
    engine.answer("GET /info", hang());
    engine.answer("GET /version", json({ Version: "1" }));
    const hanging = server.callFailing("docker_system_info");
    await callTool(server, "docker_version");
    assert.equal(
      await hanging,
      "docker_system_info gave up after 1 s. Ask for less, or call again when the Engine is less busy.",
    );
    engine.answer("POST /containers/web/start", hang());
    assert.equal(
      await server.callFailing("docker_start_container", { container_id: "web" }),
      "docker_start_container gave up after 1 s. The Engine may still be doing it: look before you call again.",
    );
  }, { env: { SAFETY_DEFAULT_TOOL_TIMEOUT: "1" } });
});

Deno.test("a call ends a slow drip by its deadline", async () => {
  await withFake(async (engine, server) => {
    const gone = Promise.withResolvers<void>();
    engine.answer("GET /info", async (wire) => {
      await wire.write(head(200, { "content-length": "100000" }) + "{");
      const drip = setInterval(() => void wire.write(" ").catch(() => {}), 20);
      await wire.gone();
      clearInterval(drip);
      gone.resolve();
    });
    assert.match(await server.callFailing("docker_system_info"), /gave up after 1 s/);
    await gone.promise;
  }, { env: { SAFETY_DEFAULT_TOOL_TIMEOUT: "1" } });
});

const CONTAINER = { Id: "a".repeat(64), State: { Running: true }, Config: { Tty: false } };

Deno.test("what arrived before a stream broke off inside a frame is kept, and the break is told", async () => {
  await withFake(async (engine, server) => {
    engine.answer("GET /containers/web/json", json(CONTAINER));
    engine.answer("POST /containers/web/exec", json({ Id: "e" }, 201));
    for (
      const [broken, arrived] of [
        [stream([frame(1, "all,"), frame(1, "par", 1000)]), "all,par"],
        [stream([frame(1, "all"), frame(1, "").slice(0, 3)]), "all"],
        [stream([frame(1, "all"), frame(2, "", 0xffff_ffff)]), "all"],
        [stream([frame(1, "all"), frame(9, "evil")]), "all"],
      ] as const
    ) {
      engine.answer("GET /containers/web/logs", broken);
      engine.answer("POST /exec/e/start", broken);
      const input = { container_id: "web" };
      const read = await callTool<Broken>(server, "docker_container_logs", input);
      assert.equal(read.logs, arrived);
      assert.match(
        read.truncation_info.message,
        /^The stream from the Engine broke off here; call/,
      );
      const exec = { ...input, command: "true" };
      const run = await callTool<Broken>(server, "docker_exec_command", exec);
      assert.deepEqual([run.output, run.exit_code], [arrived, null]);
      assert.match(run.truncation_info.message, /broke off here; the command may still be running/);
    }
    engine.answer("GET /events", stream(['{"Action":"die"}\n{"Act']));
    const { count, truncation_info } = await callTool<Broken>(server, "docker_events");
    assert.equal(count, 1);
    assert.match(truncation_info.message, /^The stream from the Engine broke off here/);
  });
});

Deno.test("a stream that breaks off before anything arrived is an error that says so", async () => {
  await withFake(async (engine, server) => {
    engine.answer("GET /containers/web/json", json(CONTAINER));
    engine.answer("POST /containers/web/exec", json({ Id: "e" }, 201));
    for (const broken of [stream([frame(9, "evil")]), stream([frame(1, "").slice(0, 3)])]) {
      engine.answer("GET /containers/web/logs", broken);
      engine.answer("POST /exec/e/start", broken);
      const calls = [["docker_container_logs", {}], ["docker_exec_command", {
        command: "id",
      }]] as const;
      for (const [tool, input] of calls) {
        const said = await server.callFailing(tool, { container_id: "web", ...input });
        assert.match(said, /^Cannot read the output to its end: .+\. .+\.$/);
      }
    }
  });
});

Deno.test("answers that make no sense are errors that say what to do", async () => {
  await withFake(async (engine, server) => {
    const cases = [
      [
        text(200, "{broken"),
        /^Cannot list containers: the answer is not complete JSON\. Try again/,
      ],
      [json({ no: "list" }), /^Cannot list containers: /],
      [text(500, "<html><body>Bad Gateway</body></html>"), /^Cannot list containers: status 500/],
      [json({ message: "disk full" }, 500), /^Cannot list containers: Docker said: disk full/],
      [text(502, "upstream gone"), /^Cannot list containers: Docker said: upstream gone/],
      [json({ message: "maintenance" }, 503), /^Cannot list containers: Docker said: maintenance/],
      [
        text(301, "", { location: "http://elsewhere/" }),
        /redirects to "http:\/\/elsewhere\/".*DOCKER_HOST/,
      ],
      [
        drop(head(200, { "content-length": "100" }), "[{"),
        /^Cannot .*(broke off|incomplete|not complete)/,
      ],
      [json([{}, { Names: null, Ports: null, Labels: null }]), /^\{"containers":\[.*"count":2/],
    ] as const;
    for (const [answer, expected] of cases) {
      engine.answer("GET /containers/json", answer);
      const result = await server.client.callTool({ name: "docker_list_containers" });
      const said = JSON.stringify(result.content);
      assert.match(textOf(result.content), expected, said);
      assert.ok(!said.includes("<html>") && !said.includes("failed unexpectedly"), said);
    }
    engine.answer("GET /containers/json", json([]));
    assert.equal((await callTool<{ count: number }>(server, "docker_list_containers")).count, 0);
  });
});

Deno.test("a change whose connection breaks off is of unknown outcome, and is not sent twice", async () => {
  await withFake(async (engine, server) => {
    engine.answer("GET /containers/web/json", json(CONTAINER));
    for (
      const [tool, endpoint, input] of [
        ["docker_start_container", "POST /containers/web/start", { container_id: "web" }],
        ["docker_stop_container", "POST /containers/web/stop", { container_id: "web" }],
        ["docker_restart_container", "POST /containers/web/restart", { container_id: "web" }],
        ["docker_create_container", "POST /containers/create", { image: "busybox" }],
        ["docker_exec_command", "POST /containers/web/exec", {
          container_id: "web",
          command: "id",
        }],
      ] as const
    ) {
      engine.answer(endpoint, drop());
      const said = await server.callFailing(tool, input);
      assert.match(said, /^Cannot tell the outcome of .*It may have happened: inspect the object/);
      assert.equal(engine.count(endpoint), 1, tool);
    }
  });
});

Deno.test("an Engine that is too old is refused with both versions, and one that is newer is used", async () => {
  await withFake(async (_engine, server) => {
    assert.match(
      await server.callFailing("docker_version"),
      /speaks API 1\.24 at most, 1\.40 is needed\. Update Docker to 20\.10 or newer\.$/,
    );
    const health = await callTool<Health>(server, "docker_healthcheck");
    assert.match(health.message, /Update Docker/);
  }, { apiVersion: "1.24" });
  await withFake(async (engine, server) => {
    engine.answer("GET /version", json({ Version: "99" }));
    await callTool(server, "docker_version");
    assert.equal(engine.requests.at(-1)?.apiVersion, "1.51");
    const message = "client version 1.51 is too old. Minimum supported API version is 1.90";
    engine.answer("GET /info", json({ message }, 400));
    assert.match(
      await server.callFailing("docker_system_info"),
      /Minimum supported API version is 1\.90\. .*Docker Engine from 20\.10 to 29/,
    );
  }, { apiVersion: "1.99" });
});

Deno.test("what answers but is no Engine is told apart", async () => {
  await withFake(async (engine, server) => {
    engine.answer("GET /_ping", text(200, "hello"));
    engine.answer("GET /version", text(200, "<html>"));
    assert.match(
      await server.callFailing("docker_version"),
      /what answers is not a Docker Engine\. Check what DOCKER_HOST points at\.$/,
    );
    engine.answer("GET /_ping", text(200, "OK", { "api-version": "1.41" }));
    engine.answer("GET /version", json({ Version: "1" }));
    await callTool(server, "docker_version");
  });
});

Deno.test("docker_system_prune reports what failed beside what went", async () => {
  await withFake(async (engine, server) => {
    const row = (id: string) => ({ Id: id, Names: [`/${id}`], State: "exited", SizeRw: 7 });
    engine.answer("GET /containers/json", json([row("held"), row("gone"), row("vanished")]));
    engine.answer("GET /images/json", json([]));
    engine.answer("GET /networks", json([{ Id: "n1", Name: "busy" }]));
    const counting = { message: "a disk usage operation is already running" };
    engine.answer("GET /system/df", json({ LayersSize: 5 }), json(counting, 500));
    const held = { message: "removal of container held is already in progress" };
    engine.answer("DELETE /containers/held", json(held, 409));
    engine.answer("DELETE /containers/gone", text(204, ""));
    engine.answer(
      "DELETE /containers/vanished",
      json({ message: "No such container: vanished" }, 404),
    );
    engine.answer(
      "DELETE /networks/n1",
      json({ message: "network busy has active endpoints" }, 403),
    );
    const { failed, ...rest } = await callTool<
      { failed: { kind: string; id: string; reason: string }[] }
    >(
      server,
      "docker_system_prune",
    );
    assert.deepEqual(rest, {
      status: "done",
      containers_deleted: ["gone"],
      images_deleted: [],
      networks_deleted: [],
      volumes_deleted: [],
      space_reclaimed: 7,
    });
    assert.deepEqual(failed.map(({ kind, id }) => [kind, id]), [["container", "held"], [
      "network",
      "n1",
    ]]);
    assert.match(failed[0]?.reason ?? "", /already in progress/);
    assert.ok(engine.requests.every(({ path }) => !path.includes("/prune")));
  }, { env: ALL_ALLOWED });
});
