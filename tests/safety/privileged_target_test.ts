import assert from "node:assert/strict";
import type { ContainerDetails } from "../../src/docker/types.ts";
import { hostControl } from "../../src/safety/privileged_target.ts";

type Host = Record<string, unknown>;

function host(HostConfig: Host, Mounts: ContainerDetails["Mounts"] = []): ContainerDetails {
  return { Id: "a".repeat(64), Name: "/web", HostConfig, Mounts };
}

function bind(Source: string, RW = true): ContainerDetails {
  return host({}, [{ Type: "bind", Source, Destination: "/x", RW }]);
}

const PROC = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

const CONTROLLING: readonly (readonly [name: string, container: ContainerDetails, why: RegExp])[] =
  [
    ["privileged", host({ Privileged: true }), /privileged/],
    ["the host's processes", host({ PidMode: "host" }), /every process/],
    ["all capabilities", host({ CapAdd: ["ALL"] }), /capability ALL/],
    ["all capabilities but one", host({ CapAdd: ["ALL"], CapDrop: ["MKNOD"] }), /capability ALL/],
    ["all, in lower case", host({ CapAdd: ["all"] }), /capability ALL/],
    ["SYS_ADMIN", host({ CapAdd: ["NET_RAW", "CAP_SYS_ADMIN"] }), /SYS_ADMIN/],
    ["sys_module", host({ CapAdd: ["sys_module"] }), /SYS_MODULE/],
    ["DAC_READ_SEARCH", host({ CapAdd: ["DAC_READ_SEARCH"] }), /DAC_READ_SEARCH/],
    ["the Engine's socket", bind("/var/run/docker.sock"), /container runtime/],
    ["the Engine's socket, read-only", bind("/run/docker.sock", false), /container runtime/],
    ["a socket elsewhere", bind("/home/ann/.colima/docker.sock"), /container runtime/],
    ["containerd's socket", bind("/run/containerd/containerd.sock"), /container runtime/],
    ["a folder with the socket", bind("/var/run", false), /through "\/var\/run"/],
    ["/run", bind("/run", false), /container runtime/],
    ["/var", bind("/var", false), /container runtime/],
    ["the whole disk, read-only", bind("/", false), /container runtime/],
    ["a rootless Engine's folder", bind("/run/user/1000", false), /container runtime/],
    ["Podman's folder", bind("/run/podman", false), /container runtime/],
    ["/etc, writable", bind("/etc"), /can write to "\/etc"/],
    ["/proc, writable", bind("/proc"), /can write/],
    ["/var/lib/docker, writable", bind("/var/lib/docker"), /can write/],
    ["a socket before the first start", host({ Binds: ["/var/run/docker.sock:/s:ro"] }), /runtime/],
    ["a bind before the first start", host({ Binds: ["/etc:/e"] }), /can write/],
    [
      "a mount before the first start",
      host({ Mounts: [{ Type: "bind", Source: "/run", Target: "/r", ReadOnly: true }] }),
      /runtime/,
    ],
    [
      "a volume that is a bind",
      host({
        Mounts: [{
          Type: "volume",
          Target: "/r",
          VolumeOptions: { DriverConfig: { Options: { o: "bind", device: "/run" } } },
        }],
      }),
      /runtime/,
    ],
    ["a disk", host({ Devices: [{ PathOnHost: "/dev/sda1" }] }), /\/dev\/sda1/],
    ["an NVMe disk", host({ Devices: [{ PathOnHost: "/dev/nvme0n1" }] }), /nvme/],
    ["the memory", host({ Devices: [{ PathOnHost: "/dev/mem" }] }), /\/dev\/mem/],
    ["all devices", host({ Devices: [{ PathOnHost: "/dev" }] }), /\/dev/],
    ["a rule for all devices", host({ DeviceCgroupRules: ["a *:* rwm"] }), /a \*:\* rwm/],
    ["a rule for disks", host({ DeviceCgroupRules: ["c 1:3 r", "b 8:0 rwm"] }), /b 8:0/],
    ["a rule for all character devices", host({ DeviceCgroupRules: ["c *:* rwm"] }), /c \*:\*/],
    ["a rule for SCSI devices", host({ DeviceCgroupRules: ["c 21:0 rw"] }), /c 21:0/],
    ["a disk as a SCSI device", host({ Devices: [{ PathOnHost: "/dev/sg0" }] }), /sg0/],
    ["a disk by a long way", host({ Devices: [{ PathOnHost: "/dev/../dev//sda" }] }), /sda/],
    ["no path that is read-only", host({ MaskedPaths: [], ReadonlyPaths: [] }), /kernel/],
    [
      "kernel settings that may be written",
      host({ ReadonlyPaths: PROC.filter((path) => path !== "/proc/sys") }),
      /kernel/,
    ],
    [
      "the key that stops the host",
      host({ ReadonlyPaths: PROC.filter((path) => path !== "/proc/sysrq-trigger") }),
      /kernel/,
    ],
    [
      "the host's control groups, writable",
      host({ CgroupnsMode: "host", SecurityOpt: ["writable-cgroups=true"] }),
      /control groups/,
    ],
    ["the bus of the host's services", bind("/run/dbus/system_bus_socket"), /give orders/],
    ["a folder with that bus", bind("/var/run/dbus"), /give orders/],
    ["the socket of systemd, read-only", bind("/run/systemd/private", false), /give orders/],
    ["a logical volume", host({ Devices: [{ PathOnHost: "/dev/vg0/root" }] }), /vg0/],
    ["a mapped disk", host({ Devices: [{ PathOnHost: "/dev/mapper/vg0-root" }] }), /mapper/],
    ["a mapped disk by its number", host({ Devices: [{ PathOnHost: "/dev/dm-0" }] }), /dm-0/],
    ["a logical volume as a mount", bind("/dev/vg0/root"), /can write/],
    ["the disk of a Mac in Docker Desktop", bind("/host_mnt"), /can/],
    ["a system folder of Windows", bind("/run/desktop/mnt/host/c/Windows"), /can write/],
    ...[
      ...["/home/ann/.colima", "/home/ann/.colima/default", "/Users/ann/.docker/run"],
      ...["/home/ann/.docker/desktop", "/Users/ann/.orbstack/run", "/Users/ann/.rd"],
      ...["/Users/ann/.lima/default/sock", "/run/user/1000", "/var/run/user/501/docker"],
    ].map((path) =>
      [`the Engine's folder ${path}, read-only`, bind(path, false), /container runtime/] as const
    ),
    ["the folder of systemd", bind("/run/systemd", false), /give orders/],
    ["the disk by a long way", bind("/srv/../etc/cron.d"), /can write/],
  ];

