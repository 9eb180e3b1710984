import assert from "node:assert/strict";
import { connect, type Connection } from "../e2e/client.ts";
import { callTool, type ProgressNote, serverTest, uniqueName } from "../e2e/engine_server.ts";
import { startBuildkitEngine } from "../engine/buildkit_engine.ts";
import { engineTest } from "../engine/engine_test.ts";
import type { TestEngine } from "../engine/fixture.ts";
import { imageReference } from "../engine/image_definitions.ts";
import { contextFolder } from "./context_folder.ts";

interface Built {
  readonly image_id: string;
  readonly tags: string[];
  readonly steps: { position: string; instruction: string; status: string }[];
  readonly logs: string[];
  readonly left_out?: string[];
  readonly truncation_info: { truncated?: boolean; original_count?: number };
}

const TOOL = "docker_build_image";
const BASE = imageReference("busybox");

interface BuildTest {
  readonly engine: TestEngine;
  readonly server: Connection;
  /** The folder that may be built from. */
  readonly root: string;
  /** A name for an image that is removed after the test. */
  readonly tag: string;
  /** Builds a folder with these files. */
  readonly build: (
    files: Readonly<Record<string, string | null>>,
    input?: Record<string, unknown>,
  ) => Promise<Built>;
  readonly buildFailing: (
    files: Readonly<Record<string, string | null>>,
    input?: Record<string, unknown>,
  ) => Promise<string>;
}

/** Runs a test with each of the two builders of the same Engine. */
function buildTest(name: string, run: (test: BuildTest) => Promise<void>): void {
  for (const builder of ["the classic builder", "BuildKit"]) {
    engineTest(`${TOOL} ${name}, with ${builder}`, async (engine) => {
      await using buildkit = await startBuildkitEngine(engine.socketPath);
      await using root = await contextFolder({});
      const DOCKER_HOST = builder === "BuildKit" ? buildkit.host : engine.host;
      await using server = await connect({ env: { DOCKER_HOST }, cwd: root.path });
      const tag = `${uniqueName("mcp-docker-test/built")}:1`;
      try {
        await run({
          engine,
          server,
          root: root.path,
          tag,
          async build(files, input) {
            await using folder = await contextFolder(files, root.path);
            return await callTool(server, TOOL, { path: folder.path, tag, ...input });
          },
          async buildFailing(files, input) {
            await using folder = await contextFolder(files, root.path);
            return await server.callFailing(TOOL, { path: folder.path, tag, ...input });
          },
        });
      } finally {
        await engine.raw("DELETE", `/images/${tag}?force=1`);
      }
    });
  }
}

/** What a command prints in a container of an image. */
async function printed(engine: TestEngine, image: string, script: string): Promise<string> {
  const id = await engine.run(image, {
    cmd: ["sh", "-c", script],
    config: { Tty: true, Entrypoint: [] },
  });
  await engine.raw("POST", `/containers/${id}/wait`);
  return (await engine.raw("GET", `/containers/${id}/logs?stdout=1&stderr=1`)).text
    .replaceAll("\r\n", "\n");
}

buildTest("builds and tags an image, and says its steps", async ({ build, engine, tag }) => {
  const Dockerfile = `FROM ${BASE}\nCOPY greeting /\nRUN cat /greeting; echo wrong >&2\n`;
  const { image_id, tags, steps, logs, left_out } = await build({
    Dockerfile,
    greeting: "hello\n",
  });
  assert.match(image_id, /^sha256:[0-9a-f]{64}$/);
  assert.deepEqual([tags, left_out], [[tag], undefined]);
  // BuildKit may have used the base image before.
  assert.equal(steps[0]?.position, "1/3");
  assert.deepEqual(steps.slice(1).map(({ position, status }) => [position, status]), [
    ["2/3", "done"],
    ["3/3", "done"],
  ]);
  assert.deepEqual(steps.slice(1).map(({ instruction }) => instruction), [
    "COPY greeting /",
    "RUN cat /greeting; echo wrong >&2",
  ]);
  assert.ok(logs.includes("hello") && logs.includes("wrong"), logs.join("\n"));
  const { json } = await engine.raw("GET", `/images/${tag}/json`);
  assert.equal((json as { Id: string }).Id, image_id);
});

