import assert from "node:assert/strict";
import fc from "../property.ts";
import {
  formatImageReference,
  fullImageReference,
  isContainerLookup,
  isContainerName,
  isImageLookup,
  isNetworkLookup,
  isNetworkName,
  isRepository,
  isTag,
  isVolumeName,
  parseImageReference,
} from "../../src/docker/reference.ts";

const SHA256 = `sha256:${"a1".repeat(32)}`;
const SHA512 = `sha512:${"0f".repeat(64)}`;

Deno.test("fullImageReference() adds what Docker adds", () => {
  const cases: [string, string | undefined][] = [
    ["redis", "docker.io/library/redis:latest"],
    ["docker.io/redis:7", "docker.io/library/redis:7"],
    ["index.docker.io/library/redis", "docker.io/library/redis:latest"],
    ["shop/api", "docker.io/shop/api:latest"],
    ["localhost:5000/api:1", "localhost:5000/api:1"],
    [`api@${SHA256}`, `docker.io/library/api@${SHA256}`],
    ["a___b", undefined],
  ];
  for (const [text, expected] of cases) assert.equal(fullImageReference(text), expected, text);
});

Deno.test("isRepository() accepts a name with its registry, without tag and digest", () => {
  for (const text of ["shop", "a__b/c--d", "localhost:5000/shop", "Registry.example/shop"]) {
    assert.equal(isRepository(text), true, text);
  }
  for (const text of ["", "Shop", "shop:1", `shop@${SHA256}`, "shop/", "/shop", "0".repeat(64)]) {
    assert.equal(isRepository(text), false, text);
  }
});

Deno.test("isTag() accepts what can stand behind the colon", () => {
  for (const text of ["latest", "1.2", "_a", "A-b", "t".repeat(128)]) assert.ok(isTag(text), text);
  for (const text of ["", ".a", "-a", "a:b", "a/b", "a\n", "ä", "t".repeat(129)]) {
    assert.ok(!isTag(text), text);
  }
});

Deno.test("parseImageReference() takes references apart", () => {
  const none = { domain: undefined, tag: undefined, digest: undefined };
  for (
    const [text, expected] of [
      ["redis", { ...none, path: "redis" }],
      ["redis:7", { ...none, path: "redis", tag: "7" }],
      ["library/redis", { ...none, path: "library/redis" }],
      ["localhost/app", { ...none, domain: "localhost", path: "app" }],
      ["localhost:5000/app:v1", { ...none, domain: "localhost:5000", path: "app", tag: "v1" }],
      ["myhost:5000", { ...none, path: "myhost", tag: "5000" }],
      ["ghcr.io/a/b__c/d-e.f", { ...none, domain: "ghcr.io", path: "a/b__c/d-e.f" }],
      ["Upper/app", { ...none, domain: "Upper", path: "app" }],
      ["[::1]:5000/app", { ...none, domain: "[::1]:5000", path: "app" }],
      ["[2001:db8::1]/app", { ...none, domain: "[2001:db8::1]", path: "app" }],
      [`app@${SHA256}`, { ...none, path: "app", digest: SHA256 }],
      [`r.io:443/app:1@${SHA512}`, {
        domain: "r.io:443",
        path: "app",
        tag: "1",
        digest: SHA512,
      }],
      ["a".repeat(63), { ...none, path: "a".repeat(63) }],
      [`app:${"t".repeat(128)}`, { ...none, path: "app", tag: "t".repeat(128) }],
    ] as const
  ) {
    assert.deepEqual(parseImageReference(text), expected, text);
  }
});

const REFUSED = [
  "",
  " ",
  "Redis",
  "redis ",
  " redis",
  "redis\n",
  "redis:",
  "redis:\n7",
  ":7",
  "a//b",
  "/a",
  "a/",
  "a/../b",
  "../a",
  "___",
  "a___b",
  "a..b",
  ".a",
  "a.",
  "-a",
  "https://example.com/app",
  "user:pw@host/app",
  "host:99999/app",
  "host:0/app",
  "host:05/app",
  "host:/app",
  "-host.io/app",
  "[::1/app",
  "app@sha256:short",
  `app@${SHA256.toUpperCase()}`,
  `app@${SHA256}@${SHA256}`,
  `app@${SHA256} `,
  SHA256.slice(7),
  `app:${"t".repeat(129)}`,
  "a".repeat(256),
  "app?x=1",
  "app#x",
  "app%2f",
  "größe",
  "app\0",
];

