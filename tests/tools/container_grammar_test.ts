import assert from "node:assert/strict";
import {
  capability,
  isHostname,
  isHostPath,
  isMountSource,
  isMountTarget,
  isNetworkMode,
  isRestartPolicy,
  isTmpfsOptions,
  isUser,
} from "../../src/tools/container_grammar.ts";

/** Texts that a rule accepts and texts that it refuses; each refused one has a line break as a further form. */
function accepts(
  rule: (text: string) => boolean,
  good: readonly string[],
  bad: readonly string[],
): void {
  assert.deepEqual(good.filter((text) => !rule(text)), []);
  assert.deepEqual(bad.filter(rule), []);
  assert.deepEqual(good.filter((text) => text !== "").map((text) => `${text}\n`).filter(rule), []);
}

Deno.test("isUser() takes names and numbers, each with a group", () => {
  accepts(isUser, ["root", "0", "1000:1000", "www-data:adm", "_apt", "host$", "a:0"], [
    ...[
      "",
      ":",
      "root:",
      ":0",
      "root;id",
      "Root",
      "-1",
      "a b",
      "1:2:3",
      "../x",
      "٣",
      "9".repeat(11),
    ],
  ]);
});

Deno.test("isHostname() takes what RFC 1123 does and underscores, up to what Linux has room for", () => {
  accepts(isHostname, ["a", "web-1", "my_host", "web.example", "1a", "A.B", "a".repeat(63)], [
    ...["", "-a", "a-", "a_-", "a b", "a..b", ".a", "a.", "é", "a/b", "a".repeat(64)],
  ]);
});

Deno.test("isRestartPolicy() takes docker run's words", () => {
  accepts(isRestartPolicy, ["no", "always", "unless-stopped", "on-failure", "on-failure:0"], [
    ...[
      "",
      "Always",
      "on-failure:",
      "on-failure:-1",
      "on-failure:01",
      "always:1",
      "on-failure:1.5",
    ],
    ...["on-failure:9999999999", "sometimes", "no "],
  ]);
});

Deno.test("isMountTarget() takes paths of a container that a mount cannot harm it by", () => {
  accepts(isMountTarget, ["/a", "/var/lib/shop", "/procs", "/a/"], [
    ...["", "/", "//", "a", "/proc", "/proc/1", "/sys/fs", "/dev/x", "/a:b", "/a/../proc", "/./a"],
  ]);
});

Deno.test("isMountSource() takes volumes, and paths of any host for the policy to judge", () => {
  const good = ["data", "my_vol-1.x"];
  accepts(isMountSource, good, ["", "a", "./data", "../x", "~", "~/x", "a/b", "-x", "C:"]);
  for (const path of ["/", "/srv/../etc", "C:\\x", "c:/x", "\\\\host\\share", "//x"]) {
    assert.ok(isMountSource(path) && isHostPath(path), path);
  }
  assert.deepEqual(good.filter(isHostPath), []);
});

Deno.test("isTmpfsOptions() takes sizes, rights and what only tightens, and exec", () => {
  accepts(
    isTmpfsOptions,
    ["", "size=64m", "size=50%,mode=1777", "noexec,nosuid,nodev,ro", "exec"],
    [
      ...[
        "dev",
        "suid",
        "bind",
        "size=",
        "size=-1",
        "mode=999",
        "size=1m,,ro",
        "size=64m,",
        "remount",
      ],
      ...["size=64m dev", "uid=root"],
    ],
  );
});

Deno.test("isNetworkMode() takes names of networks, and of containers to be judged", () => {
  accepts(isNetworkMode, ["bridge", "shop_default", "host", "container:web"], [
    ...["", "a/b", "container:", "container:a/b", "ns:/proc/1/ns/net", "pod:x", "slirp4netns:x"],
    ...["a".repeat(129), "container:a b"],
  ]);
});

Deno.test("capability() writes a capability as the Engine does", () => {
  assert.deepEqual(["net_raw", "CAP_NET_RAW", "Cap_Net_Raw", "ALL", "all"].map(capability), [
    ...["NET_RAW", "NET_RAW", "NET_RAW", "ALL", "ALL"],
  ]);
  for (
    const name of ["", "NET", "CAP_", "CAP_CAP_NET_RAW", "NET_RAW ", "ALL,NET_RAW", "constructor"]
  ) {
    assert.equal(capability(name), undefined, name);
  }
});
