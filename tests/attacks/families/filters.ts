import type { Attack, Control, Family } from "../attack_case.ts";
import type { FakeReply } from "../../fakes/fake_transport.ts";

const OLD = "2020-01-01T00:00:00Z";
const NOW = new Date().toISOString();
const OLD_SECONDS = 1577836800;
const NOW_SECONDS = Math.floor(Date.now() / 1000);

function container(name: string, Labels: Record<string, string>, more: object = {}) {
  const Id = name.padEnd(64, "0").replace(/[^0-9a-f]/g, "c");
  return {
    Id,
    Names: [`/${name}`],
    Image: "job",
    ImageID: "sha256:job",
    State: "exited",
    Status: "Exited (0)",
    Created: OLD_SECONDS,
    Labels,
    Mounts: [],
    ...more,
  };
}

/** An Engine with objects that may go and objects that must not. */
const MANY: Readonly<Record<string, FakeReply>> = {
  "GET /containers/json": [
    container("a1", { stage: "ci" }),
    container("b2", { stage: "prod" }),
    container("c3", { stage: "ci", keep: "" }, { Created: NOW_SECONDS }),
    container("d4", { stage: "ci" }, { State: "running", Status: "Up 1 hour" }),
  ],
  "GET /images/json": [
    { Id: "sha256:ci", Created: OLD_SECONDS, Size: 5, RepoTags: null, Labels: { stage: "ci" } },
    { Id: "sha256:prod", Created: OLD_SECONDS, Size: 5, RepoTags: null, Labels: { stage: "prod" } },
    { Id: "sha256:new", Created: NOW_SECONDS, Size: 5, RepoTags: null, Labels: { stage: "ci" } },
    { Id: "sha256:tagged", Created: OLD_SECONDS, Size: 5, RepoTags: ["shop:1"], Labels: null },
    { Id: "sha256:job", Created: OLD_SECONDS, Size: 5, RepoTags: ["job:1"], Labels: null },
  ],
  "GET /networks": [
    { Id: "n1", Name: "ci_net", Created: OLD, Labels: { stage: "ci" }, Containers: {} },
    { Id: "n2", Name: "prod_net", Created: OLD, Labels: { stage: "prod" }, Containers: {} },
    { Id: "n3", Name: "bridge", Created: OLD, Labels: {}, Containers: {} },
    { Id: "n4", Name: "host", Created: OLD, Labels: {}, Containers: {} },
  ],
  "GET /networks/{}": ({ path }: { path: string }) =>
    Response.json({ Id: path.split("/")[2], Name: "net", Created: OLD, Containers: null }),
  "GET /volumes": {
    Volumes: [
      { Name: "a".repeat(64), Driver: "local", Labels: { stage: "ci" }, CreatedAt: OLD },
      { Name: "b".repeat(64), Driver: "local", Labels: { stage: "prod" }, CreatedAt: OLD },
      { Name: "named", Driver: "local", Labels: { stage: "ci" }, CreatedAt: NOW },
    ],
  },
};

const PRUNES = ["docker_prune_images", "docker_prune_volumes", "docker_system_prune"] as const;

/** Filters that an Engine or a hasty program would ignore, and then delete everything. */
const WIDENING: readonly (readonly [what: string, filters: unknown])[] = [
  ["a misspelt key", { labels: "stage=ci" }],
  ["a key in capitals", { Label: "stage=ci" }],
  ["a key with a blank", { "label ": "stage=ci" }],
  ["a key that is empty", { "": "stage=ci" }],
  ["an empty label", { label: "" }],
  ["an empty list of labels", { label: [] }],
  ["a list with an empty label", { label: ["stage=ci", ""] }],
  ["a label that is an object", { label: { stage: "ci" } }],
  ["a label that is true", { label: true }],
  ["a label that is null", { label: null }],
  ["a list that holds a list", { label: [["stage=ci"]] }],
  ["a filter in place of filters", "label=stage=ci"],
  ["a list of filters", ["label=stage=ci"]],
  ["a negation in another spelling", { "!label": "keep" }],
  ["a negation in front of the value", { label_not: "keep" }],
  ["a filter of lists", { name: "x" }],
];

