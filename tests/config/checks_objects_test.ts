import assert from "node:assert/strict";
import { ConfigError } from "../../src/config/mistake.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/settings.ts";

async function load(env: Record<string, string>): Promise<Config> {
  const { config } = await loadConfig({
    args: [],
    env: { HOME: "/home/ann", ...env },
    readTextFile: () => Promise.reject(new Error("nothing to read")),
    stat: () => Promise.resolve({ isFile: true }),
  }, { toolNames: [] });
  return config;
}

async function mistakes(env: Record<string, string>): Promise<readonly string[]> {
  try {
    await load(env);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.mistakes.map(({ line }) => line);
  }
  return [];
}

Deno.test("loadConfig() reads the folders that may be mounted, with ~ for the home directory", async () => {
  const config = await load({
    SAFETY_VOLUME_MOUNT_ALLOWLIST: "~/projects,/srv/shop/",
    SAFETY_VOLUME_MOUNT_RW_ALLOWLIST: '["/data/a,b"]',
  });
  assert.deepEqual(config.volumeMountAllowlist, ["/home/ann/projects", "/srv/shop/"]);
  assert.deepEqual(config.volumeMountRwAllowlist, ["/data/a,b"]);
});

Deno.test("loadConfig() refuses a folder that can never be mounted, and says which and why", async () => {
  for (const name of ["SAFETY_VOLUME_MOUNT_ALLOWLIST", "SAFETY_VOLUME_MOUNT_RW_ALLOWLIST"]) {
    assert.deepEqual(await mistakes({ [name]: "/srv/shop,/etc" }), [
      `${name}: "/etc" can never be mounted: "/etc" belongs to the system; list folders that hold nothing else`,
    ]);
    for (
      const path of [
        "/",
        "/home",
        "/home/ann",
        "~/",
        "/var",
        "/root",
        "/root/shop",
        "~/.ssh",
        "/srv/../etc",
        "C:\\x",
      ]
    ) {
      assert.equal((await mistakes({ [name]: path })).length, 1, path);
    }
    for (const path of ["/srv", "~/projects/", "/home/root/shop", "/mnt", "/tmp"]) {
      assert.deepEqual(await mistakes({ [name]: path }), [], path);
    }
  }
});

Deno.test("loadConfig() tells no list of registries from an empty one, and refuses what is none", async () => {
  assert.equal((await load({})).allowedRegistries, undefined);
  assert.deepEqual((await load({ SAFETY_ALLOWED_REGISTRIES: "" })).allowedRegistries, []);
  assert.deepEqual((await load({ SAFETY_ALLOWED_PUSH_REGISTRIES: "" })).allowedPushRegistries, []);
  assert.deepEqual(await mistakes({ SAFETY_ALLOWED_REGISTRIES: "docker.io,https://ghcr.io" }), [
    'SAFETY_ALLOWED_REGISTRIES: "https://ghcr.io" is not a registry that an image can name; expected host[:port] or *.domain, e.g. ghcr.io, localhost:5000',
  ]);
  assert.deepEqual(await mistakes({ SAFETY_ALLOWED_REGISTRIES: "None" }), [
    'SAFETY_ALLOWED_REGISTRIES: "None" is not a registry; to allow none, set it to nothing: SAFETY_ALLOWED_REGISTRIES=',
  ]);
  assert.deepEqual(await mistakes({ SAFETY_ALLOWED_PUSH_REGISTRIES: "hub.docker.com" }), [
    'SAFETY_ALLOWED_PUSH_REGISTRIES: "hub.docker.com" is no registry; Docker Hub is docker.io',
  ]);
  assert.equal((await mistakes({ SAFETY_ALLOWED_PUSH_REGISTRIES: "ghcr.io/org" })).length, 1);
});

Deno.test("loadConfig() refuses an entry of SAFETY_PROTECTED that can name nothing", async () => {
  assert.deepEqual((await load({ SAFETY_PROTECTED: "web,label=a=b" })).protected, [
    "web",
    "label=a=b",
  ]);
  for (const entry of ["web*", "/web", "label="]) {
    assert.match((await mistakes({ SAFETY_PROTECTED: entry })).join(), /neither a name nor an id/);
  }
});

Deno.test("loadConfig() refuses names of prompts and resources that no version has", async () => {
  const config = await load({
    SAFETY_ALLOWED_PROMPTS: "",
    SAFETY_ALLOWED_RESOURCES: "container_logs",
  });
  assert.deepEqual([config.allowedPrompts, config.allowedResources], [[], ["container_logs"]]);
  assert.deepEqual(await mistakes({ SAFETY_ALLOWED_PROMPTS: "security_audti" }), [
    'SAFETY_ALLOWED_PROMPTS: "security_audti" is not a prompt; did you mean security_audit?',
  ]);
  assert.equal((await mistakes({ SAFETY_ALLOWED_RESOURCES: "nothing" })).length, 1);
});
