import { frames } from "../../fakes/fake_transport.ts";
import { type Attack, type Call, character, type Edit, type Family } from "../attack_case.ts";

const on = "audited";
const web = { container_id: "web" };
const READ: Call = { tool: "docker_version", input: {} };
const RUN: Call = { tool: "docker_exec_command", input: { ...web, command: "id" } };

const FORGED =
  '{"ts":"2026-01-01T00:00:00.000Z","seq":1,"prev":"0","kind":"tool","name":"docker_version","decision":"allow"}';

/** Arguments that would be lines, records or commands of a terminal in a careless log. */
const FORGERIES: readonly (readonly [what: string, container_id: string, ...hidden: string[]])[] = [
  ["a record behind a line feed", `web\n${FORGED}`],
  ["a record behind a carriage return", `web\r${FORGED}\r`],
  ["a record behind both", `web\r\n${FORGED}\r\n`],
  ["a record behind a line separator", `web${character(0x2028)}${FORGED}`, character(0x2028)],
  ["a record behind a next line", `web${character(0x85)}${FORGED}`, character(0x85)],
  ["the end of a record", 'web","decision":"allow","name":"docker_version"}'],
  ["a hash of its own", `web","hash":"${"0".repeat(64)}"}`],
  ["a cleared line", `web${character(0x1b)}[2K${character(0x1b)}[1A`, character(0x1b), "[2K"],
  ["a right-to-left override", `web${character(0x202e)}bew`, character(0x202e)],
  ["a NUL", `web${character(0)}`, character(0)],
  ["an instruction in tags", `web${character(0xe0064, 0xe0065)}`, character(0xe0064)],
  ["half a character", "web\ud800"],
  ["ten thousand letters", "x".repeat(10_000), "x".repeat(2100)],
];

/** Arguments with secrets in them. */
const SECRETS: readonly (readonly [what: string, call: Call, ...hidden: string[]])[] = [
  ["a variable of a create", {
    tool: "docker_create_container",
    input: { image: "busybox", environment: { DB_PASSWORD: "zebra7Quilt" } },
  }, "zebra7Quilt"],
  ["variables of a create as a JSON text", {
    tool: "docker_create_container",
    input: { image: "busybox", environment: '{"API_TOKEN":"zebra7Quilt"}' },
  }, "zebra7Quilt"],
  ["a variable of a command", {
    tool: "docker_exec_command",
    input: { ...web, command: "env", environment: { PGPASSWORD: "zebra7Quilt" } },
  }, "zebra7Quilt"],
  ["an option of a command", {
    tool: "docker_exec_command",
    input: { ...web, command: ["mysql", "-uroot", "-pzebra7Quilt"] },
  }, "zebra7Quilt"],
  ["an option of a command in a line", {
    tool: "docker_exec_command",
    input: { ...web, command: "curl -u ann:zebra7Quilt https://h.example/" },
  }, "zebra7Quilt"],
  ["a URL in a script", {
    tool: "docker_exec_command",
    input: { ...web, command: ["sh", "-c", "psql postgres://app:zebra7Quilt@db/app"] },
  }, "zebra7Quilt"],
  ["an option of a volume", {
    tool: "docker_create_volume",
    input: { name: "data", driver_opts: { type: "cifs", o: "username=ann,password=zebra7Quilt" } },
  }, "zebra7Quilt"],
  ["a label", {
    tool: "docker_create_volume",
    input: { name: "data", labels: { "com.example.token": "zebra7Quilt" } },
  }, "zebra7Quilt"],
  ["a login in an image's name", {
    tool: "docker_pull_image",
    input: { image: "ann:zebra7Quilt@registry.example/x" },
  }, "zebra7Quilt"],
  ["a build argument", {
    tool: "docker_build_image",
    input: { path: ".", buildargs: { NPM_TOKEN: "zebra7Quilt" } },
  }, "zebra7Quilt"],
  ["an argument that no schema knows", {
    tool: "docker_stop_container",
    input: { ...web, password: "zebra7Quilt" },
  }, "zebra7Quilt"],
];

