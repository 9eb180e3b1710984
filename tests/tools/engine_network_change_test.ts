import assert from "node:assert/strict";
import { type EngineServer, serverTest, uniqueName } from "../e2e/engine_server.ts";

interface Network {
  readonly Id: string;
  readonly Name: string;
  readonly Driver: string;
  readonly Internal: boolean;
  readonly Attachable: boolean;
  readonly EnableIPv6: boolean;
  readonly IPAM: { readonly Config: { readonly Subnet: string; readonly Gateway?: string }[] };
  readonly Options: Record<string, string>;
  readonly Labels: Record<string, string>;
  readonly Containers: Record<string, { readonly Name: string }>;
}

interface Place {
  readonly Aliases: string[] | null;
  readonly Links: string[] | null;
  readonly IPAddress: string;
  readonly GlobalIPv6Address: string;
}

interface Created {
  readonly network_id: string;
  readonly name: string;
  readonly warnings: string[] | null;
}

const CREATE = "docker_create_network";
const CONNECT = "docker_connect_container";
const DISCONNECT = "docker_disconnect_container";

async function inspect({ engine }: EngineServer, id: string): Promise<Network> {
  return (await engine.raw("GET", `/networks/${id}`)).json as Network;
}

async function count({ engine }: EngineServer): Promise<number> {
  return ((await engine.raw("GET", "/networks")).json as unknown[]).length;
}

/** Makes a network of this test through the tool. */
async function create(
  test: EngineServer,
  input: Record<string, unknown> = {},
): Promise<Created> {
  const labels = { ...test.engine.labels, ...input.labels as Record<string, string> | undefined };
  return await test.call<Created>(CREATE, { name: uniqueName("net"), ...input, labels });
}

async function places({ engine }: EngineServer, id: string): Promise<Record<string, Place>> {
  const { json } = await engine.raw("GET", `/containers/${id}/json`);
  return (json as { NetworkSettings: { Networks: Record<string, Place> } }).NetworkSettings
    .Networks;
}

serverTest(`${CREATE} creates a bridge under a label that tells its owner`, async (test) => {
  const name = uniqueName("plain");
  const created = await create(test, { name });
  assert.match(created.network_id, /^[0-9a-f]{12}$/);
  assert.deepEqual([created.name, created.warnings], [name, null]);
  const network = await inspect(test, created.network_id);
  assert.deepEqual([network.Name, network.Driver], [name, "bridge"]);
  assert.deepEqual([network.Internal, network.Attachable, network.EnableIPv6], [
    false,
    false,
    false,
  ]);
  assert.deepEqual(network.Labels, { ...test.engine.labels, "mcp.docker.owner": "shop-docker" });
}, { env: { MCP_SERVER_NAME: "shop-docker" } });

serverTest(`${CREATE} passes on subnets, options, labels and flags`, async (test) => {
  const { network_id } = await create(test, {
    driver: "bridge",
    options: { "com.docker.network.driver.mtu": "1400" },
    ipam: {
      Config: [
        { Subnet: "10.199.64.0/24", Gateway: "10.199.64.254", IPRange: "10.199.64.128/25" },
        { Subnet: "fd00:199::/64" },
      ],
    },
    internal: true,
    labels: { app: "shop" },
    enable_ipv6: true,
    attachable: true,
  });
  const network = await inspect(test, network_id);
  assert.deepEqual(network.IPAM.Config.map(({ Subnet, Gateway }) => [Subnet, Gateway])[0], [
    "10.199.64.0/24",
    "10.199.64.254",
  ]);
  assert.equal(network.IPAM.Config[1]?.Subnet, "fd00:199::/64");
  assert.deepEqual(network.Options, { "com.docker.network.driver.mtu": "1400" });
  assert.equal(network.Labels.app, "shop");
  assert.deepEqual([network.Internal, network.Attachable, network.EnableIPv6], [true, true, true]);
});

serverTest(`${CREATE} takes objects as text, as some clients send them`, async (test) => {
  const { network_id } = await create(test, {
    ipam: '{"Driver": "default", "Config": [{"Subnet": "10.199.65.0/24"}]}',
    options: '{"com.docker.network.bridge.enable_icc": "false"}',
    internal: "true",
  });
  const network = await inspect(test, network_id);
  assert.deepEqual([network.IPAM.Config[0]?.Subnet, network.Internal], ["10.199.65.0/24", true]);
  assert.deepEqual(network.Options, { "com.docker.network.bridge.enable_icc": "false" });
});

