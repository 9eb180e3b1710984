import { type Attack, character, type Family } from "../attack_case.ts";

const IMAGE = "mcp-docker-test/busybox:1";

/** Arguments no schema takes: `[what, tool, input, reason]`; a text is the JSON as it goes over the wire. */
const REFUSED: readonly (readonly [
  what: string,
  tool: string,
  input: Readonly<Record<string, unknown>> | string,
  reason: RegExp,
])[] = [
  ["a misspelt argument", "docker_stop_container", { container_ids: "web" }, /did you mean/],
  [
    "an argument in capitals",
    "docker_stop_container",
    { CONTAINER_ID: "web" },
    /is not an argument/,
  ],
  [
    "an argument in camel case",
    "docker_stop_container",
    { containerId: "web" },
    /is not an argument/,
  ],
  [
    "an argument of another tool",
    "docker_stop_container",
    { container_id: "web", signal: "KILL" },
    /signal/,
  ],
  [
    "an argument with a blank",
    "docker_stop_container",
    { "container_id ": "web" },
    /is not an argument/,
  ],
  [
    "an argument with a Cyrillic letter",
    "docker_stop_container",
    { [`${character(0x441)}ontainer_id`]: "web" },
    /is not an argument/,
  ],
  [
    "an argument with a zero-width joiner",
    "docker_stop_container",
    { [`container${character(0x200d)}_id`]: "web" },
    /is not an argument/,
  ],
  ["nothing where something must be", "docker_stop_container", {}, /container_id: is missing/],
  ["null where something must be", "docker_stop_container", { container_id: null }, /container_id/],
  ["a number for a name", "docker_stop_container", { container_id: 7 }, /container_id/],
  ["a list for a name", "docker_stop_container", { container_id: ["web", "db"] }, /container_id/],
  ["an object for a name", "docker_stop_container", { container_id: { $ne: "" } }, /container_id/],
  ["true for a name", "docker_stop_container", { container_id: true }, /container_id/],
  [
    "a time-out below zero",
    "docker_stop_container",
    { container_id: "web", timeout: -1 },
    /timeout/,
  ],
  ["a time-out of days", "docker_stop_container", { container_id: "web", timeout: 1e6 }, /timeout/],
  [
    "a time-out of half a second",
    "docker_stop_container",
    { container_id: "web", timeout: 0.5 },
    /timeout/,
  ],
  [
    "a time-out beyond numbers",
    "docker_stop_container",
    '{"container_id":"web","timeout":1e999}',
    /timeout/,
  ],
  [
    "a time-out in words",
    "docker_stop_container",
    { container_id: "web", timeout: "long" },
    /timeout/,
  ],
  [
    "a list of time-outs",
    "docker_stop_container",
    { container_id: "web", timeout: [10] },
    /timeout/,
  ],
  [
    "a prototype",
    "docker_create_container",
    `{"image":"${IMAGE}","__proto__":{"privileged":true}}`,
    /__proto__/,
  ],
  [
    "a prototype of the environment",
    "docker_create_container",
    `{"image":"${IMAGE}","environment":{"__proto__":"x"}}`,
    /__proto__|environment/,
  ],
  ["a label named like the constructor", "docker_create_volume", {
    name: "data",
    labels: { constructor: "x" },
  }, /labels/],
  ["a label named like the prototype", "docker_create_volume", {
    name: "data",
    labels: { prototype: "x" },
  }, /labels/],
  [
    "a prototype of the volumes",
    "docker_create_container",
    `{"image":"${IMAGE}","volumes":{"__proto__":{"bind":"/x","mode":"rw"}}}`,
    /__proto__|volumes/,
  ],
  [
    "a prototype inside a volume",
    "docker_create_container",
    `{"image":"${IMAGE}","volumes":{"data":{"bind":"/x","mode":"rw","__proto__":{"x":1}}}}`,
    /__proto__|volumes/,
  ],
  [
    "a prototype in a JSON text",
    "docker_create_container",
    { image: IMAGE, environment: '{"__proto__":{"A":"b"}}' },
    /__proto__|environment/,
  ],
  [
    "a constructor",
    "docker_create_container",
    { image: IMAGE, constructor: { prototype: {} } },
    /constructor/,
  ],
  ["a conversion to text", "docker_create_container", { image: IMAGE, toString: "x" }, /toString/],
  ["a conversion to JSON", "docker_create_container", { image: IMAGE, toJSON: "x" }, /toJSON/],
  ["a list in place of arguments", "docker_create_container", "[]", /arguments|Invalid|expected/i],
  [
    "a text in place of arguments",
    "docker_create_container",
    '"image"',
    /arguments|Invalid|expected/i,
  ],
  ["a number in place of arguments", "docker_create_container", "7", /arguments|Invalid|expected/i],
  ["an environment that is a list", "docker_create_container", {
    image: IMAGE,
    environment: ["A=b"],
  }, /environment/],
  ["a variable that is a number", "docker_create_container", {
    image: IMAGE,
    environment: { A: 1 },
  }, /environment/],
  [
    "a variable that is null",
    "docker_create_container",
    { image: IMAGE, environment: { A: null } },
    /environment/,
  ],
  ["a variable without a name", "docker_create_container", {
    image: IMAGE,
    environment: { "": "x" },
  }, /environment/],
  ["a variable whose name holds =", "docker_create_container", {
    image: IMAGE,
    environment: { "A=B": "x" },
  }, /environment/],
  ["a variable whose name begins with =", "docker_create_container", {
    image: IMAGE,
    environment: { "=A": "x" },
  }, /environment/],
  ["a variable whose name has a line feed", "docker_create_container", {
    image: IMAGE,
    environment: { "A\nB": "x" },
  }, /environment/],
  [
    "a variable with a NUL",
    "docker_create_container",
    { image: IMAGE, environment: { A: `x${character(0)}LD_PRELOAD=/x` } },
    /environment/,
  ],
  [
    "a variable of a mebibyte",
    "docker_create_container",
    { image: IMAGE, environment: { A: "x".repeat(1024 * 1024) } },
    /environment/,
  ],
  [
    "a thousand and one variables",
    "docker_create_container",
    {
      image: IMAGE,
      environment: Object.fromEntries(Array.from({ length: 1001 }, (_, at) => [`V${at}`, ""])),
    },
    /environment/,
  ],
  [
    "thirty thousand keys",
    "docker_create_container",
    {
      image: IMAGE,
      environment: Object.fromEntries(Array.from({ length: 30_000 }, (_, at) => [`V${at}`, ""])),
    },
    /arguments|environment/,
  ],
  [
    "a body over a mebibyte, which Engine plug-ins let through unread",
    "docker_create_container",
    {
      image: IMAGE,
      environment: Object.fromEntries(
        Array.from({ length: 12 }, (_, at) => [`V${at}`, "x".repeat(100_000)]),
      ),
    },
    /environment|body|large|MiB/,
  ],
  [
    "objects sixty levels deep",
    "docker_create_container",
    `{"image":"${IMAGE}","environment":${'{"a":'.repeat(55)}1${"}".repeat(55)}}`,
    /environment/,
  ],
  [
    "a message a thousand levels deep",
    "docker_create_container",
    `{"image":"${IMAGE}","environment":${'{"a":'.repeat(1000)}1${"}".repeat(1000)}}`,
    /deep|nest|level|environment/i,
  ],
  ["an empty command", "docker_exec_command", { container_id: "web", command: [] }, /command/],
  ["a command with a NUL", "docker_exec_command", {
    container_id: "web",
    command: ["ls", `a${character(0)}b`],
  }, /command/],
  [
    "a command of numbers",
    "docker_exec_command",
    { container_id: "web", command: ["sleep", 1] },
    /command/,
  ],
  ["a command that is an object", "docker_exec_command", {
    container_id: "web",
    command: { 0: "ls" },
  }, /command/],
  [
    "a command of nested lists",
    "docker_exec_command",
    { container_id: "web", command: [["ls"]] },
    /command/,
  ],
  ["a command of five thousand words", "docker_exec_command", {
    container_id: "web",
    command: Array(5000).fill("x"),
  }, /command/],
  ["a command with an open quote", "docker_exec_command", {
    container_id: "web",
    command: "echo 'x",
  }, /command/],
  [
    "a command of blanks",
    "docker_exec_command",
    { container_id: "web", command: "   " },
    /command/,
  ],
  ["a command of a hundred thousand letters", "docker_exec_command", {
    container_id: "web",
    command: "x".repeat(100_000),
  }, /command/],
  [
    "a label with a line feed",
    "docker_create_volume",
    { name: "data", labels: { "a\nb": "x" } },
    /labels/,
  ],
  [
    "a label with a blank",
    "docker_create_volume",
    { name: "data", labels: { "a b": "x" } },
    /labels/,
  ],
  ["a label with control characters", "docker_create_volume", {
    name: "data",
    labels: { a: `x${character(0x1b)}[2J` },
  }, /labels/],
  [
    "a label that is an object",
    "docker_create_volume",
    { name: "data", labels: { a: {} } },
    /labels/,
  ],
  [
    "a label over 4 KiB",
    "docker_create_volume",
    { name: "data", labels: { a: "x".repeat(5000) } },
    /labels/,
  ],
  [
    "two hundred and fifty-seven labels",
    "docker_create_volume",
    {
      name: "data",
      labels: Object.fromEntries(Array.from({ length: 257 }, (_, at) => [`l${at}`, ""])),
    },
    /labels/,
  ],
  [
    "a label's prototype",
    "docker_create_volume",
    '{"name":"data","labels":{"__proto__":"x"}}',
    /__proto__|labels/,
  ],
  [
    "memory in scientific notation",
    "docker_create_container",
    { image: IMAGE, mem_limit: "1e9" },
    /mem_limit/,
  ],
  ["memory below 6 MiB", "docker_create_container", { image: IMAGE, mem_limit: "5m" }, /mem_limit/],
  ["memory beyond what numbers hold", "docker_create_container", {
    image: IMAGE,
    mem_limit: "9999999999999t",
  }, /mem_limit/],
  ["a CPU share of one", "docker_create_container", { image: IMAGE, cpu_shares: 1 }, /cpu_shares/],
  ["a CPU share that is no whole number", "docker_create_container", {
    image: IMAGE,
    cpu_shares: 2.5,
  }, /cpu_shares/],
  ["a flag that is a number", "docker_create_container", { image: IMAGE, remove: 1 }, /remove/],
  ["a flag in words", "docker_create_container", { image: IMAGE, remove: "yes" }, /remove/],
  ["a log tail below zero", "docker_container_logs", { container_id: "web", tail: -1 }, /tail/],
  [
    "a log tail beyond all limits",
    "docker_container_logs",
    { container_id: "web", tail: 1e12 },
    /tail/,
  ],
  [
    "a time that is a word",
    "docker_container_logs",
    { container_id: "web", since: "yesterday" },
    /since/,
  ],
  ["a time in the thirteenth month", "docker_container_logs", {
    container_id: "web",
    since: "2026-13-01",
  }, /since/],
  ["a negative duration", "docker_container_logs", { container_id: "web", since: "-5m" }, /since/],
  ["an end before the start", "docker_container_logs", {
    container_id: "web",
    since: "1m",
    until: "1h",
  }, /until/],
  ["a JSON text that does not end", "docker_create_container", {
    image: IMAGE,
    environment: '{"A":',
  }, /environment/],
  [
    "a JSON text that is a list",
    "docker_create_container",
    { image: IMAGE, environment: '["A"]' },
    /environment/,
  ],
  ["a JSON text inside a JSON text", "docker_create_container", {
    image: IMAGE,
    environment: '"{\\"A\\":\\"b\\"}"',
  }, /environment/],
];