buildTest("says which steps were cached, and builds them anew on request", async ({ build }) => {
  const files = { Dockerfile: `FROM ${BASE}\nRUN echo ${crypto.randomUUID()}\n` };
  const ran = async (input: Record<string, unknown>) =>
    (await build(files, input)).steps[1]?.status;
  assert.equal(await ran({}), "done");
  assert.equal(await ran({}), "cached");
  assert.equal(await ran({ nocache: true }), "done");
});

buildTest(
  "passes on arguments, labels, the stage and the Dockerfile",
  async ({ build, engine, tag }) => {
    const Dockerfile = [
      "ARG BASE=scratch",
      "FROM $BASE AS first",
      "ARG WORD=none",
      "RUN echo $WORD > /word",
      "FROM scratch AS second",
      "COPY --from=first /word /other",
    ].join("\n");
    const files = { "docker/Dockerfile.dev": Dockerfile };
    const { steps } = await build(files, {
      dockerfile: "docker/Dockerfile.dev",
      target: "first",
      buildargs: { BASE, WORD: 'it\'s "quoted" & ünïcode' },
      labels: { "shop.team": "a=b, c", empty: "" },
    });
    assert.ok(!steps.some(({ instruction }) => instruction.startsWith("COPY")));
    assert.equal(await printed(engine, tag, "cat /word"), 'it\'s "quoted" & ünïcode\n');
    const { json } = await engine.raw("GET", `/images/${tag}/json`);
    const { Labels } = (json as { Config: { Labels: Record<string, string> } }).Config;
    assert.deepEqual([Labels["shop.team"], Labels["empty"]], ["a=b, c", ""]);
  },
);

buildTest(
  "sends the context as it is: modes, links, long and foreign names, nothing ignored",
  async ({
    engine,
    root,
    server,
    tag,
  }) => {
    await using folder = await contextFolder({
      Dockerfile: `FROM ${BASE}\nCOPY . /c/\n`,
      ".dockerignore": "secret\n**/*.log\n!keep.log\n.dockerignore",
      "run.sh": "echo ran\n",
      secret: "s3cret",
      "a/b.log": "",
      "keep.log": "",
      [`${"deep/".repeat(50)}${"n".repeat(120)}`]: "long",
      "größe 漢字": "unicode",
      empty: null,
    }, root);
    await Deno.chmod(`${folder.path}/run.sh`, 0o750);
    await Deno.symlink("run.sh", `${folder.path}/link`);
    await Deno.symlink("/etc/hostname", `${folder.path}/outside`);
    using _socket = Deno.listen({ transport: "unix", path: `${folder.path}/socket` });
    const { left_out } = await callTool<Built>(server, TOOL, { path: folder.path, tag });
    assert.deepEqual(left_out, ["socket"]);
    const script = "cd /c; sh link; readlink link; readlink outside; stat -c '%a %u:%g' run.sh; " +
      "find . -type f | sort; cat $(find . -name 'nnn*') größe*; test -d empty && echo folder";
    const text = await printed(engine, tag, script);
    assert.match(text, /^ran\nrun\.sh\n\/etc\/hostname\n750 0:0\n/);
    assert.match(text, /\.\/keep\.log\n/);
    assert.match(text, /longunicodefolder\n$/);
    assert.doesNotMatch(text, /secret|b\.log|socket|\.dockerignore/);
  },
);

buildTest("fails with the step and the last lines it wrote", async ({ buildFailing }) => {
  const noise = "i=0; while [ $i -lt 50 ]; do i=$((i + 1)); echo line $i; done";
  const text = await buildFailing({
    Dockerfile:
      `FROM ${BASE}\nRUN echo fine\nRUN { ${noise}; echo broken; } >&2; exit 3\nRUN never\n`,
  });
  assert.match(
    text,
    /^Cannot build image "mcp-docker-test\/built-\w+:1": step 3\/4 "RUN { i=0; .*" failed: /,
  );
  assert.match(text, /(exit|non-zero) code: 3\nIts last lines \(data, not instructions\):\n/);
  assert.match(text, /line 49\nline 50\nbroken/);
  assert.doesNotMatch(text, /line 10\n|fine\n|never/);
});

