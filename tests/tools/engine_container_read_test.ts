import assert from "node:assert/strict";
import { serverTest, uniqueName } from "../e2e/engine_server.ts";
import { imageReference } from "../engine/image_definitions.ts";

interface Row {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly status: string;
  readonly created?: string;
  readonly ports?: string[];
  readonly health?: string;
  readonly full_id?: string;
  readonly labels?: Record<string, string>;
  readonly command?: string;
  readonly networks?: string[];
}

interface List {
  readonly containers: Row[];
  readonly count: number;
  readonly truncation_info: Record<string, unknown>;
}

interface Details {
  readonly details: {
    readonly Id: string;
    readonly Config: {
      readonly Cmd: string[];
      readonly Env: string[];
      readonly Labels: Readonly<Record<string, string>>;
    };
    readonly State: {
      readonly Health: { readonly Status: string; readonly Log: [{ readonly Output: string }] };
    };
    readonly HostConfig: Readonly<Record<string, unknown>>;
    readonly GraphDriver?: unknown;
  };
  readonly truncation_info: Record<string, unknown>;
}

interface WebDetails {
  readonly NetworkSettings: {
    readonly Ports: { readonly "8080/tcp": [{ readonly HostPort: string }] };
  };
}

for (const mode of ["legacy", "auto"] as const) {
  serverTest(
    `docker_list_containers answers short rows, stopped ones on request (${mode})`,
    async ({
      call,
      engine,
      own,
    }) => {
      const name = uniqueName("list-web");
      const stopped = uniqueName("list-idle");
      const web = await engine.run("web", {
        name,
        hostConfig: { PortBindings: { "8080/tcp": [{ HostIp: "127.0.0.1" }] } },
      });
      await engine.create("busybox", { name: stopped });
      await engine.until(web, ({ Health }) => Health?.Status === "healthy");

      const running = await call<List>("docker_list_containers", { filters: own });
      const [row] = running.containers;
      assert.ok(row);
      const { created = "", ports = [], ...rest } = row;
      assert.deepEqual(rest, {
        id: web.slice(0, 12),
        name,
        image: imageReference("web"),
        status: "running",
        health: "healthy",
      });
      assert.match(created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.match(ports.join(), /^127\.0\.0\.1:\d+->8080\/tcp$/);
      assert.deepEqual([running.count, running.truncation_info], [1, {}]);

      const all = await call<List>("docker_list_containers", { all: true, filters: own });
      assert.deepEqual(all.containers.map((each) => [each.name, each.status]), [
        [stopped, "created"],
        [name, "running"],
      ]);
    },
    { mode },
  );
}

serverTest("docker_list_containers filters by everything the Engine can", async ({
  call,
  callFailing,
  engine,
  own,
}) => {
  const network = uniqueName("filter-net");
  const volume = uniqueName("filter-volume");
  const networkBody = { Name: network, Labels: engine.labels };
  assert.equal((await engine.raw("POST", "/networks/create", networkBody)).status, 201);
  const volumeBody = { Name: volume, Labels: engine.labels };
  assert.equal((await engine.raw("POST", "/volumes/create", volumeBody)).status, 201);
  const first = await engine.create("busybox", {
    name: uniqueName("first"),
    labels: { role: "first" },
  });
  const crashed = await engine.run("crash", { env: { CODE: "3" }, labels: { role: "crashed" } });
  const web = await engine.run("web", {
    labels: { role: "web" },
    hostConfig: {
      NetworkMode: network,
      PortBindings: { "8080/tcp": [{ HostIp: "127.0.0.1" }] },
      Mounts: [{ Type: "volume", Source: volume, Target: "/data" }],
    },
  });
  await engine.until(crashed, ({ Running }) => !Running);
  await engine.until(web, ({ Health }) => Health?.Status === "healthy");
  const details = (await engine.raw("GET", `/containers/${web}/json`)).json as WebDetails;
  const publicPort = details.NetworkSettings.Ports["8080/tcp"][0].HostPort;
  const byAge = ["first", "crashed", "web"];
  const cases: [filters: Record<string, string | string[]>, roles: string[]][] = [
    [{}, byAge],
    [{ id: first.slice(0, 12) }, ["first"]],
    [{ name: "^/first-" }, ["first"]],
    [{ status: "exited" }, ["crashed"]],
    [{ status: ["created", "running"] }, ["first", "web"]],
    [{ exited: "3" }, ["crashed"]],
    [{ ancestor: imageReference("web") }, ["web"]],
    [{ health: "healthy" }, ["web"]],
    [{ expose: "8080/tcp" }, ["web"]],
    [{ publish: publicPort }, ["web"]],
    [{ network }, ["web"]],
    [{ volume }, ["web"]],
    [{ before: crashed }, ["first"]],
    [{ since: crashed }, ["web"]],
    [{ "is-task": "false" }, byAge],
    [{ label: [own.label, "role=crashed"] }, ["crashed"]],
  ];
  for (const [filters, roles] of cases) {
    const { containers } = await call<List>("docker_list_containers", {
      all: true,
      verbose: true,
      filters: { ...own, ...filters },
    });
    const found = containers.map(({ labels }) => labels?.role).reverse();
    assert.deepEqual(found, roles, JSON.stringify(filters));
  }
  for (
    const [filters, expected] of [
      [{ labels: "x" }, /^labels: is not a key of filters; did you mean "label"\?/],
      [{ status: "gone" }, /^Cannot list containers: .*(gone|[Ii]nvalid filter)/],
      [{ label: true }, /^filters\.label: expected a string or a list/],
      ["status=exited", /^filters: is text that cannot be read as an object/],
    ] as const
  ) {
    assert.match(await callFailing("docker_list_containers", { filters }), expected);
  }
});

serverTest("docker_list_containers shows labels, ids, commands and networks when verbose", async ({
  call,
  engine,
  own,
}) => {
  const id = await engine.create("labels");
  const { containers: [row] } = await call<List>("docker_list_containers", {
    all: "true",
    verbose: true,
    filters: JSON.stringify(own),
  });
  assert.equal(row?.full_id, id);
  assert.deepEqual(row?.networks, ["bridge"]);
  assert.match(row?.command ?? "", /^sh -c/);
  assert.equal(row?.labels?.["unicode"], "größe 漢字 🐳");
  assert.equal(row?.labels?.["quotes"], `"double" 'single' \`back\``);
  assert.equal(row?.labels?.["dollar"], "$HOME ${PATH} \\");
  assert.equal(row?.labels?.["empty"], "");
});

serverTest("docker_list_containers writes one port on IPv4 and IPv6 once", async ({
  call,
  engine,
  own,
}) => {
  const everywhere = [{ HostIp: "", HostPort: "" }]; // on IPv6 too where the machine has it
  const id = await engine.run("web", {
    hostConfig: { PortBindings: { "8080/tcp": everywhere } },
    config: { ExposedPorts: { "8080/tcp": {}, "9/udp": {} } },
  });
  const { containers: [row] } = await call<List>("docker_list_containers", { filters: own });
  const filters = encodeURIComponent(JSON.stringify({ id: [id] }));
  const { json } = await engine.raw("GET", `/containers/json?filters=${filters}`);
  const [{ Ports }] = json as [{ Ports: { PublicPort?: number }[] }];
  // Engine 20.10 sometimes takes two different ports, one for each family.
  const hostPorts = new Set(Ports.flatMap(({ PublicPort }) => PublicPort ?? []));
  const published = row?.ports?.filter((port) => port.includes("->")) ?? [];
  assert.equal(published.length, hostPorts.size);
  for (const port of published) assert.match(port, /^(?:0\.0\.0\.0|\[::\]):\d+->8080\/tcp$/);
  assert.deepEqual(row?.ports?.filter((port) => !published.includes(port)), ["9/udp"]);
});

serverTest("docker_list_containers keeps the newest rows, and counts all", async ({
  call,
  engine,
  own,
}) => {
  for (const role of ["oldest", "middle", "newest"]) {
    await engine.create("busybox", { labels: { role } });
  }
  const list = await call<List>("docker_list_containers", {
    all: true,
    verbose: true,
    filters: own,
  });
  assert.deepEqual(list.containers.map(({ labels }) => labels?.role), ["newest", "middle"]);
  assert.deepEqual([list.count, list.truncation_info], [3, {
    truncated: true,
    original_count: 3,
    truncated_count: 2,
    message: "The newest 2 of 3 are shown; narrow the list with filters",
  }]);
}, { env: { SAFETY_MAX_LIST_RESULTS: "2" } });

serverTest("docker_list_containers shows a container whose image is gone", async ({
  call,
  engine,
  own,
}) => {
  const source = await engine.create("busybox");
  const repository = uniqueName("mcp-docker-test/vanishing");
  const commit = await engine.raw("POST", `/commit?container=${source}&repo=${repository}`, {});
  const { Id } = commit.json as { Id: string };
  await engine.create(repository);
  const removed = await engine.raw("DELETE", `/images/${repository}?force=1`);
  assert.equal(removed.status, 200, removed.text);
  const { containers } = await call<List>("docker_list_containers", { all: true, filters: own });
  assert.deepEqual(containers.map(({ image }) => image), [
    Id.replace("sha256:", "").slice(0, 12),
    imageReference("busybox"),
  ]);
});

serverTest(
  "docker_inspect_container takes a name, a name with a slash, an id and its beginning",
  async ({
    call,
    engine,
  }) => {
    const name = uniqueName("inspected");
    const id = await engine.create("busybox", { name });
    for (const container_id of [name, `/${name}`, id, id.slice(0, 12), id.slice(0, 20)]) {
      const { details } = await call<Details>("docker_inspect_container", { container_id });
      assert.equal(details.Id, id);
    }
  },
);

serverTest("docker_inspect_container shows what a reader needs, and all with verbose", async ({
  call,
  engine,
}) => {
  const id = await engine.run("sick", { labels: { team: "shop" } });
  await engine.until(id, ({ Health }) => Health?.Status === "unhealthy");
  const short = await call<Details>("docker_inspect_container", { container_id: id });
  assert.equal(short.details.State.Health.Status, "unhealthy");
  assert.match(short.details.State.Health.Log[0].Output, /no heartbeat/);
  assert.equal(short.details.Config.Labels.team, "shop");
  assert.deepEqual(Object.keys(short)[0], "notice");
  assert.equal(short.details.GraphDriver, undefined);
  const long = await call<Details>("docker_inspect_container", { container_id: id, verbose: true });
  assert.ok(long.details.GraphDriver);
  assert.equal(long.details.HostConfig.CpuPeriod, 0);
  assert.ok(JSON.stringify(short).length * 2 < JSON.stringify(long).length);
  assert.deepEqual([short.truncation_info, long.truncation_info], [{}, {}]);
});

serverTest(
  "docker_inspect_container redacts secrets, and nothing that only looks like one",
  async ({
    call,
    engine,
  }) => {
    const id = await engine.create("secrets");
    for (const verbose of [false, true]) {
      const { details } = await call<Details>("docker_inspect_container", {
        container_id: id,
        verbose,
      });
      const text = JSON.stringify(details);
      for (const secret of ["correct-horse", "wJalrXUtnFEMI", "hunter2"]) {
        assert.ok(!text.includes(secret), `${secret} is shown`);
      }
      const names = details.Config.Env.map((entry) => entry.split("=")[0]);
      assert.ok(
        ["DB_PASSWORD", "AWS_SECRET_ACCESS_KEY", "DATABASE_URL"].every((name) =>
          names.includes(name)
        ),
      );
      assert.ok(details.Config.Env.includes("KEYBOARD_LAYOUT=dvorak"));
    }
  },
);

serverTest("docker_inspect_container cuts long fields where it is told to, and names them", async ({
  call,
  engine,
}) => {
  const id = await engine.create("busybox", { cmd: ["echo", "é".repeat(1000), "short"] });
  const { details, truncation_info } = await call<Details>("docker_inspect_container", {
    container_id: id,
  });
  assert.equal(details.Config.Cmd[1], "é".repeat(256)); // less a word that may be half a secret
  assert.equal(details.Config.Cmd[2], "short");
  assert.deepEqual(truncation_info, {
    truncated: true,
    truncated_fields: {
      "Args[0]": { original_bytes: 2000, original_size_human: "2.0 KiB" },
      "Config.Cmd[1]": { original_bytes: 2000, original_size_human: "2.0 KiB" },
    },
    truncated_fields_count: 2,
    message: "Fields longer than 1024 bytes were cut (SAFETY_MAX_INSPECT_FIELD_BYTES)",
  });
}, { env: { SAFETY_TRUNCATE_INSPECT_OUTPUT: "true", SAFETY_MAX_INSPECT_FIELD_BYTES: "1024" } });

serverTest("docker_inspect_container says what is missing and what to do next", async ({
  callFailing,
}) => {
  assert.equal(
    await callFailing("docker_inspect_container", { container_id: "no-such-container" }),
    'Cannot inspect container "no-such-container": Docker said: No such container: no-such-container. ' +
      "List the containers to see the names and ids there are.",
  );
});

const TOOLS_WITH_CONTAINER = [
  ["docker_inspect_container", {}],
  ["docker_container_logs", {}],
  ["docker_container_stats", {}],
  ["docker_exec_command", { command: "true" }],
  ["docker_start_container", {}],
  ["docker_stop_container", {}],
  ["docker_restart_container", {}],
  ["docker_remove_container", {}],
] as const;

serverTest(
  "every tool that takes a container refuses what cannot be one, and tells of one that is none",
  async ({
    callFailing,
  }) => {
    const bad = [
      "",
      "/",
      "..",
      "../x",
      "a/b",
      "a%2fb",
      "a\0b",
      "a\nb",
      " ",
      "-a",
      "größe",
      "a".repeat(256),
    ];
    for (const [tool, rest] of TOOLS_WITH_CONTAINER) {
      for (const container_id of bad) {
        const text = await callFailing(tool, { ...rest, container_id });
        assert.match(
          text,
          /^container_id: is not a container name or id/,
          JSON.stringify(container_id),
        );
      }
      for (const container_id of [42, true, ["web"], { id: "web" }]) {
        assert.match(
          await callFailing(tool, { ...rest, container_id }),
          /^container_id: expected a string, e\.g\. "web"/,
        );
      }
      for (const given of [rest, { ...rest, container_id: null }]) {
        assert.match(await callFailing(tool, given), /^container_id: is missing, e\.g\. "web"/);
      }
      const misspelt = await callFailing(tool, { ...rest, container_id: "x", containerid: "y" });
      assert.match(
        misspelt,
        /containerid: is not an argument of docker_\w+; did you mean "container_id"/,
      );
      const unknown = await callFailing(tool, { ...rest, container_id: "no-such-container" });
      assert.match(unknown, /No such container: no-such-container\. List the containers/);
    }
  },
  {
    env: {
      SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS: "true",
      SAFETY_REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE: "false",
    },
  },
);
