import assert from "node:assert/strict";
import { connect } from "../e2e/client.ts";
import { serverTest, uniqueName } from "../e2e/engine_server.ts";
import { FakeEngine, json, text } from "../fakes/fake_engine.ts";

interface Changed {
  readonly container_id: string;
  readonly name: string;
  readonly status: string;
  readonly changed: boolean;
  readonly exit_code?: number;
  readonly health?: string;
}

interface Removed {
  readonly status: string;
  readonly container_id: string;
  readonly name: string;
  readonly removed_volumes: boolean;
}

const DESTRUCTIVE = { SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS: "true" };
const UNCONFIRMED = { ...DESTRUCTIVE, SAFETY_REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE: "false" };

for (const mode of ["legacy", "auto"] as const) {
  serverTest(
    `docker_start, stop and restart_container change the state and say so (${mode})`,
    async ({
      call,
      engine,
    }) => {
      const name = uniqueName("cycle");
      const id = await engine.create("polite", { name });
      const same = { container_id: id.slice(0, 12), name };
      const steps: [string, Omit<Changed, "container_id" | "name">][] = [
        ["start", { status: "running", changed: true }],
        ["start", { status: "running", changed: false }],
        ["restart", { status: "running", changed: true }],
        ["stop", { status: "exited", changed: true, exit_code: 0 }],
        ["stop", { status: "exited", changed: false, exit_code: 0 }],
        ["restart", { status: "running", changed: true }],
      ];
      for (const [verb, state] of steps) {
        const answer = await call<Changed>(`docker_${verb}_container`, { container_id: name });
        assert.deepEqual(answer, { ...same, ...state }, verb);
      }
    },
    { mode },
  );
}

serverTest("docker_start_container tells of a container that ends at once, and of health", async ({
  call,
  engine,
}) => {
  const crash = await engine.create("crash", { env: { CODE: "5" } });
  await call("docker_start_container", { container_id: crash });
  await engine.until(crash, ({ Running }) => !Running);
  const stopped = await call<Changed>("docker_stop_container", { container_id: crash });
  assert.deepEqual([stopped.status, stopped.changed, stopped.exit_code], ["exited", false, 5]);
  const web = await engine.create("web");
  const started = await call<Changed>("docker_start_container", { container_id: web });
  assert.deepEqual([started.status, started.health], ["running", "starting"]);
});

serverTest("docker_start_container passes on why a container cannot start", async ({
  callFailing,
  engine,
}) => {
  const id = await engine.create("busybox", { cmd: ["/no/such/program"] });
  const text = await callFailing("docker_start_container", { container_id: id });
  assert.match(text, /^Cannot start container ".*": .*\/no\/such\/program.*no such file/);
});

serverTest("docker_stop_container kills a stubborn container after its timeout", async ({
  call,
  callFailing,
  engine,
}) => {
  const id = await engine.run("stubborn");
  const asText = { container_id: id, timeout: "1" };
  const { status, exit_code } = await call<Changed>("docker_stop_container", asText);
  assert.deepEqual([status, exit_code], ["exited", 137]);
  const other = await engine.run("stubborn");
  const restart = { container_id: other, timeout: 0 };
  assert.equal((await call<Changed>("docker_restart_container", restart)).status, "running");
  for (const timeout of [-1, 3601, 1.5, "soon"]) {
    const text = await callFailing("docker_stop_container", { container_id: other, timeout });
    assert.match(text, /^timeout: /, String(timeout));
  }
});

serverTest("docker_stop_container succeeds where the container removes itself", async ({
  call,
  engine,
}) => {
  for (let count = 0; count < 3; count++) {
    const id = await engine.run("polite", { hostConfig: { AutoRemove: true } });
    const { status, changed, warnings } = await call<Changed & { readonly warnings?: string[] }>(
      "docker_stop_container",
      { container_id: id },
    );
    assert.match(warnings?.join() ?? "", /^It was created to be removed once it stops/);
    // How far the Engine is by then is a race.
    assert.match(status, /^(?:exited|removing|removed)$/);
    assert.equal(changed, true);
  }
});

