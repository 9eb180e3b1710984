import assert from "node:assert/strict";
import { container, factsOf, serviceOf, written } from "./compose_fixtures.ts";

const NETWORK = {
  Name: "shop",
  Id: "n1",
  Driver: "bridge",
  IPAM: { Driver: "default", Config: [{ Subnet: "10.9.0.0/24", Gateway: "10.9.0.1" }] },
};

Deno.test("composeFile() says nothing that the image or the Engine says by itself", async () => {
  assert.deepEqual(await serviceOf({}), { image: "web:1" });
});

Deno.test("composeFile() writes ports in the short form, with address and protocol, ranges untouched", async () => {
  const at = (HostPort: string, HostIp = "") => [{ HostIp, HostPort }];
  const service = await serviceOf({
    config: { ExposedPorts: { "80/tcp": {}, "9000/tcp": {}, "9001/udp": {} } },
    host: {
      PortBindings: {
        "80/tcp": [...at("8080", "127.0.0.1"), ...at("8081", "::1")],
        "53/udp": at("53"),
        "81/tcp": at("0"),
        "82/tcp": at("", "127.0.0.1"),
        "7000-7010/tcp": at("17000-17010"),
        "83/tcp": at("8083", "0.0.0.0"),
        "99999/tcp": at("1"),
        "84/tcp": at("99999"),
        "x/tcp": at("1"),
        "85/tcp": null,
      },
    },
  });
  assert.deepEqual(service["ports"], [
    "127.0.0.1:8080:80",
    "[::1]:8081:80",
    "53:53/udp",
    "81",
    "127.0.0.1::82",
    "17000-17010:7000-7010",
    "0.0.0.0:8083:83",
    "84",
  ]);
  assert.deepEqual(service["expose"], ["9000", "9001/udp"]);
});

Deno.test("composeFile() gives secrets as references, and doubles every dollar sign", async () => {
  const { yaml, references, file } = await written(factsOf([
    container("web", {
      config: {
        Env: [
          "DB_PASSWORD=hunter2zebra",
          "PRICE=5$ and ${x}",
          "KEYBOARD_LAYOUT=dvorak",
          "NAMELESS",
        ],
        Cmd: ["run", "--password", "tiger3lion", "--token=abc123def456", "see hunter2zebra here"],
        Labels: { "api-token": "q8Zr4Tn1Lw9X", "rule": "Host(`a`) && $1" },
        Healthcheck: { Test: ["CMD-SHELL", "mysql -pzebra7Quilt -e $X"] },
      },
      host: { LogConfig: { Type: "splunk", Config: { "splunk-token": "176FCEBF-4CF5-4EDF" } } },
    }),
  ]));
  const service = file.services["web"] ?? {};
  assert.deepEqual(service["environment"], {
    DB_PASSWORD: "${DB_PASSWORD:?set it}",
    PRICE: "5$$ and $${x}",
    KEYBOARD_LAYOUT: "dvorak",
  });
  assert.deepEqual(service["command"], [
    "run",
    "--password",
    "${WEB_COMMAND_PASSWORD:?set it}",
    "--token=${WEB_COMMAND:?set it}",
    "see ${DB_PASSWORD:?set it} here",
  ]);
  assert.deepEqual(service["labels"], {
    "api-token": "${API_TOKEN:?set it}",
    "rule": "Host(`a`) && $$1",
  });
  assert.deepEqual(service["healthcheck"], {
    test: ["CMD-SHELL", "mysql -p${WEB_HEALTHCHECK:?set it} -e $$X"],
  });
  assert.deepEqual(service["logging"], {
    driver: "splunk",
    options: { "splunk-token": "${SPLUNK_TOKEN:?set it}" },
  });
  for (
    const secret of [
      "hunter2zebra",
      "tiger3lion",
      "abc123def456",
      "q8Zr4",
      "zebra7Quilt",
      "176FCEBF",
    ]
  ) {
    assert.ok(!yaml.includes(secret), secret);
  }
  const used = [...yaml.matchAll(/\$\{(\w+):\?set it\}/g)].map(([, name]) => name);
  assert.deepEqual(new Set(used), new Set(references));
});

