import assert from "node:assert/strict";
import { tools } from "../../src/catalog.ts";
import { parseArguments } from "../../src/tools/arguments.ts";
import { RefusedError } from "../../src/tools/refused.ts";

type Arguments = Record<string, unknown>;

function parse(name: string, raw: Arguments): ReturnType<typeof parseArguments> {
  const tool = tools.find((tool) => tool.name === `docker_${name}`);
  assert.ok(tool, name);
  return parseArguments(tool, raw);
}

/** The lines of the refusal. */
function mistakes(name: string, raw: Arguments): string[] {
  try {
    parse(name, raw);
  } catch (error) {
    assert.ok(error instanceof RefusedError, String(error));
    assert.equal(error.code, "invalid_arguments");
    assert.equal(error.remedy, `Correct the arguments of docker_${name} and call it again`);
    return error.message.split("\n");
  }
  assert.fail(`${name} took ${JSON.stringify(raw)}`);
}

const LONG = "x".repeat(256);

/** A rule, the tool, arguments that pass and arguments that do not. */
const rules: readonly [string, string, readonly Arguments[], readonly Arguments[]][] = [
  [
    "a container's name or id",
    "inspect_container",
    ["web", "/web", "a", "4f1c", "My_app.1-x", "x".repeat(255)].map((id) => ({ container_id: id })),
    ["", " ", "..", ".", "a/b", "//web", "a?b", "%2f", "web\n", "we\0b", "ｗeb", "-x", LONG]
      .map((id) => ({ container_id: id })),
  ],
  [
    "a new container's name",
    "create_container",
    ["web", "my_app.1", "ab", "4f1c", "x".repeat(128)].map((name) => ({ image: "a", name })),
    ["a", "_x", "a/b", "", "web\n", "0123456789ab", "0".repeat(64), "x".repeat(129)]
      .map((name) => ({ image: "a", name })),
  ],
  [
    "an image",
    "create_container",
    [
      "nginx",
      "nginx:1.29",
      "library/redis",
      "localhost:5000/a/b__c--d:x",
      "[::1]:5000/a",
      `a@sha256:${"0".repeat(64)}`,
      `sha256:${"a".repeat(64)}`,
      "4f1c2d",
      "Example.COM/a",
    ].map((image) => ({ image })),
    [
      "",
      "Nginx",
      "a___b",
      "https://example.com/a",
      "user:pw@host/a",
      "a:b:c",
      "../a",
      "a\n",
      "a:",
      `a:${"t".repeat(129)}`,
      "a@sha256:12",
      "host:99999/a",
      "A".repeat(64),
      `a/${"b".repeat(512)}`,
    ].map((image) => ({ image })),
  ],
  [
    "a memory limit's type",
    "create_container",
    [{ image: "a", mem_limit: "512m" }],
    [{ image: "a", mem_limit: 5 }, { image: "a", mem_limit: "1".repeat(33) }],
  ],
  [
    "CPU shares",
    "create_container",
    [2, 1024, 262_144, "512"].map((cpu_shares) => ({ image: "a", cpu_shares })),
    [1, 1.5, -1, 262_145, "many", true].map((cpu_shares) => ({ image: "a", cpu_shares })),
  ],
  [
    "an environment",
    "create_container",
    [
      { A: "b", "my.key-1": "", "two words": "x=y", größe: "ü\n" },
      { constructor: "x", A: "x".repeat(131_072) },
      '{"A":"b"}',
    ].map((environment) => ({ image: "a", environment })),
    [
      { "A=B": "x" },
      { " A": "x" },
      { "A\n": "x" },
      { "": "x" },
      { A: "x\0" },
      { A: 1 },
      { A: null },
      { ["A".repeat(257)]: "x" },
      { A: "x".repeat(131_073) },
      JSON.parse('{"__proto__":"x"}'),
      '{"__proto__":"x"}',
      Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`A${index}`, ""])),
      ["A=b"],
      "A=b",
      '{"A":',
    ].map((environment) => ({ image: "a", environment })),
  ],
  [
    "the form of ports",
    "create_container",
    [{ "80/tcp": 8080 }, { "80": 0 }, { "80": null }, { "80": ["::1", 80] }, '{"80":1}']
      .map((ports) => ({ image: "a", ports })),
    [
      { "80": 8080.5 },
      { "80": true },
      { "80": 65_536 },
      { "80": -1 },
      { "80": ["127.0.0.1", 70_000] },
      { "80": ["127.0.0.1"] },
      JSON.parse('{"__proto__":80}'),
      [80],
    ].map((ports) => ({ image: "a", ports })),
  ],
  [
    "volumes",
    "create_container",
    [
      { data: { bind: "/data" } },
      { "my_data.1": { bind: "/data/", mode: "ro" } },
      { "/srv": { bind: "/srv" } }, // for the create policy to refuse
      { da: { bind: "/processes" } },
    ].map((volumes) => ({ image: "a", volumes })),
    [
      { "..": { bind: "/data" } },
      { "": { bind: "/data" } },
      { "a/b": { bind: "/data" } },
      { "~/x": { bind: "/data" } },
      { data: { bind: "data" } },
      { data: { bind: "/" } },
      { data: { bind: "/a/../etc" } },
      { data: { bind: "/proc/1" } },
      { data: { bind: "/sys" } },
      { data: { bind: "//dev/x" } },
      { data: { bind: "/a:rw" } },
      { data: { bind: "/a", mode: "z" } },
      { data: { bind: "/a", mode: "rw", propagation: "shared" } },
      { data: {} },
      { data: "/data" },
    ].map((volumes) => ({ image: "a", volumes })),
  ],
  [
    "a command",
    "exec_command",
    [["ls", ""], "ls -l", ["sh", "-c", "a | b\n"], "x".repeat(65_536)]
      .map((command) => ({ container_id: "a", command })),
    [[], ["a\0"], "a\0", [1], {}, "x".repeat(65_537), Array.from({ length: 4097 }, () => "x")]
      .map((command) => ({ container_id: "a", command })),
  ],
  [
    "a working directory",
    "exec_command",
    ["/", "/srv/app", "/processes", "/a b", "/..a"]
      .map((workdir) => ({ container_id: "a", command: "ls", workdir })),
    [
      "srv",
      "",
      "/a/../b",
      "/a/.",
      "/proc/self/fd/7",
      "/proc",
      "//proc",
      "/sys/x",
      "/dev",
      "/a\n",
      "/a\0",
      `/${"x".repeat(4096)}`,
    ].map((workdir) => ({ container_id: "a", command: "ls", workdir })),
  ],
  [
    "a user",
    "exec_command",
    ["root", "0", "1000:1000", "app:staff", "_apt", "machine$"]
      .map((user) => ({ container_id: "a", command: "ls", user })),
    ["", "root;id", "root id", "Root", ":0", "0:", "a:b:c", "root\n", "x".repeat(65)]
      .map((user) => ({ container_id: "a", command: "ls", user })),
  ],
  [
    "a timeout",
    "stop_container",
    [0, 10, 3600, "30"].map((timeout) => ({ container_id: "a", timeout })),
    [-1, 3601, 1.5, "soon", true, []].map((timeout) => ({ container_id: "a", timeout })),
  ],
  [
    "a tail",
    "container_logs",
    ["all", 0, 100, 100_000, "100"].map((tail) => ({ container_id: "a", tail })),
    [-1, 1e12, 1.5, "some", true].map((tail) => ({ container_id: "a", tail })),
  ],
  [
    "a boolean",
    "list_containers",
    [true, false, "true", " false "].map((all) => ({ all })),
    ["yes", 1, "1", {}].map((all) => ({ all })),
  ],
  [
    "filters of a list",
    "list_containers",
    [{ name: "web" }, { label: ["a", "b=c"], status: "exited" }, {}, '{"name":"web"}']
      .map((filters) => ({ filters })),
    [
      { nmae: "web" },
      { driver: "local" },
      { name: [] },
      { name: true },
      { name: { web: true } },
      { name: "x".repeat(1025) },
      { name: Array.from({ length: 65 }, () => "x") },
      JSON.parse('{"__proto__":"x"}'),
      "name=web",
    ].map((filters) => ({ filters })),
  ],
  [
    "filters of a prune",
    "system_prune",
    [{ label: "a" }, { "label!": ["a", "b=c"], until: "24h" }].map((filters) => ({ filters })),
    [{ lable: "a" }, { dangling: "true" }, { all: "true" }].map((filters) => ({ filters })),
  ],
];

