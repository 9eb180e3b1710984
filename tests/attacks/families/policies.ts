import type { Attack, Call, Control, Family } from "../attack_case.ts";

/** Every destructive tool, with arguments that the stand-in has something for. */
const DESTRUCTIVE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  docker_remove_container: { container_id: "web", force: true },
  docker_remove_image: { image: "shop:old" },
  docker_prune_images: {},
  docker_remove_network: { network_id: "unused" },
  docker_remove_volume: { volume_name: "shop_data" },
  docker_prune_volumes: {},
  docker_system_prune: {},
};

/** Every moderate tool, with arguments that would do. */
const MODERATE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  docker_exec_command: { container_id: "web", command: "id" },
  docker_create_container: { image: "busybox" },
  docker_start_container: { container_id: "web" },
  docker_stop_container: { container_id: "web" },
  docker_restart_container: { container_id: "web" },
  docker_tag_image: { image: "shop", repository: "shop", tag: "new" },
  docker_pull_image: { image: "redis" },
  docker_build_image: { path: "." },
  docker_push_image: { image: "team/shop" },
  docker_create_network: { name: "shop_net" },
  docker_connect_container: { network_id: "shop", container_id: "web" },
  docker_disconnect_container: { network_id: "shop", container_id: "web" },
  docker_create_volume: { name: "shop_data" },
};

const SAFE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  docker_list_containers: {},
  docker_inspect_container: { container_id: "web" },
  docker_container_logs: { container_id: "web" },
  docker_list_images: {},
  docker_image_history: { image: "shop" },
  docker_list_networks: {},
  docker_list_volumes: {},
  docker_version: {},
  docker_events: {},
  docker_healthcheck: {},
};

const REMOVE: Call = { tool: "docker_remove_volume", input: { volume_name: "shop_data" } };
const REMOVE_IMAGE: Call = { tool: "docker_remove_image", input: { image: "shop:old" } };

/** The first token, changed. */
function changed(change: (token: string) => string): Call["confirm"] {
  return ([token = ""]) => change(token);
}

const last: Call["confirm"] = (tokens) => tokens.at(-1) ?? "";

/** What can be done to a token; each must make it worth nothing. */
const TAMPERED: readonly (readonly [what: string, confirm: Call["confirm"]])[] = [
  ["its first letter changed", changed((token) => (token[0] === "A" ? "B" : "A") + token.slice(1))],
  [
    "its last letter changed",
    changed((token) => token.slice(0, -1) + (token.endsWith("A") ? "Q" : "A")),
  ],
  [
    "a letter in its middle changed",
    changed((token) => {
      const middle = token.length >> 1;
      return token.slice(0, middle) + (token[middle] === "x" ? "y" : "x") + token.slice(middle + 1);
    }),
  ],
  ["its last letter cut", changed((token) => token.slice(0, -1))],
  ["its first half only", changed((token) => token.slice(0, token.length >> 1))],
  ["a letter added", changed((token) => `${token}A`)],
  ["a padding added", changed((token) => `${token}==`)],
  ["a blank in front", changed((token) => ` ${token}`)],
  ["a line feed behind", changed((token) => `${token}\n`)],
  ["its letters in capitals", changed((token) => token.toUpperCase())],
  ["itself twice", changed((token) => token + token)],
  ["its letters turned round", changed((token) => [...token].reverse().join(""))],
  ["nothing in it", () => ""],
  ["true for a token", () => "true"],
  ["yes for a token", () => "yes"],
  ["a token that looks made here", () => "A".repeat(86)],
  ["an object of JSON", () => '{"confirmed":true}'],
  ["a JSON web token", () => "eyJhbGciOiJub25lIn0.eyJvayI6dHJ1ZX0."],
];

function volumeOf(CreatedAt: string) {
  const volume = { Name: "shop_data", Driver: "local", Options: null, CreatedAt };
  return { "GET /volumes/{}": volume, "GET /volumes": { Volumes: [volume] } };
}

