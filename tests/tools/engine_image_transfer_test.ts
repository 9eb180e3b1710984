import assert from "node:assert/strict";
import { connect, serverCommand } from "../e2e/client.ts";
import { RawServer, within } from "../e2e/raw_server.ts";
import { callTool, type ProgressNote } from "../e2e/engine_server.ts";
import { NO_ENGINE, testUnless } from "../engine/engine_test.ts";
import { missingPrerequisites } from "../engine/prerequisites.ts";
import {
  REGISTRY_PASSWORD,
  REGISTRY_USER,
  type RegistryOptions,
  savedLogin,
  startRegistry,
  type TestRegistry,
} from "../engine/registry.ts";
import { type ImageServer, imageTest, uniqueRepository } from "./image_server.ts";
import { slowRegistry, stallingRegistry } from "./stalling_registry.ts";

const PULL = "docker_pull_image";
const PUSH = "docker_push_image";
const DIGEST = /^sha256:[0-9a-f]{64}$/;

interface Pulled {
  readonly image: string;
  readonly id?: string;
  readonly tags: string[];
  readonly digest?: string;
  readonly status: string;
}

interface Pushed {
  readonly image: string;
  readonly status: string;
  readonly digest?: string;
}

interface TransferTest extends ImageServer {
  readonly registry: TestRegistry;
  /** A repository in that registry that nobody else uses, without a tag. */
  readonly repository: string;
  readonly pull: (input: Record<string, unknown>) => Promise<Pulled>;
  readonly push: (input: Record<string, unknown>) => Promise<Pushed>;
  /** Takes a tag off an image of the Engine. */
  readonly untag: (reference: string) => Promise<void>;
}

const noRegistry = Deno.env.get(NO_ENGINE) ?? await missingPrerequisites();

/** As `imageTest`, with a real registry that the Engine reaches. */
function transferTest(
  name: string,
  run: (test: TransferTest) => Promise<void>,
  options: RegistryOptions = {},
): void {
  if (noRegistry !== undefined) {
    return testUnless(`no registry: ${noRegistry}`, name, () => Promise.resolve());
  }
  imageTest(name, async (test) => {
    await using registry = await startRegistry(options);
    await run({
      ...test,
      registry,
      repository: registry.image(uniqueRepository("transfer")),
      pull: (input) => test.call<Pulled>(PULL, input),
      push: (input) => test.call<Pushed>(PUSH, input),
      async untag(reference) {
        const { status, text } = await test.engine.raw("DELETE", `/images/${reference}`);
        assert.equal(status, 200, text);
      },
    });
  });
}

transferTest(`${PUSH} and ${PULL} move an image, and say what is in the registry`, async (test) => {
  const { registry, repository, push, pull, untag, has } = test;
  const id = await test.image({ tags: [`${repository}:1`, `${repository}:latest`], mebibytes: 1 });
  const pushed = await push({ image: repository, tag: "1" });
  assert.deepEqual({ ...pushed, digest: "" }, {
    image: `${repository}:1`,
    status: "pushed",
    digest: "",
  });
  assert.match(pushed.digest ?? "", DIGEST);
  const path = repository.slice(registry.address.length);
  const manifest = await registry.fetch(`/v2${path}/manifests/1`, { method: "HEAD" });
  assert.equal(manifest.status, 200);

  await untag(`${repository}:1`);
  await untag(`${repository}:latest`);
  assert.equal(await has(id), false);
  const { digest } = pushed;
  assert.deepEqual(await pull({ image: `${repository}:1` }), {
    image: `${repository}:1`,
    id,
    tags: [`${repository}:1`],
    digest,
    status: "downloaded",
  });
  assert.equal((await pull({ image: repository, tag: "1" })).status, "up to date");
  assert.equal((await pull({ image: `${repository}:1`, tag: "1" })).status, "up to date");

  await untag(`${repository}:1`);
  const byDigest = await pull({ image: `${repository}@${digest}` });
  assert.deepEqual(byDigest, {
    image: `${repository}@${digest}`,
    id,
    tags: [],
    digest,
    status: "downloaded",
  });
  assert.deepEqual((await pull({ image: `${repository}:1@${digest}` })).id, id);
});

