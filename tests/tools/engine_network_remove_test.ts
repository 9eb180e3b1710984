import assert from "node:assert/strict";
import { createDocker } from "../../src/docker/client.ts";
import { removeNetwork } from "../../src/tools/network_remove.ts";
import { type EngineServer, serverTest, uniqueName } from "../e2e/engine_server.ts";
import { FakeTransport } from "../fakes/fake_transport.ts";
import { toolContext } from "./tool_context.ts";

const TOOL = "docker_remove_network";
const UNCONFIRMED = {
  SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS: "true",
  SAFETY_REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE: "false",
};

async function make({ engine }: EngineServer): Promise<{ id: string; name: string }> {
  const name = uniqueName("remove");
  const body = { Name: name, Labels: engine.labels };
  const { json } = await engine.raw("POST", "/networks/create", body);
  return { id: (json as { Id: string }).Id, name };
}

async function exists({ engine }: EngineServer, id: string): Promise<boolean> {
  return (await engine.raw("GET", `/networks/${id}`)).status === 200;
}

serverTest(`${TOOL} removes a network by name, id or the start of its id`, async (test) => {
  for (const key of ["name", "id", "short"] as const) {
    const { id, name } = await make(test);
    const network_id = { id, name, short: id.slice(0, 12) }[key];
    const removed = await test.call(TOOL, { network_id });
    assert.deepEqual(removed, { status: "done", network_id: id.slice(0, 12), name });
    assert.ok(!await exists(test, id));
  }
}, { env: UNCONFIRMED });

serverTest(`${TOOL} says who is on a network, and leaves it`, async (test) => {
  const { callFailing, engine } = test;
  const { name } = await make(test);
  const [first, second] = [uniqueName("on"), uniqueName("also-on")];
  for (const container of [first, second]) {
    await engine.run("busybox", { name: container, hostConfig: { NetworkMode: name } });
  }
  const text = await callFailing(TOOL, { network_id: name });
  assert.match(
    text,
    /^Cannot remove network ".*": it is used by container .*\. Take it off with docker_disc/,
  );
  assert.ok(text.includes(first) && text.includes(second), text);
  assert.ok(await exists(test, name));
}, { env: UNCONFIRMED });

serverTest(`${TOOL} refuses what is built in, missing or no name`, async (test) => {
  const { callFailing } = test;
  for (const network_id of ["bridge", "host", "none"]) {
    assert.match(await callFailing(TOOL, { network_id }), /: it is built in\. Leave it/);
  }
  const missing = await callFailing(TOOL, { network_id: "no-such" });
  assert.match(missing, /network no-such not found\. List the networks/);
  assert.match(await callFailing(TOOL, { network_id: "../x" }), /^network_id: is not a network/);
  assert.match(await callFailing(TOOL, { network_id: "x", force: true }), /^force: is not/);
}, { env: UNCONFIRMED });

serverTest(`${TOOL} is not offered unless the operator allows it`, async (test) => {
  const { id } = await make(test);
  const text = await test.callFailing(TOOL, { network_id: id });
  assert.match(text, /SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS/);
  assert.ok(await exists(test, id));
});

serverTest(`${TOOL} plans exactly that network, with everyone on it`, async (test) => {
  const { engine } = test;
  const { id, name } = await make(test);
  const stopped = uniqueName("stopped");
  await engine.create("busybox", { name: stopped, hostConfig: { NetworkMode: name } });
  const replies = {
    "GET /networks/{}": (await engine.raw("GET", `/networks/${id}`)).json,
    "GET /containers/json": (await engine.raw("GET", "/containers/json?all=1")).json,
  };
  using docker = createDocker(new FakeTransport(replies));
  const { signal } = new AbortController();
  const limits = { logLines: 0, execBytes: 0, listRows: 0, inspectFieldBytes: 0, responseBytes: 0 };
  const context = toolContext(docker, { signal, limits });
  const plan = await removeNetwork.plan?.(context, { network_id: name });
  const { created } = plan?.objects[0] ?? {};
  assert.match(created ?? "", /^20\d\d-/);
  assert.deepEqual(plan, {
    objects: [{ kind: "network", id, name, created, used_by: [stopped] }],
    also: [`Container ${stopped} can no longer start`],
  });
});
