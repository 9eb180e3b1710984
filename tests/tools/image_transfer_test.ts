import assert from "node:assert/strict";
import { createDocker } from "../../src/docker/client.ts";
import { parseArguments } from "../../src/tools/arguments.ts";
import { pullImage, pushImage } from "../../src/tools/image_transfer.ts";
import type { Tool } from "../../src/tools/tool.ts";
import { type FakeReply, FakeTransport, lines } from "../fakes/fake_transport.ts";
import { toolContext } from "./tool_context.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

function refuses(tool: Tool, input: Record<string, unknown>, mistake: RegExp): void {
  assert.throws(() => parseArguments(tool, input), { message: mistake }, JSON.stringify(input));
}

Deno.test("docker_pull_image takes every valid reference", () => {
  const references = [
    "redis",
    "redis:7",
    "library/redis",
    "a__b/c--d/e.f:1",
    "localhost/app",
    "localhost:5000/app:1.2_x-Y",
    "Registry.Example/team/app",
    "[2001:db8::1]:5000/app",
    "192.168.1.10:5000/app",
    `redis@${DIGEST}`,
    `ghcr.io/owner/app:1@${DIGEST}`,
    `redis@sha512:${"b".repeat(128)}`,
  ];
  for (const image of references) parseArguments(pullImage, { image });
});

Deno.test("docker_pull_image and docker_push_image refuse what is no reference", () => {
  const references = [
    "",
    "Redis",
    "redis:",
    "redis:-x",
    `redis:${"x".repeat(129)}`,
    "https://ghcr.io/owner/app",
    "user:pw@ghcr.io/app",
    "a___b",
    "a..b",
    "-a",
    "a/",
    "a//b",
    "../a",
    "app?fromSrc=x",
    "app\n",
    "app latest",
    "reg.example:0/app",
    "reg.example:65536/app",
    "reg_x.example/app",
    "redis@sha256:abc",
    "redis@md5:d41d8cd98f00b204e9800998ecf8427e",
    "a".repeat(64),
    DIGEST,
    "x".repeat(256),
  ];
  for (const image of references) {
    refuses(pullImage, { image }, /^image: is not an image reference/);
    refuses(pushImage, { image }, /^image: is not an image reference/);
  }
});

Deno.test("docker_pull_image and docker_push_image refuse addresses where clouds keep credentials", () => {
  const hosts = [
    "169.254.169.254",
    "169.254.169.254:80",
    "[fe80::1]",
    "[::ffff:169.254.169.254]:80",
  ];
  const spelt = ["2852039166:80", "0xa9.254.169.254", "0251.0376.0251.0376"];
  for (const host of [...hosts, ...spelt]) {
    for (const tool of [pullImage, pushImage]) {
      assert.throws(() => parseArguments(tool, { image: `${host}/a` }), /^RefusedError: image: /);
    }
  }
  for (const host of ["169.253.0.1", "169.255.0.1:5000", "[fd00::1]", "a169.254.example"]) {
    parseArguments(pullImage, { image: `${host}/a` });
  }
});

Deno.test("docker_pull_image and docker_push_image take one tag, in either argument", () => {
  for (const tool of [pullImage, pushImage]) {
    parseArguments(tool, { image: "redis", tag: "7" });
    parseArguments(tool, { image: "redis:7", tag: "7" });
    refuses(tool, { image: "redis:7", tag: "8" }, /^tag: differs from the tag or digest in image/);
    for (const tag of ["", ":7", "-7", "a b", "a/b", DIGEST, "x".repeat(129), "7\n"]) {
      refuses(tool, { image: "redis", tag }, /^tag: is not a tag/);
    }
  }
  refuses(pullImage, { image: `redis@${DIGEST}`, tag: "7" }, /^tag: differs/);
  refuses(pushImage, { image: `redis@${DIGEST}` }, /^image: has a digest/);
});

Deno.test("docker_pull_image takes all tags of a repository only", () => {
  parseArguments(pullImage, { image: "reg.example/app", all_tags: true });
  const mistake = /^all_tags: cannot be combined with a tag or digest/;
  refuses(pullImage, { image: "app:1", all_tags: true }, mistake);
  refuses(pullImage, { image: "app", tag: "1", all_tags: true }, mistake);
  refuses(pullImage, { image: `app@${DIGEST}`, all_tags: true }, mistake);
});

Deno.test("docker_pull_image takes platforms as os/arch[/variant]", () => {
  for (const platform of ["linux/amd64", "linux/arm64/v8", "windows/amd64"]) {
    parseArguments(pullImage, { image: "app", platform });
  }
  const wrong = [
    "linux",
    "linux/",
    "/amd64",
    "linux/amd64&x=",
    "Linux/amd64",
    "a/b/c/d",
    "a b/c",
    "",
  ];
  for (const platform of [...wrong, `linux/${"a".repeat(64)}`]) {
    refuses(pullImage, { image: "app", platform }, /^platform: /);
  }
});

/** What a tool makes of an Engine's answers. */
function outputOf(
  tool: Tool,
  input: Record<string, unknown>,
  replies: Record<string, FakeReply>,
): Promise<unknown> {
  const docker = createDocker(new FakeTransport(replies));
  return tool.run(toolContext(docker), parseArguments(tool, input).input, []);
}

Deno.test("docker_pull_image with all_tags answers this repository's tags only, as Hub's names go", async () => {
  const RepoTags = ["docker.io/library/redis:7", "redis:6", "team/redis:1", "ghcr.io/redis:1"];
  const replies = {
    "POST /images/create": () => lines({ status: "Status: Image is up to date for redis" }),
    "GET /images/json": [{ Id: "a", RepoTags }, { Id: "b", RepoTags: null }],
  };
  assert.deepEqual(await outputOf(pullImage, { image: "redis", all_tags: true }, replies), {
    image: "redis",
    tags: ["docker.io/library/redis:7", "redis:6"],
    status: "up to date",
  });
});

Deno.test("docker_pull_image believes an Engine with several platforms under one name", async () => {
  const image = { Id: "a", Os: "linux", Architecture: "amd64", RepoTags: ["redis:7"] };
  const replies = (more: Record<string, unknown>) => ({
    "POST /images/create": () => lines({ status: "Status: Downloaded newer image for redis:7" }),
    "GET /images/{}/json": { ...image, ...more },
  });
  const asked = (platform: string, more: Record<string, unknown> = {}) =>
    outputOf(pullImage, { image: "redis:7", platform }, replies(more));
  await asked("linux/arm64", { Descriptor: {} });
  await asked("linux/x86_64");
  await asked("linux/arm64/v8", { Architecture: "arm64" });
  await assert.rejects(asked("linux/arm64"), {
    code: "not_found",
    message: /is for linux\/amd64$/,
  });
});

Deno.test("docker_push_image finds the digest also where an Engine tells it in words only", async () => {
  const told = [`1: digest: ${DIGEST} size: 528`];
  const replies = { "POST /images/{}/push": () => lines(...told.map((status) => ({ status }))) };
  assert.deepEqual(await outputOf(pushImage, { image: "reg.example/app:1" }, replies), {
    image: "reg.example/app:1",
    status: "pushed",
    digest: DIGEST,
  });
});
