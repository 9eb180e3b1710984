import assert from "node:assert/strict";
import { createDocker, type Docker, type DockerOptions } from "../../src/docker/client.ts";
import { DockerError, type DockerErrorCode } from "../../src/docker/errors.ts";
import type { OutputPiece } from "../../src/docker/streams/demux.ts";
import { openUnix } from "../../src/docker/transport/unix.ts";
import { drop, FakeEngine, frame, hang, head, json, stream, text } from "../fakes/fake_engine.ts";

interface Fault {
  readonly engine: FakeEngine;
  readonly docker: Docker;
}

async function withFake(
  options: DockerOptions,
  run: (fault: Fault) => Promise<void>,
  apiVersion?: string,
): Promise<void> {
  await using engine = await FakeEngine.start(apiVersion);
  using docker = createDocker(await openUnix(engine.socketPath), options);
  await run({ engine, docker });
}

async function rejects(promise: Promise<unknown>, code: DockerErrorCode): Promise<DockerError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof DockerError, `not a DockerError: ${error}`);
    assert.equal(error.code, code, error.message);
    return error;
  }
  assert.fail(`did not reject, expected "${code}"`);
}

async function collect(output: AsyncIterable<OutputPiece>): Promise<[string, string][]> {
  const all: [string, string][] = [];
  for await (const { stream, data } of output) all.push([stream, new TextDecoder().decode(data)]);
  return all;
}

Deno.test("createDocker() retries a read once on a dead pooled connection", async () => {
  await withFake({}, async ({ engine, docker }) => {
    // The first drop is on a reused connection, after which fetch itself resends a read once.
    engine.answer("GET /version", drop(), drop(), json({ Version: "1" }));
    assert.equal((await docker.system.version()).Version, "1");
    engine.answer("GET /info", drop());
    await rejects(docker.system.info(), "incomplete");
    assert.ok(engine.count("GET /info") <= 4, "more than one retry of ours and fetch's own");
  });
});

for (const method of ["start", "remove"] as const) {
  Deno.test(`createDocker() never sends a ${method} twice, also on a reused connection`, async () => {
    await withFake({}, async ({ engine, docker }) => {
      engine.answer("POST /containers/web/start", drop());
      engine.answer("DELETE /containers/web", drop());
      engine.answer("GET /info", json({}));
      await docker.system.info();
      const before = engine.requests.length;
      const error = await rejects(docker.containers[method]("web"), "outcome_unknown");
      assert.equal(engine.requests.length, before + 1);
      assert.match(error.remedy ?? "", /inspect/);
      assert.deepEqual(error.object, { kind: "container", id: "web" });
    });
  });
}

Deno.test("createDocker() says unreachable of a write when nothing was sent", async () => {
  await withFake({}, async ({ engine, docker }) => {
    await engine.stop();
    const error = await rejects(docker.containers.start("web"), "unreachable");
    assert.match(error.message, /no such socket/);
    engine.listen();
    engine.answer("POST /containers/web/start", text(204, ""));
    assert.deepEqual(await docker.containers.start("web"), { changed: true });
  });
});

Deno.test("createDocker() takes 304 for an outcome", async () => {
  await withFake({}, async ({ engine, docker }) => {
    engine.answer("POST /containers/web/stop", (wire) => wire.write(head(304)));
    assert.deepEqual(await docker.containers.stop("web"), { changed: false });
  });
});

Deno.test("createDocker() gives up on an Engine that accepts and never answers", async () => {
  await withFake({ timeouts: { firstByte: 50 } }, async ({ engine, docker }) => {
    engine.answer("GET /containers/json", hang());
    const error = await rejects(docker.containers.list(), "timeout");
    assert.equal(error.message, "Cannot list containers: no answer within 0.05 seconds");
  });
});

Deno.test("createDocker() gives up on an Engine that hangs before its version is known", async () => {
  await withFake({ timeouts: { firstByte: 50 } }, async ({ engine, docker }) => {
    engine.answer("GET /_ping", hang(), text(200, "OK", { "api-version": "1.41" }));
    await rejects(docker.containers.list(), "timeout");
    engine.answer("GET /containers/json", json([]));
    assert.deepEqual(await docker.containers.list(), []);
  });
});

