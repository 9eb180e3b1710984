import assert from "node:assert/strict";
import { testUnless } from "../engine/engine_test.ts";
import { findRunning } from "../engine/engine_record.ts";
import { missingPrerequisites } from "../engine/prerequisites.ts";
import { childOf, kill } from "../engine/process_identity.ts";
import { startPrivateEngine, stopPrivateEngine } from "../engine/private_engine.ts";
import { FakeEngine, hang, json, text } from "../fakes/fake_engine.ts";
import { connect, type Connection } from "./client.ts";
import { callTool } from "./engine_server.ts";

const REFUSED =
  /^Cannot reach Docker at "unix:.*": it has not answered for \d+ s, so nothing was sent\. (It is asked again in [1-5] s|It is being asked right now).*health check.*Restart Docker/;

interface Health {
  readonly healthy: boolean;
  readonly message: string;
}

/** A server that gives up on a call after a second. */
function serverAt(host: string): Promise<Connection> {
  return connect({ env: { DOCKER_HOST: host, SAFETY_DEFAULT_TOOL_TIMEOUT: "1" } });
}

/** Calls that hang until they are given up, at the same time. */
async function giveUp(server: Connection, calls: number): Promise<void> {
  const hanging = Array.from({ length: calls }, () => server.callFailing("docker_version"));
  for (const said of await Promise.all(hanging)) {
    assert.match(said, /^docker_version gave up after 1 s\./);
  }
}

Deno.test("an Engine that hangs keeps no call waiting after five have given up, and is found again when it answers", async () => {
  await using engine = await FakeEngine.start();
  await using server = await serverAt(`unix://${engine.socketPath}`);
  engine.answer("GET /version", json({ Version: "1" }));
  await callTool(server, "docker_version");
  for (const endpoint of ["GET /_ping", "GET /version", "GET /info"]) {
    engine.answer(endpoint, hang());
  }
  await giveUp(server, 5);
  const asked = engine.count("GET /version");
  for (const tool of ["docker_version", "docker_system_info", "docker_list_containers"]) {
    assert.match(await server.callFailing(tool), REFUSED);
  }
  assert.deepEqual([engine.count("GET /version"), engine.count("GET /info")], [asked, 0]);
  const health = server.callFailing("docker_healthcheck");
  assert.match(await health, /gave up after 1 s/); // it did ask
  assert.match(await server.callFailing("docker_version"), REFUSED);
  engine.answer("GET /_ping", text(200, "OK", { "api-version": "1.51" }));
  engine.answer("GET /info", json({ Name: "back" }));
  engine.answer("GET /version", json({ Version: "2" }));
  assert.equal((await callTool<Health>(server, "docker_healthcheck")).healthy, true);
  const { version } = await callTool<{ version: unknown }>(server, "docker_version");
  assert.deepEqual(version, { Version: "2" });
});

Deno.test("a container that hangs keeps nobody from an Engine that answers", async () => {
  await using engine = await FakeEngine.start();
  await using server = await serverAt(`unix://${engine.socketPath}`);
  engine.answer("GET /containers/stuck/json", hang());
  engine.answer("GET /version", json({ Version: "1" }));
  const stuck = () => server.callFailing("docker_inspect_container", { container_id: "stuck" });
  await Promise.all([stuck(), stuck(), stuck(), stuck()]);
  assert.match(await stuck(), /gave up after 1 s/);
  assert.match(await stuck(), /gave up after 1 s/); // asked again, not refused
  await callTool(server, "docker_version");
});

testUnless(
  await missingPrerequisites(),
  "a real Engine that is frozen keeps no call waiting, and is found again when it goes on",
  async () => {
    const name = `silent-${Deno.pid}`;
    const { host } = await startPrivateEngine({ name });
    const daemon = childOf(findRunning(name)?.init?.pid ?? 0);
    assert.ok(daemon);
    try {
      await using server = await serverAt(host);
      const { version } = await callTool<{ version: unknown }>(server, "docker_version");
      kill(daemon, "SIGSTOP"); // its socket still accepts connections
      await giveUp(server, 5);
      assert.match(await server.callFailing("docker_version"), REFUSED);
      kill(daemon, "SIGCONT");
      // The ping that was under way is answered now, or the health check's.
      assert.equal((await callTool<Health>(server, "docker_healthcheck")).healthy, true);
      assert.deepEqual(await callTool(server, "docker_version"), { version });
    } finally {
      kill(daemon, "SIGCONT");
      await stopPrivateEngine(name);
    }
  },
);

Deno.test("an Engine that hangs and then ends is reported as it is, and its successor is found", async () => {
  await using engine = await FakeEngine.start();
  await using server = await serverAt(`unix://${engine.socketPath}`);
  engine.answer("GET /version", json({ Version: "1" }));
  await callTool(server, "docker_version");
  for (const endpoint of ["GET /_ping", "GET /version"]) engine.answer(endpoint, hang());
  await giveUp(server, 5);
  await engine.stop();
  assert.match(
    await server.callFailing("docker_version"),
    /there is no such socket\. Start Docker/,
  );
  engine.answer("GET /_ping", text(200, "OK", { "api-version": "1.51" }));
  engine.answer("GET /version", json({ Version: "2" }));
  engine.listen();
  await callTool(server, "docker_version");
});