/** Whoever writes there runs programs as root, or as the user. */
const WRITABLE = [
  ...["/etc/cron.d", "/etc/systemd/system", "/etc/passwd", "/etc/ld.so.preload", "/root/.ssh"],
  ...[
    "/root/shop",
    "/usr/local/bin",
    "/usr/bin/env",
    "/var/spool/cron",
    "/var/spool",
    "/boot/grub",
  ],
  ...["/lib/modules", "/lib64/security", "/sys/kernel", "/proc/sys/kernel", "/home/ann", "/home"],
  ...["/home/ann/.ssh", "/home/ann/.ssh/authorized_keys", "/srv/git/.ssh", "/var/lib"],
  ...["/var/lib/docker/volumes", "/dev", "/dev/sda1", "/dev/pts", "/run/systemd/system"],
  ...["/run/udev/rules.d", "/run/udev", "/run/tmpfiles.d", "/etc/docker", "/host_mnt/Users/ann"],
];

Deno.test("hostControl() finds what is writable of the host's system and of homes, at any depth", () => {
  for (const path of WRITABLE) {
    assert.equal(hostControl(bind(path)), `it can write to "${path}" of the host`, path);
  }
});

Deno.test("hostControl() has nothing against reading the same", () => {
  for (const path of WRITABLE) {
    assert.equal(hostControl(bind(path, false)), undefined, path);
  }
  for (
    const path of ["/etc/ssl/certs", "/etc/timezone", "/run/udev", "/sys", "/dev", "/etc/shadow"]
  ) {
    assert.equal(hostControl(bind(path, false)), undefined, path);
  }
});

Deno.test("hostControl() has nothing against what else people write to", () => {
  const paths = [
    ...["/srv/shop", "/home/ann/shop", "/home/ann/.config/plex", "/srv/shop/.docker/php.ini"],
    ...[
      "/opt/etc",
      "/var/www",
      "/var/lib/postgresql",
      "/mnt/disk",
      "/data/.sshd",
      "/tmp/.X11-unix",
    ],
    ...["/etc/localtime", "/etc/timezone", "/dev/shm", "/dev/dri", "/dev/bus/usb", "/dev/snd"],
    ...["/run/user/1000/pulse", "/run/postgresql", "/var/run/mysqld", "/run/lock", "/run/secrets"],
    ...["/etc/letsencrypt", "/etc/nginx", "/var/log/nginx", "/var/spool/postfix", "/var/log"],
    ...["/host_mnt/Users/ann/shop", "/run/desktop/mnt/host/c/Users/ann/shop", "/private/tmp/x"],
  ];
  for (const path of paths) assert.equal(hostControl(bind(path)), undefined, path);
});

