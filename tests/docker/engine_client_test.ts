import assert from "node:assert/strict";
import { createDocker, type Docker } from "../../src/docker/client.ts";
import { resolveEndpoint } from "../../src/docker/endpoint.ts";
import { DockerError, type DockerErrorCode } from "../../src/docker/errors.ts";
import type { OutputPiece } from "../../src/docker/streams/demux.ts";
import { openTransport } from "../../src/docker/transport/open.ts";
import { openNamedPipe } from "../../src/docker/transport/npipe.ts";
import { engineTest } from "../engine/engine_test.ts";

async function connect(host: string): Promise<Docker> {
  return createDocker(await openTransport(await resolveEndpoint({ platform: "linux", host })));
}

async function rejects(promise: Promise<unknown>, code: DockerErrorCode): Promise<DockerError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof DockerError, String(error));
    assert.equal(error.code, code, error.message);
    return error;
  }
  assert.fail(`did not reject, expected "${code}"`);
}

async function textOf(output: AsyncIterable<OutputPiece>): Promise<Record<string, string>> {
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  const text = { stdout: "", stderr: "" };
  for await (const { stream, data } of output) {
    text[stream] += decoders[stream].decode(data, { stream: true });
  }
  return text;
}

engineTest("docker.containers creates, starts, stops, restarts and removes", async (engine) => {
  using docker = await connect(engine.host);
  const name = `lifecycle-${crypto.randomUUID()}`;
  const { Id, Warnings } = await docker.containers.create({
    Image: "mcp-docker-test/polite:1",
    Labels: engine.labels,
  }, { name });
  assert.match(Id, /^[0-9a-f]{64}$/);
  assert.ok(Array.isArray(Warnings));
  assert.deepEqual(await docker.containers.start(name), { changed: true });
  assert.deepEqual(await docker.containers.start(Id.slice(0, 12)), { changed: false });
  const running = await docker.containers.inspect(name);
  assert.equal(running.Id, Id);
  assert.equal(running.State?.Running, true);
  await rejects(docker.containers.remove(name), "conflict");
  await docker.containers.restart(name, { timeout: 5 });
  assert.deepEqual(await docker.containers.stop(name, { timeout: 5 }), { changed: true });
  assert.deepEqual(await docker.containers.stop(name), { changed: false });
  await docker.containers.remove(name, { volumes: true });
  const error = await rejects(docker.containers.inspect(name), "not_found");
  assert.deepEqual(error.object, { kind: "container", id: name });
});

engineTest("docker.containers.list() takes filters, limits and sizes", async (engine) => {
  using docker = await connect(engine.host);
  const [first, second] = [await engine.create("busybox"), await engine.run("busybox")];
  const label = Object.entries(engine.labels).map((pair) => pair.join("="));
  const ids = async (options: Parameters<Docker["containers"]["list"]>[0]) =>
    (await docker.containers.list({ ...options, filters: { label } })).map(({ Id }) => Id);
  assert.deepEqual(await ids({}), [second]);
  assert.deepEqual(await ids({ all: true }), [second, first]);
  assert.deepEqual(await ids({ limit: 1 }), [second]);
  const [row] = await docker.containers.list({ all: true, size: true, filters: { id: [first] } });
  assert.equal(typeof row?.SizeRootFs, "number");
  const filters = { nonsense: ["x"] };
  const error = await rejects(docker.containers.list({ filters }), "invalid_argument");
  assert.match(error.message, /nonsense/);
});

engineTest("docker.containers.create() tells a missing image from a taken name", async (engine) => {
  using docker = await connect(engine.host);
  const missing = docker.containers.create({ Image: "nowhere/nothing:1" });
  const image = await rejects(missing, "not_found");
  assert.deepEqual(image.object, { kind: "image", id: "nowhere/nothing:1" });
  const name = `taken-${crypto.randomUUID()}`;
  await engine.create("busybox", { name });
  const again = docker.containers.create({ Image: "mcp-docker-test/busybox:1" }, { name });
  const taken = await rejects(again, "conflict");
  assert.match(taken.message, /already in use/);
  assert.equal(taken.remedy, "Choose another name, or remove its holder");
});

engineTest("docker.containers.start() says why a program cannot run", async (engine) => {
  using docker = await connect(engine.host);
  const id = await engine.create("busybox", { cmd: ["/does/not/exist"] });
  const error = await rejects(docker.containers.start(id), "invalid_argument");
  assert.match(error.message, /does\/not\/exist/);
});

