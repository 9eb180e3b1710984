import assert from "node:assert/strict";
import { engineTest } from "../engine/engine_test.ts";
import { RawServer } from "../e2e/raw_server.ts";
import { corpus } from "./corpus.ts";
import { type Folders, makeFolders } from "./folders.ts";
import { COMMON, type ProfileName, PROFILES } from "./profiles.ts";
import type { TestEngine } from "../engine/fixture.ts";

const CREATES = ["docker_create_container", "docker_create_volume", "docker_create_network"];
/** Tells what these tests made from what else is on the Engine. */
const OWNER = `attacks-${crypto.randomUUID()}`;

engineTest("a real Engine accepts every create of the corpus that passes", async (engine) => {
  const cases = corpus.flatMap(({ code, controls }) =>
    controls.filter(({ real }) => real).map((control) => ({ ...control, code }))
  );
  assert.ok(cases.length > 50, `${cases.length} cases`);
  await using folders = await makeFolders();
  const failures: string[] = [];
  for (const [profile, group] of Map.groupBy(cases, ({ on }) => on ?? "ordinary")) {
    await using server = await start(profile, { engine, folders });
    for (const { code, name, call: { tool, input } } of group) {
      const before = await objects(engine);
      const answer = await server.request("tools/call", {
        name: tool,
        arguments: folders.place(input),
      });
      const made = (await objects(engine)).difference(before);
      if (made.size === 0) failures.push(`${code} "${name}": ${JSON.stringify(answer)}`);
      for (const path of made) await engine.raw("DELETE", path);
    }
  }
  assert.deepEqual(failures, []);
});

engineTest(
  "no create of the corpus that is refused leaves anything on a real Engine",
  async (engine) => {
    const cases = corpus.flatMap(({ code, attacks }) =>
      attacks.filter(({ call, engine, stopped }) =>
        CREATES.includes(call.tool) && engine === undefined && "refused" in stopped &&
        typeof call.input !== "string"
      ).map((attack) => ({ ...attack, code }))
    );
    assert.ok(cases.length > 300, `${cases.length} cases`);
    await using folders = await makeFolders();
    const failures: string[] = [];
    for (const [profile, group] of Map.groupBy(cases, ({ on }) => on ?? "ordinary")) {
      await using server = await start(profile, { engine, folders });
      const before = await objects(engine);
      for (const { code, name, call: { tool, input } } of group) {
        const { error, result } = await server.request("tools/call", {
          name: tool,
          arguments: folders.place(input),
        });
        if (error === undefined && result?.["isError"] !== true) failures.push(`${code} "${name}"`);
      }
      assert.deepEqual([...(await objects(engine)).difference(before)], []);
    }
    assert.deepEqual(failures, []);
  },
);

async function start(
  profile: ProfileName,
  { engine, folders }: { readonly engine: TestEngine; readonly folders: Folders },
): Promise<RawServer> {
  const own = { DOCKER_HOST: engine.host, MCP_SERVER_NAME: OWNER };
  const env = folders.place({ ...COMMON, ...PROFILES[profile], ...own });
  return await RawServer.initialized({ env });
}

/** The path of every container, volume and network that a server of these tests made. */
async function objects(engine: TestEngine): Promise<Set<string>> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`mcp.docker.owner=${OWNER}`] }));
  const answers = await Promise.all(
    [
      `containers/json?all=true&filters=${filters}`,
      `volumes?filters=${filters}`,
      `networks?filters=${filters}`,
    ]
      .map((path) => engine.raw("GET", `/${path}`)),
  );
  const [containers, volumes, networks] = answers.map(({ json }) => json) as [
    readonly { readonly Id: string }[],
    { readonly Volumes: readonly { readonly Name: string }[] | null },
    readonly { readonly Id: string }[],
  ];
  return new Set([
    ...containers.map(({ Id }) => `/containers/${Id}?force=true&v=true`),
    ...(volumes.Volumes ?? []).map(({ Name }) => `/volumes/${Name}`),
    ...networks.map(({ Id }) => `/networks/${Id}`),
  ]);
}