Deno.test("createDocker() ends a slow drip by the total deadline", async () => {
  await withFake({ timeouts: { total: 100 } }, async ({ engine, docker }) => {
    engine.answer("GET /info", async (wire) => {
      await wire.write(head(200, { "content-length": "100000" }) + "{");
      for (;;) {
        await wire.write(" ");
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
    const error = await rejects(docker.system.info(), "timeout");
    assert.match(error.message, /no complete answer within 0.1 seconds/);
  });
});

Deno.test("createDocker() ends an answer that stops coming by the idle deadline", async () => {
  await withFake({ timeouts: { idle: 50 } }, async ({ engine, docker }) => {
    engine.answer("GET /info", hang(head(200, { "content-length": "10" }), "{"));
    const error = await rejects(docker.system.info(), "timeout");
    assert.match(error.message, /no further piece/);
  });
});

Deno.test("createDocker() does not count the time a consumer takes as idle", async () => {
  await withFake({}, async ({ engine, docker }) => {
    engine.answer(
      "GET /events",
      stream(['{"Action":"a"}\n', '{"Action":"b"}\n'], { "content-type": "application/json" }),
    );
    const events = docker.system.events({ timeouts: { idle: 40 } });
    assert.equal((await events.next()).value?.Action, "a");
    await new Promise((resolve) => setTimeout(resolve, 80));
    assert.equal((await events.next()).value?.Action, "b");
    assert.equal((await events.next()).done, true);
    const answer = stream([frame(1, "a"), frame(1, "b")]);
    engine.answer("GET /containers/web/logs", answer);
    const logs = docker.containers.logs("web", { tty: false, timeouts: { idle: 40 } });
    assert.equal((await logs.next()).done, false);
    await new Promise((resolve) => setTimeout(resolve, 80));
    for await (const { data } of logs) assert.equal(data.length, 1);
  });
});

Deno.test("createDocker() rejects with the caller's reason and drops the connection", async () => {
  await withFake({}, async ({ engine, docker }) => {
    const gone = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    engine.answer("GET /info", async (wire) => {
      asked.resolve();
      await wire.gone();
      gone.resolve();
    });
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    const call = docker.system.info({ signal: controller.signal });
    const rejected = assert.rejects(call, reason);
    await asked.promise;
    controller.abort(reason);
    await rejected;
    await gone.promise;
  });
});

Deno.test("createDocker() sends nothing when the signal is aborted before", async () => {
  await withFake({}, async ({ engine, docker }) => {
    const reason = new Error("too late");
    await assert.rejects(docker.system.info({ signal: AbortSignal.abort(reason) }), reason);
    assert.equal(engine.count("GET /info"), 0);
  });
});

Deno.test("createDocker() reports cut and invalid JSON as incomplete", async () => {
  await withFake({}, async ({ engine, docker }) => {
    engine.answer("GET /info", drop(head(200, { "content-length": "100" }), '{"Name":'));
    await rejects(docker.system.info(), "incomplete");
    engine.answer("GET /info", text(200, '{"Name":'));
    await rejects(docker.system.info(), "incomplete");
    engine.answer("GET /info", text(200, "<html>"));
    await rejects(docker.system.info(), "incomplete");
    engine.answer("GET /info", json([]), json(null), text(200, ""));
    for (let time = 0; time < 3; time++) await rejects(docker.system.info(), "incomplete");
    engine.answer("GET /containers/json", json({}), json(null));
    await rejects(docker.containers.list(), "incomplete");
    assert.deepEqual(await docker.containers.list(), []);
  });
});

Deno.test("createDocker() says outcome_unknown when the answer to a write is cut", async () => {
  await withFake({}, async ({ engine, docker }) => {
    engine.answer("POST /containers/create", drop(head(201, { "content-length": "99" }), '{"Id'));
    await rejects(docker.containers.create({ Image: "x" }), "outcome_unknown");
  });
});

Deno.test("createDocker() stops reading an answer that is too large", async () => {
  await withFake({}, async ({ engine, docker }) => {
    let sent = 0;
    engine.answer("GET /containers/web/json", async (wire) => {
      await wire.write(head(200, { connection: "close" }));
      const piece = new Uint8Array(64 * 1024).fill(0x20);
      for (; sent < 100 * 1024 * 1024; sent += piece.length) await wire.write(piece);
    });
    engine.answer("GET /images/json", async (wire) => {
      await wire.write(head(200, { connection: "close" }));
      const piece = new Uint8Array(1024 * 1024).fill(0x20);
      for (let count = 0; count < 17; count++) await wire.write(piece);
      await wire.write("[]");
      wire.close();
    });
    await rejects(docker.images.list(), "too_large");
    const error = await rejects(docker.containers.inspect("web"), "too_large");
    assert.match(error.message, /8388608 bytes/);
    assert.ok(sent < 20 * 1024 * 1024, `${sent} bytes were taken`);
  });
});

Deno.test("createDocker() never passes on an HTML page", async () => {
  await withFake({}, async ({ engine, docker }) => {
    engine.answer("GET /info", text(500, "<html><body>proxy trouble</body></html>"));
    const error = await rejects(docker.system.info(), "server_error");
    assert.equal(error.message, "Cannot read the Engine's information: status 500");
    assert.equal(error.status, 500);
  });
});

Deno.test("createDocker() does not follow redirects", async () => {
  await withFake({}, async ({ engine, docker }) => {
    engine.answer("GET /info", text(301, "", { location: "http://192.0.2.9/steal" }));
    const error = await rejects(docker.system.info(), "server_error");
    assert.match(error.message, /redirects to "http:\/\/192.0.2.9\/steal"/);
    assert.equal(engine.count("GET /steal"), 0);
  });
});

Deno.test("createDocker() reads only the beginning of an endless error", async () => {
  await withFake({}, async ({ engine, docker }) => {
    engine.answer("GET /info", async (wire) => {
      await wire.write(head(500, { connection: "close" }));
      for (;;) await wire.write("x".repeat(10_000));
    });
    const error = await rejects(docker.system.info(), "server_error");
    assert.ok(error.message.length < 5000);
  });
});

Deno.test("createDocker() negotiates once for concurrent first calls", async () => {
  await withFake({}, async ({ engine, docker }) => {
    engine.answer("GET /info", json({}));
    await Promise.all(Array.from({ length: 20 }, () => docker.system.info()));
    assert.equal(engine.count("GET /_ping"), 1);
    assert.ok(engine.requests.slice(1).every(({ apiVersion }) => apiVersion === "1.41"));
  }, "1.41");
});

Deno.test("containers.create() sends no platform to an Engine that would not heed it", async () => {
  const create = (docker: Docker, platform?: string) =>
    docker.containers.create({ Image: "a" }, { platform });
  await withFake({}, async ({ engine, docker }) => {
    engine.answer("POST /containers/create", json({ Id: "1" }, 201));
    const error = await rejects(create(docker, "linux/s390x"), "unsupported");
    assert.match(error.message, /choosing a platform needs API 1\.41, this Engine speaks 1\.40$/);
    assert.equal(engine.count("POST /containers/create"), 0);
    assert.equal((await create(docker)).Id, "1");
  }, "1.40");
  await withFake({}, async ({ engine, docker }) => {
    engine.answer("POST /containers/create", json({ Id: "1" }, 201));
    assert.equal((await create(docker, "linux/s390x")).Id, "1");
    assert.match(engine.requests.at(-1)?.path ?? "", /platform=linux%2Fs390x/);
  }, "1.41");
});

Deno.test("createDocker() lets others negotiate on when one caller leaves", async () => {
  await withFake({}, async ({ engine, docker }) => {
    const asked = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    engine.answer("GET /_ping", async (wire) => {
      asked.resolve();
      await go.promise;
      await wire.write(head(200, { "api-version": "1.44", "content-length": "0" }));
    });
    engine.answer("GET /info", json({ Name: "x" }));
    const controller = new AbortController();
    const leaving = docker.system.info({ signal: controller.signal });
    const staying = docker.system.info();
    const left = assert.rejects(leaving, { message: "bye" });
    await asked.promise;
    controller.abort(new Error("bye"));
    await left;
    go.resolve();
    assert.equal((await staying).Name, "x");
    assert.equal(engine.count("GET /_ping"), 1);
  });
});

Deno.test("createDocker() speaks at most its own newest version", async () => {
  await withFake({}, async ({ engine, docker }) => {
    engine.answer("GET /info", json({}));
    await docker.system.info();
    assert.equal(engine.requests.at(-1)?.apiVersion, "1.51");
  }, "1.99");
});

Deno.test("createDocker() refuses an Engine that is too old, with both versions", async () => {
  await withFake({}, async ({ docker }) => {
    const error = await rejects(docker.system.info(), "unsupported");
    assert.match(error.message, /1\.39.*1\.40/);
  }, "1.39");
});

Deno.test("createDocker() refuses an Engine that is too new, with both versions", async () => {
  await withFake({}, async ({ engine, docker }) => {
    const message = "client version 1.51 is too old. Minimum supported API version is 1.60, " +
      "please upgrade your client to a newer version";
    engine.answer("GET /info", json({ message }, 400));
    const error = await rejects(docker.system.info(), "unsupported");
    assert.match(error.message, /1\.51.*1\.60/);
    engine.answer("GET /_ping", text(200, "OK"));
    engine.answer("GET /version", json({ ApiVersion: "1.70", MinAPIVersion: "1.60" }));
    const fromVersion = await rejects(docker.system.info(), "unsupported");
    assert.match(fromVersion.message, /1\.60.*1\.51/);
  }, "1.70");
});

Deno.test("createDocker() asks /version where a ping tells none", async () => {
  await withFake({}, async ({ engine, docker }) => {
    engine.answer("GET /_ping", text(200, "OK"));
    engine.answer("GET /version", json({ ApiVersion: "1.43" }));
    engine.answer("GET /info", json({}));
    await docker.system.info();
    assert.equal(engine.requests.at(-1)?.apiVersion, "1.43");
  });
});

Deno.test("createDocker() says so when what answers is not an Engine", async () => {
  await withFake({}, async ({ engine, docker }) => {
    engine.answer("GET /_ping", text(200, "<html>Welcome to nginx</html>"));
    engine.answer("GET /version", text(404, "<html>nothing here</html>"));
    const error = await rejects(docker.system.info(), "incomplete");
    assert.match(error.message, /not a Docker Engine/);
    engine.answer("GET /_ping", text(404, "<html>nothing here</html>"));
    const other = await rejects(docker.system.info(), "incomplete");
    assert.match(other.message, /not a Docker Engine/);
    assert.match(other.remedy ?? "", /DOCKER_HOST/);
  });
});

Deno.test("createDocker() negotiates anew with an Engine that was replaced", async () => {
  await withFake({}, async ({ engine, docker }) => {
    const old = "client version 1.51 is too new. Maximum supported API version is 1.41";
    engine.answer("GET /info", json({ Name: "new" }), json({ message: old }, 400), json({}));
    assert.equal((await docker.system.info()).Name, "new");
    engine.answer("GET /_ping", text(200, "OK", { "api-version": "1.41" }));
    await docker.system.info();
    assert.equal(engine.requests.at(-1)?.apiVersion, "1.41");
  });
});

Deno.test("createDocker() negotiates anew after the connection failed", async () => {
  await withFake({}, async ({ engine, docker }) => {
    engine.answer("GET /info", json({}));
    await docker.system.info();
    await engine.stop();
    await rejects(docker.system.info(), "unreachable");
    engine.answer("GET /_ping", text(200, "OK", { "api-version": "1.44" }));
    engine.listen();
    await docker.system.info();
    assert.equal(engine.requests.at(-1)?.apiVersion, "1.44");
  });
});

Deno.test("createDocker() opens at most so many connections at a time", async () => {
  await withFake({ maxConnections: 2 }, async ({ engine, docker }) => {
    let running = 0;
    let most = 0;
    engine.answer("GET /info", async (wire) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      await wire.write(`${head(200, { "content-length": "2" })}{}`);
    });
    await Promise.all(Array.from({ length: 9 }, () => docker.system.info()));
    assert.equal(most, 2);
  });
});

Deno.test("createDocker() frees the place of a call that waits or hangs when it is aborted", async () => {
  await withFake({ maxConnections: 1 }, async ({ engine, docker }) => {
    const asked = Promise.withResolvers<void>();
    engine.answer("GET /info", (wire) => {
      asked.resolve();
      return wire.gone();
    });
    engine.answer("GET /version", json({}));
    const controller = new AbortController();
    const { signal } = controller;
    const hanging = assert.rejects(docker.system.info({ signal }), { name: "AbortError" });
    await asked.promise;
    const waiting = assert.rejects(docker.system.version({ signal }), { name: "AbortError" });
    const last = docker.system.version();
    controller.abort();
    await Promise.all([hanging, waiting]);
    await last;
  });
});

Deno.test("createDocker() does not count streams among its connections", async () => {
  await withFake({ maxConnections: 1 }, async ({ engine, docker }) => {
    engine.answer("GET /events", hang(head(200, { connection: "close" }), '{"Action":"a"}\n'));
    engine.answer("GET /info", json({ Name: "free" }));
    for await (const event of docker.system.events()) {
      assert.equal(event.Action, "a");
      assert.equal((await docker.system.info()).Name, "free");
      break;
    }
  });
});

Deno.test("docker.containers.logs() drops the connection when its consumer stops early", async () => {
  await withFake({}, async ({ engine, docker }) => {
    const gone = Promise.withResolvers<void>();
    engine.answer("GET /containers/web/logs", async (wire) => {
      const type = "application/vnd.docker.multiplexed-stream";
      await wire.write(head(200, { connection: "close", "content-type": type }));
      await wire.write(frame(1, "first"));
      await wire.gone();
      gone.resolve();
    });
    for await (const { data } of docker.containers.logs("web", { follow: true })) {
      assert.equal(new TextDecoder().decode(data), "first");
      break;
    }
    await gone.promise;
  });
});

Deno.test("docker.exec.start() yields what arrived before a stream that is cut in a frame", async () => {
  await withFake({}, async ({ engine, docker }) => {
    for (
      const [cut, expected] of [
        [frame(2, "par", 1000), ["all", "par"]],
        [frame(1, "").slice(0, 3), ["all"]],
        [frame(7, "evil"), ["all"]],
      ] as const
    ) {
      engine.answer("POST /exec/e/start", stream([frame(1, "all"), cut]));
      const arrived: string[] = [];
      await rejects(
        (async () => {
          for await (const { data } of docker.exec.start("e")) {
            arrived.push(new TextDecoder().decode(data));
          }
        })(),
        "incomplete",
      );
      assert.deepEqual(arrived, expected);
    }
  });
});

Deno.test("docker.system.events() yields what arrived before a line that is cut", async () => {
  await withFake({}, async ({ engine, docker }) => {
    engine.answer("GET /events", stream(['{"Action":"a"}\r\n\r\n{"Act', 'ion":"b"}\n{"Actio']));
    const events = docker.system.events();
    assert.equal((await events.next()).value?.Action, "a");
    assert.equal((await events.next()).value?.Action, "b");
    await rejects(events.next(), "incomplete");
  });
});

Deno.test("docker.containers.logs() asks for the terminal where an old Engine does not tell", async () => {
  await withFake({}, async ({ engine, docker }) => {
    const raw = { "content-type": "application/vnd.docker.raw-stream" };
    engine.answer("GET /containers/plain/logs", stream([frame(2, "framed")], raw));
    engine.answer("GET /containers/plain/json", json({ Config: { Tty: false } }));
    engine.answer("GET /containers/tty/logs", stream(["not framed"], raw));
    engine.answer("GET /containers/tty/json", json({ Config: { Tty: true } }));
    const read = (id: string, tty?: boolean) => collect(docker.containers.logs(id, { tty }));
    assert.deepEqual(await read("plain"), [["stderr", "framed"]]);
    assert.deepEqual(await read("tty"), [["stdout", "not framed"]]);
    assert.equal(engine.count("GET /containers/tty/json"), 1);
    assert.deepEqual(await read("plain", false), [["stderr", "framed"]]);
    assert.deepEqual(await read("tty", true), [["stdout", "not framed"]]);
    assert.equal(engine.count("GET /containers/tty/json"), 1);
  }, "1.41");
});

Deno.test("docker.containers.logs() believes the content type of an Engine that tells", async () => {
  await withFake({}, async ({ engine, docker }) => {
    const raw = { "content-type": "application/vnd.docker.raw-stream" };
    engine.answer("GET /containers/tty/logs", stream([frame(1, "x")], raw));
    const [piece] = await collect(docker.containers.logs("tty", { tty: false }));
    assert.deepEqual(piece, ["stdout", "\x01\0\0\0\0\0\0\x01x"]);
  });
});

Deno.test("docker.exec.startAttached() reports a refused upgrade by its status", async () => {
  await withFake({}, async ({ engine, docker }) => {
    engine.answer("POST /exec/e/start", json({ message: "No such exec instance: e" }, 404));
    const error = await rejects(docker.exec.startAttached("e"), "not_found");
    assert.deepEqual(error.object, { kind: "exec", id: "e" });
    engine.answer("POST /exec/e/start", stream(["no upgrade"]));
    await rejects(docker.exec.startAttached("e"), "unsupported");
    engine.answer("POST /exec/e/start", drop());
    await rejects(docker.exec.startAttached("e"), "outcome_unknown");
    await engine.stop();
    await rejects(docker.exec.startAttached("e"), "unreachable");
  });
});

Deno.test("docker.exec.startAttached() ends with the caller's signal", async () => {
  await withFake({}, async ({ engine, docker }) => {
    const gone = Promise.withResolvers<void>();
    engine.answer("POST /exec/e/start", async (wire) => {
      await wire.write(head(101, { connection: "Upgrade", upgrade: "tcp" }));
      await wire.write(frame(1, "hello"));
      await wire.gone();
      gone.resolve();
    });
    const controller = new AbortController();
    using exec = await docker.exec.startAttached("e", { signal: controller.signal });
    const first = await exec.output.next();
    assert.equal(new TextDecoder().decode(first.value?.data), "hello");
    const reason = new Error("enough");
    const rejected = assert.rejects(exec.output.next(), reason);
    controller.abort(reason);
    await rejected;
    await gone.promise;
  });
});
