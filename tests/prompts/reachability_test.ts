import assert from "node:assert/strict";
import type { ContainerDetails } from "../../src/docker/types.ts";
import { Unseen } from "../../src/prompts/material.ts";
import { parseTarget } from "../../src/prompts/network_facts.ts";
import { networkLog, portLines } from "../../src/prompts/network_lines.ts";
import { reachability } from "../../src/prompts/reachability.ts";

interface Made {
  readonly mode?: string;
  readonly networks?: Readonly<Record<string, Record<string, unknown>>>;
  readonly running?: boolean;
  readonly exposed?: readonly string[];
  readonly ports?: Readonly<Record<string, unknown>>;
  readonly health?: string;
  readonly extraHosts?: readonly string[];
}

function made(
  name: string,
  {
    mode = "shop",
    networks = { shop: {} },
    running = true,
    exposed = [],
    ports = {},
    health,
    extraHosts = [],
  }: Made = {},
): ContainerDetails {
  return {
    Id: name,
    Name: `/${name}`,
    State: {
      Running: running,
      Status: running ? "running" : "exited",
      Health: health === undefined ? null : { Status: health },
    },
    Config: { ExposedPorts: Object.fromEntries(exposed.map((port) => [port, {}])) },
    HostConfig: { NetworkMode: mode, ExtraHosts: extraHosts },
    NetworkSettings: { Networks: networks, Ports: ports },
  } as unknown as ContainerDetails;
}

const NETWORKS = [
  { Name: "shop", Id: "s" },
  { Name: "cold", Id: "c", Options: { "com.docker.network.bridge.enable_icc": "false" } },
  { Name: "inner", Id: "i", Internal: true },
];

/** What is said of the way, in one text. */
function way(details: ContainerDetails, target: string, other?: ContainerDetails): string {
  return reachability({
    details,
    other,
    target: parseTarget(target),
    rows: [],
    networks: NETWORKS,
    log: undefined,
    owner: undefined,
    unseen: new Unseen(),
  }).join("\n");
}

Deno.test("parseTarget() reads names, addresses, ports and URLs, and refuses the rest", () => {
  const read = (text: string) => {
    const target = parseTarget(text);
    return target && [target.host, target.port, target.scheme];
  };
  assert.deepEqual(read(" DB "), ["db", undefined, undefined]);
  assert.deepEqual(read("db:5432"), ["db", 5432, undefined]);
  assert.deepEqual(read("https://user:secret@Db.example:8443/x?y#z"), [
    "db.example",
    8443,
    "https",
  ]);
  assert.deepEqual(read("[fd00::1]:80"), ["fd00::1", 80, undefined]);
  assert.deepEqual(read("fd00::1"), ["fd00::1", undefined, undefined]);
  for (
    const text of ["", "a b", "db:99999", "db:0", "://", "db:x", "a:b:c", `${"x".repeat(300)}`]
  ) {
    assert.equal(parseTarget(text), undefined, text);
  }
});

Deno.test("reachability() knows a common network, the names on it, and the exposed port", () => {
  const db = made("db", {
    networks: { shop: { IPAddress: "10.0.0.3", Aliases: ["store"] } },
    exposed: ["5432/tcp"],
    health: "unhealthy",
  });
  const text = way(made("web"), "postgres://store:5432", db);
  assert.match(text, /both are on shop; db has 10\.0\.0\.3 there/);
  assert.match(text, /DNS: "store" is known on shop/);
  assert.match(text, /Layer 4: 5432 is exposed/);
  assert.match(text, /Layer 7: postgres/);
  assert.match(text, /health check of db says unhealthy/);
  assert.match(way(made("web"), "db:80", db), /80 is not among the ports that it exposes/);
  assert.match(way(made("web"), "10.0.0.3", db), /an address was asked for/);
});

Deno.test("reachability() tells a missing common network, and the way by a published port", () => {
  const apart = (HostIp: string) =>
    made("db", {
      mode: "back",
      networks: { back: {} },
      ports: { "5432/tcp": [{ HostIp, HostPort: "15432" }] },
    });
  const open = way(made("web"), "db:5432", apart("0.0.0.0"));
  assert.match(open, /no common network: it is on shop, db on back; connect one of them/);
  assert.match(open, /by the host: its address, port 15432 leads to 5432\/tcp/);
  assert.match(
    way(made("web"), "db:5432", apart("127.0.0.1")),
    /which only the host itself reaches, no container/,
  );
  assert.match(way(made("web"), "db:80", apart("")), /no published port of it leads there/);
});

Deno.test("reachability() knows the traps: localhost, the default bridge, icc, internal, none, host, stopped", () => {
  assert.match(way(made("web"), "localhost:80"), /this container itself/);
  assert.match(way(made("web", { mode: "host" }), "127.0.0.1"), /the host itself/);
  const bridge = { mode: "default", networks: { bridge: { IPAddress: "172.17.0.2" } } };
  assert.match(
    way(made("web", bridge), "db", made("db", bridge)),
    /the default bridge resolves no names/,
  );
  const cold = { mode: "cold", networks: { cold: {} } };
  assert.match(way(made("web", cold), "db", made("db", cold)), /enable_icc=false/);
  assert.match(
    way(made("web", { networks: { inner: {} } }), "example.com"),
    /all its networks are internal/,
  );
  assert.match(
    way(made("web", { mode: "none", networks: { none: {} } }), "db", made("db")),
    /network mode is none/,
  );
  assert.match(
    way(made("web"), "db", made("db", { mode: "none", networks: { none: {} } })),
    /nobody reaches it/,
  );
  assert.match(
    way(made("web"), "db", made("db", { mode: "host", networks: { host: {} } })),
    /uses the host's network/,
  );
  assert.match(
    way(made("web", { mode: "host", networks: { host: {} } }), "db", made("db")),
    /never by name/,
  );
  assert.match(
    way(made("web"), "db", made("db", { running: false })),
    /^db does not run \(exited\)/,
  );
  assert.match(way(made("web", { running: false }), "db", made("db")), /^It does not run/);
  assert.match(
    way(made("web", { mode: "container:db" }), "db", made("db")),
    /it is reached as localhost/,
  );
  assert.match(way(made("web"), "web", made("web")), /it is reached as localhost/);
  assert.match(
    way(made("web"), "host.docker.internal"),
    /--add-host host\.docker\.internal:host-gateway/,
  );
  assert.match(
    way(made("web"), "nobody"),
    /a name of one word is resolved by Docker only for containers/,
  );
  assert.match(
    way(made("web", { extraHosts: ["nobody:10.0.0.1"] }), "nobody"),
    /its extra hosts give the name an address/,
  );
});

Deno.test("portLines() and networkLog() show what is published where, and only lines about the network", () => {
  const lines = portLines(made("web", {
    exposed: ["80/tcp"],
    ports: {
      "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "8080" }, { HostIp: "0.0.0.0", HostPort: "80" }],
      "81/tcp": null,
    },
  }));
  assert.deepEqual(lines, [
    "Exposes 80/tcp",
    "Publishes 80/tcp at 127.0.0.1:8080 of the host, for the host itself only",
    "Publishes 80/tcp at 0.0.0.0:80 of the host",
  ]);
  const log = [
    "started",
    "dial tcp: lookup db: no such host",
    "connection refused",
    "getaddrinfo ENOTFOUND db",
    "done",
  ];
  assert.deepEqual(networkLog(log), log.slice(1, 4));
  assert.equal(networkLog(Array.from({ length: 50 }, () => "timeout")).length, 20);
});
