import assert from "node:assert/strict";
import { findOwnContainer } from "../../src/safety/own_container.ts";
import { isProtectionEntry, protectionOf } from "../../src/safety/protection_policy.ts";
import {
  containerSubject,
  imageSubject,
  type Protection,
  refuseProtected,
  type Subject,
} from "../../src/tools/protection.ts";

const ID = "4f1c2d3e4a5b".padEnd(64, "0");
const OTHER = "0a1b2c3d4e5f".padEnd(64, "9");

function listed(...entries: string[]): Protection {
  return protectionOf({ entries, findOwn: () => undefined });
}

function subject(changes: Partial<Subject> = {}): Subject {
  return { kind: "container", id: ID, names: ["traefik"], labels: {}, ...changes };
}

Deno.test("protectionOf() knows an object by its name, for every kind, and by nothing similar", () => {
  const protection = listed("traefik");
  for (const kind of ["container", "network", "volume"] as const) {
    assert.equal(
      protection.reason(subject({ kind })),
      "SAFETY_PROTECTED names it (traefik)",
    );
    for (const name of ["traefik2", "my-traefik", "Traefik", "traefi"]) {
      assert.equal(protection.reason(subject({ kind, names: [name] })), undefined, name);
    }
  }
});

Deno.test("protectionOf() knows an object by 12 digits of its id or more, not by fewer", () => {
  for (const entry of [ID, ID.slice(0, 12), ID.slice(0, 40), `sha256:${ID}`]) {
    assert.notEqual(listed(entry).reason(subject()), undefined, entry);
    assert.equal(listed(entry).reason(subject({ id: OTHER })), undefined, entry);
  }
  assert.equal(listed(ID.slice(0, 11)).reason(subject()), undefined);
  assert.notEqual(
    listed(ID.slice(0, 12)).reason(subject({ kind: "image", id: `sha256:${ID}` })),
    undefined,
  );
});

Deno.test("protectionOf() knows an object by a label, with any value or the one given", () => {
  const keep = subject({ labels: { "com.example.keep": "yes=1" } });
  for (const entry of ["label=com.example.keep", "label=com.example.keep=yes=1"]) {
    assert.notEqual(listed(entry).reason(keep), undefined, entry);
  }
  for (
    const entry of [
      "label=com.example",
      "label=com.example.keep=no",
      "com.example.keep",
      "label=constructor",
    ]
  ) {
    assert.equal(listed(entry).reason(keep), undefined, entry);
  }
});

Deno.test("protectionOf() knows an image by every name that Docker reads the same", () => {
  const image = (name: string): Subject => subject({ kind: "image", names: [name] });
  const same = [
    "redis",
    "library/redis",
    "docker.io/library/redis",
    "redis:7",
    "docker.io/redis:7",
  ];
  for (const entry of same) {
    assert.notEqual(listed(entry).reason(image("redis:7")), undefined, entry);
  }
  assert.notEqual(listed("redis").reason(image("redis:6")), undefined, "every tag");
  for (const entry of ["redis:6", "ghcr.io/redis", "redis2", "bitnami/redis"]) {
    assert.equal(listed(entry).reason(image("redis:7")), undefined, entry);
  }
  assert.equal(listed("localhost:5000/a").reason(image("localhost:5000/a:1")) === undefined, false);
});

Deno.test("protectionOf() covers nothing where nothing is listed and it runs in no container", () => {
  const nothing = listed();
  for (const kind of ["container", "image", "network", "volume"] as const) {
    assert.equal(nothing.covers(kind), false, kind);
    assert.equal(listed("x").covers(kind), true, kind);
  }
});

