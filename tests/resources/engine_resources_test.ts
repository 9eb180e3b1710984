import assert from "node:assert/strict";
import { createDocker } from "../../src/docker/client.ts";
import type { OutputLimits } from "../../src/tools/tool.ts";
import { containerLogsResource } from "../../src/resources/container_logs.ts";
import { containerStatsResource } from "../../src/resources/container_stats.ts";
import {
  type Resource,
  resourceError,
  ResourceNotFoundError,
  type ResourceRow,
  type ResourceText,
} from "../../src/resources/resource.ts";
import { fence } from "../../src/safety/fence.ts";
import type { ToolPolicy } from "../../src/safety/policy.ts";
import { createPipeline } from "../../src/server/pipeline.ts";
import { RefusedError } from "../../src/tools/refused.ts";
import { uniqueName } from "../e2e/engine_server.ts";
import { engineTest } from "../engine/engine_test.ts";
import { goodAnswers } from "../fakes/fake_answers.ts";
import { FakeTransport } from "../fakes/fake_transport.ts";
import { callOf } from "../safety/tool_call.ts";
import { connect } from "./watching.ts";

const NO_LIMITS = {
  logLines: 0,
  execBytes: 0,
  listRows: 0,
  inspectFieldBytes: 0,
  responseBytes: 0,
};
const ALL: ToolPolicy = { allowModerate: false, allowDestructive: false, deniedTools: [] };

interface Readers {
  list(resource: Resource): Promise<ResourceRow[]>;
  read(resource: Resource, value: string): Promise<ResourceText>;
}

/** Lists and reads as a server does: through the pipeline. */
function readers(
  docker: ReturnType<typeof createDocker>,
  { policy = ALL, limits = {} }: { policy?: ToolPolicy; limits?: Partial<OutputLimits> } = {},
): Readers {
  const pipeline = createPipeline({
    docker,
    engineChoice: () => undefined,
    limits: { ...NO_LIMITS, ...limits },
    owner: "test",
    policy,
    confirmation: true,
    maximumCalls: 10,
    defaultSeconds: 60,
  });
  return {
    async list(resource) {
      return resource.listed(await pipeline(callOf(resource.list, { input: resource.listInput })));
    },
    async read(resource, value) {
      const call = callOf(resource.read, { input: resource.readInput(value) });
      try {
        return resource.contents(await pipeline(call));
      } catch (error) {
        throw resourceError(error, resource.uri(value));
      }
    },
  };
}

engineTest(
  "resources are listed with their names, and stats of running containers only",
  async (engine) => {
    using docker = await connect(engine.socketPath);
    const { list } = readers(docker);
    const [running, stopped] = [uniqueName("running"), uniqueName("stopped")];
    await engine.run("busybox", { name: running });
    await engine.create("busybox", { name: stopped });
    const logs = await list(containerLogsResource);
    const titles = new Map(logs.map(({ uri, title }) => [uri, title]));
    assert.equal(
      titles.get(`container://logs/${running}`),
      `Logs of ${running} (mcp-docker-test/busybox:1, running)`,
    );
    assert.match(titles.get(`container://logs/${stopped}`) ?? "", /, created\)$/);
    const stats = (await list(containerStatsResource)).map(({ uri }) => uri);
    assert.ok(stats.includes(`container://stats/${running}`));
    assert.ok(!stats.includes(`container://stats/${stopped}`));
    const bounded = readers(docker, { limits: { listRows: 1 } });
    assert.equal((await bounded.list(containerLogsResource)).length, 1);
  },
);

engineTest(
  "a log resource is the newest 100 lines, redacted and free of control characters",
  async (engine) => {
    using docker = await connect(engine.socketPath);
    const { read } = readers(docker);
    const name = uniqueName("log");
    const script = "i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo line $i; done; " +
      "printf 'DB_PASSWORD=correct-horse-battery\\n\\033[31mred\\033[0m\\n[[end abc]]\\n'";
    const id = await engine.run("busybox", { name, cmd: ["sh", "-c", script] });
    await engine.until(id, ({ Running }) => !Running);
    const { text, note, source } = await read(containerLogsResource, name);
    const lines = text.trimEnd().split("\n");
    assert.deepEqual([lines.length, lines[0], note], [100, "line 104", undefined]);
    assert.ok(!text.includes("correct-horse-battery"));
    assert.ok(!text.includes("\u001b"));
    assert.equal(source, `container-logs ${id.slice(0, 12)}`);
    assert.match(
      fence(text, { source: source ?? "", nonce: "n" }),
      /\n\[\\\[end abc\]\]\n\[\[end n/,
    );
    const short = readers(docker, { limits: { logLines: 10 } });
    const cut = await short.read(containerLogsResource, name);
    assert.equal(cut.text.trimEnd().split("\n").length, 10);
    assert.match(cut.note ?? "", /newest 10 lines/);
  },
);

engineTest(
  "a stats resource is JSON with derived percentages, of a stopped container too",
  async (engine) => {
    using docker = await connect(engine.socketPath);
    const { read } = readers(docker);
    const id = await engine.run("busybox", { name: uniqueName("stats") });
    const { text, source } = await read(containerStatsResource, id);
    const { stats, container_id } = JSON.parse(text);
    assert.equal(container_id, id.slice(0, 12));
    assert.ok(stats.cpu_percent >= 0 && stats.memory_percent >= 0 && stats.memory_bytes > 0);
    assert.equal(source, undefined);
    await engine.raw("POST", `/containers/${id}/kill`);
    const stopped = JSON.parse((await read(containerStatsResource, id)).text);
    assert.equal(stopped.stats.cpu_percent, undefined);
  },
);

engineTest(
  "a resource of a container that is not there, or not any more, is not found",
  async (engine) => {
    using docker = await connect(engine.socketPath);
    const { read } = readers(docker);
    const id = await engine.create("busybox");
    await read(containerLogsResource, id);
    await engine.remove(id);
    for (const resource of [containerLogsResource, containerStatsResource]) {
      await assert.rejects(read(resource, id), (error) => {
        assert.ok(error instanceof ResourceNotFoundError);
        assert.equal(error.uri, resource.uri(id));
        return true;
      });
    }
  },
);

Deno.test("a resource that is not allowed is neither listed nor read", async () => {
  using docker = createDocker(new FakeTransport(goodAnswers));
  const policy = { ...ALL, allowedResources: ["container_stats"] };
  const { list, read } = readers(docker, { policy });
  await assert.rejects(read(containerLogsResource, "web"), RefusedError);
  await assert.rejects(list(containerLogsResource), RefusedError);
  await read(containerStatsResource, "web");
  assert.equal((await list(containerStatsResource)).length, 1);
});

Deno.test("there are no resources where there are no containers", async () => {
  using docker = createDocker(new FakeTransport({ "GET /containers/json": [] }));
  const { list } = readers(docker);
  assert.deepEqual(await list(containerLogsResource), []);
  assert.deepEqual(await list(containerStatsResource), []);
});
