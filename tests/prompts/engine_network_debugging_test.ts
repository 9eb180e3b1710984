import assert from "node:assert/strict";
import { jsonBytes } from "../../src/prompts/material.ts";
import { gatherNetworkDebugging } from "../../src/prompts/network_debugging.ts";
import { gatherTroubleshooting } from "../../src/prompts/troubleshooting.ts";
import { uniqueName } from "../e2e/engine_server.ts";
import { engineTest } from "../engine/engine_test.ts";
import type { TestEngine } from "../engine/fixture.ts";
import { openContext, sectionOf, textOf } from "./prompt_context.ts";

async function makeNetwork(
  engine: TestEngine,
  more: Record<string, unknown> = {},
): Promise<string> {
  const name = uniqueName("net");
  const body = { Name: name, Labels: engine.labels, ...more };
  assert.equal((await engine.raw("POST", "/networks/create", body)).status, 201);
  return name;
}

/** What is said about the way from one container to a target. */
async function way(engine: TestEngine, containerId: string, targetHost: string): Promise<string> {
  using open = await openContext(engine.socketPath);
  const text = textOf(await gatherNetworkDebugging(open.context, { containerId, targetHost }));
  return sectionOf(text, "The way to")?.join("\n") ?? text;
}

engineTest(
  "gatherNetworkDebugging() knows networks, names, ports and neighbours, in five requests",
  async (engine) => {
    const net = await makeNetwork(engine);
    const [web, db] = [uniqueName("web"), uniqueName("db")];
    const aliases = {
      config: { NetworkingConfig: { EndpointsConfig: { [net]: { Aliases: ["store"] } } } },
    };
    await engine.run("web", { name: db, hostConfig: { NetworkMode: net }, ...aliases });
    await engine.run("busybox", {
      name: web,
      cmd: [
        "sh",
        "-c",
        "echo fine; echo 'dial tcp: connection refused by db'; trap 'exit 0' TERM; sleep 60 & wait $!",
      ],
      hostConfig: {
        NetworkMode: net,
        PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }] },
        ExtraHosts: ["x:10.0.0.1"],
      },
      config: { ExposedPorts: { "80/tcp": {} } },
    });
    using open = await openContext(engine.socketPath);
    const text = textOf(
      await gatherNetworkDebugging(open.context, {
        containerId: web,
        targetHost: `http://${db}:8080`,
      }),
    );
    assert.equal(open.requests.length, 5, String(open.requests));
    assert.match(
      sectionOf(text, "Layer 3: networks")?.join("\n") ?? "",
      new RegExp(
        `^${net}: driver bridge, scope local, subnets [\\d./]+\n${net}: address [\\d.]+, gateway`,
      ),
    );
    assert.match(
      sectionOf(text, "Layer 4: ports")?.join("\n") ?? "",
      /Publishes 80\/tcp at 127\.0\.0\.1:\d+ of the host, for the host itself only/,
    );
    assert.match(
      sectionOf(text, "Others on its networks")?.join("\n") ?? "",
      new RegExp(`${net}: ${db} \\(running\\) [\\d.]+, ports 8080/tcp`),
    );
    assert.match(
      sectionOf(text, "Names")?.join("\n") ?? "",
      /127\.0\.0\.11.*\nExtra hosts: x:10\.0\.0\.1/s,
    );
    const said = sectionOf(text, "The way to")?.join("\n") ?? "";
    assert.match(
      said,
      new RegExp(`both are on ${net}; ${db} has [\\d.]+ there\nDNS: "${db}" is known`),
    );
    assert.match(said, /Layer 4: 8080 is exposed/);
    assert.match(
      await way(engine, web, "store:8080"),
      /DNS: "store" is known/,
      "an alias is found too",
    );
    const address = /has ([\d.]+) there/.exec(said)?.[1] ?? "";
    assert.match(
      await way(engine, web, address),
      new RegExp(`both are on ${net}; ${db}`),
      "by address",
    );
  },
);

