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
  ];

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
  ["certificates", bind("/etc/letsencrypt")],
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
  ["a serial port", host({ Devices: [{ PathOnHost: "/dev/ttyUSB0" }] })],
  ["a rule for terminals", host({ DeviceCgroupRules: ["c 188:* rmw"] })],
  ["odd answers", host({ CapAdd: "ALL", Devices: [null, 1], Binds: {}, Mounts: [null] })],
];

for (const [name, container] of ORDINARY) {
  Deno.test(`hostControl() has nothing against ${name}`, () => {
    assert.equal(hostControl(container), undefined);
  });
}
