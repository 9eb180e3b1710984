import assert from "node:assert/strict";
import { gatherCompose } from "../../src/prompts/composing.ts";
import { DockerError } from "../../src/docker/errors.ts";
import { uniqueName } from "../e2e/engine_server.ts";
import { engineTest, testUnless } from "../engine/engine_test.ts";
import type { TestEngine } from "../engine/fixture.ts";
import fc from "../property.ts";
import { arbitraryFacts, PLANTED } from "./compose_arbitrary.ts";
import { written } from "./compose_fixtures.ts";
import { composeMissing, openCompose } from "./compose_program.ts";
import { openContext, textOf } from "./prompt_context.ts";

interface Configuration {
  readonly services: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const missing = await composeMissing();
const SECRET = "hunter2zebra";

/** Makes a network and a volume with the labels of the test; answers their common name. */
async function makeShop(engine: TestEngine): Promise<string> {
  const name = uniqueName("shop");
  const labels = { Labels: engine.labels };
  const config = [{ Subnet: "10.213.7.0/24" }];
  const network = { Name: name, ...labels, IPAM: { Config: config } };
  assert.equal((await engine.raw("POST", "/networks/create", network)).status, 201);
  assert.equal(
    (await engine.raw("POST", "/volumes/create", { Name: name, ...labels })).status,
    201,
  );
  return name;
}

/** A shop of a server, a database and a helper in the server's network; answers their names. */
async function makeContainers(engine: TestEngine): Promise<readonly [string, string, string]> {
  const shop = await makeShop(engine);
  const [web, db, side] = [`${shop}-web`, `${shop}-db`, `${shop}-side`] as const;
  await engine.create("web", {
    name: db,
    env: { POSTGRES_PASSWORD: SECRET, PRICE: "5$ ${x}" },
    hostConfig: { NetworkMode: shop, Mounts: [{ Type: "volume", Source: shop, Target: "/data" }] },
    config: {
      NetworkingConfig: {
        EndpointsConfig: {
          [shop]: { Aliases: ["store"], IPAMConfig: { IPv4Address: "10.213.7.9" } },
        },
      },
    },
  });
  await engine.create("labels", {
    name: web,
    cmd: ["sh", "-c", `echo "$HOME"\nmysql -p${SECRET} -h store\n`],
    env: { STORE_URL: `postgres://app:${SECRET}@store:5432/app`, DB_PASSWORD: SECRET },
    labels: { odd: 'yes: "no" # $x\n\ttab', "com.docker.compose.oneoff": "False" },
    hostConfig: {
      NetworkMode: shop,
      Binds: ["/etc/hostname:/host name:ro", "/anonymous"],
      Tmpfs: { "/run": "size=1m" },
      PortBindings: {
        "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "18099" }],
        "53/udp": [{ HostPort: "" }],
      },
      Memory: 64 * 2 ** 20,
      NanoCpus: 5e8,
      PidsLimit: 50,
      ReadonlyRootfs: true,
      Init: true,
      CapDrop: ["ALL"],
      CapAdd: ["NET_RAW"],
      SecurityOpt: ["no-new-privileges:true"],
      RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 },
      LogConfig: { Type: "json-file", Config: { "max-size": "10m" } },
      ExtraHosts: ["host.docker.internal:host-gateway", "six:::1"],
      Dns: ["1.1.1.1"],
      Ulimits: [{ Name: "nofile", Soft: 1024, Hard: 1024 }],
    },
    config: {
      User: "1000:1000",
      WorkingDir: "/srv",
      Hostname: "shop",
      Tty: true,
      OpenStdin: true,
      StopSignal: "SIGINT",
      Healthcheck: { Test: ["CMD-SHELL", 'test -n "$X"'], Interval: 5e9 },
    },
  });
  await engine.create("busybox", { name: side, hostConfig: { NetworkMode: `container:${web}` } });
  return [web, db, side];
}

testUnless(missing, "Docker Compose can be had", () => Promise.resolve());

