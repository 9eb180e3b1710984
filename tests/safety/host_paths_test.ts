import assert from "node:assert/strict";
import {
  deniedPath,
  hostPathMistake,
  isRuntimeSocket,
  isWithin,
} from "../../src/safety/host_paths.ts";
import fc from "../property.ts";

const WRONG: readonly (readonly [path: string, why: RegExp])[] = [
  ["", /not absolute/],
  ["srv/shop", /not absolute/],
  ["./srv", /not absolute/],
  ["~/shop", /not absolute/],
  ["~", /not absolute/],
  ["C:\\Users\\ann\\shop", /Windows path/],
  ["c:/shop", /Windows path/],
  ["\\\\server\\share", /Windows path/],
  ["\\\\.\\pipe\\docker_engine", /Windows path/],
  ["//./pipe/docker_engine", /Windows path/],
  ["/srv/", /shortest form, "\/srv"$/],
  ["//srv", /shortest form/],
  ["/srv//shop", /shortest form, "\/srv\/shop"$/],
  ["/srv/./shop", /shortest form/],
  ["/./etc", /shortest form/],
  ["/srv/../etc", /shortest form/],
  ["/srv/..", /shortest form, "\/"$/],
  ["/srv/.", /shortest form/],
  ["/srv/shop:ro", /":"/],
  ["/srv:/data", /":"/],
  ["/srv/a\nb", /cannot be seen/],
  ["/srv/a\0", /cannot be seen/],
  ["/srv/.s\u200Csh", /cannot be seen/],
  ["/srv/\u202Ehs", /cannot be seen/],
  ["/srv/a\u{E0041}", /cannot be seen/],
  [`/${"a".repeat(4096)}`, /too long/],
];

for (const [path, why] of WRONG) {
  Deno.test(`hostPathMistake() refuses ${JSON.stringify(path.slice(0, 40))}`, () => {
    assert.match(hostPathMistake(path) ?? "", why);
  });
}

Deno.test("hostPathMistake() takes every other absolute path in its shortest form", () => {
  const paths = [
    "/",
    "/srv",
    "/srv/shop",
    "/srv/...",
    "/srv/.env",
    "/srv/a b,c",
    "/srv/日本",
    "/c/shop",
  ];
  for (const path of paths) assert.equal(hostPathMistake(path), undefined, path);
});

/** What no setting may allow, equal, below and above what is denied, in every spelling of its case. */
const DENIED = [
  ...["/", "/bin", "/bin/sh", "/boot", "/dev", "/dev/sda", "/etc", "/etc/shadow", "/lib", "/lib64"],
  ...["/lib/modules", "/proc", "/proc/1/root", "/run", "/run/docker.sock", "/run/user/1000"],
  ...["/sbin", "/sys", "/sys/fs/cgroup", "/usr", "/usr/local/bin", "/var", "/var/run"],
  ...["/var/run/docker.sock", "/var/lib", "/var/lib/docker", "/var/lib/docker/volumes"],
  ...["/var/lib/containerd", "/var/lib/kubelet/pods", "/var/lib/containers", "/var/log/journal"],
  ...["/var/spool/cron", "/host_mnt", "/host_mnt/c", "/run/desktop/mnt", "/var/snap/docker/common"],
  ...["/System", "/Library/Keychains", "/private", "/private/etc", "/private/var/run/docker.sock"],
  ...["/home", "/home/ann", "/Users", "/Users/ann", "/root", "/var/root", "/var/home/ann"],
  ...["/root/shop", "/root/.ssh/id_rsa", "/var/root/shop", "/private/var/root/shop", "/Root/x"],
  ...[
    "/c/Users/ann",
    "/mnt/c/Users/ann",
    "/c",
    "/mnt/c",
    "/c/Windows/System32",
    "/c/Program Files",
  ],
  ...["/home/ann/.ssh", "/home/ann/.ssh/id_rsa", "/srv/.aws", "/srv/shop/.docker/config.json"],
  ...["/home/ann/.config/gcloud", "/home/ann/.kube", "/home/ann/.gnupg", "/home/ann/.azure"],
  ...["/home/ann/.netrc", "/srv/.npmrc", "/srv/.pypirc", "/srv/.git-credentials", "/srv/.pgpass"],
  ...["/srv/id_ed25519", "/srv/id_rsa", "/srv/id_ecdsa_sk", "/home/ann/.local/share/keyrings"],
  ...["/home/ann/.colima/default/docker.sock", "/home/ann/.colima", "/home/ann/.lima"],
  ...["/srv/docker.sock", "/tmp/podman.sock", "/srv/x/containerd.sock", "/srv/buildkitd.sock"],
  ...["/srv/docker.raw.sock", "/Users/ann/Library/Keychains", "/tmp/ssh-XXXXabcd/agent.1"],
  ...["/ETC/passwd", "/Etc", "/srv/.SSH", "/srv/.ſsh", "/srv/.\u212Aube", "/VAR/RUN", "/HOME/ann"],
  ...["/srv/.ssh.", "/srv/.ssh ", "/srv/.ssh . .", "/etc./x", "/srv/Docker.Sock"],
];