/** Edits of the log that whoever may write it can make without making a new chain. */
const EDITS: readonly (readonly [what: string, edit: Edit])[] = [
  ["another decision", at(1, (line) => line.replace(/"decision":"[a-z]*"/, '"decision":"none"'))],
  ["another time", at(1, (line) => line.replace(/"ts":"\d{4}/, '"ts":"1999'))],
  ["another tool", at(1, (line) => line.replace(/"name":"[^"]*"/, '"name":"docker_version_2"'))],
  [
    "another caller",
    at(2, (line) => line.replace(/"principal":"[^"]*"/, '"principal":"somebody"')),
  ],
  ["other arguments", at(2, (line) => line.replace(/"args":"[^"\\]*/, '"args":"{}'))],
  ["another hash", at(1, (line) => line.replace(/"hash":"../, '"hash":"ff'))],
  [
    "a hash in capitals",
    at(
      1,
      (line) => line.replace(/("hash":")([0-9a-f]+)/, (_, key, hash) => key + hash.toUpperCase()),
    ),
  ],
  ["another hash of the one before", at(2, (line) => line.replace(/"prev":"../, '"prev":"zz'))],
  ["another number", at(2, (line) => line.replace(/"seq":\d+/, '"seq":99'))],
  [
    "one letter in the middle",
    at(2, (line) => line.slice(0, 40) + (line[40] === "0" ? "1" : "0") + line.slice(41)),
  ],
  ["a blank more", at(1, (line) => line.replace('":', '": '))],
  ["a field more", at(1, (line) => line.replace("{", '{"x":1,'))],
  ["a field more at the end", at(1, (line) => line.replace(/\}$/, ',"x":1}'))],
  ["the first line dropped", (lines) => lines.slice(1)],
  ["the second line dropped", (lines) => [...lines.slice(0, 1), ...lines.slice(2)]],
  ["the last line but one dropped", (lines) => [...lines.slice(0, -2), ...lines.slice(-1)]],
  ["two lines dropped", (lines) => [...lines.slice(0, 2), ...lines.slice(4)]],
  ["two lines exchanged", ([a = "", b = "", c = "", ...rest]) => [a, c, b, ...rest]],
  ["the lines turned round", (lines) => lines.toReversed()],
  ["a line twice", ([a = "", b = "", ...rest]) => [a, b, b, ...rest]],
  ["the last line twice", (lines) => [...lines, lines.at(-1) ?? ""]],
  ["the first line again at the end", (lines) => [...lines, lines[0] ?? ""]],
  ["a forged line in between", ([a = "", ...rest]) => [a, FORGED, ...rest]],
  ["a forged line at the end", (lines) => [...lines, FORGED]],
  ["an empty line in between", ([a = "", ...rest]) => [a, "", ...rest]],
  ["a comment", ([a = "", ...rest]) => [a, "# nothing to see", ...rest]],
  ["half a line", at(2, (line) => line.slice(0, line.length >> 1))],
  ["half of the last line", (lines) => [...lines.slice(0, -1), (lines.at(-1) ?? "").slice(0, 50)]],
  ["two lines in one", ([a = "", b = "", ...rest]) => [a + b, ...rest]],
  ["a line feed within a line", at(1, (line) => line.replace(',"kind"', ',\n"kind"'))],
  ["lines that end in another way", (lines) => lines.map((line) => `${line}\r`)],
  ["nothing left", () => []],
];

function at(index: number, change: (line: string) => string): Edit {
  return (lines) => lines.map((line, number) => number === index ? change(line) : line);
}

/** T16: the record is complete, tells no secret, and shows whether it was changed. */
export const audits: Family = {
  code: "AUD",
  title: "the audit log",
  attacks: [
    ...FORGERIES.map(([what, container_id, ...unrecorded]): Attack => ({
      name: `a name that is ${what}`,
      call: { tool: "docker_stop_container", input: { container_id } },
      on,
      stopped: { unrecorded },
    })),
    ...FORGERIES.map(([what, tool, ...unrecorded]): Attack => ({
      name: `a tool that is called ${what}`,
      call: { tool, input: web },
      on,
      stopped: { unrecorded },
    })),
    {
      name: "a confirmation for a tool that there is not",
      call: {
        tool: "docker_remove_volumes",
        input: { volume_name: "shop_data", confirm: "PLANTED-CONFIRMATION" },
      },
      on,
      stopped: { unrecorded: ["PLANTED-CONFIRMATION"] },
    },
    ...SECRETS.map(([what, call, ...unrecorded]): Attack => ({
      name: `a secret in ${what}`,
      call,
      on,
      stopped: { unrecorded },
    })),
    {
      name: "what a container wrote",
      call: { tool: "docker_container_logs", input: web },
      on,
      engine: { "GET /containers/{}/logs": () => frames("PLANTED-OUTPUT\n") },
      stopped: { unrecorded: ["PLANTED-OUTPUT"] },
    },
    {
      name: "the output of a command",
      call: RUN,
      on,
      engine: { "POST /exec/{}/start": () => frames("PLANTED-OUTPUT\n") },
      stopped: { unrecorded: ["PLANTED-OUTPUT"] },
    },
    {
      name: "a secret in an error of the Engine",
      call: { tool: "docker_start_container", input: web },
      on,
      engine: {
        "POST /containers/{}/start": () =>
          Response.json({ message: "password=zebra7Quilt" }, { status: 500 }),
      },
      stopped: { unrecorded: ["zebra7Quilt"] },
    },
    {
      name: "a confirmation that could be used again",
      call: {
        tool: "docker_remove_volume",
        input: { volume_name: "shop_data", confirm: "PLANTED-CONFIRMATION" },
      },
      on,
      stopped: { unrecorded: ["PLANTED-CONFIRMATION"] },
    },
    {
      name: "a key of an argument with a line feed",
      call: { tool: "docker_stop_container", input: { ...web, [`x\n${FORGED}`]: 1 } },
      on,
      stopped: { unrecorded: [] },
    },
    ...EDITS.map(([what, found]): Attack => ({
      name: `the log with ${what}`,
      call: READ,
      on,
      stopped: { found },
    })),
  ],
  controls: [
    {
      name: "a read",
      call: READ,
      on,
      passed: { records: [/"name":"docker_version","decision":"allow"/] },
    },
    {
      name: "a change, before and after",
      call: RUN,
      on,
      passed: {
        records: [
          /"phase":"intent".*"name":"docker_exec_command"/,
          /"phase":"outcome".*"decision":"allow"/,
        ],
      },
    },
    {
      name: "arguments without a secret, as they were",
      call: { tool: "docker_exec_command", input: { ...web, command: ["ls", "-l", "/etc"] } },
      on,
      passed: { records: [/"args":"[^ ]*container_id[^ ]*web.*ls.*-l.*\/etc/] },
    },
    {
      name: "how many requests the Engine got",
      call: { tool: "docker_stop_container", input: web },
      on,
      passed: { records: [/"engine_calls":[1-9]/] },
    },
    {
      name: "which object was hit",
      call: { tool: "docker_remove_volume", input: { volume_name: "shop_data" } },
      on,
      passed: { records: [/"targets":\["shop_data"\]/] },
    },
    {
      name: "a plan that is none but a plan",
      call: { tool: "docker_prune_volumes", input: {} },
      on,
      passed: { records: [/"name":"docker_prune_volumes".*"reason":"planned"/] },
    },
    {
      name: "how many secrets were taken out",
      call: { tool: "docker_container_logs", input: web },
      on,
      engine: { "GET /containers/{}/logs": () => frames("password=zebra7Quilt\n") },
      passed: { records: [/"redactions":[1-9]/] },
    },
    {
      name: "how many unseen characters were taken out",
      call: { tool: "docker_container_logs", input: web },
      on,
      engine: { "GET /containers/{}/logs": () => frames(`a${character(0x202e)}b\n`) },
      passed: { records: [/"sanitised":[1-9]/] },
    },
    { name: "the log as it is", call: READ, on, passed: { sound: (lines) => lines } },
    {
      name: "the log without its end, which only a noted hash shows",
      call: READ,
      on,
      passed: { sound: (lines) => lines.slice(0, -1) },
    },
  ],
};
