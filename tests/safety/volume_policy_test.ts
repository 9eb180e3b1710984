import assert from "node:assert/strict";
import { judgeVolume } from "../../src/safety/volume_policy.ts";

const REFUSED = { name: "RefusedError", code: "policy" };
const tmpfs = { type: "tmpfs", device: "tmpfs" };

Deno.test("judgeVolume() accepts ordinary volumes and those in memory", () => {
  judgeVolume({});
  judgeVolume({ Name: "data", Driver: "local", Labels: { a: "b" }, DriverOpts: {} });
  judgeVolume({ Name: "data", Driver: "vieux/sshfs:latest", DriverOpts: null });
  judgeVolume({ DriverOpts: { type: "tmpfs" } });
  judgeVolume({ Driver: "local", DriverOpts: tmpfs });
  for (const size of ["10G", "500m", "1073741824", "1GB"]) judgeVolume({ DriverOpts: { size } });
  for (const o of ["relatime", "noatime,nodiratime", "strictatime"]) {
    judgeVolume({ DriverOpts: { ...tmpfs, o } });
  }
  for (const o of ["size=64m", "size=64M,uid=1000,gid=1000,mode=1777", "ro,noexec,nosuid,nodev"]) {
    judgeVolume({ DriverOpts: { ...tmpfs, o } });
  }
});

Deno.test("judgeVolume() refuses every mount of something of the host", () => {
  const options: Record<string, unknown>[] = [
    { type: "none", o: "bind", device: "/" },
    { type: "none", o: "rbind,ro", device: "/etc" },
    { o: "bind", device: "/" },
    { device: "/dev/sda1" },
    { type: "ext4", device: "/dev/sda1" },
    { type: "overlay", o: "lowerdir=/,upperdir=/tmp/a,workdir=/tmp/b", device: "overlay" },
    { type: "nfs", o: "addr=10.0.0.1,rw", device: ":/export" },
    { type: "cifs", o: "username=a,password=hunter2", device: "//10.0.0.1/x" },
    { type: "proc", device: "proc" },
    { type: "devtmpfs", device: "devtmpfs" },
    { type: "TMPFS", device: "tmpfs" },
    { type: "tmpfs,bind", device: "tmpfs" },
    { type: ["tmpfs"], device: "tmpfs" },
    { ...tmpfs, device: "/etc" },
    { ...tmpfs, device: "" },
    { ...tmpfs, mountpoint: "/etc" },
    { ...tmpfs, Device: "/" },
    { o: "size=64m" },
    { size: "10G", device: "/dev/sda1" },
    { size: "10G", o: "bind" },
    { size: "all" },
    { size: 5 },
  ];
  for (const DriverOpts of options) {
    const expected = { ...REFUSED, message: /^driver_opts: /, remedy: /"type": "tmpfs"/ };
    assert.throws(() => judgeVolume({ DriverOpts }), expected, JSON.stringify(DriverOpts));
  }
});

Deno.test("judgeVolume() refuses options of a tmpfs that make it something else", () => {
  const others = [
    "bind",
    "size=64m,bind",
    "remount",
    "suid",
    "dev",
    "exec",
    "move",
    "",
    "size=64m,",
  ];
  for (const o of [...others, "size=", "mode=rwx", "size=1m\nbind", "SIZE=1m;bind", 5, ["ro"]]) {
    const body = { DriverOpts: { ...tmpfs, o } };
    assert.throws(() => judgeVolume(body), REFUSED, JSON.stringify(o));
  }
});

Deno.test("judgeVolume() refuses options of other drivers, and never shows a value", () => {
  const DriverOpts = { sshcmd: "me@host:/", password: "hunter2" };
  for (const Driver of ["vieux/sshfs", "LOCAL", "local-persist", "", null]) {
    assert.throws(() => judgeVolume({ Driver, DriverOpts }), (error: Error) => {
      assert.ok(!error.message.includes("hunter2"));
      return error.message.startsWith("driver_opts: ");
    });
  }
  assert.throws(() => judgeVolume({ DriverOpts: { password: "hunter2" } }), {
    message: 'driver_opts: "password" is not covered',
  });
});

Deno.test("judgeVolume() refuses unknown fields, names and forms", () => {
  const bodies: unknown[] = [
    { Name: "/etc" },
    { Name: "a" },
    { Name: 5 },
    { ClusterVolumeSpec: {} },
    { driverOpts: {} },
    { DriverOpts: [] },
    { DriverOpts: "bind" },
    null,
    [],
    "x",
  ];
  for (const body of bodies) {
    assert.throws(() => judgeVolume(body), REFUSED, JSON.stringify(body));
  }
});