serverTest(`${CREATE} refuses a name that is taken, and says by which network`, async (test) => {
  const { name, network_id } = await create(test);
  const before = await count(test);
  const text = await test.callFailing(CREATE, { name });
  const expected = `name: network "${name}" exists already, with id ${network_id}.`;
  assert.ok(text.startsWith(expected), text);
  assert.equal(await count(test), before);
  // A longer name that contains it is another name, though the Engine's filter finds both.
  assert.equal((await create(test, { name: `${name}-2` })).name, `${name}-2`);
});

serverTest(`${CREATE} refuses bad arguments by their names, and creates nothing`, async (test) => {
  const before = await count(test);
  const subnet = (Subnet: string) => ({ ipam: { Config: [{ Subnet }] } });
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ name: undefined }, /^name: is missing, e\.g\. "shop"/],
    [{ name: "" }, /^name: expected up to 128 letters/],
    [{ name: "a/b" }, /^name: expected/],
    [{ name: "-a" }, /^name: expected/],
    [{ name: "x".repeat(129) }, /^name: expected/],
    ...["bridge", "host", "none", "default", "ingress", "docker_gwbridge"].map((name) =>
      [{ name }, /^name: .*no name of a built-in network/] as [Record<string, unknown>, RegExp]
    ),
    [{ driver: "../x" }, /^driver: is not the name of a driver/],
    [{ driver: "" }, /^driver: is not the name of a driver/],
    [subnet("0.0.0.0/0"), /^ipam: has a Subnet that is too large/],
    [subnet("169.254.169.0/24"), /^ipam: .*reserved range.*e\.g\. \{"Config"/],
    [subnet("10.20.0.1/24"), /^ipam: has a Subnet that is no network address/],
    [subnet("10.20.0.0"), /^ipam: has a Subnet/],
    [{ ipam: { Config: [{ Subnet: "10.20.0.0/24", Gateway: "10.21.0.1" }] } }, /^ipam: .*Gateway/],
    [{ ipam: { config: [] } }, /^ipam: expected a Config/],
    [{ ipam: { Driver: "remote", Config: [] } }, /^ipam: expected a Config/],
    [{ ipam: "10.20.0.0/24" }, /^ipam: is text that cannot be read as an object/],
    [{ options: { mtu: 1400 } }, /^options\.mtu: expected a string/],
    [
      { options: { "com.docker.network.bridge.name": "br-lan" } },
      /^options: "com\.docker\.network\.bridge\.name" is not allowed.*SAFETY_ALLOW_PRIVILEGED/,
    ],
    [{ driver: "macvlan", options: { parent: "eth0" } }, /^options: "parent" is not allowed/],
    [{ labels: { "a b": "c" } }, /^labels: has a name/],
    [{ labels: ["a=b"] }, /^labels: expected an object/],
    [{ internal: "maybe" }, /^internal: is text that cannot be read as true or false/],
    [{ scope: "swarm" }, /^scope: is not an argument/],
    [{ config_from: "x" }, /^config_from: is not an argument/],
  ];
  for (const [input, expected] of cases) {
    const text = await test.callFailing(CREATE, { name: uniqueName("bad"), ...input });
    assert.match(text, expected, JSON.stringify(input));
  }
  assert.equal(await count(test), before);
});

serverTest(
  `${CREATE} passes options that reach the host where the operator allows it`,
  async (test) => {
    const bridge = `mdt${crypto.randomUUID().slice(0, 8)}`;
    const options = { "com.docker.network.bridge.name": bridge };
    const { network_id } = await create(test, { options });
    assert.deepEqual((await inspect(test, network_id)).Options, options);
  },
  { env: { SAFETY_ALLOW_PRIVILEGED_CONTAINERS: "true" } },
);

serverTest(`${CREATE} passes on why the Engine refuses, and what to do next`, async (test) => {
  const { callFailing } = test;
  const ipam = { Config: [{ Subnet: "10.199.66.0/24" }] };
  await create(test, { ipam });
  assert.match(
    await callFailing(CREATE, { name: uniqueName("overlap"), ipam }),
    /overlaps.*docker_list_networks shows those that are taken/,
  );
  assert.match(
    await callFailing(CREATE, { name: uniqueName("host"), driver: "host" }),
    /"host" is not allowed: it makes no network of its own/,
  );
  assert.match(
    await callFailing(CREATE, { name: uniqueName("swarm"), driver: "overlay" }),
    /swarm/,
  );
});