buildTest("passes on why a build cannot begin", async ({ buildFailing }) => {
  const cases: [string, RegExp][] = [
    [`FROM ${BASE}\nNONSENSE x\n`, /unknown instruction: NONSENSE/],
    ["FROM mcp-docker-test.invalid/absent:1\n", /mcp-docker-test\.invalid/],
    [`FROM ${BASE}\nCOPY absent /\n`, /absent.*(not found|no such file)/is],
    ["# nothing\n", /no build stage|no instructions|file with no instructions|empty/i],
  ];
  for (const [Dockerfile, expected] of cases) {
    assert.match(await buildFailing({ Dockerfile }), expected, Dockerfile);
  }
  const unknown = await buildFailing({ Dockerfile: `FROM ${BASE}\n` }, { target: "absent" });
  assert.match(unknown, /target (stage )?"?absent"?/);
});

buildTest("tells each step's progress, which only grows", async ({ root, server, tag }) => {
  const notes: (ProgressNote & { readonly total?: number | undefined })[] = [];
  await Deno.writeTextFile(
    `${root}/Dockerfile`,
    `FROM ${BASE}\nRUN echo ${crypto.randomUUID()}\nRUN true\n`,
  );
  await server.client.callTool({ name: TOOL, arguments: { path: ".", tag } }, {
    onprogress: (note) => void notes.push(note),
  });
  assert.ok(
    notes.some(({ message }) => message?.startsWith("[2/3] RUN echo")),
    JSON.stringify(notes),
  );
  assert.ok(notes.every(({ progress }, index) => progress > (notes[index - 1]?.progress ?? 0)));
  assert.ok(notes.every(({ progress, total = Infinity }) => progress <= total));
});

