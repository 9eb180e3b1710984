import assert from "node:assert/strict";
import { connect } from "../e2e/client.ts";
import { callTool, uniqueName } from "../e2e/engine_server.ts";
import { engineTest, testUnless } from "../engine/engine_test.ts";
import type { TestEngine } from "../engine/fixture.ts";
import { imageReference } from "../engine/image_definitions.ts";

const UNCONFIRMED = {
  SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS: "true",
  SAFETY_REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE: "false",
};
const KEEP = "com.example.keep";

async function isThere(engine: TestEngine, path: string): Promise<boolean> {
  return (await engine.raw("GET", path)).status === 200;
}

engineTest(
  "SAFETY_PROTECTED keeps containers running and in their network, by name, id and label",
  async (engine) => {
    const name = uniqueName("protected");
    const neighbour = `${name}-2`;
    const network = uniqueName("net");
    const labelled = await engine.run("busybox", {
      cmd: ["sleep", "60"],
      labels: { [KEEP]: "yes" },
    });
    const named = await engine.run("busybox", { name, cmd: ["sleep", "60"] });
    const byId = await engine.run("busybox", { cmd: ["sleep", "60"] });
    const free = await engine.run("busybox", { name: neighbour, cmd: ["sleep", "60"] });
    const body = { Name: network, Labels: engine.labels };
    const { json } = await engine.raw("POST", "/networks/create", body);
    const { Id } = json as { Id: string };
    for (const Container of [labelled, named, byId, free]) {
      await engine.raw("POST", `/networks/${Id}/connect`, { Container });
    }
    const entries = [name, byId.slice(0, 12), `label=${KEEP}=yes`].join(",");
    await using server = await connect({
      env: { DOCKER_HOST: engine.host, SAFETY_PROTECTED: entries, ...UNCONFIRMED },
    });
    for (const container_id of [labelled.slice(0, 12), name, named, byId]) {
      for (
        const [tool, input] of [
          ["docker_stop_container", { container_id, timeout: 0 }],
          ["docker_restart_container", { container_id, timeout: 0 }],
          ["docker_remove_container", { container_id, force: true }],
          ["docker_exec_command", { container_id, command: ["true"] }],
          ["docker_disconnect_container", { container_id, network_id: network, force: true }],
        ] as const
      ) {
        const text = await server.callFailing(tool, input);
        assert.match(text, /^Cannot .* container ".*": SAFETY_PROTECTED names it/, tool);
      }
      await callTool(server, "docker_inspect_container", { container_id });
      await callTool(server, "docker_start_container", { container_id });
    }
    for (const id of [labelled, named, byId]) {
      const { json } = await engine.raw("GET", `/containers/${id}/json`);
      const { State, NetworkSettings } = json as {
        State: { Running: boolean; StartedAt: string };
        NetworkSettings: { Networks: Record<string, unknown> };
      };
      assert.ok(State.Running);
      assert.ok(network in NetworkSettings.Networks);
    }
    await callTool(server, "docker_exec_command", { container_id: free, command: ["true"] });
    await callTool(server, "docker_disconnect_container", {
      container_id: neighbour,
      network_id: network,
    });
    await callTool(server, "docker_remove_container", { container_id: neighbour, force: true });
    assert.equal(await isThere(engine, `/containers/${free}/json`), false);
  },
);

engineTest(
  "SAFETY_PROTECTED keeps images, networks and volumes, and prunes leave them out and say so",
  async (engine) => {
    const [volume, network, repository] = ["vol", "net", "mcp-docker-test/kept"].map(uniqueName);
    assert.ok(volume && network && repository);
    const Labels = { ...engine.labels, [volume]: "" };
    await engine.raw("POST", "/volumes/create", { Name: volume, Labels });
    await engine.raw("POST", "/volumes/create", { Name: `${volume}-2`, Labels });
    await engine.raw("POST", "/networks/create", { Name: network, Labels });
    const tag = `repo=${encodeURIComponent(repository)}&tag=1`;
    await engine.raw("POST", `/images/${imageReference("busybox")}/tag?${tag}`);
    const stopped = await engine.create("busybox", { name: volume, labels: Labels });
    await using server = await connect({
      env: {
        DOCKER_HOST: engine.host,
        SAFETY_PROTECTED: `${volume},${network},${repository}`,
        ...UNCONFIRMED,
      },
    });
    try {
      for (
        const [tool, input] of [
          ["docker_remove_volume", { volume_name: volume, force: true }],
          ["docker_remove_network", { network_id: network }],
          ["docker_remove_image", { image: `${repository}:1`, force: true }],
          ["docker_remove_container", { container_id: stopped }],
        ] as const
      ) {
        assert.match(await server.callFailing(tool, input), /SAFETY_PROTECTED names it/, tool);
      }
      const filters = { label: volume };
      const pruned = await callTool<{ deleted: string[]; kept: { id: string; reason: string }[] }>(
        server,
        "docker_prune_volumes",
        { filters, force_all: true },
      );
      assert.deepEqual(pruned.deleted, [`${volume}-2`]);
      assert.deepEqual(pruned.kept, [{
        id: volume,
        reason: `SAFETY_PROTECTED names it (${volume})`,
      }]);
      const everything = await callTool<Record<string, unknown>>(server, "docker_system_prune", {
        filters,
      });
      assert.deepEqual(everything.containers_deleted, []);
      assert.deepEqual(everything.networks_deleted, []);
      assert.ok(await isThere(engine, `/volumes/${volume}`));
      assert.ok(await isThere(engine, `/networks/${network}`));
      assert.ok(await isThere(engine, `/images/${repository}:1/json`));
      assert.ok(await isThere(engine, `/containers/${stopped}/json`));
    } finally {
      await engine.remove(stopped);
      await engine.raw("DELETE", `/images/${repository}:1`);
    }
  },
);

