import { type Attack, character, type Control, type Family } from "../attack_case.ts";

/** Ids that are more than an id: paths, queries, requests of their own. */
const IDS: readonly string[] = [
  "..",
  ".",
  "../images/x",
  "../../v1.41/containers/json",
  "web/../../secrets",
  "web/archive?path=/etc",
  "web/exec",
  "web/",
  "//web",
  "a/b",
  "web?force=1",
  "web#x",
  "web&v=1",
  "web;x",
  "%2e%2e",
  "%2e%2e%2fimages",
  "web%2fexec",
  "web%00",
  "%77eb",
  "..%2f",
  "%252e%252e",
  "web\\..\\x",
  "..\\",
  "web%5c",
  "",
  " ",
  " web",
  "web ",
  "web\n",
  "web\r\nDELETE /containers/db HTTP/1.1",
  "web HTTP/1.1\r\nX: y",
  "web\t",
  `web${character(0)}`,
  `web${character(0x85)}`,
  `web${character(0x2028)}`,
  `web${character(0x200b)}`,
  `w${character(0x435)}b`,
  `web${character(0x2f, 0x2e, 0x2e)}`,
  `${character(0xff0e, 0xff0e)}`,
  `${character(0x2025)}`,
  `web${character(0x2215)}exec`,
  `web${character(0xff0f)}exec`,
  "http://evil.example/containers/web",
  "unix:///var/run/docker.sock",
  "@evil.example",
  "web:80",
  "-web",
  "--all",
  "_web",
  "*",
  "we*",
  "$(id)",
  "`id`",
  "web|x",
  "{}",
  "[web]",
  "web,db",
  "json",
  "create?name=x",
  "x".repeat(256),
];

/** Names a new container must not have. */
const NEW_NAMES: readonly (readonly [what: string, name: string])[] = [
  ["one letter", "a"],
  ["an underscore in front", "_web"],
  ["a slash in front", "/web"],
  ["twelve hexadecimal digits, which hide another container", "4f1c2d3e4a5b"],
  ["sixty-four hexadecimal digits", "4f1c2d3e4a5b".padEnd(64, "0")],
  ["a query", "web?platform=x"],
  ["two names", "web&name=db"],
  ["a line feed", "web\n"],
  ["a percent sign", "we%62"],
  ["a slash inside", "a/b"],
  ["dots only", ".."],
  ["an umlaut", "größe"],
  ["a hundred and twenty-nine letters", "x".repeat(129)],
];

function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
    .replace(/[^ -~]/g, (unseen) => `\\u{${unseen.codePointAt(0)?.toString(16)}}`);
}

const TOOLS_WITH_IDS = [
  ["docker_inspect_network", "network_id"],
  ["docker_inspect_volume", "volume_name"],
  ["docker_remove_volume", "volume_name"],
  ["docker_remove_network", "network_id"],
  ["docker_image_history", "image"],
] as const;

/** T4: an id is one segment of one request. */
export const identifiers: Family = {
  code: "ID",
  title: "other endpoints through ids and names",
  attacks: [
    ...IDS.filter((id) => id !== "json").map((id): Attack => ({
      name: `stop of ${shown(id)}`,
      call: { tool: "docker_stop_container", input: { container_id: id } },
      stopped: { refused: /container_id/ },
    })),
    ...TOOLS_WITH_IDS.flatMap(([tool, argument]) =>
      ["../containers/web", "a%2fb", "x?force=1", "..", "x\r\ny", "/etc/passwd"].map((
        id,
      ): Attack => ({
        name: `${tool} of ${shown(id)}`,
        call: { tool, input: { [argument]: id } },
        on: "unasked",
        stopped: { refused: new RegExp(argument) },
      }))
    ),
    ...NEW_NAMES.map(([what, name]): Attack => ({
      name: `create by a name of ${what}`,
      call: { tool: "docker_create_container", input: { image: "busybox", name } },
      stopped: { refused: /name/ },
    })),
    {
      name: "logs of a path",
      call: { tool: "docker_container_logs", input: { container_id: "web/../../info?" } },
      stopped: { refused: /container_id/ },
    },
    {
      name: "a read that would reach another endpoint by its id",
      call: { tool: "docker_inspect_container", input: { container_id: "../info" } },
      stopped: { unsent: /GET \/(?:containers\/\.\.\/)?info/ },
    },
    {
      name: "an exec id of the Engine that is a path",
      call: { tool: "docker_exec_command", input: { container_id: "web", command: ["id"] } },
      engine: {
        "POST /containers/{}/exec": () =>
          Response.json({ Id: "../containers/db/stop" }, { status: 201 }),
      },
      stopped: { unsent: /containers\/db/ },
    },
    {
      name: "a container id of the Engine that is a path, in a removal",
      call: { tool: "docker_remove_container", input: { container_id: "web" } },
      on: "unasked",
      engine: {
        "GET /containers/{}/json": { Id: "../images/x", Name: "/web", State: {}, Config: {} },
      },
      stopped: { unsent: /DELETE \/(?:containers\/\.\.\/)?images/ },
    },
    {
      name: "a volume name of the Engine that is a path, in a prune",
      call: { tool: "docker_prune_volumes", input: { force_all: true } },
      on: "unasked",
      engine: { "GET /volumes": { Volumes: [{ Name: "../networks/n1", Driver: "local" }] } },
      stopped: { unsent: /DELETE \/(?:volumes\/\.\.\/)?networks/ },
    },
  ],
  controls: [
    ...[
      "web",
      "shop-web_1.2",
      "4f1c2d3e4a5b",
      "4f1c2d3e4a5b".padEnd(64, "0"),
      "W",
      "json",
      "0",
      "a.b",
      "x".repeat(255),
    ].map((id): Control => ({
      name: `stop of ${shown(id)}`,
      call: { tool: "docker_stop_container", input: { container_id: id } },
      passed: { sends: [new RegExp(`^POST /containers/${id.replaceAll(".", "\\.")}/stop`)] },
    })),
    {
      name: "a name with the slash that Docker prints",
      call: { tool: "docker_stop_container", input: { container_id: "/web" } },
      passed: { sends: [/^POST \/containers\/web\/stop/] },
    },
    ...["ab", "shop-web.1", "4f1c2d3e4a5", "4f1c2d3e4a5bc", "exec", "x".repeat(128)].map((
      name,
    ): Control => ({
      name: `create by the name ${shown(name)}`,
      call: { tool: "docker_create_container", input: { image: "busybox", name } },
      passed: { sends: [new RegExp(`^POST /containers/create\\?.*name=${name}`)] },
    })),
    {
      name: "inspect of a network by its id",
      call: { tool: "docker_inspect_network", input: { network_id: "a".repeat(64) } },
      passed: { sends: [/^GET \/networks\/a{64}/] },
    },
    {
      name: "inspect of a volume with a hash for a name",
      call: { tool: "docker_inspect_volume", input: { volume_name: "0".repeat(64) } },
      passed: { sends: [/^GET \/volumes\/0{64}/] },
    },
    {
      name: "removal by an id",
      call: {
        tool: "docker_remove_container",
        input: { container_id: "4f1c2d3e4a5b", force: true },
      },
      on: "unasked",
      passed: { sends: [/^DELETE \/containers\/4f1c/] },
    },
  ],
};