Deno.test("composeFile() gives two secrets of one name two references, and one secret one", async () => {
  const env = (value: string) => ({ config: { Env: [`DB_PASSWORD=${value}`] } });
  const { file } = await written(factsOf([
    container("a", env("hunter2zebra")),
    container("b", env("tiger3lion!")),
    container("c", env("hunter2zebra")),
  ]));
  const references = Object.values(file.services).map(({ environment }) => environment);
  assert.deepEqual(references, [
    { DB_PASSWORD: "${DB_PASSWORD:?set it}" },
    { DB_PASSWORD: "${B_DB_PASSWORD:?set it}" },
    { DB_PASSWORD: "${DB_PASSWORD:?set it}" },
  ]);
});

Deno.test("composeFile() writes a command only where it differs, and after another entrypoint", async () => {
  const image = { Config: { Entrypoint: ["/start"], Cmd: ["serve"] } };
  const of = async (Entrypoint: unknown, Cmd: unknown) => {
    const { entrypoint, command } = await serviceOf({
      image,
      config: { Entrypoint, Cmd, Env: null },
    });
    return [entrypoint, command];
  };
  assert.deepEqual(await of(["/start"], ["serve"]), [undefined, undefined]);
  assert.deepEqual(await of(["/start"], ["other"]), [undefined, ["other"]]);
  assert.deepEqual(await of(["/else"], ["serve"]), [["/else"], ["serve"]]);
  assert.deepEqual(await of(null, ["serve"]), [[], ["serve"]]);
  assert.deepEqual(await of(["/else"], null), [["/else"], []]);
});

Deno.test("composeFile() keeps volumes that exist as external, and leaves the image's anonymous ones to it", async () => {
  const hex = "ab".repeat(32);
  const mount = (Name: string, Destination: string, RW = true) => ({
    Type: "volume",
    Name,
    Destination,
    RW,
    Driver: "local",
  });
  const { file, notes } = await written(factsOf([
    container("db", {
      mounts: [
        mount("data", "/data"),
        mount("conf", "/conf", false),
        mount(hex, "/var/lib"),
        mount("cd".repeat(32), "/cache"),
        {
          Type: "bind",
          Source: "/srv/a",
          Destination: "/a",
          RW: false,
          Mode: "ro,Z",
          Propagation: "rslave",
        },
        { Type: "bind", Source: "C:\\b", Destination: "/b", RW: true },
        { Type: "tmpfs", Destination: "/t", RW: true },
      ],
      host: {
        Tmpfs: { "/run": "size=1m", "/tmp": "" },
        Mounts: [{ Type: "tmpfs", Target: "/t", TmpfsOptions: { SizeBytes: 1024 } }],
      },
      image: { Config: { Volumes: { "/var/lib": {} }, Env: ["PATH=/bin"], Cmd: ["serve"] } },
    }),
  ]));
  assert.deepEqual(file.services["db"], {
    image: "db:1",
    volumes: [
      "data:/data",
      "conf:/conf:ro",
      "/cache",
      "/srv/a:/a:ro,Z,rslave",
      { type: "bind", source: "C:\\b", target: "/b" },
      { type: "tmpfs", target: "/t", tmpfs: { size: 1024 } },
    ],
    tmpfs: ["/run:size=1m", "/tmp"],
  });
  assert.deepEqual(file.volumes, {
    data: { name: "data", external: true },
    conf: { name: "conf", external: true },
  });
  assert.ok(notes.some((note) => note.includes("anonymous volumes")));
});

