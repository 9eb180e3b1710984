import assert from "node:assert/strict";
import { createDocker } from "../../src/docker/client.ts";
import { openUnix } from "../../src/docker/transport/unix.ts";
import { redactValue } from "../../src/safety/redact.ts";
import { guardTransport } from "../../src/safety/engine_guard.ts";
import { listing } from "../../src/server/listing.ts";
import { securityAudit } from "../../src/tools/security_audit.ts";
import type { Finding } from "../../src/tools/security_report.ts";
import { uniqueName } from "../e2e/engine_server.ts";
import { engineTest } from "../engine/engine_test.ts";
import { rules } from "./security_fixtures.ts";
import { toolContext } from "./tool_context.ts";

interface Audit {
  readonly summary: {
    readonly containers: number;
    readonly containers_total: number;
    readonly by_status: Readonly<Record<string, number>>;
    readonly by_severity: Readonly<Record<string, number>>;
  };
  readonly findings: readonly Finding[];
  readonly not_seen: readonly string[];
}

const tool = securityAudit(rules);

/** Calls the tool as the pipeline does, through the guard and with its output parsed. */
async function audit(socketPath: string, input: Record<string, unknown> = {}): Promise<Audit> {
  const transport = guardTransport(await openUnix(socketPath), { allowPrivileged: false });
  using docker = createDocker(transport);
  const output = await tool.run(toolContext(docker), tool.input().parse(input), []);
  return tool.output().parse(output) as unknown as Audit;
}

/** `status evidence` of what hits one container, by the id of the check. */
function hitsOf({ findings }: Audit, name: string): Map<string, string> {
  return new Map(
    findings.flatMap(({ id, status, hits }) =>
      hits.filter(({ on }) => on?.includes(name)).map((
        { evidence },
      ) => [id, `${status} ${evidence}`])
    ),
  );
}

engineTest("docker_security_audit sees each blind spot in real containers", async (engine) => {
  const [bad, good] = [uniqueName("bad"), uniqueName("good")];
  await engine.create("busybox", {
    name: bad,
    hostConfig: {
      SecurityOpt: ["no-new-privileges:false", "seccomp=unconfined"],
      RestartPolicy: { Name: "on-failure", MaximumRetryCount: 0 },
      PortBindings: { "80/tcp": [{ HostIp: "::", HostPort: "81" }] },
      Binds: ["/:/host:ro", "/var/run:/sockets"],
      Privileged: true,
      Memory: 0,
    },
  });
  await engine.create("busybox", {
    name: good,
    config: { User: "1000:1000", Healthcheck: { Test: ["CMD", "true"] } },
    hostConfig: {
      SecurityOpt: ["no-new-privileges:true"],
      RestartPolicy: { Name: "on-failure", MaximumRetryCount: 5 },
      PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "1024" }] },
      Binds: ["/srv/shop:/srv:ro"],
      NetworkMode: "none",
      CapDrop: ["ALL"],
      Memory: 16_777_216,
      CpuShares: 512,
      PidsLimit: 50,
      ReadonlyRootfs: true,
      CgroupnsMode: "private",
    },
  });
  const found = hitsOf(await audit(engine.socketPath, { limit: 200 }), bad);
  const seen = (...ids: string[]) =>
    Object.fromEntries(ids.map((id) => [id, found.get(id)?.split(" ")[0]]));
  const blind = ["5.26", "5.15", "5.14", "5.8", "5.6", "5.32", "5.22", "5.5", "4.1", "5.4"];
  assert.deepEqual(seen(...blind), Object.fromEntries(blind.map((id) => [id, "fail"])));
  assert.equal(found.get("5.6"), "fail Mounts: / (read-only), /var/run (writable)");
  assert.equal(found.get("5.8"), "fail [::]:81->80/tcp");
  const rest = hitsOf(await audit(engine.socketPath, { limit: 200 }), good);
  assert.deepEqual([...rest], []);
});