for (const [rule, tool, good, bad] of rules) {
  Deno.test(`parseArguments() holds the rule for ${rule}`, () => {
    for (const raw of good) parse(tool, raw);
    for (const raw of bad) assert.ok(mistakes(tool, raw).length > 0);
  });
}

Deno.test("parseArguments() fills in defaults and drops the slash that Docker prints before names", () => {
  assert.deepEqual(parse("stop_container", { container_id: "/web" }), {
    input: { container_id: "web", timeout: 10 },
    notes: [],
  });
});

Deno.test("parseArguments() reads objects, numbers and booleans from strings, and notes each", () => {
  const { input, notes } = parse("create_container", {
    image: "a",
    environment: '{"A":"b"}',
    remove: "true",
    cpu_shares: " 12 ",
  });
  assert.deepEqual(input.environment, { A: "b" });
  assert.equal(input.remove, true);
  assert.equal(input.cpu_shares, 12);
  assert.deepEqual(notes, [
    "environment was sent as a string and read as JSON",
    "remove was sent as a string and read as JSON",
    "cpu_shares was sent as a string and read as JSON",
  ]);
});

Deno.test("parseArguments() reads strings below the top as well, and leaves what it was given alone", () => {
  const given = {
    image: "a",
    ports: { "80/tcp": "8080", "81/tcp": ["127.0.0.1", "8081"], "82/tcp": "null" },
    volumes: { data: '{"bind":"/data"}' },
    healthcheck: { test: "true", retries: "3" },
    environment: { A: "1" },
  };
  const before = structuredClone(given);
  // "null" stays text: nobody can mean it.
  assert.match(
    mistakes("create_container", given)[0] ?? "",
    /^ports\.82\/tcp: is text that cannot/,
  );
  assert.deepEqual(given, before);
  const { "82/tcp": _, ...ports } = given.ports;
  const { input, notes } = parse("create_container", { ...given, ports });
  assert.deepEqual(input.ports, { "80/tcp": 8080, "81/tcp": ["127.0.0.1", 8081] });
  assert.deepEqual(input.volumes, { data: { bind: "/data", mode: "rw" } });
  assert.deepEqual(input.healthcheck, { test: "true", retries: 3 });
  assert.deepEqual(input.environment, { A: "1" });
  assert.deepEqual(notes.map((note) => note.split(" ")[0]), [
    "ports.80/tcp",
    "ports.81/tcp.1",
    "volumes.data",
    "healthcheck.retries",
  ]);
});