const VAULT = {
  Id: "e".repeat(64),
  Name: "/vault",
  State: { Status: "running", Running: true },
  Config: { Env: [], Labels: { keep: "no" } },
  HostConfig: {},
  Mounts: [],
};
const KEPT = { ...VAULT, Name: "/other", Config: { Env: [], Labels: { keep: "yes" } } };
const NAMED_BY_ID = { ...VAULT, Id: "4f1c2d3e4a5b".padEnd(64, "0"), Name: "/third" };
const FREE = { ...VAULT, Name: "/vault2", Config: { Env: [], Labels: { keep: "later" } } };

const ACTS: readonly (readonly [tool: string, input: Readonly<Record<string, unknown>>])[] = [
  ["docker_stop_container", {}],
  ["docker_restart_container", {}],
  ["docker_remove_container", { force: true }],
  ["docker_exec_command", { command: "id" }],
  ["docker_connect_container", { network_id: "shop" }],
  ["docker_disconnect_container", { network_id: "shop" }],
];

const VAULT_IMAGE = { Id: "sha256:x", RepoTags: ["vault:1"], RepoDigests: [], Config: {} };
/** Each moves a name to another image. */
const NAMING: readonly (readonly [tool: string, input: Readonly<Record<string, unknown>>])[] = [
  ["docker_tag_image", { image: "shop", repository: "vault", tag: "1" }],
  ["docker_tag_image", { image: "shop", repository: "docker.io/library/vault", tag: "1" }],
  ["docker_pull_image", { image: "vault", tag: "1" }],
  ["docker_build_image", { path: "{tree}/builds/shop", tag: "vault:1" }],
];

const PROTECTED: readonly (readonly [what: string, id: string, details: object])[] = [
  ["by its name", "vault", VAULT],
  ["by the slash in its name", "/vault", VAULT],
  ["by its id", "e".repeat(12), VAULT],
  ["by its label", "other", KEPT],
  ["by the id that is protected", "third", NAMED_BY_ID],
];

function mountOf(volume: string, mode: "ro" | "rw") {
  const input = { image: "mcp-docker-test/busybox:1", volumes: { [volume]: { bind: "/d", mode } } };
  return { tool: "docker_create_container", input };
}

