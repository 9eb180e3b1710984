import assert from "node:assert/strict";
import { DockerError } from "../../../src/docker/errors.ts";
import { openUnix } from "../../../src/docker/transport/unix.ts";
import { FakeEngine, json } from "../../fakes/fake_engine.ts";

Deno.test("openUnix() says unreachable of a socket that is missing or that nobody listens on", async () => {
  const directory = await Deno.makeTempDir({ prefix: "unix-" });
  try {
    using missing = await openUnix(`${directory}/missing.sock`);
    await assert.rejects(missing.fetch("/_ping"), {
      code: "unreachable",
      message: /there is no such socket/,
    });
    const stale = `${directory}/stale.sock`;
    await Deno.rename(await abandonedSocket(directory), stale);
    using refused = await openUnix(stale);
    await assert.rejects(refused.fetch("/_ping"), {
      code: "unreachable",
      message: /nothing listens there/,
    });
    await assert.rejects(refused.hijack("/exec/x/start", { method: "POST" }), {
      code: "unreachable",
      message: /nothing listens there/,
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

/** A socket whose listener is gone: closing removes the name, so the socket is kept under another. */
async function abandonedSocket(directory: string): Promise<string> {
  const listener = Deno.listen({ transport: "unix", path: `${directory}/listening.sock` });
  await Deno.rename(`${directory}/listening.sock`, `${directory}/kept.sock`);
  listener.close();
  return `${directory}/kept.sock`;
}

Deno.test("openUnix() sends everything to the socket, whatever NO_PROXY says", async () => {
  await using engine = await FakeEngine.start();
  engine.answer("GET /info", json({ Name: "fake" }));
  const script = `
    import { openUnix } from "${new URL("../../../src/docker/transport/unix.ts", import.meta.url)}";
    using transport = await openUnix(${JSON.stringify(engine.socketPath)});
    const answer = await transport.fetch("/info");
    await Deno.stdout.write(new Uint8Array(await answer.arrayBuffer()));
  `;
  const grants = [engine.socketPath].flatMap((path) => [
    `--allow-read=${path}`,
    `--allow-write=${path}`,
    `--allow-net=unix:${path},192.0.2.1:80`,
  ]);
  const file = `${engine.directory}/script.ts`;
  await Deno.writeTextFile(file, script);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--no-lock", "--no-prompt", "--no-check", ...grants, file],
    env: {
      NO_PROXY: "localhost,127.0.0.1,*,.local",
      HTTP_PROXY: "http://127.0.0.1:9",
      NO_COLOR: "1",
    },
  }).output();
  assert.equal(
    new TextDecoder().decode(stdout),
    '{"Name":"fake"}',
    new TextDecoder().decode(stderr),
  );
});

Deno.test({
  name: "openUnix() names the flags when Deno does not grant the socket",
  permissions: { read: true, write: true, net: false },
  async fn() {
    await assert.rejects(openUnix("/run/docker.sock"), (error) => {
      assert.ok(error instanceof DockerError && error.code === "not_granted", String(error));
      assert.equal(
        error.remedy,
        "Run with --allow-read=/run/docker.sock --allow-write=/run/docker.sock " +
          "--allow-net=unix:/run/docker.sock,192.0.2.1:80",
      );
      return true;
    });
  },
});