const UNTIL: readonly (readonly [what: string, until: unknown])[] = [
  ["a word", "yesterday"],
  ["nothing", ""],
  ["a negative duration", "-24h"],
  ["a number without a unit of words", "24 hours"],
  ["a thirteenth month", "2026-13-01"],
  ["two times", ["24h", "48h"]],
  ["an object", { hours: 24 }],
  ["a number", 24.5],
];

function prune(tool: string, filters: unknown, more: Readonly<Record<string, unknown>> = {}) {
  return { tool, input: { filters, ...more } };
}

const on = "unasked";

/** T6: a filter that cannot be read never widens what is deleted. */
export const filters: Family = {
  code: "FIL",
  title: "objects that filters were to spare",
  attacks: [
    ...PRUNES.flatMap((tool) =>
      WIDENING.map(([what, given]): Attack => ({
        name: `${tool} with ${what}`,
        call: prune(tool, given),
        on,
        engine: MANY,
        stopped: { refused: /filters/ },
      }))
    ),
    ...(["docker_prune_images", "docker_system_prune"] as const).flatMap((tool) =>
      UNTIL.map(([what, until]): Attack => ({
        name: `${tool} until ${what}`,
        call: prune(tool, { until }),
        on,
        engine: MANY,
        stopped: { refused: /filters/ },
      }))
    ),
    {
      name: "until with volumes, whose age no Engine filters by",
      call: prune("docker_system_prune", { until: "24h" }, { volumes: true }),
      on,
      engine: MANY,
      stopped: { refused: /until/ },
    },
    {
      name: "dangling neither true nor false",
      call: prune("docker_prune_images", { dangling: "maybe" }),
      on,
      engine: MANY,
      stopped: { refused: /dangling/ },
    },
    {
      name: "dangling both true and false",
      call: prune("docker_prune_images", { dangling: ["true", "false"] }),
      on,
      engine: MANY,
      stopped: { refused: /dangling/ },
    },
    {
      name: "all neither true nor false",
      call: prune("docker_prune_volumes", { all: "yes" }),
      on,
      engine: MANY,
      stopped: { refused: /all/ },
    },
    {
      name: "all=false against force_all",
      call: prune("docker_prune_volumes", { all: "false" }, { force_all: true }),
      on,
      engine: MANY,
      stopped: { refused: /all/ },
    },
    {
      name: "named volumes without being asked to",
      call: prune("docker_prune_volumes", {}),
      on,
      engine: MANY,
      stopped: { unsent: /^DELETE \/volumes\/named/ },
    },
    {
      name: "volumes of another label",
      call: prune("docker_prune_volumes", { label: "stage=ci" }),
      on,
      engine: MANY,
      stopped: { unsent: /^DELETE \/volumes\/b/ },
    },
    {
      name: "volumes spared by a negation",
      call: prune("docker_prune_volumes", { "label!": "stage=prod" }),
      on,
      engine: MANY,
      stopped: { unsent: /^DELETE \/volumes\/b/ },
    },
    {
      name: "volumes of a label that only begins alike",
      call: prune("docker_prune_volumes", { label: "stage=c" }),
      on,
      engine: MANY,
      stopped: { unsent: /^DELETE/ },
    },
    {
      name: "tagged images without being asked to",
      call: prune("docker_prune_images", {}),
      on,
      engine: MANY,
      stopped: { unsent: /^DELETE \/images\/(?:sha256%3A)?(?:tagged|job|shop)/ },
    },
    {
      name: "images of stopped containers, although all are asked for",
      call: prune("docker_prune_images", {}, { all: true }),
      on,
      engine: MANY,
      stopped: { unsent: /^DELETE \/images\/(?:sha256%3A)?job/ },
    },
    {
      name: "images younger than asked for",
      call: prune("docker_prune_images", { until: "24h" }),
      on,
      engine: MANY,
      stopped: { unsent: /^DELETE \/images\/(?:sha256%3A)?new/ },
    },
    {
      name: "containers that run",
      call: prune("docker_system_prune", {}),
      on,
      engine: MANY,
      stopped: { unsent: /^DELETE \/containers\/d4/ },
    },
    {
      name: "containers of another label",
      call: prune("docker_system_prune", { label: "stage=ci" }),
      on,
      engine: MANY,
      stopped: { unsent: /^DELETE \/(?:containers\/b2|networks\/n2|images\/(?:sha256%3A)?prod)/ },
    },
    {
      name: "containers younger than asked for",
      call: prune("docker_system_prune", { until: "24h" }),
      on,
      engine: MANY,
      stopped: { unsent: /^DELETE \/containers\/c3/ },
    },
    {
      name: "containers spared by a label's presence",
      call: prune("docker_system_prune", { "label!": "keep" }),
      on,
      engine: MANY,
      stopped: { unsent: /^DELETE \/containers\/c3/ },
    },
    {
      name: "built-in networks",
      call: prune("docker_system_prune", {}),
      on,
      engine: MANY,
      stopped: { unsent: /^DELETE \/networks\/n[34]/ },
    },
    {
      name: "volumes that were not asked for",
      call: prune("docker_system_prune", {}),
      on,
      engine: MANY,
      stopped: { unsent: /^DELETE \/volumes/ },
    },
    {
      name: "the Engine's own prune",
      call: prune("docker_system_prune", {}, { volumes: true }),
      on,
      engine: MANY,
      stopped: { unsent: /\/prune/ },
    },
    ...[
      "docker_list_containers",
      "docker_list_images",
      "docker_list_networks",
      "docker_list_volumes",
      "docker_events",
    ]
      .map((tool): Attack => ({
        name: `${tool} with a key that the Engine does not know`,
        call: prune(tool, { evil: "x" }),
        on,
        stopped: { refused: /filters/ },
      })),
  ],
  controls: [
    ...([
      [
        "volumes of a label",
        "docker_prune_volumes",
        { filters: { label: "stage=ci" } },
        /^DELETE \/volumes\/a{64}/,
      ],
      ["volumes but those of a label", "docker_prune_volumes", {
        filters: { "label!": "stage=ci" },
      }, /^DELETE \/volumes\/b{64}/],
      ["volumes of one of the label's names", "docker_prune_volumes", {
        filters: { label: "stage" },
      }, /^DELETE \/volumes\/a{64}/],
      [
        "named volumes on request",
        "docker_prune_volumes",
        { force_all: true },
        /^DELETE \/volumes\/named/,
      ],
      [
        "named volumes as Docker says it",
        "docker_prune_volumes",
        { filters: { all: "true" } },
        /^DELETE \/volumes\/named/,
      ],
      ["images without a tag", "docker_prune_images", {}, /^DELETE \/images\/sha256%3Aci/],
      [
        "tagged images on request",
        "docker_prune_images",
        { all: true },
        /^DELETE \/images\/(?:sha256%3Atagged|shop)/,
      ],
      [
        "old images",
        "docker_prune_images",
        { filters: { until: "24h" } },
        /^DELETE \/images\/sha256%3Aci/,
      ],
      [
        "images before a date",
        "docker_prune_images",
        { filters: { until: "2021-01-01" } },
        /^DELETE \/images\/sha256%3Aprod/,
      ],
      [
        "filters as a JSON text",
        "docker_prune_images",
        { filters: '{"label":"stage=ci"}' },
        /^DELETE \/images\/sha256%3Aci/,
      ],
      ["stopped containers", "docker_system_prune", {}, /^DELETE \/containers\/b2/],
      [
        "stopped containers of a label",
        "docker_system_prune",
        { filters: { label: ["stage=ci"] } },
        /^DELETE \/containers\/a1/,
      ],
      ["unused networks", "docker_system_prune", {}, /^DELETE \/networks\/n2/],
      ["volumes on request", "docker_system_prune", { volumes: true }, /^DELETE \/volumes\/a{64}/],
    ] as const).map(([name, tool, input, sends]): Control => ({
      name,
      call: { tool, input },
      on,
      engine: MANY,
      passed: { sends: [sends] },
    })),
    {
      name: "a list by several labels",
      call: prune("docker_list_containers", { label: ["a=b", "c"], status: "exited" }),
      passed: { sends: [/^GET \/containers\/json\?.*filters=/] },
    },
    {
      name: "images that dangle",
      call: prune("docker_list_images", { dangling: "true" }),
      passed: { sends: [/^GET \/images\/json\?.*dangling/] },
    },
  ],
};