serverTest(
  `${CREATE} and docker_create_volume end with the drivers there are where one is unknown`,
  async (test) => {
    const { call, callFailing } = test;
    const input = { name: uniqueName("driver"), driver: "no-such-driver" };
    const network = callFailing(CREATE, input);
    const volume = callFailing("docker_create_volume", input);
    assert.ok(await call("docker_version"), "another call is blocked");
    assert.match(
      await network,
      /plugin "no-such-driver" not found\. Drivers of this Engine: bridge,/,
    );
    assert.match(await volume, /plugin "no-such-driver" not found\. Drivers of this Engine: local/);
  },
);

serverTest(
  `${CONNECT} connects a running container with aliases, addresses and links`,
  async (test) => {
    const { call, engine } = test;
    const { network_id, name } = await create(test, {
      enable_ipv6: true,
      ipam: { Config: [{ Subnet: "10.199.67.0/24" }, { Subnet: "fd00:199:67::/64" }] },
    });
    const database = uniqueName("db");
    await engine.run("busybox", { name: database, hostConfig: { NetworkMode: name } });
    const web = uniqueName("web");
    const id = await engine.run("busybox", { name: web });
    const connected = await call(CONNECT, {
      network_id: name,
      container_id: `/${web}`,
      aliases: ["front", "shop.local"],
      ipv4_address: "10.199.67.77",
      ipv6_address: "fd00:199:67::77",
      links: [`${database}:database`, database],
    });
    assert.deepEqual(connected, {
      network_id,
      network: name,
      container_id: id.slice(0, 12),
      name: web,
      status: "connected",
      ipv4_address: "10.199.67.77",
      ipv6_address: "fd00:199:67::77",
    });
    const place = (await places(test, id))[name];
    assert.ok(place && place.Aliases?.includes("front") && place.Aliases.includes("shop.local"));
    assert.deepEqual(place.Links, [`${database}:database`, `${database}:${database}`]);
    assert.deepEqual([place.IPAddress, place.GlobalIPv6Address], [
      "10.199.67.77",
      "fd00:199:67::77",
    ]);

    const plain = await engine.run("busybox");
    const automatic = await call(CONNECT, { network_id, container_id: plain });
    assert.match(String(automatic.ipv4_address), /^10\.199\.67\.\d+$/);
  },
);

serverTest(
  `${CONNECT} connects a stopped container, which then starts on that network`,
  async (test) => {
    const { call, engine } = test;
    const { name, network_id } = await create(test, {
      ipam: { Config: [{ Subnet: "10.199.68.0/24" }] },
    });
    const id = await engine.create("busybox");
    const input = { network_id: name, container_id: id, ipv4_address: "10.199.68.9" };
    const { status, ipv4_address } = await call(CONNECT, input);
    assert.deepEqual([status, ipv4_address], ["connected", "10.199.68.9"]);
    await call("docker_start_container", { container_id: id });
    assert.equal((await places(test, id))[name]?.IPAddress, "10.199.68.9");
    assert.ok(Object.hasOwn((await inspect(test, network_id)).Containers, id));
  },
);

serverTest(
  `${CONNECT} calls what is missing by its kind, also for a stopped container`,
  async (test) => {
    const { callFailing, engine } = test;
    const { name } = await create(test);
    const container_id = await engine.create("busybox");
    const noContainer = await callFailing(CONNECT, { network_id: name, container_id: "no-such" });
    assert.match(noContainer, /No such container: no-such\. List the containers/);
    const noNetwork = await callFailing(CONNECT, { network_id: "no-such", container_id });
    assert.match(noNetwork, /network no-such not found\. List the networks/);
    const noLink = await callFailing(CONNECT, {
      network_id: name,
      container_id,
      links: ["gone:db"],
    });
    assert.match(noLink, /No such container: gone\. List the containers/);
    assert.deepEqual(Object.keys(await places(test, container_id)), ["bridge"]);
  },
);