transferTest(`${PUSH} and ${PULL} mean latest where no tag is given`, async (test) => {
  const { registry, repository, push, pull, untag } = test;
  await test.image({ tags: [`${repository}:latest`, `${repository}:other`] });
  assert.equal((await push({ image: repository })).image, `${repository}:latest`);
  const path = repository.slice(registry.address.length);
  const list = await registry.fetch(`/v2${path}/tags/list`);
  assert.deepEqual((await list.json()).tags, ["latest"]);
  await untag(`${repository}:latest`);
  assert.equal((await pull({ image: repository })).image, `${repository}:latest`);
});

transferTest(`${PULL} with all_tags pulls every tag of a repository`, async (test) => {
  const { registry, repository, push, pull, untag } = test;
  const tags = [1, 2, 3].map((tag) => `${repository}:${tag}`);
  const elsewhere = `${repository}-other:1`;
  for (const tag of tags) await test.image({ tags: [tag, elsewhere], labels: { tag } });
  for (const image of tags) await push({ image });
  for (const image of tags) await untag(image);
  assert.deepEqual(await pull({ image: repository, all_tags: true }), {
    image: repository,
    tags,
    status: "downloaded",
  });
  assert.equal((await pull({ image: repository, all_tags: true })).status, "up to date");
  const missing = await test.callFailing(PULL, {
    image: registry.image("nothing"),
    all_tags: true,
  });
  assert.match(missing, /not known to registry|not found/);
});

transferTest(`${PULL} of a platform that an image has not says so`, async (test) => {
  const { repository, push, pull, callFailing, untag } = test;
  const id = await test.image({ tags: [`${repository}:1`] });
  await push({ image: `${repository}:1` });
  await untag(`${repository}:1`);
  const { json } = await test.engine.raw("GET", "/version");
  const { Os, Arch } = json as { Os: string; Arch: string };
  const own = await pull({ image: `${repository}:1`, platform: `${Os}/${Arch}` });
  assert.equal(own.id, id);
  const text = await callFailing(PULL, { image: `${repository}:1`, platform: "linux/s390x" });
  assert.match(
    text,
    /for linux\/s390x: .* is for linux\/\w+\. Choose a platform that the image has\.$/,
  );
});

transferTest(`${PULL} and ${PUSH} pass on what registry and Engine said`, async (test) => {
  const { registry, callFailing } = test;
  const image = registry.image("team/nothing", "1");
  assert.match(
    await callFailing(PULL, { image }),
    /^Cannot pull image "127.*team\/nothing:1".*manifest unknown.*no such image\.$/,
  );
  assert.match(await callFailing(PUSH, { image }), /does not exist locally.*tag the image/);
  assert.match(
    await callFailing(PULL, { image: "registry.invalid/app:1" }),
    /lookup registry\.invalid.*Check the registry's name, and that the Engine's host reaches it\.$/,
  );
  assert.match(
    await callFailing(PULL, { image: "127.0.0.1:1/app:1" }),
    /connection refused.*Check the registry's name/,
  );
});