engineTest(
  "docker_security_audit of one container tells of it alone, and what it left out",
  async (engine) => {
    const [one, other] = [uniqueName("one"), uniqueName("other")];
    await engine.run("busybox", { name: one });
    await engine.create("busybox", { name: other });
    const whole = await audit(engine.socketPath, { container_id: one });
    assert.deepEqual([whole.summary.containers, whole.summary.containers_total], [1, 1]);
    assert.ok(!JSON.stringify(whole).includes(other));
    assert.ok(whole.findings.every(({ scope }) => scope === "container" || scope === "image"));
    assert.match(whole.not_seen.at(-1) ?? "", /leave container_id out/);
    const verbose = hitsOf(
      await audit(engine.socketPath, { container_id: one, verbose: true }),
      one,
    );
    assert.match(verbose.get("5.7") ?? "", /^info No sshd among its \d+ processes now$/);
  },
);

engineTest(
  "docker_security_audit names variables that hold secrets and never tells their values",
  async (engine) => {
    const name = uniqueName("secret");
    const [value, inImage] = ["correct-horse-from-env", "correct-horse-battery-staple"];
    await engine.create("secrets", { name, env: { API_TOKEN: value, PLAIN: "value-of-plain" } });
    const found = await audit(engine.socketPath, { container_id: name, verbose: true });
    const text = JSON.stringify(found);
    for (const hidden of [value, inImage, "hunter2", "value-of-plain"]) {
      assert.ok(!text.includes(hidden), hidden);
    }
    assert.equal(hitsOf(found, name).get("secrets-in-env"), "fail Config.Env: API_TOKEN");
    const [image] = found.findings.filter(({ id }) => id === "4.10");
    assert.match(image?.hits[0]?.evidence ?? "", /^Config\.Env: .*DB_PASSWORD/);
    assert.deepEqual(redactValue(found), found, "the redactor finds nothing to hide or to spoil");
  },
);

engineTest(
  "docker_security_audit sees an exec that asks for root",
  async (engine) => {
    const name = uniqueName("exec");
    const id = await engine.run("busybox", { name });
    const exec = { Cmd: ["sleep", "30"], User: "root" };
    const { json } = await engine.raw("POST", `/containers/${id}/exec`, exec);
    const started = { Detach: true, Tty: false };
    await engine.raw("POST", `/exec/${(json as { Id: string }).Id}/start`, started);
    const found = hitsOf(await audit(engine.socketPath, { limit: 200 }), name);
    assert.match(found.get("5.24") ?? "", /^fail 1 of 1/);
  },
);

engineTest("docker_security_audit sees what a volume's options bind", async (engine) => {
  const name = uniqueName("sly");
  await engine.raw("POST", "/volumes/create", {
    Name: name,
    Labels: engine.labels,
    DriverOpts: { type: "none", o: "bind", device: "/etc" },
  });
  await engine.create("busybox", { name, hostConfig: { Binds: [`${name}:/data`] } });
  const found = hitsOf(await audit(engine.socketPath, { container_id: name }), name);
  assert.equal(found.get("5.6"), "fail Mounts: /etc (writable)");
});

engineTest("docker_security_audit keeps counts, severity and limit", async (engine) => {
  const [first, second] = [uniqueName("first"), uniqueName("second")];
  await engine.create("busybox", { name: first });
  await engine.create("busybox", { name: second });
  const { summary, findings, not_seen } = await audit(engine.socketPath, {
    severity: "high",
    limit: 1,
  });
  assert.equal(summary.containers, 1);
  assert.ok(summary.containers_total >= 2);
  assert.ok(findings.every(({ severity }) => severity === "high" || severity === "critical"));
  assert.ok((summary.by_severity["low"] ?? 0) > 0, "counts are of all, shown or not");
  assert.ok(not_seen.some((line) => /^\d+ older containers/.test(line)));
  assert.ok(not_seen.some((line) => line.startsWith("CIS section 1 ")));
});

Deno.test("docker_security_audit costs at most 500 bytes of input schema and 1,200 in all", () => {
  const shown = listing(tool);
  const { outputSchema: _, ...input } = shown;
  assert.ok(JSON.stringify(shown.inputSchema).length <= 500);
  assert.ok(JSON.stringify(shown).length <= 1200, String(JSON.stringify(shown).length));
  assert.ok(JSON.stringify(input).length < 800);
  assert.ok(tool.description.length < 300 && tool.title.length <= 40);
});