serverTest(`${CONNECT} passes on why the Engine refuses, and what to do next`, async (test) => {
  const { call, callFailing, engine } = test;
  const { name } = await create(test, { ipam: { Config: [{ Subnet: "10.199.69.0/24" }] } });
  const container_id = await engine.run("busybox");
  const network = { network_id: name, container_id };
  assert.match(
    await callFailing(CONNECT, { ...network, ipv4_address: "10.1.2.3" }),
    /does not belong to any.*Use an address of a subnet/,
  );
  const { ipv4_address } = await call(CONNECT, network);
  assert.match(await callFailing(CONNECT, network), /already exists.*It is connected already/);
  const other = await engine.run("busybox");
  assert.match(
    await callFailing(CONNECT, { network_id: name, container_id: other, ipv4_address }),
    /Address already in use.*shows which addresses are taken/,
  );
  assert.match(await callFailing(CONNECT, { network_id: "host", container_id }), /host network/);
  const idle = await engine.create("busybox");
  assert.match(await callFailing(CONNECT, { network_id: "host", container_id: idle }), /host/);
  const onBridge = { network_id: "bridge", container_id: idle, aliases: ["x"] };
  assert.match(await callFailing(CONNECT, onBridge), /user defined.*Leave aliases/);
});

serverTest(`${CONNECT} refuses bad arguments by their names`, async (test) => {
  const { name } = await create(test);
  const container_id = await test.engine.create("busybox");
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ network_id: "a/b" }, /^network_id: is not a network name/],
    [{ container_id: "" }, /^container_id: is not a container name/],
    [{ ipv4_address: "999.1.1.1" }, /^ipv4_address: is not an IPv4 address/],
    [{ ipv4_address: "10.1.2.3/24" }, /^ipv4_address: is not an IPv4 address/],
    [{ ipv4_address: "fd00::1" }, /^ipv4_address: is not an IPv4 address/],
    [{ ipv6_address: "10.1.2.3" }, /^ipv6_address: is not an IPv6 address/],
    [{ ipv6_address: "fd00::1%eth0" }, /^ipv6_address: is not an IPv6 address/],
    [{ aliases: ["a b"] }, /^aliases: has an alias that is no name/],
    [{ aliases: [""] }, /^aliases: has an alias/],
    [{ aliases: Array(65).fill("a") }, /^aliases: /],
    [{ links: ["a:b:c"] }, /^links: has a link that is not "container"/],
    [{ links: ["a:"] }, /^links: has a link/],
    [{ links: { db: "database" } }, /^links: expected a list/],
    [{ driver_opts: {} }, /^driver_opts: is not an argument/],
  ];
  for (const [input, expected] of cases) {
    const text = await test.callFailing(CONNECT, { network_id: name, container_id, ...input });
    assert.match(text, expected, JSON.stringify(input));
  }
  assert.deepEqual(Object.keys(await places(test, container_id)), ["bridge"]);
});

serverTest(`${DISCONNECT} takes running and stopped containers off`, async (test) => {
  const { call, engine } = test;
  const { name, network_id } = await create(test);
  const hostConfig = { NetworkMode: name };
  for (const make of ["run", "create"] as const) {
    const container = uniqueName(make);
    const id = await engine[make]("busybox", { name: container, hostConfig });
    const input = { network_id: name, container_id: container, force: make === "run" };
    assert.deepEqual(await call(DISCONNECT, input), {
      network_id,
      network: name,
      container_id: id.slice(0, 12),
      name: container,
      status: "disconnected",
    });
    assert.deepEqual(Object.keys(await places(test, id)), []);
  }
});

serverTest(
  `${DISCONNECT} calls what is missing by its kind, and says who is not connected`,
  async (test) => {
    const { callFailing, engine } = test;
    const { name } = await create(test);
    const container_id = await engine.run("busybox");
    const cases: [Record<string, unknown>, RegExp][] = [
      [{ container_id: "no-such" }, /No such container: no-such\. List the containers/],
      [{ container_id: "no-such", force: true }, /endpoint no-such not found/],
      [{ network_id: "no-such" }, /network no-such not found\. List the networks/],
      [{}, /is not connected to (the )?network .*docker_inspect_network shows/],
      [{ network_id: "host" }, /host network|not connected/],
      [{ network_id: "" }, /^network_id: /],
      [{ forced: true }, /^forced: is not an argument.*did you mean "force"/],
    ];
    for (const [input, expected] of cases) {
      const text = await callFailing(DISCONNECT, { network_id: name, container_id, ...input });
      assert.match(text, expected, JSON.stringify(input));
    }
  },
);