transferTest(`${PULL} and ${PUSH} tell progress that only grows`, async (test) => {
  const { server, registry, repository, untag } = test;
  // A pull from this machine could be over before there is anything to tell.
  await using slow = slowRegistry(registry.address);
  const image = `${repository.replace(registry.address, slow.address)}:1`;
  await test.image({ tags: [image], mebibytes: 24 });
  for (const tool of [PUSH, PULL]) {
    const notes: (ProgressNote & { total?: number | undefined })[] = [];
    const input = { name: tool, arguments: { image } };
    const result = await server.client.callTool(input, { onprogress: (note) => notes.push(note) });
    assert.notEqual(result.isError, true, JSON.stringify(result.content));
    const last = notes.at(-1);
    assert.equal(last?.progress, last?.total);
    assert.match(last?.message ?? "", /^(\d+) of \1 layers, (\d+\.\d) of \2 MB$/);
    assert.ok(notes.length > 1, `${tool}: ${JSON.stringify(notes)}`);
    for (const [index, { progress }] of notes.entries()) {
      assert.ok(progress > (notes[index - 1]?.progress ?? 0), JSON.stringify(notes));
    }
    await untag(image);
  }
});

transferTest(
  `${PULL} moves images over TLS and with a login, for the user of docker's configuration`,
  async (test) => {
    const { registry, repository, untag } = test;
    await using config = await configured({ auths: { [registry.address]: savedLogin() } });
    await using server = await connect({ env: config.env(test.engine.host) });
    await test.image({ tags: [`${repository}:1`] });
    const pushed = await callTool<Pushed>(server, PUSH, { image: `${repository}:1` });
    assert.match(pushed.digest ?? "", DIGEST);
    await untag(`${repository}:1`);
    const { status } = await callTool<Pulled>(server, PULL, { image: `${repository}:1` });
    assert.equal(status, "downloaded");
  },
  { login: true, tls: true },
);

transferTest(
  `${PULL} and ${PUSH} send the login of that registry only, and show it nowhere`,
  async (test) => {
    const { registry, engine, repository } = test;
    await using config = await configured({});
    const env = { ...config.env(engine.host), MCP_DEBUG_MODE: "true", MCP_LOG_LEVEL: "DEBUG" };
    await using server = await connect({ env });
    await test.image({ tags: [`${repository}:1`] });
    const input = { image: `${repository}:1` };

    const [host, port] = registry.address.split(":");
    const others = [`${host}:1${port}`, `x${registry.address}`, "https://index.docker.io/v1/"];
    await config.write({ auths: Object.fromEntries(others.map((key) => [key, savedLogin()])) });
    const texts: string[] = [];
    for (const tool of [PULL, PUSH]) texts.push(await server.callFailing(tool, input));
    for (const text of texts) {
      assert.match(text, /no basic auth credentials.*docker login 127\.0\.0\.1:\d+ as the user/);
      assert.match(text, /config\.json has no credentials for "127\.0\.0\.1:\d+"\.$/);
    }

    const wrong = "wrong-horse-battery";
    await config.write({ auths: { [registry.address]: savedLogin(wrong) } });
    for (const tool of [PUSH, PULL]) texts.push(await server.callFailing(tool, input));
    for (const text of texts.slice(2)) assert.match(text, /were sent and did not help/);

    await config.write({ auths: { [`https://${registry.address}/v1/`]: savedLogin() } });
    const notes: unknown[] = [];
    for (const name of [PUSH, PULL]) {
      const call = { name, arguments: input };
      const result = await server.client.callTool(call, { onprogress: (note) => notes.push(note) });
      assert.notEqual(result.isError, true, JSON.stringify(result.content));
      texts.push(JSON.stringify(result));
    }
    const all = [...texts, JSON.stringify(notes), server.stderr()].join("\n");
    for (const secret of [REGISTRY_PASSWORD, wrong, savedLogin().auth, savedLogin(wrong).auth]) {
      assert.ok(!all.includes(secret), `"${secret}" is in ${all}`);
    }
  },
  { login: true },
);

