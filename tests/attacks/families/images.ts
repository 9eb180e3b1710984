import { type Attack, character, type Control, type Family } from "../attack_case.ts";

const HEX = "a".repeat(64);

/** What is no image reference, or means another one than it shows. */
const REFERENCES: readonly string[] = [
  "",
  " ",
  "Redis",
  "registry.example/UPPER",
  "redis:",
  "redis:7:8",
  ":7",
  "redis@",
  "redis@sha256:abc",
  `redis@sha256:${"A".repeat(64)}`,
  `redis@md5:${"a".repeat(32)}`,
  `redis@sha256:${HEX}@sha256:${HEX}`,
  HEX,
  "https://registry.example/redis",
  "docker://redis",
  "file:///etc/passwd",
  "user:password@registry.example/redis",
  "registry.example/redis?x=y",
  "registry.example/redis#x",
  "redis&fromSrc=http://evil.example/x.tar",
  "redis%3a7",
  "redis%00",
  "../redis",
  "a/../b",
  "a//b",
  "/redis",
  "redis/",
  ".redis",
  "-redis",
  "re dis",
  "redis\n",
  "redis\r\nHost: evil.example",
  `redis${character(0)}`,
  `redis${character(0x200b)}`,
  `r${character(0x435)}dis`,
  `${character(0xff52)}edis`,
  "a___b",
  "a..b",
  "registry.example:0/x",
  "registry.example:99999/x",
  "registry.example:080/x",
  "registry..example/x",
  "-registry.example/x",
  "[::1/x",
  "[fe80::1%eth0]:5000/x",
  "redis:-x",
  `redis:${"t".repeat(129)}`,
  `${"a".repeat(256)}`,
  `${"a/".repeat(260)}x`,
  "$(id)",
  "`id`",
  "*",
];

/** Registries that answer with credentials of the cloud or of this machine's network, by every way to write them. */
const NEVER: readonly string[] = [
  "169.254.169.254/latest/meta-data",
  "169.254.169.254:80/x",
  "169.254.170.2/v2/credentials",
  "169.254.0.1:5000/x",
  "[fe80::1]:5000/x",
  "[FE80::A]/x",
  "[fd00:ec2::254]/x",
  "[::ffff:169.254.169.254]/x",
  "[::ffff:a9fe:a9fe]/x",
  "metadata.google.internal/x",
  "METADATA.google.internal/x",
  "metadata.google.internal:80/x",
];

/** Registries that are not those the operator listed, though some look it. */
const UNLISTED: readonly string[] = [
  "ghcr.io/a/b",
  "registry.example/a/b",
  "registry.example:5001/a/b",
  "registry.example:500/a/b",
  "registry.example.evil:5000/a/b",
  "evil-registry.example:5000/a/b",
  "xregistry.example:5000/a/b",
  "docker.io.evil.example/library/redis",
  "notdocker.io/library/redis",
  "localhost/redis",
  "localhost:5000/redis",
  "127.0.0.1:5000/redis",
  "[::1]:5000/redis",
  "registry.example./a",
  "my.docker.io/a/b",
  "quay.io/a/b:1",
  `quay.io/a/b@sha256:${HEX}`,
];

const LISTED: readonly string[] = [
  "redis",
  "redis:7",
  "library/redis",
  "team/redis",
  "docker.io/redis",
  "docker.io/library/redis:7",
  "index.docker.io/library/redis",
  "registry.example:5000/shop",
  "registry.example:5000/team/shop:1.2",
  "Registry.Example:5000/shop",
  `registry.example:5000/shop@sha256:${HEX}`,
];

function pull(image: string, more: Readonly<Record<string, unknown>> = {}) {
  return { tool: "docker_pull_image", input: { image, ...more } };
}

function push(image: string) {
  return { tool: "docker_push_image", input: { image } };
}