Deno.test("parseArguments() notes many strings in few words, in time that grows with their number", () => {
  const ports = Object.fromEntries(
    Array.from({ length: 15_000 }, (_, index) => [`${index}`, `${index}`]),
  );
  const { notes } = parse("create_container", { image: "a", ports });
  assert.equal(notes.length, 11);
  assert.equal(notes.at(-1), "14990 more were sent as strings and read as JSON");
});

Deno.test("parseArguments() leaves text alone that only looks like a number", () => {
  const { input, notes } = parse("inspect_container", { container_id: "12" });
  assert.deepEqual({ input, notes }, { input: { container_id: "12", verbose: false }, notes: [] });
});

Deno.test("parseArguments() takes null for an argument that was not given", () => {
  const raw = { container_id: "web", since: null, tail: null };
  assert.equal(parse("container_logs", raw).input.tail, "all");
  assert.match(
    mistakes("inspect_container", { container_id: null })[0] ?? "",
    /^container_id: is mis/,
  );
});

Deno.test("parseArguments() names unknown arguments and the nearest known one", () => {
  assert.deepEqual(mistakes("list_containers", { al: true, fitlers: {}, "x\u0000y": 1 }), [
    'al: is not an argument of docker_list_containers; did you mean "all"?',
    'fitlers: is not an argument of docker_list_containers; did you mean "filters"?',
    "an argument: is not an argument of docker_list_containers; known: all, filters, verbose",
  ]);
});

Deno.test("parseArguments() names unknown keys inside an argument, also of a record's rows", () => {
  assert.deepEqual(mistakes("list_containers", { filters: { nmae: "x" } }), [
    'nmae: is not a key of filters; did you mean "name"?',
  ]);
  const volumes = { data: { bind: "/data", mde: "ro" } };
  assert.deepEqual(mistakes("create_container", { image: "a", volumes }), [
    'mde: is not a key of volumes.data; did you mean "mode"?',
  ]);
});

Deno.test("parseArguments() refuses __proto__ and constructor as arguments", () => {
  for (const name of ["__proto__", "constructor", "prototype"]) {
    const raw = JSON.parse(`{"${name}":{"all":true}}`);
    assert.match(mistakes("list_containers", raw)[0] ?? "", /is not an argument of/);
  }
});