engineTest("docker.containers.logs() yields both streams, whole and by part", async (engine) => {
  using docker = await connect(engine.host);
  const id = await engine.run("chatty", { env: { LINES: "20" } });
  await engine.until(id, ({ Running }) => !Running);
  const all = await textOf(docker.containers.logs(id));
  const lines = Array.from({ length: 20 }, (_, index) => index + 1);
  assert.equal(all["stdout"], lines.map((line) => `out ${line}\n`).join(""));
  assert.equal(all["stderr"], lines.map((line) => `err ${line}\n`).join(""));
  const only = await textOf(docker.containers.logs(id, { stdout: false }));
  assert.deepEqual(only, { stdout: "", stderr: all["stderr"] });
  const newest = await textOf(docker.containers.logs(id, { tail: 3 }));
  assert.equal(`${newest["stdout"]}${newest["stderr"]}`.split("\n").length - 1, 3);
  const stamped = await textOf(docker.containers.logs(id, { tail: 1, timestamps: true }));
  assert.match(
    `${stamped["stdout"]}${stamped["stderr"]}`,
    /^\d{4}-\d\d-\d\dT[\d:.]+Z (out|err) 20/,
  );
  const past = await textOf(docker.containers.logs(id, { until: 1 }));
  assert.deepEqual(past, { stdout: "", stderr: "" });
  await rejects(docker.containers.logs("no-such-container").next(), "not_found");
});

engineTest("docker.containers.logs() reads a terminal's output as it is", async (engine) => {
  using docker = await connect(engine.host);
  const cmd = ["sh", "-c", "echo out; echo err >&2"];
  const id = await engine.run("busybox", { cmd, config: { Tty: true } });
  await engine.until(id, ({ Running }) => !Running);
  for (const tty of [undefined, true]) {
    const text = await textOf(docker.containers.logs(id, { tty }));
    assert.deepEqual(text, { stdout: "out\r\nerr\r\n", stderr: "" });
  }
});

engineTest(
  "docker.containers.logs() follows until the container ends or the signal aborts",
  async (engine) => {
    using docker = await connect(engine.host);
    const id = await engine.run("polite");
    const ending = textOf(docker.containers.logs(id, { follow: true }));
    const controller = new AbortController();
    const reason = new Error("enough");
    const aborted = assert.rejects(
      textOf(docker.containers.logs(id, { follow: true, signal: controller.signal })),
      reason,
    );
    for await (const { data } of docker.containers.logs(id, { follow: true })) {
      if (new TextDecoder().decode(data).includes("ready")) break;
    }
    controller.abort(reason);
    await aborted;
    await docker.containers.stop(id);
    assert.equal((await ending)["stdout"], "ready\ngoodbye\n");
  },
);

engineTest("docker.containers.stats() takes one sample, or one a second", async (engine) => {
  using docker = await connect(engine.host);
  const id = await engine.run("busybox");
  const sample = await docker.containers.stats(id, { oneShot: true });
  assert.equal(sample.id, id);
  assert.equal(typeof sample.cpu_stats?.cpu_usage?.total_usage, "number");
  for await (const streamed of docker.containers.statsStream(id)) {
    assert.equal(streamed.id, id);
    break;
  }
});

engineTest("docker.exec yields both streams and the exit code", async (engine) => {
  using docker = await connect(engine.host);
  const id = await engine.run("busybox");
  const exec = await docker.exec.create(id, {
    Cmd: ["sh", "-c", 'echo "$A in $PWD"; echo problem >&2; exit 7'],
    Env: ["A=b"],
    WorkingDir: "/tmp",
  });
  assert.deepEqual(await textOf(docker.exec.start(exec)), {
    stdout: "b in /tmp\n",
    stderr: "problem\n",
  });
  const { Running, ExitCode } = await docker.exec.inspect(exec);
  assert.deepEqual({ Running, ExitCode }, { Running: false, ExitCode: 7 });
  // An Engine answers 200 before it looks, and writes the refusal to the output.
  assert.match((await textOf(docker.exec.start(exec)))["stdout"] ?? "", /already run/);
  const error = await rejects(docker.exec.inspect("f".repeat(64)), "not_found");
  assert.equal(error.object?.kind, "exec");
});

engineTest("docker.exec.create() tells a missing container from a stopped one", async (engine) => {
  using docker = await connect(engine.host);
  const stopped = await engine.create("busybox");
  const error = await rejects(docker.exec.create(stopped, { Cmd: ["true"] }), "conflict");
  assert.equal(error.remedy, "Start the container first");
  await rejects(docker.exec.create("no-such-container", { Cmd: ["true"] }), "not_found");
});

for (const way of ["socket", "pipe"] as const) {
  engineTest(
    `docker.exec.startAttached() feeds stdin and sees its end over a ${way}`,
    async (engine) => {
      using docker = way === "pipe"
        ? createDocker(openNamedPipe(engine.socketPath))
        : await connect(engine.host);
      const id = await engine.run("busybox");
      const config = { Cmd: ["sh", "-c", "wc -c; echo done >&2; exit 3"], AttachStdin: true };
      const exec = await docker.exec.create(id, config);
      using attached = await docker.exec.startAttached(exec);
      const writer = attached.stdin.getWriter();
      const piece = new Uint8Array(64 * 1024);
      for (let sent = 0; sent < 32; sent++) await writer.write(piece);
      await writer.close();
      const text = await textOf(attached.output);
      assert.equal(text["stdout"]?.trim(), String(32 * 64 * 1024));
      assert.equal(text["stderr"], "done\n");
      assert.equal((await docker.exec.inspect(exec)).ExitCode, 3);
    },
  );
}