/** T6, T12, T20: who may do what, after which confirmation, to which objects. */
export const policies: Family = {
  code: "POL",
  title: "tiers, lists, confirmations and protected objects",
  attacks: [
    ...Object.entries(DESTRUCTIVE).map(([tool, input]): Attack => ({
      name: `${tool} as installed`,
      call: { tool, input },
      stopped: { refused: /SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS/ },
    })),
    ...Object.entries(DESTRUCTIVE).map(([tool, input]): Attack => ({
      name: `${tool} before its plan was confirmed`,
      call: { tool, input },
      on: "confirmed",
      stopped: { unsent: /^(?!GET)/ },
    })),
    ...Object.entries(DESTRUCTIVE).map(([tool, input]): Attack => ({
      name: `${tool} where a person must agree and cannot be asked`,
      call: { tool, input },
      on: "human",
      stopped: { refused: /confirm/ },
    })),
    ...Object.entries(DESTRUCTIVE).map(([tool, input]): Attack => ({
      name: `${tool} after the user said no`,
      call: { tool, input, answer: "decline" },
      on: "asking",
      stopped: { unsent: /^(?!GET)/ },
    })),
    ...Object.entries(MODERATE).map(([tool, input]): Attack => ({
      name: `${tool} in read-only mode`,
      call: { tool, input },
      on: "read_only",
      stopped: { refused: /read-only/ },
    })),
    ...(["docker_version", "docker_create_container", "docker_container_logs"] as const).map((
      tool,
    ): Attack => ({
      name: `${tool} where the list allows others only`,
      call: { tool, input: SAFE[tool] ?? MODERATE[tool] ?? {} },
      on: "few_tools",
      stopped: { refused: /not in allow list/ },
    })),
    {
      name: "a denied tool that the other list allows",
      call: { tool: "docker_exec_command", input: { container_id: "web", command: "id" } },
      on: "denied_tools",
      stopped: { refused: /denied/ },
    },
    {
      name: "a destructive tool that the list does not name",
      call: REMOVE,
      on: "denied_tools",
      stopped: { refused: /allow list/ },
    },
    ...(["docker_version", "docker_list_containers"] as const).map((tool): Attack => ({
      name: `${tool} where the list is empty`,
      call: { tool, input: {} },
      on: "no_tools",
      stopped: { refused: /not in allow list/ },
    })),
    ...TAMPERED.map(([what, confirm]): Attack => ({
      name: `apply by a token with ${what}`,
      before: [REMOVE],
      call: { ...REMOVE, ...(confirm === undefined ? {} : { confirm }) },
      on: "confirmed",
      stopped: { unsent: /^(?!GET)/ },
    })),
    {
      name: "apply by a token that was used",
      before: [REMOVE, { ...REMOVE, confirm: last }],
      call: { ...REMOVE, confirm: ([token = ""]) => token },
      on: "confirmed",
      stopped: { refused: /used/ },
    },
    {
      name: "apply of other arguments",
      before: [REMOVE],
      call: { tool: "docker_remove_volume", input: { volume_name: "other_data" }, confirm: last },
      on: "confirmed",
      stopped: { refused: /other arguments/ },
    },
    {
      name: "apply with one argument more",
      before: [REMOVE],
      call: {
        tool: "docker_remove_volume",
        input: { volume_name: "shop_data", force: true },
        confirm: last,
      },
      on: "confirmed",
      stopped: { refused: /other arguments/ },
    },
    {
      name: "apply by the token of another tool",
      before: [REMOVE_IMAGE],
      call: { ...REMOVE, confirm: last },
      on: "confirmed",
      stopped: { refused: /another tool/ },
    },
    {
      name: "apply by the token of another run",
      // As another run of this server gave it for the same call.
      call: {
        ...REMOVE,
        confirm: () =>
          "NrQfuwAAAAEAAASx-r6ZxaeV3f7aW31zUrQ6c6lh8UH2ri4weBZ4iAFTlMeS_QeSMqUUVp86ErMmBrQy",
      },
      on: "confirmed",
      stopped: { refused: /another run/ },
    },
    {
      name: "apply after the object was replaced",
      before: [REMOVE],
      engine: volumeOf("2026-01-01T00:00:00Z"),
      meanwhile: volumeOf("2026-02-02T00:00:00Z"),
      call: { ...REMOVE, confirm: last },
      on: "confirmed",
      stopped: { unsent: /^(?!GET)/ },
    },
    {
      name: "apply after a container began to use the image",
      before: [REMOVE_IMAGE],
      meanwhile: {
        "GET /images/{}/json": {
          Id: "sha256:other",
          RepoTags: ["shop:old"],
          Size: 5,
          Config: null,
        },
      },
      call: { ...REMOVE_IMAGE, confirm: last },
      on: "confirmed",
      stopped: { unsent: /^(?!GET)/ },
    },
    {
      name: "apply of a prune after another volume came",
      before: [{ tool: "docker_prune_volumes", input: {} }],
      meanwhile: {
        "GET /volumes": {
          Volumes: [{ Name: "a".repeat(64), Driver: "local" }, {
            Name: "b".repeat(64),
            Driver: "local",
          }],
        },
      },
      call: { tool: "docker_prune_volumes", input: {}, confirm: last },
      on: "confirmed",
      stopped: { unsent: /^(?!GET)/ },
    },
    {
      name: "the token of a plan where a person must agree",
      call: { ...REMOVE, confirm: () => "A".repeat(86) },
      on: "human",
      stopped: { refused: /confirm/ },
    },
    ...([
      ["who closes the question", "cancel"],
      ["who sends the form without a yes", "unticked"],
      ["whose client leaves the yes out", "empty"],
      ["whose client leaves the form out", "missing"],
      ["whose client sends a word for a yes", "word"],
      ["whose client says yes to another question", "other"],
      ["whose client answers in its own way", "unknown"],
    ] as const).map(([what, answer]): Attack => ({
      name: `a user ${what}`,
      call: { ...REMOVE, answer },
      on: "asking",
      stopped: { unsent: /^(?!GET)/ },
    })),
    {
      name: "a confirmation of the assistant's own where a person is asked",
      call: { ...REMOVE, confirm: () => "A".repeat(80), answer: "decline" },
      on: "asking",
      stopped: { unsent: /^(?!GET)/ },
    },
    {
      name: "force in place of a confirmation",
      call: {
        tool: "docker_remove_container",
        input: { container_id: "web", force: true, volumes: true },
      },
      on: "confirmed",
      stopped: { unsent: /^(?!GET)/ },
    },
    ...PROTECTED.flatMap(([what, container_id, details]) =>
      ACTS.map(([tool, input]): Attack => ({
        name: `${tool} of a container protected ${what}`,
        call: { tool, input: { container_id, ...input } },
        on: "protected",
        engine: { "GET /containers/{}/json": details },
        stopped: { refused: /protected/i },
      }))
    ),
    ...NAMING.map(([tool, input]): Attack => ({
      name: `${tool} with the name of a protected image: ${JSON.stringify(input)}`,
      call: { tool, input },
      on: "protected",
      engine: { "GET /images/{}/json": VAULT_IMAGE },
      stopped: { refused: /protected/i },
    })),
    {
      name: "removal of a protected volume",
      call: { tool: "docker_remove_volume", input: { volume_name: "vault" } },
      on: "protected",
      engine: {
        "GET /volumes/{}": { Name: "vault", Driver: "local", Labels: null, Options: null },
      },
      stopped: { refused: /protected/i },
    },
    {
      name: "removal of a volume protected by its label",
      call: { tool: "docker_remove_volume", input: { volume_name: "data" } },
      on: "protected",
      engine: {
        "GET /volumes/{}": {
          Name: "data",
          Driver: "local",
          Labels: { keep: "yes" },
          Options: null,
        },
      },
      stopped: { refused: /protected/i },
    },
    {
      name: "a writable mount of a protected volume",
      call: mountOf("vault", "rw"),
      on: "protected",
      engine: { "GET /volumes/{}": { Name: "vault", Driver: "local" } },
      stopped: { refused: /protected/i },
    },
    {
      name: "removal of a protected network",
      call: { tool: "docker_remove_network", input: { network_id: "vault" } },
      on: "protected",
      engine: {
        "GET /networks/{}": {
          Id: "n9",
          Name: "vault",
          Driver: "bridge",
          Labels: null,
          Containers: null,
        },
      },
      stopped: { refused: /protected/i },
    },
    {
      name: "prune of a protected container",
      call: { tool: "docker_system_prune", input: {} },
      on: "protected",
      engine: {
        "GET /containers/json": [
          {
            Id: "e".repeat(64),
            Names: ["/vault"],
            State: "exited",
            Created: 1,
            ImageID: "x",
            Labels: {},
          },
        ],
      },
      stopped: { unsent: /^DELETE \/containers/ },
    },
    {
      name: "prune of a protected volume",
      call: { tool: "docker_prune_volumes", input: { force_all: true } },
      on: "protected",
      engine: { "GET /volumes": { Volumes: [{ Name: "vault", Driver: "local", Labels: null }] } },
      stopped: { unsent: /^DELETE \/volumes/ },
    },
  ],
  controls: [
    ...Object.entries(DESTRUCTIVE).map(([tool, input]): Control => ({
      name: `${tool} where nobody asks`,
      call: { tool, input },
      on: "unasked",
      passed: { sends: [/^DELETE \//] },
    })),
    ...Object.entries(DESTRUCTIVE).map(([tool, input]): Control => ({
      name: `${tool} by the token of its plan`,
      before: [{ tool, input }],
      call: { tool, input, confirm: last },
      on: "confirmed",
      passed: { sends: [/^DELETE \//] },
    })),
    ...Object.entries(DESTRUCTIVE).map(([tool, input]): Control => ({
      name: `${tool} after the user said yes`,
      call: { tool, input, answer: "accept" },
      on: "asking",
      passed: { sends: [/^DELETE \//] },
    })),
    ...Object.entries(SAFE).map(([tool, input]): Control => ({
      name: `${tool} in read-only mode`,
      call: { tool, input },
      on: "read_only",
      passed: {},
    })),
    ...Object.entries(MODERATE).filter(([tool]) => tool !== "docker_build_image").map((
      [tool, input],
    ): Control => ({
      name: `${tool} as installed`,
      call: { tool, input },
      passed: { sends: [/^POST /] },
    })),
    {
      name: "a listed tool",
      call: { tool: "docker_list_containers", input: {} },
      on: "few_tools",
      passed: { shows: ["web"] },
    },
    {
      name: "a listed tool beside a denied one",
      call: { tool: "docker_list_containers", input: {} },
      on: "denied_tools",
      passed: { shows: ["web"] },
    },
    {
      name: "a plan names what would go",
      call: REMOVE,
      on: "confirmed",
      passed: { shows: ["planned", "shop_data", "cannot_be_undone"] },
    },
    {
      name: "a second plan after the first",
      before: [REMOVE, REMOVE],
      call: { ...REMOVE, confirm: last },
      on: "confirmed",
      passed: { sends: [/^DELETE \/volumes\/shop_data/] },
    },
    {
      name: "arguments in another order",
      before: [{ tool: "docker_remove_container", input: { container_id: "web", force: true } }],
      call: {
        tool: "docker_remove_container",
        input: { force: true, container_id: "web" },
        confirm: last,
      },
      on: "confirmed",
      passed: { sends: [/^DELETE \/containers\//] },
    },
    ...ACTS.map(([tool, input]): Control => ({
      name: `${tool} of a container named almost like a protected one`,
      call: { tool, input: { container_id: "vault2", ...input } },
      on: "protected",
      engine: { "GET /containers/{}/json": FREE },
      passed: { sends: [/^(?:POST|DELETE) /] },
    })),
    {
      name: "a name almost like that of a protected image",
      call: {
        tool: "docker_tag_image",
        input: { image: "shop", repository: "vault2", tag: "1" },
      },
      on: "protected",
      passed: { sends: [/^POST \/images\/shop\/tag\?/] },
    },
    {
      name: "logs of a protected container",
      call: { tool: "docker_container_logs", input: { container_id: "vault" } },
      on: "protected",
      engine: { "GET /containers/{}/json": VAULT },
      passed: { shows: ["one"] },
    },
    {
      name: "a read-only mount of a protected volume",
      call: mountOf("vault", "ro"),
      on: "protected",
      engine: { "GET /volumes/{}": { Name: "vault", Driver: "local" } },
      passed: { sends: [/"Source":"vault"/] },
    },
    {
      name: "a writable mount of another volume",
      call: mountOf("vault2", "rw"),
      on: "protected",
      engine: { "GET /volumes/{}": { Name: "vault2", Driver: "local" } },
      passed: { sends: [/"Source":"vault2"/] },
    },
    {
      name: "prune of what is not protected",
      call: { tool: "docker_prune_volumes", input: { force_all: true } },
      on: "protected",
      engine: {
        "GET /volumes": {
          Volumes: [{ Name: "vault", Driver: "local" }, { Name: "scratch", Driver: "local" }],
        },
      },
      passed: { sends: [/^DELETE \/volumes\/scratch/], shows: ["vault"] },
    },
  ],
};