transferTest(
  `${PULL} asks the credential helper of the registry, and only when something is pulled`,
  async (test) => {
    const { registry, engine, repository } = test;
    await using config = await configured({});
    const helper = await config.helper("tests", {
      Username: REGISTRY_USER,
      Secret: REGISTRY_PASSWORD,
    });
    await using server = await connect({ env: config.env(engine.host) });
    await test.image({ tags: [`${repository}:1`] });
    const input = { image: `${repository}:1` };

    for (
      const settings of [
        { credHelpers: { [registry.address]: "tests" }, credsStore: "missing" },
        { credsStore: "tests", auths: { [registry.address]: {} } },
      ]
    ) {
      await config.write(settings);
      await server.call("docker_version");
      assert.equal(await helper.asked(), "");
      await callTool<Pushed>(server, PUSH, input);
      assert.equal(await helper.asked(), `get ${registry.address}\n`);
      await callTool<Pulled>(server, PULL, input);
      assert.equal(await helper.asked(), `get ${registry.address}\n`);
    }

    await config.write({ credHelpers: { "other.example": "tests" } });
    assert.match(await server.callFailing(PUSH, input), /has no credentials for/);
    assert.equal(await helper.asked(), "");

    await config.script("empty", "echo credentials not found in native keychain; exit 1");
    await config.write({ credsStore: "empty", auths: { [registry.address]: savedLogin() } });
    assert.equal((await callTool<Pushed>(server, PUSH, input)).status, "pushed");

    await config.write({ credsStore: "missing" });
    assert.match(
      await server.callFailing(PUSH, input),
      /"docker-credential-missing".*not on the PATH/,
    );
    // What another way of docker login left in the file still counts.
    await config.write({ credsStore: "missing", auths: { [registry.address]: savedLogin() } });
    assert.equal((await callTool<Pushed>(server, PUSH, input)).status, "pushed");
  },
  { login: true },
);

transferTest(
  `${PULL} says what a credential helper does wrong, but not what it answered`,
  async (test) => {
    const { engine, repository } = test;
    await using config = await configured({ credsStore: "odd" });
    await using server = await connect({ env: config.env(engine.host) });
    const input = { image: `${repository}:1` };
    const cases: [string, RegExp][] = [
      ["echo no hidden-json", /its answer is not what a credential helper answers/],
      ['echo \'{"Username": 1, "Secret": "hidden"}\'', /not what a credential helper answers/],
      ["echo hidden; exit 3", /it ended with status 3/],
      ["echo credentials not found in native keychain; exit 1", /has no credentials for/],
      ["yes hidden | head -c 1000000", /longer than 65536 bytes/],
    ];
    for (const [script, expected] of cases) {
      await config.script("odd", script);
      const text = await server.callFailing(PULL, input);
      assert.match(text, expected);
      assert.ok(!text.includes("hidden"), text);
    }
  },
  { login: true },
);

transferTest(
  `${PULL} without permission for a helper pulls what is public, and else says how to allow it`,
  async (test) => {
    const { engine, repository, registry } = test;
    await using locked = await startRegistry({ login: true });
    await using config = await configured({ credsStore: "tests" });
    const helper = await config.helper("tests", { Username: "u", Secret: "s" });
    const [program, [run = "", ...args]] = serverCommand();
    await using server = await connect({
      binary: program,
      args: [run, "--deny-run", ...args],
      env: config.env(engine.host),
    });
    await test.image({ tags: [`${repository}:1`] });
    await callTool<Pushed>(server, PUSH, { image: `${repository}:1` });
    await callTool<Pulled>(server, PULL, { image: `${repository}:1` });
    const text = await server.callFailing(PULL, {
      image: repository.replace(registry.address, locked.address),
    });
    assert.match(text, /no basic auth credentials/);
    assert.match(text, /"docker-credential-tests".*may not run it/);
    assert.match(text, /--allow-run=docker-credential-tests/);
    assert.equal(await helper.asked(), "");
  },
);