Deno.test("docker_stop and docker_restart_container give the Engine the time to wait", async () => {
  await using engine = await FakeEngine.start();
  engine.answer("GET /containers/web/json", json({ Id: "a".repeat(64), Name: "/web" }));
  await using server = await connect({ env: { DOCKER_HOST: `unix://${engine.socketPath}` } });
  for (const verb of ["stop", "restart"]) {
    engine.answer(`POST /containers/web/${verb}`, text(204, ""));
    for (
      const [given, sent] of [[{ timeout: 7 }, "7"], [{ timeout: 0 }, "0"], [{}, "10"]] as const
    ) {
      await server.call(`docker_${verb}_container`, { container_id: "web", ...given });
      const { path } = engine.requests.findLast(({ method }) => method === "POST") ?? { path: "" };
      assert.equal(path, `/containers/web/${verb}?t=${sent}`);
    }
  }
});

serverTest("docker_remove_container is neither listed nor callable unless it is allowed", async ({
  callFailing,
  engine,
  server,
}) => {
  const id = await engine.create("busybox");
  const { tools } = await server.client.listTools();
  assert.ok(tools.every(({ name }) => name !== "docker_remove_container"));
  assert.equal(
    await callFailing("docker_remove_container", { container_id: id }),
    "docker_remove_container is not allowed: it can delete for good. Do not retry: the operator " +
      "must set SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS=true and restart.",
  );
  assert.equal((await engine.raw("GET", `/containers/${id}/json`)).status, 200);
});

for (const confirmation of ["default", "true", "human"]) {
  serverTest(
    `docker_remove_container deletes nothing at its first call (confirmation: ${confirmation})`,
    async ({ call, callFailing, engine }) => {
      const id = await engine.create("busybox");
      const input = { container_id: id, force: true };
      if (confirmation === "human") {
        const text = await callFailing("docker_remove_container", input);
        assert.match(text, /^Nothing was deleted: .*cannot ask/);
      } else assert.equal((await call("docker_remove_container", input)).status, "planned");
      assert.equal((await engine.raw("GET", `/containers/${id}/json`)).status, 200);
    },
    {
      env: confirmation === "default"
        ? DESTRUCTIVE
        : { ...DESTRUCTIVE, SAFETY_REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE: confirmation },
    },
  );
}

serverTest(
  "docker_remove_container removes a stopped one, and a running one by force only",
  async ({
    call,
    callFailing,
    engine,
  }) => {
    const name = uniqueName("removed");
    const stopped = await engine.create("busybox", { name });
    assert.deepEqual(await call<Removed>("docker_remove_container", { container_id: name }), {
      status: "done",
      container_id: stopped.slice(0, 12),
      name,
      removed_volumes: false,
    });
    assert.equal((await engine.raw("GET", `/containers/${stopped}/json`)).status, 404);

    const running = await engine.run("busybox");
    const refused = await callFailing("docker_remove_container", { container_id: running });
    assert.match(refused, /": it is running\. Stop it first .*, or repeat with force\.$/);
    assert.equal((await engine.raw("GET", `/containers/${running}/json`)).status, 200);
    await call("docker_remove_container", { container_id: running, force: "true" });
    assert.equal((await engine.raw("GET", `/containers/${running}/json`)).status, 404);
  },
  { env: UNCONFIRMED },
);

serverTest("docker_remove_container deletes anonymous volumes only when asked to", async ({
  call,
  engine,
}) => {
  const named = uniqueName("kept");
  await engine.raw("POST", "/volumes/create", { Name: named, Labels: engine.labels });
  const withVolumes = async (): Promise<{ id: string; anonymous: string }> => {
    const id = await engine.create("busybox", {
      config: { Volumes: { "/cache": {} } },
      hostConfig: { Mounts: [{ Type: "volume", Source: named, Target: "/data" }] },
    });
    const { json } = await engine.raw("GET", `/containers/${id}/json`);
    const { Mounts } = json as { Mounts: { Name: string; Destination: string }[] };
    return { id, anonymous: Mounts.find((mount) => mount.Destination === "/cache")?.Name ?? "" };
  };
  const statusOf = async (volume: string) => (await engine.raw("GET", `/volumes/${volume}`)).status;

  const kept = await withVolumes();
  await call("docker_remove_container", { container_id: kept.id });
  assert.equal(await statusOf(kept.anonymous), 200);
  await engine.raw("DELETE", `/volumes/${kept.anonymous}`);

  const gone = await withVolumes();
  const answer = await call<Removed>("docker_remove_container", {
    container_id: gone.id,
    volumes: true,
  });
  assert.equal(answer.removed_volumes, true);
  assert.deepEqual([await statusOf(gone.anonymous), await statusOf(named)], [404, 200]);
}, { env: UNCONFIRMED });