Deno.test("protectionOf() protects the container it runs in, by its id or the name it has itself", () => {
  const own = (findOwn: () => { id?: string; hostname?: string }): Protection =>
    protectionOf({ entries: [], findOwn });
  const byId = own(() => ({ id: ID, hostname: "web" }));
  assert.equal(byId.covers("container"), true);
  assert.equal(byId.covers("volume"), false);
  assert.equal(byId.reason(subject()), "this server itself runs in it");
  assert.equal(byId.reason(subject({ id: OTHER, hostname: "web" })), undefined);
  const byHost = own(() => ({ hostname: ID.slice(0, 12) }));
  assert.notEqual(byHost.reason(subject()), undefined);
  assert.equal(byHost.reason(subject({ id: OTHER, hostname: "other" })), undefined);
  const byName = own(() => ({ hostname: "mcp" }));
  assert.notEqual(byName.reason(subject({ hostname: "mcp" })), undefined);
  assert.equal(byName.reason(subject({ hostname: "web", names: ["mcp"] })), undefined);
});

Deno.test("protectionOf() looks for its own container once, and not before it is needed", () => {
  let asked = 0;
  const protection = protectionOf({ entries: [], hostname: "web", findOwn: () => void asked++ });
  assert.equal(asked, 0);
  protection.covers("image");
  assert.equal(asked, 0);
  protection.covers("container");
  protection.reason(subject());
  assert.equal(asked, 1);
});

Deno.test("findOwnContainer() believes a host name only where a runtime has left its mark", () => {
  const files = (present: Record<string, string>) => ({
    exists: (path: string) => path in present,
    read: (path: string) => present[path],
  });
  assert.equal(findOwnContainer("4f1c2d3e4a5b", files({})), undefined);
  const mark = { "/.dockerenv": "" };
  assert.deepEqual(findOwnContainer("web", files(mark)), { id: undefined, hostname: "web" });
  assert.deepEqual(findOwnContainer(undefined, files({ ...mark, "/etc/hostname": "web\n" })), {
    id: undefined,
    hostname: "web",
  });
  const mounts =
    `719 707 8:1 /var/lib/docker/containers/${ID}/hostname /etc/hostname rw - ext4 /dev/sda1 rw\n`;
  const inside = { "/run/.containerenv": "", "/proc/self/mountinfo": mounts };
  assert.deepEqual(findOwnContainer("web", files(inside)), { id: ID, hostname: "web" });
});

Deno.test("isProtectionEntry() takes names, references, ids and labels", () => {
  for (
    const entry of [
      "web",
      "shop_data",
      "ghcr.io/a/b:1",
      ID,
      `sha256:${ID}`,
      "label=a",
      "label=a=b c",
    ]
  ) {
    assert.equal(isProtectionEntry(entry), true, entry);
  }
  for (const entry of ["", "label=", "/web", "*", "web*", "a b", "-x"]) {
    assert.equal(isProtectionEntry(entry), false, entry);
  }
});

Deno.test("containerSubject() and imageSubject() read what is inspected and what is listed", () => {
  const wanted = { kind: "container", id: ID, names: ["web"], labels: { a: "1" } };
  assert.deepEqual(containerSubject({ Id: ID, Names: ["/web"], Labels: { a: "1" } }), wanted);
  const details = { Id: ID, Name: "/web", Config: { Labels: { a: "1" }, Hostname: "h" } };
  assert.deepEqual(containerSubject(details), { ...wanted, hostname: "h" });
  const hosts = { ...details, HostConfig: { NetworkMode: "host" } };
  assert.deepEqual(containerSubject(hosts), { ...wanted, hostname: undefined });
  const image = { kind: "image", id: ID, names: ["a:1", "a@sha256:0"], labels: { a: "1" } };
  const names = { Id: ID, RepoTags: ["a:1"], RepoDigests: ["a@sha256:0"] };
  assert.deepEqual(imageSubject({ ...names, Labels: { a: "1" } }), image);
  assert.deepEqual(imageSubject({ ...names, Config: { Labels: { a: "1" } } }), image);
});

Deno.test("refuseProtected() says what it does not do, to what, and why", () => {
  refuseProtected(undefined, subject(), "stop");
  refuseProtected(listed("web"), subject(), "stop");
  assert.throws(() => refuseProtected(listed("traefik"), subject(), "stop"), {
    code: "policy",
    message: 'Cannot stop container "traefik": SAFETY_PROTECTED names it (traefik)',
  });
});