transferTest(
  `${PULL} runs the one helper it was granted, unless Deno is kept from it by the environment`,
  async (test) => {
    const { engine, repository } = test;
    await using config = await configured({ credsStore: "tests" });
    await config.helper("tests", { Username: REGISTRY_USER, Secret: REGISTRY_PASSWORD });
    const [program, [run = "", _all, ...args]] = serverCommand();
    const granted = [run, "-RWEN", "--allow-run=docker-credential-tests", ...args];
    await test.image({ tags: [`${repository}:1`] });
    const input = { image: `${repository}:1` };
    const env = config.env(engine.host);
    await using server = await connect({ binary: program, args: granted, env });
    await callTool<Pushed>(server, PUSH, input);
    const loading = { ...env, LD_LIBRARY_PATH: "/nonexistent" };
    await using kept = await connect({ binary: program, args: granted, env: loading });
    assert.match(await kept.callFailing(PULL, input), /LD_LIBRARY_PATH.*Start this server without/);
  },
  { login: true },
);

for (const tool of [PULL, PUSH]) {
  for (const way of ["is cancelled", "loses its client"]) {
    transferTest(`${tool} stops the Engine when it ${way}`, async (test) => {
      const { engine, registry, repository, push, untag } = test;
      await using slow = stallingRegistry(registry.address);
      const image = `${repository.replace(registry.address, slow.address)}:1`;
      // The Engine packs while it pushes and stops at the next piece, so there have to be many.
      const mebibytes = tool === PUSH ? 32 : 1;
      await test.image({ tags: [`${repository}:1`, image], mebibytes });
      if (tool === PULL) {
        await push({ image: `${repository}:1` });
        await untag(`${repository}:1`);
        await untag(image);
      }
      await using server = await RawServer.initialized({ env: { DOCKER_HOST: engine.host } });
      const requestId = await server.askTool(tool, { image });
      await within(slow.begun, PATIENCE_MS, "the transfer of a layer");
      if (way === "is cancelled") {
        const params = { requestId, reason: "enough" };
        await server.send({ jsonrpc: "2.0", method: "notifications/cancelled", params });
        await server.request("ping"); // the connection to the Engine is closed when this is answered
      } else {
        await server.closeInput();
        await server.exit();
      }
      slow.resume();
      await within(slow.dropped, PATIENCE_MS, "the end of the transfer");
    });
  }
}

/** Nothing here takes longer than a fraction of this, so that a test fails instead of hanging. */
const PATIENCE_MS = 20_000;

interface Configured extends AsyncDisposable {
  /** The environment of a server that has this configuration and finds its helpers. */
  env(host: string): Record<string, string>;
  /** Replaces docker's config.json. */
  write(config: Record<string, unknown>): Promise<void>;
  /** Installs `docker-credential-<name>` as a shell script. */
  script(name: string, lines: string): Promise<void>;
  /** Installs a helper that has these credentials for every registry. */
  helper(name: string, credentials: Record<string, string>): Promise<Helper>;
}

interface Helper {
  /** What it was asked since the last look, `get <address>` in each line. */
  asked(): Promise<string>;
}

async function configured(config: Record<string, unknown>): Promise<Configured> {
  const folder = await Deno.makeTempDir({ prefix: "mcp-docker-config-" });
  const made: Configured = {
    env: (host) => ({
      DOCKER_HOST: host,
      DOCKER_CONFIG: folder,
      PATH: `${folder}:${Deno.env.get("PATH")}`,
    }),
    write: (config) => Deno.writeTextFile(`${folder}/config.json`, JSON.stringify(config)),
    script: (name, lines) =>
      Deno.writeTextFile(`${folder}/docker-credential-${name}`, `#!/bin/sh\n${lines}\n`, {
        mode: 0o755,
      }),
    async helper(name, credentials) {
      const log = `${folder}/${name}.log`;
      await Deno.writeTextFile(log, "");
      const answer = `echo "$1 $(cat)" >>"${log}"; echo '${JSON.stringify(credentials)}'`;
      await made.script(name, answer);
      return {
        async asked() {
          const text = await Deno.readTextFile(log);
          await Deno.writeTextFile(log, "");
          return text;
        },
      };
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
  await made.write(config);
  return made;
}