engineTest(
  "docker.exec.startAttached() leaves the program without its input when closed",
  async (engine) => {
    using docker = await connect(engine.host);
    const id = await engine.run("busybox");
    const exec = await docker.exec.create(id, { Cmd: ["cat"], AttachStdin: true });
    {
      using attached = await docker.exec.startAttached(exec);
      const writer = attached.stdin.getWriter();
      await writer.write(new TextEncoder().encode("echo"));
      const { value } = await attached.output.next();
      assert.equal(new TextDecoder().decode(value?.data), "echo");
    }
    await rejects(docker.exec.startAttached("f".repeat(64)), "not_found");
  },
);

engineTest(
  "docker.system answers ping, version, info, disk usage and past events",
  async (engine) => {
    using docker = await connect(engine.host);
    assert.equal((await docker.system.ping()).osType, "linux");
    const version = await docker.system.version();
    assert.match(version.ApiVersion ?? "", /^\d+\.\d+$/);
    assert.equal((await docker.system.info()).OSType, "linux");
    assert.ok("Images" in await docker.system.diskUsage());
    const since = Date.now() / 1000 - 1;
    const id = await engine.create("busybox");
    const actions: (string | undefined)[] = [];
    const until = Date.now() / 1000 + 1;
    const filters = { container: [id] };
    for await (const { Type, Action } of docker.system.events({ since, until, filters })) {
      actions.push(`${Type} ${Action}`);
    }
    assert.deepEqual(actions, ["container create"]);
  },
);

engineTest("docker.system.events() ends with its signal", async (engine) => {
  using docker = await connect(engine.host);
  const controller = new AbortController();
  const reason = new Error("enough");
  const { signal } = controller;
  const filters = { label: Object.entries(engine.labels).map((pair) => pair.join("=")) };
  const since = Date.now() / 1000 - 1;
  const events = docker.system.events({ signal, filters, since });
  await engine.create("busybox");
  assert.equal((await events.next()).value?.Action, "create");
  const next = assert.rejects(events.next(), reason);
  controller.abort(reason);
  await next;
});

engineTest(
  "docker.images, networks and volumes list, inspect and refuse to remove",
  async (engine) => {
    using docker = await connect(engine.host);
    const filters = { reference: ["mcp-docker-test/busybox:1"] };
    const [image] = await docker.images.list({ filters });
    const details = await docker.images.inspect("mcp-docker-test/busybox:1");
    assert.equal(details.Id, image?.Id);
    await rejects(docker.images.inspect("nowhere/nothing:1"), "not_found");
    await rejects(docker.images.remove("nowhere/nothing:1"), "not_found");
    const networks = await docker.networks.list({ filters: { name: ["none"] } });
    assert.equal((await docker.networks.inspect("none")).Id, networks[0]?.Id);
    await rejects(docker.networks.remove("none"), "forbidden");
    const network = await rejects(docker.networks.inspect("no-such-network"), "not_found");
    assert.deepEqual(network.object, { kind: "network", id: "no-such-network" });
    const Name = `volume-${crypto.randomUUID()}`;
    await engine.raw("POST", "/volumes/create", { Name, Labels: engine.labels });
    assert.equal((await docker.volumes.inspect(Name)).Name, Name);
    const volumes = await docker.volumes.list({ filters: { name: [Name] } });
    assert.deepEqual(volumes.map((volume) => volume.Name), [Name]);
    await docker.volumes.remove(Name);
    const volume = await rejects(docker.volumes.inspect(Name), "not_found");
    assert.deepEqual(volume.object, { kind: "volume", id: Name });
  },
);

engineTest("createDocker() keeps ids that traverse inside their segment", async (engine) => {
  using docker = await connect(engine.host);
  const id = await engine.create("busybox");
  for (const hostile of [`${id}/json?x=`, "a%2fb", `${id}#`]) {
    await rejects(docker.containers.inspect(hostile), "not_found");
  }
  // The Engine itself would take the way these show, by a redirect.
  for (const hostile of [`../containers/${id}`, `${id}/../${id}`]) {
    const error = await rejects(docker.containers.inspect(hostile), "server_error");
    assert.match(error.message, /redirects/);
  }
  for (const hostile of ["", ".", ".."]) {
    await rejects(docker.containers.remove(hostile, { force: true }), "invalid_argument");
  }
});