Deno.test("hostControl() knows this machine's own home and Engine, wherever they are", () => {
  const facts = { home: "/data/people/ann", engineSocket: "/data/engine/sock" };
  assert.match(hostControl(bind("/data/people/ann"), facts) ?? "", /can write/);
  assert.equal(hostControl(bind("/data/people/ann/shop"), facts), undefined);
  for (const path of ["/data/engine/sock", "/data/engine"]) {
    assert.match(hostControl(bind(path, false), facts) ?? "", /container runtime/);
    assert.equal(hostControl(bind(path, false)), undefined);
  }
});

for (const [name, container, why] of CONTROLLING) {
  Deno.test(`hostControl() finds ${name}`, () => assert.match(hostControl(container) ?? "", why));
}

/** What people run every day. */
const ORDINARY: readonly (readonly [name: string, container: ContainerDetails])[] = [
  ["nothing special", host({ Privileged: false, PidMode: "", CapAdd: null, Devices: null })],
  ["no configuration at all", {}],
  ["its own processes or another's", host({ PidMode: "container:abc" })],
  ["NET_ADMIN, for a VPN", host({ CapAdd: ["NET_ADMIN", "CAP_SYS_PTRACE"] })],
  ["dropped capabilities", host({ CapDrop: ["ALL"] })],
  ["the host's network", host({ NetworkMode: "host" })],
  ["a project", bind("/home/ann/shop")],
  ["files of /etc", bind("/etc/localtime", false)],
  ["certificates", bind("/etc/letsencrypt", false)],
  [
    "/etc and /proc, read-only",
    host({}, [
      { Type: "bind", Source: "/etc", RW: false },
      { Type: "bind", Source: "/proc", RW: false },
    ]),
  ],
  ["logs", bind("/var/log", false)],
  ["a socket of a database", bind("/run/mysqld/mysqld.sock")],
  [
    "a volume in the Engine's folder",
    host({}, [{
      Type: "volume",
      Name: "data",
      Source: "/var/lib/docker/volumes/data/_data",
      RW: true,
    }]),
  ],
  ["named volumes in Binds", host({ Binds: ["data:/data", "run:/run"] })],
  ["a graphics card", host({ Devices: [{ PathOnHost: "/dev/dri/renderD128" }] })],
  ...[
    ...["/dev/serial/by-id/usb-1", "/dev/bus/usb", "/dev/input/event0", "/dev/net/tun"],
    ...["/dev/dvb/adapter0", "/dev/v4l/by-id/x", "/dev/usb/hiddev0", "/dev/kvm", "/dev/fuse"],
  ].map((PathOnHost) => [PathOnHost, host({ Devices: [{ PathOnHost }] })] as const),
  ["the bus of the host's services, read-only", bind("/run/dbus", false)],
  ["logins to registries", bind("/home/ann/.docker", false)],
  ["a serial port", host({ Devices: [{ PathOnHost: "/dev/ttyUSB0" }] })],
  ["a rule for terminals", host({ DeviceCgroupRules: ["c 188:* rmw"] })],
  ["the kernel settings that all have", host({ MaskedPaths: [], ReadonlyPaths: PROC })],
  ["kernel settings of which nothing is told", host({ ReadonlyPaths: null })],
  [
    "profiles that are switched off",
    host({
      SecurityOpt: ["seccomp=unconfined", "apparmor=unconfined", "no-new-privileges:false"],
      CapAdd: ["SYS_PTRACE"],
    }),
  ],
  [
    "other namespaces of the host",
    host({ CgroupnsMode: "host", UsernsMode: "host", IpcMode: "host", UTSMode: "host" }),
  ],
  [
    "control groups of its own, writable",
    host({ CgroupnsMode: "private", SecurityOpt: ["writable-cgroups=true"] }),
  ],
  ["another runtime", host({ Runtime: "nvidia" })],
  ["odd answers", host({ CapAdd: "ALL", Devices: [null, 1], Binds: {}, Mounts: [null] })],
];

for (const [name, container] of ORDINARY) {
  Deno.test(`hostControl() has nothing against ${name}`, () => {
    assert.equal(hostControl(container), undefined);
  });
}