engineTest(
  "gatherCompose() describes containers so that Docker Compose reads what they are",
  async (engine) => {
    const names = await makeContainers(engine);
    using open = await openContext(engine.socketPath);
    const material = await gatherCompose(open.context, {
      containerIds: names,
      serviceDescription: "a\nshop",
    });
    const yaml = material.data[0]?.text ?? "";
    assert.ok(!textOf(material).includes(SECRET), yaml);
    assert.deepEqual(
      open.requests.length,
      3 + 3 + 3,
      "a request for each container and image, and three more",
    );
    assert.match(material.instructions.join("\n"), /describes the services so: a shop$/);
    if (missing !== undefined) return;
    using compose = await openCompose();
    const refused = await compose.config(yaml);
    assert.match(
      refused.stderr,
      /required variable \w+ is missing a value: set it/,
    );
    const references = [...yaml.matchAll(/\$\{(\w+):\?/g)].map(([, name = ""]) => [name, SECRET]);
    const { success, stdout, stderr } = await compose.config(yaml, Object.fromEntries(references));
    assert.ok(success, stderr);
    await checkConfiguration(JSON.parse(stdout), names);
  },
);

function checkConfiguration(
  { services, networks, volumes }: Configuration,
  [web, db, side]: readonly [string, string, string],
): void {
  const shop = web.replace(/-web$/, "");
  const [server, store, helper] = [services[web] ?? {}, services[db] ?? {}, services[side] ?? {}];
  assert.deepEqual(store["environment"], { POSTGRES_PASSWORD: SECRET, PRICE: "5$$ $${x}" });
  assert.deepEqual(store["networks"], {
    [shop]: { aliases: ["store"], ipv4_address: "10.213.7.9" },
  });
  assert.deepEqual(server["command"], ["sh", "-c", `echo "$$HOME"\nmysql -p${SECRET} -h store\n`]);
  const labels = server["labels"] as Record<string, string>;
  assert.equal(labels["odd"], 'yes: "no" # $$x\n\ttab');
  assert.deepEqual(Object.keys(server["depends_on"] ?? {}), [db]);
  assert.deepEqual(
    Object.keys(labels).filter((name) => name !== "odd" && !name.startsWith("mcp-docker-test")),
    [],
  );
  const ports = server["ports"] as {
    host_ip?: string;
    target: number;
    published?: string;
    protocol: string;
  }[];
  assert.deepEqual(
    ports.map((port) => [port.host_ip, port.target, port.published, port.protocol]),
    [
      ["127.0.0.1", 80, "18099", "tcp"],
      [undefined, 53, undefined, "udp"],
    ].sort((a, b) =>
      ports.findIndex(({ target }) => target === a[1]) -
      ports.findIndex(({ target }) => target === b[1])
    ),
  );
  assert.deepEqual([
    server["mem_limit"],
    server["cpus"],
    server["pids_limit"],
    server["restart"],
    server["hostname"],
    server["user"],
  ], [String(64 * 2 ** 20), 0.5, 50, "on-failure:3", "shop", "1000:1000"]);
  assert.equal(store["depends_on"] ?? helper["network_mode"], `service:${web}`);
  assert.deepEqual(Object.values(networks).length, 1);
  assert.deepEqual(volumes[shop], { name: shop, external: true });
}

engineTest(
  "gatherCompose() refuses a container that is gone, and needs none to begin with",
  async (engine) => {
    using open = await openContext(engine.socketPath);
    await assert.rejects(
      gatherCompose(open.context, { containerIds: ["no-such-container"] }),
      (error) => error instanceof DockerError && error.code === "not_found",
    );
    open.requests.length = 0;
    const { instructions, data } = await gatherCompose(open.context, {
      containerIds: [],
      serviceDescription: "nginx",
    });
    assert.deepEqual([open.requests, data], [[], []]);
    assert.match(instructions.join("\n"), /nginx/);
  },
);

testUnless(
  missing,
  "composeFile() writes files that Docker Compose accepts, of containers of any kind",
  async () => {
    using compose = await openCompose();
    await fc.assert(
      fc.asyncProperty(arbitraryFacts(), async (facts) => {
        const { yaml, references } = await written(facts, 1_000_000);
        assert.ok(!yaml.includes(PLANTED));
        const set = Object.fromEntries(references.map((name) => [name, "set"]));
        const { success, stderr } = await compose.config(yaml, set);
        assert.ok(success, `${stderr}\n${yaml}`);
      }),
      { numRuns: 40 },
    );
  },
);