function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}… (${text.length})` : text)
    .replace(/[^ -~]/g, (unseen) => `\\u{${unseen.codePointAt(0)?.toString(16)}}`);
}

/** T15, T18, T19: an image is a reference, and comes from and goes to the registries the operator listed. */
export const images: Family = {
  code: "IMG",
  title: "registries and images",
  attacks: [
    ...REFERENCES.map((image): Attack => ({
      name: `pull of ${shown(image)}`,
      call: pull(image),
      stopped: { refused: /image/ },
    })),
    ...NEVER.map((image): Attack => ({
      name: `pull from ${shown(image)}`,
      call: pull(image),
      stopped: { refused: /^image|No setting can allow it/m },
    })),
    ...["169.254.169.254/x", "[fe80::1]:5000/x", "metadata.google.internal/x"].map((
      image,
    ): Attack => ({
      name: `push to ${shown(image)}`,
      call: push(image),
      stopped: { refused: /^image|No setting can allow it/m },
    })),
    ...UNLISTED.map((image): Attack => ({
      name: `pull from an unlisted registry: ${shown(image)}`,
      call: pull(image),
      on: "registries",
      stopped: { refused: /SAFETY_ALLOWED_REGISTRIES|image/ },
    })),
    ...[
      "redis",
      "docker.io/team/shop",
      "ghcr.io/a/b",
      "registry.example/a",
      "registry.example:5001/a",
      "localhost:5000/a",
    ]
      .map((image): Attack => ({
        name: `push to an unlisted registry: ${image}`,
        call: push(image),
        on: "registries",
        stopped: { refused: /SAFETY_ALLOWED_PUSH_REGISTRIES|image/ },
      })),
    ...["redis", "registry.example:5000/shop", "localhost/x"].map((image): Attack => ({
      name: `pull where no registry is listed: ${image}`,
      call: pull(image),
      on: "no_registries",
      stopped: { refused: /SAFETY_ALLOWED_REGISTRIES|image/ },
    })),
    {
      name: "push where no registry is listed",
      call: push("registry.example:5000/shop"),
      on: "no_registries",
      stopped: { refused: /REGISTRIES|image/ },
    },
    {
      name: "every tag of an unlisted registry",
      call: pull("ghcr.io/a/b", { all_tags: true }),
      on: "registries",
      stopped: { refused: /SAFETY_ALLOWED_REGISTRIES|image/ },
    },
    ...[
      "linux/amd64&fromSrc=http://x",
      "linux",
      "linux/",
      "/amd64",
      "LINUX/AMD64",
      "linux/amd64/v8/x",
      "linux/amd64\n",
    ].map((platform): Attack => ({
      name: `pull for the platform ${shown(platform)}`,
      call: pull("redis", { platform }),
      stopped: { refused: /platform/ },
    })),
    ...["7 ", "", "-7", "7/8", "7&fromSrc=x", "7@sha256:x", "t".repeat(129)].map((tag): Attack => ({
      name: `pull of the tag ${shown(tag)}`,
      call: pull("redis", { tag }),
      stopped: { refused: /tag/ },
    })),
    {
      name: "pull by a source",
      call: pull("redis", { fromSrc: "http://evil.example/x.tar" }),
      stopped: { refused: /fromSrc: is not an argument/ },
    },
    {
      name: "pull with a login of the caller",
      call: pull("redis", { auth_config: { username: "a", password: "b" } }),
      stopped: { refused: /auth_config: is not an argument/ },
    },
    {
      name: "two tags at once",
      call: pull("redis:6", { tag: "7" }),
      stopped: { refused: /tag/ },
    },
    {
      name: "a tag that moves another registry's name",
      call: {
        tool: "docker_tag_image",
        input: { image: "shop", repository: "a/b?force=1", tag: "1" },
      },
      stopped: { refused: /repository/ },
    },
    {
      name: "a tag on a digest",
      call: {
        tool: "docker_tag_image",
        input: { image: "shop", repository: `a@sha256:${HEX}`, tag: "1" },
      },
      stopped: { refused: /repository/ },
    },
    {
      name: "a create from a path",
      call: { tool: "docker_create_container", input: { image: "../../etc" } },
      stopped: { refused: /image/ },
    },
    {
      name: "an upload of a digest",
      call: push(`redis@sha256:${HEX}`),
      stopped: { refused: /image/ },
    },
  ],
  controls: [
    ...LISTED.map((image): Control => ({
      name: `pull from a listed registry: ${shown(image)}`,
      call: pull(image),
      on: "registries",
      passed: { sends: [/^POST \/images\/create\?fromImage=/] },
    })),
    ...["registry.example:5000/shop", "registry.example:5000/team/shop:1"].map((
      image,
    ): Control => ({
      name: `push to the listed registry: ${image}`,
      call: push(image),
      on: "registries",
      passed: { sends: [/^POST \/images\/registry.*\/push/] },
    })),
    ...[
      "ghcr.io/a/b",
      "localhost:5000/x",
      "[::1]:5000/x",
      "10.1.2.3:5000/x",
      "169.253.1.1:5000/x",
      "metadata.example/x",
      "fe80.example/x",
    ]
      .map((image): Control => ({
        name: `pull where every registry is allowed: ${image}`,
        call: pull(image),
        passed: { sends: [/^POST \/images\/create\?fromImage=/] },
      })),
    {
      name: "pull of a digest",
      call: pull(`redis@sha256:${HEX}`),
      passed: { sends: [/^POST \/images\/create\?/] },
    },
    {
      name: "pull for another platform",
      call: pull("redis:7", { platform: "linux/arm64/v8" }),
      engine: {
        "GET /images/{}/json": {
          Id: "sha256:x",
          Os: "linux",
          Architecture: "arm64",
          Variant: "v8",
        },
      },
      passed: { sends: [/platform=linux%2Farm64%2Fv8/] },
    },
    {
      name: "an upload to Docker Hub",
      call: push("team/shop:1.2"),
      passed: { sends: [/^POST \/images\/team%2Fshop\/push\?tag=1\.2/] },
    },
    {
      name: "a tag of another repository",
      call: {
        tool: "docker_tag_image",
        input: { image: "shop", repository: "registry.example:5000/shop", tag: "1.2" },
      },
      passed: { sends: [/^POST \/images\/shop.*\/tag\?/] },
    },
    {
      name: "a create from an id",
      call: { tool: "docker_create_container", input: { image: "4f1c2d3e4a5b" } },
      passed: { sends: [/"Image":"4f1c2d3e4a5b"/] },
    },
    {
      name: "a create from an unlisted registry's image that is here already",
      call: { tool: "docker_create_container", input: { image: "ghcr.io/a/b:1" } },
      on: "registries",
      passed: { sends: [/"Image":"ghcr\.io\/a\/b:1"/] },
    },
  ],
};