const TOOLS: readonly (readonly [what: string, tool: string])[] = [
  ["a tool that does not exist", "docker_commit_container"],
  ["a tool of the prototype", "__proto__"],
  ["a tool that is a method", "constructor"],
  ["a tool in capitals", "DOCKER_EXEC_COMMAND"],
  ["a tool with a blank", "docker_version "],
  ["a tool with a path", "../docker_version"],
  ["no tool", ""],
];

/** T1: arguments are what the schema says, nothing more and nothing like it. */
export const schemas: Family = {
  code: "SCH",
  title: "the arguments' schema",
  attacks: [
    ...REFUSED.map(([name, tool, input, refused]): Attack => ({
      name,
      call: { tool, input },
      stopped: { refused },
    })),
    ...TOOLS.map(([name, tool]): Attack => ({
      name,
      call: { tool, input: {} },
      stopped: { refused: /not found|unknown|no tool|invalid/i },
    })),
  ],
  controls: [
    {
      name: "an optional argument that is null",
      call: { tool: "docker_create_container", input: { image: IMAGE, mem_limit: null } },
      passed: { sends: [/^POST \/containers\/create/] },
    },
    {
      name: "an environment as a JSON text",
      call: { tool: "docker_create_container", input: { image: IMAGE, environment: '{"A":"b"}' } },
      passed: { sends: [/"Env":\["A=b"\]/], shows: ["environment was sent as a string"] },
    },
    {
      name: "a number as a text",
      call: { tool: "docker_stop_container", input: { container_id: "web", timeout: "5" } },
      passed: { sends: [/^POST \/containers\/web\/stop\?t=5/] },
    },
    {
      name: "a flag as a text",
      call: { tool: "docker_create_container", input: { image: IMAGE, remove: "true" } },
      passed: { sends: [/"AutoRemove":true/] },
    },
    {
      name: "variables named like methods",
      call: {
        tool: "docker_create_container",
        input: {
          image: IMAGE,
          environment: { constructor: "a", valueOf: "b", hasOwnProperty: "c" },
        },
      },
      passed: { sends: [/"constructor=a","valueOf=b"/] },
    },
    {
      name: "a variable with line feeds",
      call: {
        tool: "docker_create_container",
        input: { image: IMAGE, environment: { A: "x\ny" } },
      },
      passed: { sends: [/"A=x\\ny"/] },
    },
    {
      name: "a variable with an empty value",
      call: { tool: "docker_create_container", input: { image: IMAGE, environment: { A: "" } } },
      passed: { sends: [/"A="/] },
    },
    {
      name: "a variable whose value holds =",
      call: { tool: "docker_create_container", input: { image: IMAGE, environment: { A: "b=c" } } },
      passed: { sends: [/"A=b=c"/] },
    },
    {
      name: "a variable in Japanese",
      call: {
        tool: "docker_create_container",
        input: { image: IMAGE, environment: { 名前: "値" } },
      },
      passed: { sends: [/"名前=値"/] },
    },
    {
      name: "nine hundred and ninety-nine variables",
      call: {
        tool: "docker_create_container",
        input: {
          image: IMAGE,
          environment: Object.fromEntries(Array.from({ length: 999 }, (_, at) => [`V${at}`, "x"])),
        },
      },
      passed: { sends: [/"V998=x"/] },
    },
    {
      name: "a time-out of zero",
      call: { tool: "docker_stop_container", input: { container_id: "web", timeout: 0 } },
      passed: { sends: [/stop\?t=0/] },
    },
    {
      name: "a label with a slash and a colon",
      call: { tool: "docker_create_volume", input: { name: "data", labels: { "a/b:c": "x y" } } },
      passed: { sends: [/"a\/b:c":"x y"/] },
    },
    {
      name: "a command with an empty word",
      call: { tool: "docker_exec_command", input: { container_id: "web", command: ["echo", ""] } },
      passed: { sends: [/"Cmd":\["echo",""\]/] },
    },
    {
      name: "a command with quotes",
      call: {
        tool: "docker_exec_command",
        input: { container_id: "web", command: "echo 'a b' \"c\"" },
      },
      passed: { sends: [/"Cmd":\["echo","a b","c"\]/] },
    },
    {
      name: "no arguments where none are needed",
      call: { tool: "docker_version", input: {} },
      passed: { shows: ["28.5.0"] },
    },
    {
      name: "memory with a unit of its own",
      call: { tool: "docker_create_container", input: { image: IMAGE, mem_limit: "1.5GiB" } },
      passed: { sends: [/"Memory":1610612736/] },
    },
    {
      name: "a duration of several units",
      call: { tool: "docker_container_logs", input: { container_id: "web", since: "1h30m" } },
      passed: { shows: ["one\ntwo"] },
    },
    {
      name: "a date",
      call: { tool: "docker_container_logs", input: { container_id: "web", since: "2026-01-31" } },
      passed: { sends: [/since=1769/], shows: ["one"] },
    },
    {
      name: "every line of a log",
      call: { tool: "docker_container_logs", input: { container_id: "web", tail: "all" } },
      passed: { shows: ["one\ntwo"] },
    },
  ],
};
