import assert from "node:assert/strict";
import { connect, type StartOptions } from "../e2e/client.ts";
import { callTool, type EngineServer, serverTest, uniqueName } from "../e2e/engine_server.ts";
import type { PlanAnswer } from "../../src/tools/plan.ts";
import { type ImageServer, imageTest, uniqueRepository } from "./image_server.ts";

const ALLOWED = { SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS: "true" };
const HUMAN = { ...ALLOWED, SAFETY_REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE: "human" };

/** Everything on the Engine that a tool could have changed; figures that change by themselves left out. */
async function everything({ engine }: EngineServer): Promise<string> {
  const idsOf = async (path: string): Promise<unknown> => {
    const { json } = await engine.raw("GET", path);
    const list = (json as { Volumes?: unknown }).Volumes ?? json;
    return (list as Record<string, unknown>[])
      .map(({ Id, Name, Names, RepoTags, State }) =>
        JSON.stringify([Id, Name, Names, RepoTags, State])
      )
      .sort();
  };
  const paths = ["/containers/json?all=1", "/images/json?all=1", "/networks", "/volumes"];
  return JSON.stringify(await Promise.all(paths.map(idsOf)), null, 1);
}

async function exists({ engine }: EngineServer, path: string): Promise<boolean> {
  return (await engine.raw("GET", path)).status === 200;
}

interface Made {
  readonly input: Record<string, unknown>;
  /** Arguments that the plan is not for. */
  readonly other: Record<string, unknown>;
  /** What the call deletes, and what it leaves. */
  readonly gone: readonly string[];
  readonly kept?: readonly string[];
  readonly plan: Record<string, unknown>;
}

async function volume({ engine }: EngineServer, name: string): Promise<string> {
  const { json } = await engine.raw("POST", "/volumes/create", {
    ...(name === "" ? {} : { Name: uniqueName(name) }),
    Labels: engine.labels,
  });
  return (json as { Name: string }).Name;
}

async function network({ engine }: EngineServer): Promise<{ id: string; name: string }> {
  const name = uniqueName("plan-net");
  const { json } = await engine.raw("POST", "/networks/create", {
    Name: name,
    Labels: engine.labels,
  });
  return { id: (json as { Id: string }).Id, name };
}

/** Something for each destructive tool to delete, and what its plan has to say. */
const CASES: Record<string, (test: ImageServer) => Promise<Made>> = {
  async docker_remove_container(test) {
    const { engine } = test;
    const name = uniqueName("plan");
    const named = await volume(test, "plan-data");
    const mount = { Type: "volume", Source: named, Target: "/data" };
    const id = await engine.run("busybox", {
      name,
      cmd: ["sh", "-c", "dd if=/dev/zero of=/big bs=1000 count=50; sleep 60"],
      config: { Volumes: { "/cache": {} } },
      hostConfig: { Mounts: [mount], NetworkMode: "none" },
    });
    const sidecar = uniqueName("sidecar");
    await engine.create("busybox", {
      name: sidecar,
      hostConfig: { NetworkMode: `container:${id}` },
    });
    const { json } = await engine.raw("GET", `/containers/${id}/json`);
    const { Mounts } = json as { Mounts: { Name: string }[] };
    const anonymous = Mounts.find((mount) => mount.Name !== named)?.Name ?? "";
    return {
      input: { container_id: name, force: true, volumes: true },
      other: { volumes: false },
      gone: [`/containers/${id}/json`, `/volumes/${anonymous}`],
      kept: [`/volumes/${named}`, `/containers/${sidecar}/json`],
      plan: {
        objects: [{ kind: "container", id: id.slice(0, 12), name, state: "running" }],
        also: [
          "The container is running and will be killed",
          `Container ${sidecar} loses its network: it shares that of this container`,
          `Its anonymous volume ${anonymous.slice(0, 12)} goes with all data in it`,
        ],
        cannot_be_undone: "Lost for good: what was written inside containers",
      },
    };
  },
  async docker_remove_image(test) {
    const { engine } = test;
    const name = `${uniqueRepository("plan")}:1`;
    const id = await test.image({ tags: [name] });
    const user = uniqueName("user");
    await engine.create(id, { name: user });
    return {
      input: { image: name, force: true },
      other: { noprune: true },
      gone: [`/images/${name}/json`],
      kept: [`/containers/${user}/json`],
      plan: {
        objects: [{ kind: "image", id: id.slice(7, 19), name, tags: [name], used_by: [user] }],
        also: [`Container ${user} is left without its image`, ANY],
        cannot_be_undone: "Lost for good: images that can be neither pulled nor built again",
      },
    };
  },
  async docker_remove_network(test) {
    const { id, name } = await network(test);
    const user = uniqueName("user");
    await test.engine.create("busybox", { name: user, hostConfig: { NetworkMode: name } });
    return {
      input: { network_id: name },
      other: { network_id: id },
      gone: [`/networks/${id}`],
      kept: [`/containers/${user}/json`],
      plan: {
        objects: [{ kind: "network", id: id.slice(0, 12), name, used_by: [user] }],
        also: [`Container ${user} can no longer start`],
        cannot_be_undone: "Lost for good: the settings of networks",
      },
    };
  },
  async docker_remove_volume(test) {
    const name = await volume(test, "plan-data");
    return {
      input: { volume_name: name },
      other: { force: true },
      gone: [`/volumes/${name}`],
      plan: {
        objects: [{ kind: "volume", id: name, used_by: [] }],
        cannot_be_undone: "Lost for good: the data in volumes",
      },
    };
  },
  async docker_prune_images(test) {
    const [dangling, used] = [await test.image({ mebibytes: 1 }), await test.image()];
    await test.engine.create(used, { name: uniqueName("user") });
    return {
      input: { filters: test.own },
      other: { filters: {} },
      gone: [`/images/${dangling}/json`],
      kept: [`/images/${used}/json`],
      plan: {
        objects: [{ kind: "image", id: dangling.slice(7, 19) }],
        cannot_be_undone: "Lost for good: images that can be neither pulled nor built again",
      },
    };
  },
  async docker_prune_volumes(test) {
    const [anonymous, named] = [await volume(test, ""), await volume(test, "keep")];
    return {
      input: { filters: test.own },
      other: { force_all: true },
      gone: [`/volumes/${anonymous}`],
      kept: [`/volumes/${named}`],
      plan: {
        objects: [{ kind: "volume", id: anonymous }],
        cannot_be_undone: "Lost for good: the data in volumes",
      },
    };
  },
  async docker_system_prune(test) {
    const { engine } = test;
    const stopped = await engine.create("busybox", { name: uniqueName("stopped") });
    const running = await engine.run("busybox", { cmd: ["sleep", "60"] });
    const unused = await network(test);
    const anonymous = await volume(test, "");
    return {
      input: { filters: test.own, volumes: true },
      other: { filters: {} },
      gone: [`/containers/${stopped}/json`, `/networks/${unused.id}`, `/volumes/${anonymous}`],
      kept: [`/containers/${running}/json`],
      plan: {
        objects: [
          { kind: "container", id: stopped.slice(0, 12) },
          { kind: "network", id: unused.id.slice(0, 12), name: unused.name },
          { kind: "volume", id: anonymous },
        ],
        cannot_be_undone: "Lost for good: what was written inside containers; the settings of " +
          "networks; the data in volumes",
      },
    };
  },
};

