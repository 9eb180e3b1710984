import assert from "node:assert/strict";
import fc from "../property.ts";
import {
  registryAuthHeader,
  registryConfigHeader,
  type RegistryLogin,
  registryLogins,
} from "../../src/docker/registry_auth.ts";

const HUB = "https://index.docker.io/v1/";
const PAIR = { auth: btoa("joe:pass:word") };
const OTHER = { auth: btoa("other:other") };

/** The login of a domain where docker's config.json has this text. */
async function loginOf(domain: string | undefined, config: unknown): Promise<RegistryLogin> {
  const directory = await Deno.makeTempDir();
  try {
    const text = typeof config === "string" ? config : JSON.stringify(config);
    await Deno.writeTextFile(`${directory}/config.json`, text);
    return await registryLogins(directory)(domain);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("registryLogins() finds a registry under every spelling of its address", async () => {
  const joe = { username: "joe", password: "pass:word" };
  const spellings: [string | undefined, string][] = [
    ["reg.example", "reg.example"],
    ["reg.example", "https://reg.example"],
    ["reg.example", "http://reg.example"],
    ["reg.example", "reg.example/"],
    ["reg.example", "https://reg.example/v1/"],
    ["reg.example", "https://reg.example/v2"],
    ["reg.example:5000", "reg.example:5000"],
    ["localhost:5000", "http://localhost:5000/v2/"],
    ["[::1]:5000", "https://[::1]:5000"],
  ];
  for (const [domain, key] of spellings) {
    const { auth } = await loginOf(domain, { auths: { [key]: PAIR } });
    assert.deepEqual(auth, { ...joe, serveraddress: domain }, key);
  }
  for (const domain of [undefined, "docker.io", "index.docker.io"]) {
    for (const key of [HUB, "index.docker.io", "docker.io", "https://docker.io/v1/"]) {
      const { auth } = await loginOf(domain, { auths: { [key]: PAIR } });
      assert.deepEqual(auth, { ...joe, serveraddress: HUB }, key);
    }
  }
});

Deno.test("registryLogins() gives no registry the credentials of another", async () => {
  const keys = [
    "reg.example:5000",
    "sub.reg.example",
    "reg.example.evil.example",
    "xreg.example",
    "https://evil.example/reg.example",
    "evil.example/v1/reg.example",
    "evil.example#reg.example",
    "reg.example@evil.example",
    "ftp://reg.example",
    "https://reg.example/access-token",
    HUB,
    "",
    "/",
  ];
  for (const key of keys) {
    assert.deepEqual(await loginOf("reg.example", { auths: { [key]: PAIR } }), { auth: undefined });
  }
  // Docker keeps its own tokens for Hub beside the login; no pull may send them.
  const tokens = { [`${HUB}access-token`]: PAIR, [`${HUB}refresh-token`]: PAIR };
  assert.equal((await loginOf(undefined, { auths: tokens })).auth, undefined);
  assert.equal((await loginOf("constructor", { auths: {} })).auth, undefined);
  assert.equal((await loginOf("__proto__", { auths: {} })).auth, undefined);
});

Deno.test("registryLogins() takes the usual spelling before others, and skips empty entries", async () => {
  const both = { "https://reg.example": OTHER, "reg.example": PAIR };
  assert.equal((await loginOf("reg.example", { auths: both })).auth?.username, "joe");
  const emptied = { "reg.example": {}, "https://reg.example": PAIR };
  assert.equal((await loginOf("reg.example", { auths: emptied })).auth?.username, "joe");
});

Deno.test("registryLogins() reads every form of an entry that docker writes", async () => {
  const serveraddress = "r.example";
  const forms: [unknown, RegistryLogin["auth"]][] = [
    [{ username: "u", password: "p" }, { username: "u", password: "p", serveraddress }],
    [{ auth: btoa("u:p\0\0") }, { username: "u", password: "p", serveraddress }],
    [{ auth: btoa("u:") }, { username: "u", password: "", serveraddress }],
    [
      { auth: new TextEncoder().encode("jörg:geheim€").toBase64() },
      { username: "jörg", password: "geheim€", serveraddress },
    ],
    [{ auth: btoa("u:"), identitytoken: "t" }, {
      username: "u",
      identitytoken: "t",
      serveraddress,
    }],
    [{ registrytoken: "t" }, { registrytoken: "t", serveraddress }],
    [{ auth: "no base64!" }, undefined],
    [{ auth: btoa("no colon") }, undefined],
    [{ auth: 5, username: null }, undefined],
    [{}, undefined],
    [null, undefined],
    ["text", undefined],
  ];
  for (const [entry, auth] of forms) {
    assert.deepEqual(await loginOf(serveraddress, { auths: { [serveraddress]: entry } }), { auth });
  }
});

Deno.test("registryLogins() takes no configuration for nobody, and says when it cannot be read", async () => {
  assert.deepEqual(await registryLogins(undefined)("reg.example"), {});
  assert.deepEqual(await registryLogins("/nonexistent")("reg.example"), {});
  assert.deepEqual(await loginOf("reg.example", {}), { auth: undefined });
  assert.deepEqual(await loginOf("reg.example", { auths: null }), { auth: undefined });
  const { auth, missing } = await loginOf("reg.example", '{"auths": {"x": {"auth": "c2VjcmV0"');
  assert.equal(auth, undefined);
  assert.match(missing?.message ?? "", /^Cannot read ".*config\.json": it is not a JSON object$/);
  assert.ok(!JSON.stringify(missing).includes("c2VjcmV0"));
});

Deno.test("registryLogins() runs no program whose name leaves the PATH, and uses what the file has", async () => {
  for (const credsStore of ["../../evil", "a/b", "a b", "", "-x", ".x", "a;b"]) {
    const config = { credsStore, auths: { "reg.example": PAIR } };
    assert.equal((await loginOf("reg.example", config)).auth?.username, "joe");
    const { auth, missing } = await loginOf("reg.example", { credsStore });
    assert.equal(auth, undefined);
    if (credsStore !== "") assert.match(missing?.message ?? "", /that is no program name$/);
  }
  const { missing } = await loginOf("reg.example", { credsStore: "no-such-store" });
  assert.match(missing?.message ?? "", /"docker-credential-no-such-store".*not on the PATH$/);
});

Deno.test({
  name: "registryLogins() says how to allow a helper that this program may not run",
  permissions: { read: true, write: true, run: ["sh"] },
  async fn() {
    const { auth, missing } = await loginOf("reg.example", { credsStore: "desktop" });
    assert.equal(auth, undefined);
    assert.equal(missing?.code, "not_granted");
    assert.match(missing?.message ?? "", /"docker-credential-desktop".*may not run it$/);
    assert.match(missing?.remedy ?? "", /--allow-run=docker-credential-desktop/);
    const other = { credHelpers: { "other.example": "desktop" } };
    assert.deepEqual(await loginOf("reg.example", other), { auth: undefined });
  },
});

Deno.test("registryAuthHeader() writes base64 that stands in a header, and reads back as it was", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (password) => {
    const auth = { username: "u", password, serveraddress: "r" };
    const { "X-Registry-Auth": header = "" } = registryAuthHeader(auth);
    assert.match(header, /^[\w=-]+$/);
    const bytes = Uint8Array.fromBase64(header, { alphabet: "base64url" });
    if (password.isWellFormed()) {
      assert.deepEqual(JSON.parse(new TextDecoder().decode(bytes)), auth);
    }
  }));
  assert.deepEqual(registryAuthHeader(), { "X-Registry-Auth": "e30=" });
});

Deno.test("registryConfigHeader() names each login by its registry's address", () => {
  const auth = { username: "u", password: "p", serveraddress: "r.example" };
  const { "X-Registry-Config": header = "" } = registryConfigHeader([auth]);
  assert.deepEqual(JSON.parse(atob(header)), { "r.example": auth });
});