Deno.test("composeFile() names an anonymous volume that two containers share", async () => {
  const mounts = [{ Type: "volume", Name: "ab".repeat(32), Destination: "/d", RW: true }];
  const { file } = await written(factsOf([container("a", { mounts }), container("b", { mounts })]));
  assert.deepEqual(Object.values(file.services).map(({ volumes }) => volumes), [
    ["volume-abababababab:/d"],
    ["volume-abababababab:/d"],
  ]);
  assert.deepEqual(file.volumes, {
    "volume-abababababab": { name: "ab".repeat(32), external: true },
  });
});

Deno.test("composeFile() makes a network anew that nobody else uses, and keeps one that others use", async () => {
  const on = (place: Record<string, unknown> = {}) => ({
    host: { NetworkMode: "shop" },
    networks: { shop: place },
  });
  const facts = { networks: [NETWORK] };
  const plain = await written(factsOf([container("web", on())], facts));
  assert.deepEqual([plain.file.services["web"]?.["networks"], plain.file.networks], [["shop"], {
    shop: {},
  }]);
  const fixed = await written(factsOf([
    container(
      "web",
      on({
        Aliases: ["www", "web", "0eb000000000", "a"],
        IPAMConfig: { IPv4Address: "10.9.0.7" },
      }),
    ),
  ], facts));
  assert.deepEqual(fixed.file.networks, {
    shop: { ipam: { config: [{ subnet: "10.9.0.0/24", gateway: "10.9.0.1" }] } },
  });
  assert.deepEqual(fixed.file.services["web"]?.["networks"], {
    shop: { aliases: ["www", "a"], ipv4_address: "10.9.0.7" },
  });
  const others = [{ Id: "other", NetworkSettings: { Networks: { shop: {} } } }];
  const shared = await written(factsOf([container("web", on())], { ...facts, others }));
  assert.deepEqual(shared.file.networks, { shop: { name: "shop", external: true } });
});

Deno.test("composeFile() gives a Compose project back as it was", async () => {
  const labels = (service: string, more: Record<string, string> = {}) => ({
    "com.docker.compose.project": "shop",
    "com.docker.compose.service": service,
    ...more,
  });
  const at = {
    host: { NetworkMode: "shop_default" },
    networks: { shop_default: { Aliases: ["web", "shop-web-1"] } },
  };
  const { file } = await written(factsOf([
    container("shop-web-1", {
      ...at,
      config: {
        Labels: labels("web", { "com.docker.compose.depends_on": "db:service_started:false" }),
      },
      mounts: [{ Type: "volume", Name: "shop_data", Destination: "/d", RW: true }],
    }),
    container("shop-db-1", { ...at, config: { Labels: labels("db") } }),
  ], {
    networks: [{
      Name: "shop_default",
      Driver: "bridge",
      Labels: { "com.docker.compose.project": "shop", "com.docker.compose.network": "default" },
    }],
    volumes: [{
      Name: "shop_data",
      Driver: "local",
      Labels: { "com.docker.compose.project": "shop", "com.docker.compose.volume": "data" },
    }],
  }));
  assert.deepEqual(file, {
    name: "shop",
    services: {
      web: {
        image: "shop-web-1:1",
        volumes: ["data:/d"],
        depends_on: ["db"],
      },
      db: { image: "shop-db-1:1", networks: { default: { aliases: ["web", "shop-web-1"] } } },
    },
    volumes: { data: {} },
  });
});

Deno.test("composeFile() leaves a Compose project's default network unsaid", async () => {
  const labels = { "com.docker.compose.project": "shop", "com.docker.compose.service": "web" };
  const { file } = await written(factsOf([
    container("shop-web-1", {
      config: { Labels: labels },
      networks: { shop_default: { Aliases: ["web", "shop-web-1"] } },
      host: { NetworkMode: "shop_default" },
    }),
  ], {
    networks: [{
      Name: "shop_default",
      Labels: { ...labels, "com.docker.compose.network": "default" },
    }],
  }));
  assert.deepEqual(file, { name: "shop", services: { web: { image: "shop-web-1:1" } } });
});

