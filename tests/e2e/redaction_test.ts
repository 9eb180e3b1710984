import assert from "node:assert/strict";
import { imageReference } from "../engine/image_definitions.ts";
import { contextFolder } from "../tools/context_folder.ts";
import { connect } from "./client.ts";
import { type EngineServer, serverTest, uniqueName } from "./engine_server.ts";
import { engineTest } from "../engine/engine_test.ts";

interface Answer {
  readonly notice?: string;
  readonly redactions?: Record<string, number>;
  readonly sanitised?: Record<string, number>;
  readonly [field: string]: unknown;
}

const SECRET = "hunter2Secret9";
const BASE64 = btoa(`bob:${SECRET}`);
/** What a container writes: its token in pieces, split by colours, unseen characters and a pause, and over two streams. */
const WRITES = [
  `T="$API_TOKEN"; printf 'start\\nDB_PASS'; sleep 0.2`,
  `printf 'WORD=%s' "\${T:0:4}"; sleep 0.2; printf '%s\\n' "\${T:4}"`,
  `printf 'pass\\033[1mword: %s\\033[0m%s\\n' "\${T:0:6}" "\${T:6}"`,
  `printf 'to\\342\\200\\213ken=%s\\342\\200\\213%s\\n' "\${T:0:5}" "\${T:5}"`,
  `printf 'GET /cb?u=postgres%%3A%%2F%%2Fa%%3A%s%%40db%%2Fx\\n' "$T" >&2`,
  `printf 'Authorization: Basic %s\\nready\\n' $(printf 'bob:%s' "$T" | base64)`,
].join("; ");

async function start({ engine }: Pick<EngineServer, "engine">): Promise<string> {
  return await engine.run("busybox", {
    cmd: ["sh", "-c", `${WRITES}; sleep 600`],
    env: { API_TOKEN: SECRET, TZ: "UTC" },
    labels: { [`login --password ${SECRET}`]: "key", note: `postgres://a:${SECRET}@db/x` },
  });
}

/** Reads the logs once the container has written all. */
async function logsOf({ call }: EngineServer, container_id: string): Promise<Answer> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const answer = await call<Answer>("docker_container_logs", { container_id });
    if (String(answer["logs"]).includes("ready")) return answer;
  }
  return assert.fail("the container did not write all it should");
}

function assertGone(answer: unknown): void {
  const text = JSON.stringify(answer);
  for (const form of [SECRET, BASE64]) assert.ok(!text.includes(form), text);
}

serverTest(
  "no answer of the server shows a container's secrets, and each counts them",
  async (test) => {
    const container_id = await start(test);
    const logs = await logsOf(test, container_id);
    assertGone(logs);
    assert.deepEqual(logs.redactions, { env: 1, field: 3, url: 1 });
    assert.deepEqual(logs.sanitised, { ansi: 2, zero_width: 2 });
    assert.equal(Object.keys(logs).slice(0, 3).join(), "notice,redactions,sanitised");
    const inspected = await test.call<Answer>("docker_inspect_container", { container_id });
    assertGone(inspected);
    assert.match(JSON.stringify(inspected), /API_TOKEN=\[redacted:env\]","TZ=UTC|"TZ=UTC"/);
    const listed = await test.call<Answer>("docker_list_containers", {
      verbose: true,
      filters: { id: [container_id] },
    });
    assertGone(listed);
    assert.ok((listed.redactions?.["url"] ?? 0) > 0, JSON.stringify(listed));
    const command = ["sh", "-c", `printf "A_TOKEN=${SECRET}\\n"; env`];
    const ran = await test.call<Answer>("docker_exec_command", { container_id, command });
    assertGone(ran);
    assert.match(String(ran["output"]), /^A_TOKEN=\[redacted:env\]\n/);
    const failed = await test.callFailing("docker_inspect_container", {
      container_id: `no-such-container-${TOKEN}`,
    });
    assert.ok(!failed.includes(TOKEN), failed);
    assert.ok(!test.server.stderr().includes(SECRET), test.server.stderr());
  },
  { env: { MCP_LOG_LEVEL: "debug" } },
);

/** Told by its form, so that it may stand anywhere. */
const TOKEN = `ghp_${"aB3dE5fG7".repeat(4)}`;

serverTest("SAFETY_REDACT=all hides every variable", async (test) => {
  const container_id = await start(test);
  const inspected = JSON.stringify(
    await test.call<Answer>("docker_inspect_container", { container_id }),
  );
  assert.match(inspected, /"TZ=\[redacted:env\]"/);
  assert.doesNotMatch(inspected, /=UTC/);
}, { env: { SAFETY_REDACT: "all" } });

serverTest(
  "SAFETY_REDACT=off shows everything, says so at the start, and still sanitizes",
  async (test) => {
    const container_id = await start(test);
    const logs = await logsOf(test, container_id);
    assert.ok(String(logs["logs"]).includes(`DB_PASSWORD=${SECRET}\npassword: ${SECRET}\n`));
    assert.equal(logs.redactions, undefined);
    assert.deepEqual(logs.sanitised, { ansi: 2, zero_width: 2 });
    assert.match(test.server.stderr(), /WRN.*SAFETY_REDACT is off/);
  },
  { env: { SAFETY_REDACT: "off" } },
);

engineTest("a build's progress, steps and errors show no secrets", async (engine) => {
  await using folder = await contextFolder({
    Dockerfile: [
      `FROM ${imageReference("busybox")}`,
      `ENV DB_PASSWORD=${SECRET}`,
      `RUN sleep 1 && app_login --password ${SECRET} || echo "\x1b[1mtoken: ${SECRET}\x1b[0m"`,
      `RUN sleep 1 && echo "https://u:${SECRET}@h/x" && exit 3`,
    ].join("\n"),
  });
  const env = { DOCKER_HOST: engine.host };
  await using server = await connect({ env, cwd: folder.path });
  const told: string[] = [];
  const tag = uniqueName("mcp-docker-test/secret");
  const { content, isError } = await server.client.callTool(
    { name: "docker_build_image", arguments: { path: folder.path, tag } },
    { onprogress: ({ message = "" }) => void told.push(message) },
  );
  assert.equal(isError, true);
  assertGone([content, told]);
  assert.match(told.join("\n"), /\[redacted:/);
});