/** Stands for a value that depends on how the Engine stores images. */
const ANY = Symbol("any");

/** Holds where `actual` has everything that `expected` names. */
function assertHas(actual: unknown, expected: unknown, where = "plan"): void {
  if (Array.isArray(expected)) {
    assert.ok(Array.isArray(actual), where);
    const wanted = expected.filter((item) => item !== ANY);
    if (wanted.length === expected.length) assert.equal(actual.length, wanted.length, where);
    wanted.forEach((item, index) => assertHas(actual[index], item, `${where}[${index}]`));
  } else if (typeof expected === "object" && expected !== null) {
    for (const [key, value] of Object.entries(expected)) {
      assertHas((actual as Record<string, unknown>)[key], value, `${where}.${key}`);
    }
  } else assert.deepEqual(actual, expected, where);
}

for (const [tool, make] of Object.entries(CASES)) {
  imageTest(
    `${tool} plans exactly what it deletes, and changes nothing before it is confirmed`,
    async (test) => {
      const { call, callFailing } = test;
      const { input, other, gone, kept = [], plan } = await make(test);
      const before = await everything(test);
      const answer = await call<PlanAnswer>(tool, input);
      assert.equal(answer.status, "planned");
      assertHas(answer.plan, plan);
      for (const { created } of answer.plan.objects) assert.match(created ?? "", /^20\d\d-.*Z$/);
      const counted = Object.entries(answer.plan.totals).filter(([kind]) => kind !== "size");
      assert.equal(counted.reduce((sum, [, count]) => sum + count, 0), answer.plan.objects.length);
      assert.equal(await everything(test), before);

      const text = await callFailing(tool, { ...input, ...other, confirm: answer.confirm });
      assert.match(text, /^Nothing was deleted: the confirmation was given for other arguments/);
      assert.equal(await everything(test), before);

      const done = await call(tool, { ...input, confirm: answer.confirm });
      assert.equal(done.status, "done");
      assert.equal("plan" in done, false);
      for (const path of gone) assert.ok(!await exists(test, path), path);
      for (const path of kept) assert.ok(await exists(test, path), path);
      if (tool.includes("prune")) {
        assert.equal((await call(tool, input)).status, "done", "nothing is left to confirm");
      }
    },
    ALLOWED,
  );
}

const REMOVE = "docker_remove_volume";

serverTest(
  "two racing calls with one plan delete once, and the other one says why",
  async (test) => {
    const { call, server } = test;
    const name = await volume(test, "race");
    const { confirm } = await call<PlanAnswer>(REMOVE, { volume_name: name });
    const input = { volume_name: name, confirm };
    const results = await Promise.all(
      [1, 2].map(() => server.client.callTool({ name: REMOVE, arguments: input })),
    );
    assert.equal(results.filter(({ isError }) => isError).length, 1);
    const refused = results.find(({ isError }) => isError);
    assert.match(
      JSON.stringify(refused),
      /Nothing was deleted: the confirmation was used|no such volume/,
    );
    assert.ok(!await exists(test, `/volumes/${name}`));
  },
  { env: ALLOWED },
);