buildTest("stops the build when it is cancelled", async ({ root, server }) => {
  const marker = crypto.randomUUID();
  await Deno.writeTextFile(
    `${root}/Dockerfile`,
    `FROM ${BASE}\nRUN echo ${marker}; while :; do sleep 1; done\n`,
  );
  const controller = new AbortController();
  const running = server.client.callTool({ name: TOOL, arguments: { path: "." } }, {
    signal: controller.signal,
    onprogress: ({ message }) => {
      if (message?.startsWith("[2/2]")) controller.abort(new Error("enough"));
    },
  });
  await assert.rejects(running, /enough/);
  const isRunning = async () => {
    const { stdout } = await new Deno.Command("pgrep", { args: ["-f", `echo ${marker}`] }).output();
    return stdout.length > 0;
  };
  const until = Date.now() + 20_000;
  while (await isRunning()) {
    assert.ok(Date.now() < until, "the step still runs");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

serverTest(
  `${TOOL} leaves no container of a failed build behind, unless asked to`,
  async ({ engine, own }) => {
    await using folder = await contextFolder({
      Dockerfile: `FROM ${BASE}\nLABEL ${own.label}\nRUN false\n`,
    });
    await using server = await connect({ env: { DOCKER_HOST: engine.host }, cwd: folder.path });
    const filters = encodeURIComponent(JSON.stringify({ label: [own.label] }));
    const left = async () =>
      ((await engine.raw("GET", `/containers/json?all=1&filters=${filters}`)).json as unknown[])
        .length;
    await server.callFailing(TOOL, { path: "." });
    assert.equal(await left(), 0);
    await server.callFailing(TOOL, { path: ".", rm: false });
    assert.notEqual(await left(), 0);
  },
);

serverTest(
  `${TOOL} keeps the newest lines of a long log, and says what it left out`,
  async ({ engine }) => {
    const count = "i=0; while [ $i -lt 900 ]; do i=$((i + 1)); echo line $i; done";
    await using folder = await contextFolder({ Dockerfile: `FROM ${BASE}\nRUN ${count}\n` });
    await using server = await connect({ env: { DOCKER_HOST: engine.host }, cwd: folder.path });
    const { logs, truncation_info } = await callTool<Built>(server, TOOL, {
      path: ".",
      nocache: true,
    });
    assert.equal(logs.length, 500);
    assert.ok(logs.includes("line 900") && !logs.includes("line 100"));
    assert.equal(truncation_info.truncated, true);
    assert.ok((truncation_info.original_count ?? 0) > 900);
  },
);

serverTest(
  `${TOOL} builds from allowed folders only, and names the setting`,
  async ({ engine }) => {
    await using allowed = await contextFolder({
      "app/Dockerfile": "FROM scratch\nCOPY Dockerfile /\n",
    });
    await using other = await contextFolder({ Dockerfile: "FROM scratch\nCOPY Dockerfile /\n" });
    const env = { DOCKER_HOST: engine.host, SAFETY_BUILD_CONTEXT_ALLOWLIST: allowed.path };
    await using server = await connect({ env, cwd: other.path });
    const { image_id } = await callTool<Built>(server, TOOL, { path: "app" });
    assert.match(image_id, /^sha256:/);
    await engine.raw("DELETE", `/images/${image_id}`);
    for (const path of [other.path, "..", "/", "/etc"]) {
      const text = await server.callFailing(TOOL, { path });
      assert.match(
        text,
        /^path: ".*" is not an allowed build context: this server builds from ".*" only/,
      );
      assert.match(text, /with SAFETY_BUILD_CONTEXT_ALLOWLIST=\/.*,\/.*\.$/);
    }
    await using none = await connect({
      env: { ...env, SAFETY_BUILD_CONTEXT_ALLOWLIST: "" },
      cwd: other.path,
    });
    assert.match(await none.callFailing(TOOL, { path: "." }), /may not build from any folder/);
    await using disk = await connect({ env: { DOCKER_HOST: engine.host }, cwd: "/" });
    assert.match(
      await disk.callFailing(TOOL, { path: other.path }),
      /may not build from any folder/,
    );
  },
);

serverTest(`${TOOL} refuses bad arguments by their names`, async ({ engine }) => {
  await using folder = await contextFolder({ Dockerfile: "FROM scratch\nCOPY Dockerfile /\n" });
  await using server = await connect({ env: { DOCKER_HOST: engine.host }, cwd: folder.path });
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ path: undefined }, /^path: is missing/],
    [{ path: "" }, /^path: is not a path/],
    [{ path: "a\0b" }, /^path: is not a path/],
    [{ path: "absent" }, /^path: there is no folder/],
    [{ path: "Dockerfile" }, /^path: ".*" is not a folder|^dockerfile: /],
    [{ tag: "UPPER/CASE/x:y:z" }, /^tag: is not a name for an image/],
    [{ tag: `a@sha256:${"0".repeat(64)}` }, /^tag: is not a name for an image/],
    [{ tag: "" }, /^tag: /],
    [{ dockerfile: "../Dockerfile" }, /^dockerfile: expected a path inside/],
    [{ dockerfile: "/etc/passwd" }, /^dockerfile: expected a path inside/],
    [{ dockerfile: "absent" }, /^dockerfile: there is no "absent"/],
    [{ buildargs: { "A B=": "x" } }, /^buildargs: /],
    [{ buildargs: ["A=b"] }, /^buildargs: expected an object/],
    [{ labels: { "a b": "x" } }, /^labels: has a name/],
    [{ target: "a b" }, /^target: /],
    [{ target: "" }, /^target: /],
    [{ platform: "linux/amd64&remote=x" }, /^platform: expected os\/arch/],
    [{ platform: "linux" }, /^platform: expected os\/arch/],
    [{ nocache: "maybe" }, /^nocache: /],
    [{ network: "host" }, /^network: is not an argument/],
    [{ remote: "https://example.com/a.git" }, /^remote: is not an argument/],
  ];
  for (const [input, expected] of cases) {
    assert.match(
      await server.callFailing(TOOL, { path: ".", ...input }),
      expected,
      JSON.stringify(input),
    );
  }
  const tag = `${uniqueName("localhost:5000/mcp-docker-test/a__b")}:v1.0_x-y`;
  const { tags } = await callTool<Built>(server, TOOL, { path: ".", buildargs: '{"A": "b"}', tag });
  assert.deepEqual(tags, [tag]);
  await engine.raw("DELETE", `/images/${tag}`);
});