Deno.test("composeFile() lets a service wait for what it shares, is linked to, or names, but never in a circle", async () => {
  const on = (env: string[], more: Record<string, unknown> = {}) => ({
    config: { Env: ["PATH=/bin", ...env], ...more },
    host: { NetworkMode: "shop" },
    networks: { shop: {} },
  });
  const { file, notes } = await written(factsOf([
    container("web", on(["DB_URL=postgres://db:5432/x", "CACHE=cache:6379", "MODE=db"])),
    container("db", on(["PEER_HOST=web"], { Healthcheck: { Test: ["CMD", "true"] } })),
    container("cache", on(["SELF_HOST=cache"])),
    container("old", { host: { Links: ["/cache:/old/redis", "/db:/old/db", "/gone:/old/gone"] } }),
    container("side", {
      host: { NetworkMode: "container:web", PidMode: "container:gone", IpcMode: "container:side" },
      config: { Hostname: "x" },
    }),
  ], { networks: [NETWORK] }));
  assert.deepEqual(file.services["web"]?.["depends_on"], {
    db: { condition: "service_healthy" },
    cache: { condition: "service_started" },
  });
  assert.equal(file.services["db"]?.["depends_on"], undefined);
  assert.deepEqual(notes.filter((note) => note.includes("need each other")), [
    "db and web need each other: only one can start first",
  ]);
  const { depends_on, links, external_links } = file.services["old"] ?? {};
  assert.deepEqual(Object.keys(depends_on ?? {}), ["cache", "db"]);
  assert.deepEqual([links, external_links], [["cache:redis", "db"], ["gone:gone"]]);
  const { network_mode, pid, ipc, hostname, networks } = file.services["side"] ?? {};
  assert.deepEqual([network_mode, pid, ipc, hostname, networks], [
    "service:web",
    "container:gone",
    "container:side",
    undefined,
    undefined,
  ]);
});

Deno.test("composeFile() keeps limits, privileges, health, restart and logging", async () => {
  const service = await serviceOf({
    config: {
      User: "1000",
      WorkingDir: "/app",
      Hostname: "shop",
      Tty: true,
      OpenStdin: true,
      StopSignal: "SIGINT",
      StopTimeout: 30,
      Healthcheck: {
        Test: ["CMD", "ok"],
        Interval: 5e9,
        Timeout: 1.5e9,
        StartPeriod: 6e10,
        Retries: 4,
      },
    },
    host: {
      Memory: 64 * 2 ** 20,
      MemorySwap: 128 * 2 ** 20,
      MemoryReservation: 1000,
      NanoCpus: 1.5e9,
      CpuShares: 512,
      PidsLimit: 50,
      RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 },
      ReadonlyRootfs: true,
      CapAdd: ["NET_ADMIN"],
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      Init: true,
      ExtraHosts: ["db:10.0.0.5"],
      Dns: ["1.1.1.1"],
      DnsSearch: ["a.example"],
      LogConfig: { Type: "json-file", Config: { "max-size": "10m" } },
      Ulimits: [{ Name: "nofile", Soft: 10, Hard: 20 }],
      Devices: [{ PathOnHost: "/dev/null", PathInContainer: "/dev/x", CgroupPermissions: "rwm" }],
      Sysctls: { "net.core.somaxconn": "1024" },
      DeviceRequests: [{ Driver: "", Count: -1, DeviceIDs: null, Capabilities: [["gpu"]] }],
      GroupAdd: ["audio"],
      ShmSize: 2 ** 20,
    },
  });
  assert.deepEqual(service, {
    image: "web:1",
    user: "1000",
    working_dir: "/app",
    stop_signal: "SIGINT",
    stop_grace_period: "30s",
    tty: true,
    stdin_open: true,
    hostname: "shop",
    dns: ["1.1.1.1"],
    dns_search: ["a.example"],
    extra_hosts: ["db:10.0.0.5"],
    healthcheck: {
      test: ["CMD", "ok"],
      interval: "5s",
      timeout: "1500ms",
      start_period: "60s",
      retries: 4,
    },
    mem_limit: "64m",
    mem_reservation: "1000b",
    cpus: 1.5,
    cpu_shares: 512,
    pids_limit: 50,
    shm_size: "1m",
    ulimits: { nofile: { soft: 10, hard: 20 } },
    restart: "on-failure:3",
    read_only: true,
    cap_add: ["NET_ADMIN"],
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    group_add: ["audio"],
    devices: ["/dev/null:/dev/x:rwm"],
    sysctls: { "net.core.somaxconn": "1024" },
    init: true,
    deploy: { resources: { reservations: { devices: [{ count: "all", capabilities: ["gpu"] }] } } },
    logging: { driver: "json-file", options: { "max-size": "10m" } },
  });
});