Deno.test("deniedPath() denies the system, home directories, credentials and sockets", () => {
  for (const path of DENIED) assert.notEqual(deniedPath(path), undefined, path);
});

/** Their legitimate neighbours. */
const ALLOWED = [
  ...["/srv", "/srv/shop", "/opt/shop", "/data", "/mnt", "/mnt/disk", "/media/usb", "/tmp/shop"],
  ...[
    "/home/ann/shop",
    "/home/ann/projects/web/src",
    "/home/root/shop",
    "/rooted/x",
    "/Users/ann/Projects",
  ],
  ...["/Users/Shared", "/c/projects", "/mnt/c/projects", "/c/Users/ann/shop", "/var/www"],
  ...["/var/lib/postgresql", "/var/lib/mysql", "/private/tmp/shop", "/etcetera", "/binary"],
  ...["/runner", "/devel", "/usrlocal", "/srv/etc", "/srv/bin", "/srv/proc", "/srv/.env"],
  ...["/srv/ssh", "/srv/.sshd", "/srv/docker", "/srv/.dockerignore", "/srv/docker.sock.md"],
  ...["/srv/mysql.sock", "/srv/id_rsa.pub", "/srv/.git", "/srv/config", "/srv/keys"],
  ...["/home/ann/shop/.github", "/tmp/ssh", "/srv/ssh-server", "/srv/library", "/var/libre"],
];

Deno.test("deniedPath() has nothing against projects and data, also where their names look similar", () => {
  for (const path of ALLOWED) assert.equal(deniedPath(path), undefined, path);
});

Deno.test("deniedPath() knows the user's own home and the Engine's own socket, wherever they are", () => {
  const facts = { home: "/data/people/ann/", engineSocket: "/data/engine/run/sock" };
  for (
    const path of [
      "/data/people/ann",
      "/data/people",
      "/data",
      "/data/engine",
      "/data/engine/run/sock",
    ]
  ) {
    assert.notEqual(deniedPath(path, facts), undefined, path);
  }
  for (const path of ["/data/people/ann/shop", "/data/engine2", "/data/people/anna"]) {
    assert.equal(deniedPath(path, facts), undefined, path);
  }
  assert.equal(deniedPath("/srv/shop", { home: "/" }), undefined);
});

Deno.test("deniedPath() says what is wrong in words for the operator", () => {
  assert.equal(deniedPath("/etc/ssl"), '"/etc" belongs to the system');
  assert.equal(deniedPath("/var"), 'it contains "/var/run", which belongs to the system');
  assert.match(deniedPath("/home/ann") ?? "", /home directory/);
  assert.match(deniedPath("/srv/.aws/x") ?? "", /"\.aws" holds credentials/);
});

Deno.test("deniedPath() denies whatever is below a denied path", () => {
  const name = fc.stringMatching(/^[a-z0-9._-]{1,12}$/).filter((name) => !/^\.+$/.test(name));
  const isHome = (path: string): boolean => /^\/(root|home|Users|c|mnt|var\/|private$)/i.test(path);
  const roots = DENIED.filter((path) => path !== "/" && !isHome(path) && deniedPath(`${path}/x`));
  assert.ok(roots.length > 40);
  fc.assert(fc.property(fc.constantFrom(...roots), name, (root, name) => {
    assert.notEqual(deniedPath(`${root}/${name}`), undefined);
  }));
});

Deno.test("isWithin() compares whole components", () => {
  assert.equal(isWithin("/srv/shop", "/srv"), true);
  assert.equal(isWithin("/srv", "/srv"), true);
  assert.equal(isWithin("/srvx", "/srv"), false);
  assert.equal(isWithin("/srv", "/srv/shop"), false);
  assert.equal(isWithin("/x", "/"), true);
});

Deno.test("isRuntimeSocket() goes by the name of the file", () => {
  assert.equal(isRuntimeSocket("/x/docker.sock"), true);
  assert.equal(isRuntimeSocket("/x/docker.sock/y"), false);
  assert.equal(isRuntimeSocket("/x/mysqld.sock"), false);
});