Deno.test("parseArguments() tells every mistake at once, at most ten, each by its name", () => {
  const told = mistakes("exec_command", {
    container_id: "..",
    command: [],
    user: "a b",
    timeout: 0,
    privileged: "yes",
  });
  const names = told.map((line) => line.split(":")[0]).sort();
  assert.deepEqual(names, ["command", "container_id", "privileged", "timeout", "user"]);
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`x${index}`, 1]));
  assert.equal(mistakes("list_containers", many).length, 10);
});

Deno.test("parseArguments() says what was expected, with an example where there is one", () => {
  assert.deepEqual(mistakes("container_logs", { container_id: "a", tail: "some" }), [
    'tail: is text that cannot be read as "all" or a number, e.g. 100',
  ]);
  assert.deepEqual(mistakes("stop_container", { timeout: 1.5 }).sort(), [
    'container_id: is missing, e.g. "web"',
    "timeout: expected a whole number, e.g. 30",
  ]);
});

Deno.test("parseArguments() shows the form of the argument in which something is wrong", () => {
  const form = 'e.g. ports: {"80/tcp": 8080}; 0: a free port; [address, port]; null: expose only';
  const cases: [Arguments, string][] = [
    [{ cap_drop: "ALL" }, 'cap_drop: is text that cannot be read as a list, e.g. ["ALL"]'],
    [
      { ports: { "80": "x" } },
      `ports.80: is text that cannot be read as a number or a list or null, ${form}`,
    ],
    [
      { ports: { "80": [{ HostPort: "8080" }] } },
      `ports.80: Too small: expected array to have >=2 items, ${form}`,
    ],
    [{ ports: { "80": ["::1", true] } }, `ports.80.1: expected a number, ${form}`],
    [{ command: ["a", 1] }, "command.1: expected a string"],
  ];
  for (const [raw, message] of cases) {
    assert.deepEqual(mistakes("create_container", { image: "a", ...raw }), [message]);
  }
});

Deno.test("parseArguments() never echoes a value", () => {
  const secret = "hunter2hunter2";
  const attempts: [string, Arguments][] = [
    ["inspect_container", { container_id: `${secret}/x` }],
    ["exec_command", { container_id: "a", command: "ls", user: `${secret};`, workdir: secret }],
    ["create_container", { image: `${secret}//`, environment: { A: `${secret}\0` } }],
    ["create_container", { image: "a", environment: `${secret}{`, ports: `["${secret}"]` }],
    ["create_container", { image: "a", volumes: { data: { bind: secret, mode: secret } } }],
    ["list_containers", { filters: { name: { [secret]: secret } }, all: secret }],
    ["container_logs", { container_id: "a", tail: secret, since: secret.repeat(9) }],
  ];
  for (const [tool, raw] of attempts) {
    assert.doesNotMatch(mistakes(tool, raw).join("\n"), new RegExp(secret), JSON.stringify(raw));
  }
});

Deno.test("parseArguments() shows no key that could hold anything", () => {
  const told = mistakes("create_container", {
    image: "a",
    environment: { "A\n[fake log line]": 1 },
  });
  assert.deepEqual(told, [
    'environment.an argument: expected a string, e.g. environment: {"TZ":"UTC"}',
  ]);
});

Deno.test("parseArguments() reads deep JSON in a string without running out of stack", () => {
  const deep = "[".repeat(15_000) + "]".repeat(15_000);
  assert.match(
    mistakes("create_container", { image: "a", ports: deep })[0] ?? "",
    /^ports: expected/,
  );
});

Deno.test("parseArguments() describes no more mistakes than it tells", () => {
  const tool = tools.find(({ name }) => name === "docker_list_containers");
  assert.ok(tool);
  let asked = 0;
  const counted = { ...tool, input: () => (asked++, tool.input()) };
  const filters = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`x${index}`, 1]));
  assert.throws(() => parseArguments(counted, { filters }), { code: "invalid_arguments" });
  assert.ok(asked < 20, `it asked ${asked} times for the schema`);
});

Deno.test("parseArguments() refuses what it would take seconds to check", () => {
  const environment = Object.fromEntries(
    Array.from({ length: 20_001 }, (_, index) => [`A${index}`, 1]),
  );
  for (const given of [environment, JSON.stringify(environment)]) {
    assert.deepEqual(mistakes("create_container", { image: "a", environment: given }), [
      "arguments: more than 20000 keys and items",
    ]);
  }
});