serverTest(
  "a plan whose set has changed deletes nothing, and shows what it would delete now",
  async (test) => {
    const { call, engine } = test;
    const input = { filters: test.own };
    const [first, second] = [await volume(test, ""), await volume(test, "")];
    const plan = await call<PlanAnswer>("docker_prune_volumes", input);
    const third = await volume(test, "");
    await engine.raw("DELETE", `/volumes/${second}`);
    const again = await call<PlanAnswer>("docker_prune_volumes", {
      ...input,
      confirm: plan.confirm,
    });
    assert.equal(again.status, "planned");
    assert.deepEqual(again.changed, [`new: volume ${third}`, `gone: volume ${second}`]);
    for (const name of [first, third]) assert.ok(await exists(test, `/volumes/${name}`));
    const done = await call("docker_prune_volumes", { ...input, confirm: again.confirm });
    assert.deepEqual((done.deleted as string[]).sort(), [first, third].sort());
  },
  { env: ALLOWED },
);

serverTest("a plan of one server counts for nothing at another", async (test) => {
  const name = await volume(test, "foreign");
  const { confirm } = await test.call<PlanAnswer>(REMOVE, { volume_name: name });
  await using other = await connect({ env: { DOCKER_HOST: test.engine.host, ...ALLOWED } });
  const text = await other.callFailing(REMOVE, { volume_name: name, confirm });
  assert.match(text, /^Nothing was deleted: the confirmation was given by another run/);
  assert.ok(await exists(test, `/volumes/${name}`));
}, { env: ALLOWED });

serverTest("a container that starts after its plan is not deleted by it", async (test) => {
  const { call, engine } = test;
  const id = await engine.create("busybox", { cmd: ["sleep", "60"] });
  const input = { container_id: id, force: true };
  const { confirm } = await call<PlanAnswer>("docker_remove_container", input);
  await engine.raw("POST", `/containers/${id}/start`);
  const again = await call<PlanAnswer>("docker_remove_container", { ...input, confirm });
  assert.match(again.changed?.join() ?? "", /changed: container .*will be killed/);
  assert.ok(await exists(test, `/containers/${id}/json`));
}, { env: ALLOWED });

/** A server whose client can ask its user, on the Engine of the test. */
function asking(
  { engine }: EngineServer,
  mode: StartOptions["mode"],
  user: NonNullable<StartOptions["user"]>,
): ReturnType<typeof connect> {
  return connect({ mode: mode ?? "legacy", user, env: { DOCKER_HOST: engine.host, ...HUMAN } });
}

for (const mode of ["legacy", "auto"] as const) {
  serverTest(`the user is asked, and a yes deletes what was shown (${mode})`, async (test) => {
    const name = await volume(test, "asked");
    const questions: string[] = [];
    await using server = await asking(test, mode, async (question) => {
      questions.push(question);
      assert.ok(await exists(test, `/volumes/${name}`));
      return { action: "accept", content: { delete: true } };
    });
    assert.equal(server.client.getProtocolEra(), mode === "auto" ? "modern" : "legacy");
    const done = await callTool(server, REMOVE, { volume_name: name });
    assert.deepEqual(done, { status: "done", volume_name: name });
    assert.equal(questions.length, 1);
    assert.match(questions[0] ?? "", new RegExp(`for good:\\n1 volume.*\\n- volume ${name}, `));
    assert.ok(!await exists(test, `/volumes/${name}`));
  });

  for (
    const answer of [
      { action: "decline" },
      { action: "cancel" },
      { action: "accept", content: { delete: false } },
      { action: "accept", content: {} },
    ] as const
  ) {
    const words = JSON.stringify(answer);
    serverTest(`the user is asked, and ${words} deletes nothing (${mode})`, async (test) => {
      const name = await volume(test, "asked");
      await using server = await asking(test, mode, () => answer);
      const text = await server.callFailing(REMOVE, { volume_name: name });
      assert.match(text, /^Nothing was deleted: the user (?:said no|did not agree)\. Do not call/);
      assert.ok(await exists(test, `/volumes/${name}`));
    });
  }

  serverTest(
    `the user is asked again when the set has changed meanwhile (${mode})`,
    async (test) => {
      const first = await volume(test, "");
      const questions: string[] = [];
      await using server = await asking(test, mode, async (question) => {
        if (questions.push(question) === 1) await volume(test, "");
        return { action: "accept", content: { delete: true } };
      });
      const done = await callTool(server, "docker_prune_volumes", { filters: test.own });
      assert.equal((done as { deleted: string[] }).deleted.length, 2);
      assert.equal(questions.length, 2);
      assert.match(questions[1] ?? "", /Changed since it was asked before:\n- new: volume /);
      assert.ok(!await exists(test, `/volumes/${first}`));
    },
  );
}