engineTest(
  "gatherNetworkDebugging() shows only those lines of a log that speak of the network",
  async (engine) => {
    const id = await engine.run("busybox", {
      cmd: ["sh", "-c", "echo fine; echo connection refused; echo fine"],
    });
    await engine.until(id, ({ Running }) => !Running);
    using open = await openContext(engine.socketPath);
    const text = textOf(await gatherNetworkDebugging(open.context, { containerId: id }));
    assert.deepEqual(sectionOf(text, "Layer 7"), ["connection refused"]);
    assert.equal(sectionOf(text, "The way to"), undefined);
  },
);

engineTest(
  "gatherNetworkDebugging() knows separate, internal, shared and missing networks",
  async (engine) => {
    const [front, back] = [
      await makeNetwork(engine),
      await makeNetwork(engine, { Internal: true }),
    ];
    const [web, db, side, lone] = [
      uniqueName("web"),
      uniqueName("db"),
      uniqueName("side"),
      uniqueName("lone"),
    ];
    await engine.run("busybox", { name: web, hostConfig: { NetworkMode: front } });
    await engine.run("busybox", { name: db, hostConfig: { NetworkMode: back } });
    await engine.run("busybox", { name: side, hostConfig: { NetworkMode: `container:${db}` } });
    await engine.run("busybox", { name: lone, hostConfig: { NetworkMode: "none" } });
    assert.match(await way(engine, web, db), /no common network: it is on .*; connect one of them/);
    assert.match(await way(engine, db, "example.com"), /all its networks are internal/);
    assert.match(
      await way(engine, side, "localhost:80"),
      /this container itself \(or those that share its network\)/,
    );
    assert.match(await way(engine, side, db), /is in the same network: it is reached as localhost/);
    assert.match(await way(engine, lone, "example.com"), /network mode is none/);
    assert.match(
      await way(engine, web, "no-such-thing"),
      /is no container by name, service, alias/,
    );
    using open = await openContext(engine.socketPath);
    const shared = textOf(await gatherNetworkDebugging(open.context, { containerId: side }));
    const about = sectionOf(shared, "Container")?.at(-1) ?? "";
    assert.match(about, /^It shares the network of db-.* \(running\)/);
    assert.ok(sectionOf(shared, "Layer 3: networks")?.[0]?.startsWith(`${back}: `), shared);
    const { instructions } = await gatherNetworkDebugging(open.context, {
      containerId: side,
      targetHost: "a b\nc",
    });
    assert.match(
      instructions.at(-1) ?? "",
      /a target that is no host, host:port or URL: "a b\\nc"$/,
    );
    const { instructions: asked, data } = await gatherNetworkDebugging(open.context, {
      containerId: web,
      targetHost: "http://me:hunter2zebra@db",
    });
    assert.ok(!JSON.stringify([asked, data]).includes("hunter2zebra"));
  },
);

engineTest("gatherNetworkDebugging() stays short on a host with 200 containers", async (engine) => {
  const net = await makeNetwork(engine);
  const names = Array.from(
    { length: 200 },
    (_, index) => `${net}-with-a-rather-long-name-as-projects-give-them-${index}`,
  );
  for (let from = 0; from < names.length; from += 4) {
    await Promise.all(
      names.slice(from, from + 4).map((name) =>
        engine.create("busybox", {
          name,
          env: { PEER_HOST: names[7] ?? "" },
          hostConfig: { NetworkMode: net },
        })
      ),
    );
  }
  using open = await openContext(engine.socketPath);
  const containerId = names[0] ?? "";
  for (const gather of [gatherNetworkDebugging, gatherTroubleshooting]) {
    open.requests.length = 0;
    const material = await gather(open.context, { containerId, targetHost: names[7] });
    assert.ok(jsonBytes(JSON.stringify(material)) < 32_000);
    assert.ok(open.requests.length <= 5, String(open.requests.length));
  }
  const text = textOf(await gatherNetworkDebugging(open.context, { containerId }));
  assert.ok(sectionOf(text, "Others")?.includes(`${net}: 187 more containers`), text);
});