engineTest(
  "SAFETY_PROTECTED keeps an image its name, and containers out of networks",
  async (engine) => {
    const kept = uniqueName("mcp-docker-test/kept");
    const [network, name] = [uniqueName("net"), uniqueName("protected")];
    const busybox = imageReference("busybox");
    const tag = (repo: string) => engine.raw("POST", `/images/${busybox}/tag?repo=${repo}&tag=1`);
    await engine.raw("POST", "/networks/create", { Name: network, Labels: engine.labels });
    await tag(encodeURIComponent(kept));
    const container_id = await engine.run("busybox", { name, cmd: ["sleep", "60"] });
    const context = await Deno.makeTempDir({ prefix: "mcp-docker-build-" });
    await Deno.writeTextFile(`${context}/Dockerfile`, `FROM ${busybox}\nLABEL a=b\n`);
    await using server = await connect({
      env: {
        DOCKER_HOST: engine.host,
        SAFETY_PROTECTED: `${kept}:1,${name}`,
        SAFETY_BUILD_CONTEXT_ALLOWLIST: context,
      },
    });
    const idOf = async (image: string): Promise<unknown> => {
      const { json } = await engine.raw("GET", `/images/${image}/json`);
      return (json as { Id?: string }).Id;
    };
    const before = await idOf(`${kept}:1`);
    try {
      for (
        const [tool, input] of [
          ["docker_tag_image", { image: busybox, repository: kept, tag: "1" }],
          ["docker_build_image", { path: context, tag: `${kept}:1` }],
          ["docker_pull_image", { image: kept, tag: "1" }],
        ] as const
      ) {
        const text = await server.callFailing(tool, input);
        assert.match(
          text,
          /^Cannot take its name from image ".*": SAFETY_PROTECTED names it/,
          tool,
        );
      }
      assert.equal(await idOf(`${kept}:1`), before);
      const input = { container_id, network_id: network };
      const text = await server.callFailing("docker_connect_container", input);
      assert.match(text, /^Cannot connect container ".*": SAFETY_PROTECTED names it/);
      await callTool(server, "docker_build_image", { path: context, tag: `${kept}:2` });
      await callTool(server, "docker_tag_image", {
        image: `${kept}:2`,
        repository: kept,
        tag: "3",
      });
    } finally {
      await Deno.remove(context, { recursive: true });
      for (const version of [1, 2, 3]) await engine.raw("DELETE", `/images/${kept}:${version}`);
    }
  },
);

/** Podman's and Docker's mark; the server believes no host name outside of a container. */
const isContainer = await Promise.any(
  ["/.dockerenv", "/run/.containerenv"].map((path) => Deno.stat(path)),
).then(() => true, () => false);

const OWN = "The container that the server runs in cannot be stopped through it";
if (!isContainer) testUnless("it runs in no container here", OWN, () => Promise.resolve());
else {
  engineTest(OWN, async (engine) => {
    const hostname = uniqueName("mcp");
    const run = (Hostname: string): Promise<string> =>
      engine.run("busybox", { cmd: ["sleep", "60"], config: { Hostname } });
    const own = await run(hostname);
    const other = await run(`${hostname}-2`);
    await using server = await connect({ env: { DOCKER_HOST: engine.host, HOSTNAME: hostname } });
    const input = (container_id: string) => ({ container_id, timeout: 0 });
    for (const tool of ["docker_stop_container", "docker_restart_container"]) {
      const text = await server.callFailing(tool, input(own));
      assert.match(text, /^Cannot (?:re)?st.* container ".*": this server itself runs in it/);
    }
    await callTool(server, "docker_stop_container", input(other));
  });
}

engineTest("A plan of a prune names what is protected and stays", async (engine) => {
  const volume = uniqueName("vol");
  const Labels = { ...engine.labels, [volume]: "" };
  for (const Name of [volume, `${volume}-2`]) {
    await engine.raw("POST", "/volumes/create", { Name, Labels });
  }
  await using server = await connect({
    env: {
      DOCKER_HOST: engine.host,
      SAFETY_PROTECTED: volume,
      SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS: "true",
    },
  });
  const { plan } = await callTool<{ plan: { objects: { id: string }[]; also: string[] } }>(
    server,
    "docker_prune_volumes",
    { filters: { label: volume }, force_all: true },
  );
  assert.deepEqual(plan.objects.map(({ id }) => id), [`${volume}-2`]);
  assert.deepEqual(plan.also, [
    `The volume ${volume} stays: SAFETY_PROTECTED names it (${volume})`,
  ]);
});
