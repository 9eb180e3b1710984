import assert from "node:assert/strict";
import { tools } from "../../src/catalog.ts";
import { engineTest } from "../engine/engine_test.ts";
import { notify } from "../engine/output.ts";
import { serverCommand, serverEnvironment } from "./client.ts";

/** A client that someone else wrote; far too large to be a dependency, so it is fetched when it is used. */
const INSPECTOR = "npm:@modelcontextprotocol/inspector@2.12.0";
/** Each call starts an inspector and a server; the machine may have two cores. */
const AT_ONCE = 3;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function inspector(args: readonly string[]): Promise<Ended> {
  const catalog = await Deno.makeTempDir({ prefix: "inspector-" });
  try {
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--no-config", "--no-lock", INSPECTOR, ...args],
      // It would keep a catalog of servers in the home directory.
      env: serverEnvironment({ MCP_CATALOG_PATH: `${catalog}/mcp.json` }),
      clearEnv: true,
      stdin: "null",
    });
    const { code, stdout, stderr } = await command.output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } finally {
    await Deno.remove(catalog, { recursive: true });
  }
}

/** Asks a server that may do everything on the Engine at `host`, and parses the answer. */
async function ask(host: string, args: readonly string[]): Promise<Record<string, unknown>> {
  const [command, commandArgs] = serverCommand();
  const settings = [
    `DOCKER_HOST=${host}`,
    "SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS=true",
    "SAFETY_REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE=false",
    "SECURITY_AUDIT_LOG_ENABLED=false", // it hands on nothing of its own environment but the home directory and the like
  ].flatMap((setting) => ["-e", setting]);
  const flags = ["--cli", "--format", "json", ...args, ...settings];
  const { code, stdout, stderr } = await inspector([...flags, "--", command, ...commandArgs]);
  assert.equal(code, 0, `${args.join(" ")}: status ${code}\n${stdout}\n${stderr}`);
  return JSON.parse(stdout).result;
}

const found = await inspector(["--cli", "--version"]);
const test = found.code === 0 ? engineTest : (name: string): void => {
  const reason = `the MCP Inspector cannot be fetched: ${found.stderr.trim().split("\n").at(-1)}`;
  notify(`Skipped: ${name}: ${reason}`);
  Deno.test({ name: `${name} [skipped: ${reason}]`, ignore: true, fn: () => {} });
};

test("the MCP Inspector lists every tool, and finds their schemas portable", async ({ host }) => {
  const listed = await ask(host, ["--method", "tools/list", "--strict"]);
  const names = (listed.tools as { name: string }[]).map(({ name }) => name);
  assert.deepEqual(names, tools.map(({ name }) => name));
});

test("the MCP Inspector calls every container and system tool on a real Engine", async (engine) => {
  const name = `inspected-${crypto.randomUUID()}`;
  const called: string[] = [];
  const call = async (tool: string, input: object): Promise<Record<string, unknown>> => {
    called.push(tool);
    const args = ["--method", "tools/call", "--tool-name", tool];
    const input_json = ["--tool-args-json", JSON.stringify(input)];
    const result = await ask(engine.host, [...args, ...input_json]);
    return result.structuredContent as Record<string, unknown>;
  };
  const web = { container_id: name };
  try {
    const image = "mcp-docker-test/polite:1";
    const created = await call("docker_create_container", { image, name });
    assert.equal(created.name, name);
    assert.equal((await call("docker_start_container", web)).status, "running");

    const reads: readonly [string, object, (output: Record<string, unknown>) => boolean][] = [
      ["docker_list_containers", { filters: { name } }, ({ count }) => count === 1],
      ["docker_inspect_container", web, ({ details }) => JSON.stringify(details).includes(name)],
      ["docker_container_logs", web, ({ logs }) => String(logs).startsWith("ready")],
      ["docker_container_stats", web, ({ stats }) => Object.keys(stats as object).length > 0],
      [
        "docker_exec_command",
        { ...web, command: ["echo", "hi"] },
        ({ output, exit_code }) => output === "hi\n" && exit_code === 0,
      ],
      ["docker_system_info", {}, ({ info }) => "ServerVersion" in (info as object)],
      ["docker_system_df", {}, ({ usage }) => "Images" in (usage as object)],
      ["docker_version", {}, ({ version }) => "ApiVersion" in (version as object)],
      [
        "docker_events",
        { since: "5m", filters: { container: name } },
        ({ count }) => Number(count) > 0,
      ],
      ["docker_healthcheck", {}, ({ healthy }) => healthy === true],
      ["docker_security_audit", web, ({ findings }) => (findings as object[]).length > 0],
    ];
    for (let first = 0; first < reads.length; first += AT_ONCE) {
      await Promise.all(
        reads.slice(first, first + AT_ONCE).map(async ([tool, input, isGood]) => {
          const output = await call(tool, input);
          assert.ok(isGood(output), `${tool}: ${JSON.stringify(output)}`);
        }),
      );
    }

    assert.equal(
      (await call("docker_restart_container", { ...web, timeout: 1 })).status,
      "running",
    );
    assert.equal((await call("docker_stop_container", { ...web, timeout: 1 })).status, "exited");
    assert.equal((await call("docker_remove_container", web)).name, name);
    const pruned = await engine.create("busybox", { labels: { [name]: "" } });
    const filters = { label: name };
    const { containers_deleted } = await call("docker_system_prune", { filters });
    assert.deepEqual(containers_deleted, [pruned]);
  } finally {
    await engine.remove(name);
  }
  const families = tools.map(({ name }) => name)
    .filter((tool) => !/image|network|volume|connect_container/.test(tool));
  assert.deepEqual(called.sort(), families.sort());
});