Deno.test("parseImageReference() refuses what is no reference", () => {
  for (const text of REFUSED) assert.equal(parseImageReference(text), undefined, text);
});

Deno.test("parseImageReference() and formatImageReference() are opposites", () => {
  const component = fc.stringMatching(/^[a-z0-9]{1,5}([._-][a-z0-9]{1,5})?$/);
  const reference = fc.record({
    domain: fc.constantFrom(undefined, "localhost", "r.example:5000", "[::1]", "a.b"),
    path: fc.array(component, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/")),
    tag: fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,9}$/), { nil: undefined }),
    digest: fc.constantFrom(undefined, SHA256, SHA512),
  }, { noNullPrototype: true });
  fc.assert(fc.property(reference, (parts) => {
    const text = formatImageReference(parts);
    const parsed = parseImageReference(text);
    assert.ok(parsed, text);
    // A first component with a dot and no domain before it is read as the domain, as Docker does.
    if (parts.domain !== undefined || !/^[^/]*\..*\//.test(parts.path)) {
      assert.deepEqual(parsed, parts);
    }
    assert.equal(formatImageReference(parsed), text);
  }));
});

Deno.test("parseImageReference() never accepts what could leave its path segment", () => {
  const hostile = fc.string({ unit: fc.constantFrom(..."aA0.:/@-_%?#&=\\ \n\0[]") });
  fc.assert(
    fc.property(hostile, (text) => {
      if (parseImageReference(text) === undefined) return;
      assert.doesNotMatch(text, /[%?#&=\\ \n\0]|\/\/|(^|\/)\.\.?(\/|$)/);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("isImageLookup() accepts references, ids and their beginnings", () => {
  for (const text of ["redis:7", SHA256, SHA256.slice(7), "a1b2c3", "abcdef012345"]) {
    assert.equal(isImageLookup(text), true, text);
  }
  for (const text of ["", "sha256:", "<none>", "<none>:<none>", "a/../b"]) {
    assert.equal(isImageLookup(text), false, text);
  }
});

Deno.test("isContainerLookup() accepts names and ids, and nothing that could be a path", () => {
  for (const text of ["a", "web", "web-1_x.y", "0123456789ab", "a".repeat(255)]) {
    assert.equal(isContainerLookup(text), true, text);
  }
  for (
    const text of ["", " ", "/web", "a/b", "..", ".", "a?b", "%2f", "web\n", "_a", "a\0", "größe"]
  ) {
    assert.equal(isContainerLookup(text), false, JSON.stringify(text));
  }
  assert.equal(isContainerLookup("a".repeat(256)), false);
});

Deno.test("isContainerName() refuses names that hide another container's id", () => {
  for (const text of ["ab", "web-1", "0123456789a", "0123456789abc", "face-feed"]) {
    assert.equal(isContainerName(text), true, text);
  }
  for (const text of ["a", "_x", "0123456789ab", "f".repeat(64), "a".repeat(129), "a b"]) {
    assert.equal(isContainerName(text), false, text);
  }
});

Deno.test("isNetworkName() refuses Docker's own networks, isNetworkLookup() finds them", () => {
  for (const text of ["bridge", "host", "none", "default", "ingress", "docker_gwbridge"]) {
    assert.equal(isNetworkName(text), false, text);
    assert.equal(isNetworkLookup(text), true, text);
  }
  assert.equal(isNetworkName("backend"), true);
  assert.equal(isNetworkLookup("a/b"), false);
});

Deno.test("isVolumeName() refuses paths and single characters", () => {
  for (const text of ["data", "0123456789ab", "a".repeat(128)]) {
    assert.equal(isVolumeName(text), true, text);
  }
  for (const text of ["a", "..", "/etc", "a/b", "a".repeat(129)]) {
    assert.equal(isVolumeName(text), false, text);
  }
});