Deno.test("composeFile() makes names unique and valid, whatever containers are called", async () => {
  const names = ["web", "web", "../../etc", "__proto__", "", "ÄÖ", "x-web", "a".repeat(300)];
  const { services } = await written(
    factsOf(names.map((name, index) => container(name, { id: `${index}`.repeat(64) }))),
  );
  assert.equal(new Set(services).size, names.length);
  for (const name of services) assert.match(name, /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,65}$/);
});

Deno.test("composeFile() leaves containers out from the end until it is short enough, and says so", async () => {
  const many = Array.from(
    { length: 200 },
    (_, index) =>
      container(`web${index}`, {
        id: String(index).padStart(64, "0"),
        config: { Env: [`TEXT=${"x".repeat(500)}`] },
      }),
  );
  const { yaml, services, notes } = await written(factsOf(many), 16_000);
  assert.ok(yaml.length <= 16_000 && services.length > 15, `${yaml.length} ${services.length}`);
  assert.match(notes[0] ?? "", /^\d+ of 200 containers are left out/);
  const huge = await written(
    factsOf([container("web", {
      config: { Env: Array.from({ length: 900 }, (_, n) => `V${n}=${"y".repeat(99)}`) },
    })]),
    16_000,
  );
  assert.deepEqual([huge.yaml, huge.services], ["", []]);
  assert.match(huge.notes[0] ?? "", /^1 of 1 containers are left out/);
});

Deno.test("composeFile() gives a value that is too long as a reference", async () => {
  const { environment } = await serviceOf({ config: { Env: [`TEXT=${"x".repeat(5000)}`] } });
  assert.deepEqual(environment, { TEXT: "${TEXT:?set it}" });
});

Deno.test("composeFile() takes neither names and addresses nor common words for secrets", async () => {
  const { file, references } = await written(factsOf([
    container("auth", {
      config: {
        Image: "auth:1.2.3-alpine",
        Env: ["POSTGRES_PASSWORD=postgres", "APP_DB=postgres-main"],
      },
      host: { ExtraHosts: ["auth:10.0.0.5"], Tmpfs: { "/run/secrets": "size=1m" } },
      mounts: [{ Type: "bind", Source: "/etc/token", Destination: "/run/password", RW: true }],
    }),
  ]));
  assert.deepEqual(references, ["POSTGRES_PASSWORD"]);
  const { image, environment, extra_hosts, volumes } = file.services["auth"] ?? {};
  assert.deepEqual([image, environment, extra_hosts, volumes], [
    "auth:1.2.3-alpine",
    { POSTGRES_PASSWORD: "${POSTGRES_PASSWORD:?set it}", APP_DB: "postgres-main" },
    ["auth:10.0.0.5"],
    ["/etc/token:/run/password"],
  ]);
});

Deno.test("composeFile() does not take a network that is called default for the project's own", async () => {
  const { file } = await written(factsOf([
    container("web", { host: { NetworkMode: "default" }, networks: { default: {} } }),
  ], { networks: [{ Name: "default", Driver: "bridge", Internal: true }] }));
  assert.deepEqual(file.networks, { "default-2": { internal: true } });
  assert.deepEqual(file.services["web"]?.["networks"], ["default-2"]);
});
