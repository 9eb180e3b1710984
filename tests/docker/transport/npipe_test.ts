import assert from "node:assert/strict";
import { createDocker } from "../../../src/docker/client.ts";
import { openNamedPipe } from "../../../src/docker/transport/npipe.ts";
import {
  drop,
  FakeEngine,
  frame,
  hang,
  head,
  json,
  stream,
  text,
} from "../../fakes/fake_engine.ts";

// Deno reaches a Windows pipe and a Unix socket by the same code; only the operating system's part differs.

Deno.test("openNamedPipe() fetches, streams and reuses connections for reads only", async () => {
  await using engine = await FakeEngine.start();
  using docker = createDocker(openNamedPipe(engine.socketPath));
  engine.answer("GET /info", json({ Name: "piped" }));
  engine.answer("POST /containers/web/start", text(204, ""));
  engine.answer("POST /containers/web/stop", (wire) => wire.write(head(304)));
  for (let time = 0; time < 3; time++) assert.equal((await docker.system.info()).Name, "piped");
  assert.equal(engine.connections, 1);
  assert.deepEqual(await docker.containers.start("web"), { changed: true });
  assert.deepEqual(await docker.containers.stop("web"), { changed: false });
  assert.equal(engine.connections, 3);
  engine.answer("POST /exec/e/start", stream([frame(1, "a".repeat(100_000)), frame(2, "b")]));
  let length = 0;
  for await (const { data } of docker.exec.start("e")) length += data.length;
  assert.equal(length, 100_001);
  assert.equal(engine.requests.at(-1)?.body, '{"Detach":false,"Tty":false}');
});

Deno.test("openNamedPipe() reports faults as fetch does", async () => {
  await using engine = await FakeEngine.start();
  using docker = createDocker(openNamedPipe(engine.socketPath), { timeouts: { firstByte: 200 } });
  engine.answer("GET /info", drop());
  await assert.rejects(docker.system.info(), { code: "incomplete" });
  engine.answer("GET /info", drop(head(200, { "content-length": "10" }), "{"));
  await assert.rejects(docker.system.info(), { code: "incomplete" });
  engine.answer("GET /info", drop(head(200, { "transfer-encoding": "chunked" }), "5\r\n{"));
  await assert.rejects(docker.system.info(), { code: "incomplete" });
  engine.answer("GET /info", hang());
  await assert.rejects(docker.system.info(), { code: "timeout" });
  engine.answer("POST /containers/web/start", drop());
  await assert.rejects(docker.containers.start("web"), { code: "outcome_unknown" });
  assert.equal(engine.count("POST /containers/web/start"), 1);
  await engine.stop();
  await assert.rejects(docker.system.info(), {
    code: "unreachable",
    message: /npipe:\/\/.*there is no such socket/,
  });
});

Deno.test("openNamedPipe() says unreachable of a pipe that is not there, and lives", async () => {
  using docker = createDocker(openNamedPipe("/nonexistent/docker_engine"));
  await assert.rejects(docker.system.info(), { code: "unreachable" });
});

Deno.test("openNamedPipe() drops the connection when a stream is left early or aborted", async () => {
  await using engine = await FakeEngine.start();
  using docker = createDocker(openNamedPipe(engine.socketPath));
  let gone = Promise.withResolvers<void>();
  engine.answer("GET /events", async (wire) => {
    await wire.write(head(200, { connection: "close" }) + '{"Action":"a"}\n');
    await wire.gone();
    gone.resolve();
  });
  for await (const { Action } of docker.system.events()) {
    assert.equal(Action, "a");
    break;
  }
  await gone.promise;
  gone = Promise.withResolvers();
  const controller = new AbortController();
  const reason = new Error("enough");
  const events = docker.system.events({ signal: controller.signal });
  assert.equal((await events.next()).value?.Action, "a");
  const rejected = assert.rejects(events.next(), reason);
  controller.abort(reason);
  await rejected;
  await gone.promise;
});

Deno.test("openNamedPipe() keeps memory flat under a reader that does not read", async () => {
  await using engine = await FakeEngine.start();
  using docker = createDocker(openNamedPipe(engine.socketPath));
  let sent = 0;
  engine.answer("POST /exec/e/start", async (wire) => {
    await wire.write(head(200, { connection: "close" }));
    const piece = frame(1, new Uint8Array(64 * 1024));
    for (; sent < 64 * 1024 * 1024; sent += piece.length) await wire.write(piece);
  });
  const output = docker.exec.start("e");
  await output.next();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(sent < 8 * 1024 * 1024, `${sent} bytes were taken`);
  await output.return();
});
