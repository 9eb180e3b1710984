import type { Attack, Control, Family } from "../attack_case.ts";

type Options = Readonly<Record<string, string>>;

function create(input: Readonly<Record<string, unknown>>) {
  return { tool: "docker_create_volume", input: { name: "shop_data", ...input } };
}

/** Options of the local driver are those of mount(8). */
const OPTIONS: readonly (readonly [what: string, options: Options])[] = [
  ["a bind of /etc", { type: "none", device: "/etc", o: "bind" }],
  ["a bind without a type", { device: "/", o: "bind" }],
  ["a recursive bind", { type: "none", device: "/", o: "rbind" }],
  ["a bind in capitals", { type: "none", device: "/etc", o: "BIND" }],
  ["a bind behind another option", { type: "none", device: "/etc", o: "ro,bind" }],
  ["a bind with a blank", { type: "none", device: "/etc", o: " bind" }],
  ["a bind through tmpfs", { type: "tmpfs", device: "/etc", o: "bind" }],
  ["a bind in a tmpfs's options", { type: "tmpfs", device: "tmpfs", o: "size=1m,bind" }],
  ["a remount", { type: "tmpfs", device: "tmpfs", o: "remount" }],
  ["a move", { type: "none", device: "/etc", o: "move" }],
  ["a disk", { type: "ext4", device: "/dev/sda1" }],
  ["a disk by its id", { type: "xfs", device: "/dev/disk/by-uuid/1" }],
  ["a partition without a type", { device: "/dev/nvme0n1p1" }],
  ["an overlay of the root", {
    type: "overlay",
    device: "overlay",
    o: "lowerdir=/,upperdir=/a,workdir=/b",
  }],
  ["a lower layer only", { type: "overlay", device: "x", o: "lowerdir=/etc:/root" }],
  ["an NFS share", { type: "nfs", device: ":/export", o: "addr=203.0.113.9,rw" }],
  ["an NFS 4 share", { type: "nfs4", device: "server:/export", o: "addr=server" }],
  ["a Windows share", {
    type: "cifs",
    device: "//server/share",
    o: "username=a,password=PLANTED-9x",
  }],
  ["an SMB share", { type: "smb3", device: "//server/share" }],
  ["the process file system", { type: "proc", device: "proc" }],
  ["the system file system", { type: "sysfs", device: "sysfs" }],
  ["the devices", { type: "devtmpfs", device: "devtmpfs" }],
  ["the cgroups", { type: "cgroup2", device: "none" }],
  ["the security file system", { type: "securityfs", device: "none" }],
  ["the debug file system", { type: "debugfs", device: "none" }],
  ["a FUSE mount", { type: "fuse.sshfs", device: "a@b:/" }],
  ["a 9P share", { type: "9p", device: "host", o: "trans=virtio" }],
  ["a btrfs subvolume", { type: "btrfs", device: "/dev/sda", o: "subvolid=5" }],
  ["a tmpfs with devices", { type: "tmpfs", device: "tmpfs", o: "dev" }],
  ["a tmpfs with set-user-id", { type: "tmpfs", device: "tmpfs", o: "suid" }],
  ["a tmpfs by the host's path", { type: "tmpfs", device: "/dev/shm" }],
  ["a shared tmpfs", { type: "tmpfs", device: "tmpfs", o: "shared" }],
  ["a type with a blank", { type: "tmpfs ", device: "/etc", o: "bind" }],
  ["a type in capitals", { type: "NONE", device: "/etc", o: "bind" }],
  ["a mount point", { mountpoint: "/etc" }],
  ["an option of a plugin", { vieux: "sshfs", sshcmd: "root@host:/" }],
  ["only a device", { device: "/" }],
  ["only an option", { o: "bind" }],
  ["an option in another spelling", { Type: "none", Device: "/etc", O: "bind" }],
  ["options of the mount program", { type: "tmpfs", device: "tmpfs", o: "X-mount.subdir=/etc" }],
  ["a tmpfs with a loop", { type: "tmpfs", device: "tmpfs", o: "loop=/dev/loop0" }],
  ["a context of SELinux", { type: "tmpfs", device: "tmpfs", o: "context=system_u:object_r:x" }],
];

const TMPFS: readonly (readonly [what: string, options: Options])[] = [
  ["a tmpfs", { type: "tmpfs", device: "tmpfs" }],
  ["a small tmpfs", { type: "tmpfs", device: "tmpfs", o: "size=64m" }],
  ["a tmpfs of a user", { type: "tmpfs", device: "tmpfs", o: "size=100m,uid=1000,gid=1000" }],
  ["a tmpfs with a mode", { type: "tmpfs", device: "tmpfs", o: "mode=1777,noexec,nosuid,nodev" }],
  ["a read-only tmpfs", { type: "tmpfs", device: "tmpfs", o: "ro" }],
  ["a tmpfs that notes few times", { type: "tmpfs", device: "tmpfs", o: "relatime" }],
  ["a share of memory", { type: "tmpfs", device: "tmpfs", o: "size=10%" }],
];

/** Volumes that somebody made before, whose options bind a path of the host. */
const DISGUISED: readonly (readonly [what: string, volume: Record<string, unknown>])[] = [
  ["the root", { Driver: "local", Options: { type: "none", device: "/", o: "bind" } }],
  ["/etc without a type", { Driver: "local", Options: { device: "/etc", o: "bind" } }],
  ["/etc by a recursive bind", { Driver: "local", Options: { device: "/etc", o: "ro,rbind" } }],
  ["a disk", { Driver: "local", Options: { type: "ext4", device: "/dev/sda1" } }],
  ["an overlay", { Driver: "local", Options: { type: "overlay", device: "x", o: "lowerdir=/" } }],
  ["the folder of the Docker socket", { Driver: "local", Options: { device: "/run", o: "bind" } }],
  ["/etc by another driver", { Driver: "local-persist", Options: { mountpoint: "/etc" } }],
  ["an unlisted project", { Driver: "local", Options: { device: "/srv/shop", o: "bind" } }],
];

const USE = {
  tool: "docker_create_container",
  input: {
    image: "mcp-docker-test/busybox:1",
    volumes: { innocent: { bind: "/data", mode: "rw" } },
  },
};

/** T2: a volume must not be a path of the host by another name. */
export const volumes: Family = {
  code: "VOL",
  title: "files of the host through volumes",
  attacks: [
    ...OPTIONS.map(([what, driver_opts]): Attack => ({
      name: `create of ${what}`,
      call: create({ driver_opts }),
      stopped: { refused: /driver_opts/ },
    })),
    {
      name: "a bind as a JSON text",
      call: create({ driver_opts: '{"type":"none","device":"/etc","o":"bind"}' }),
      stopped: { refused: /driver_opts/ },
    },
    {
      name: "a bind by a plugin",
      call: create({ driver: "vieux/sshfs:latest", driver_opts: { sshcmd: "root@host:/" } }),
      stopped: { refused: /driver_opts/ },
    },
    {
      name: "the password of a refused share in the refusal",
      call: create({
        driver_opts: { type: "cifs", device: "//s/x", o: "password=PLANTED-7hunter" },
      }),
      stopped: { absent: ["PLANTED-7hunter"] },
    },
    ...["../x", "/etc", "a/b", "%2e%2e", "a", "", "x\n", ".hidden"].map((name): Attack => ({
      name: `create by the name ${JSON.stringify(name)}`,
      call: create({ name }),
      stopped: { refused: /name/ },
    })),
    ...DISGUISED.map(([what, volume]): Attack => ({
      name: `use of a volume that is ${what}`,
      call: USE,
      engine: {
        "GET /volumes/{}": { Name: "innocent", Labels: null, Mountpoint: "/x", ...volume },
      },
      stopped: { refused: /volume/ },
    })),
  ],
  controls: [
    ...TMPFS.map(([what, driver_opts]): Control => ({
      name: `create of ${what}`,
      call: create({ name: `tmpfs_${what.replaceAll(" ", "_")}`, driver_opts }),
      passed: { sends: [/^POST \/volumes\/create .*"type":"tmpfs"/] },
      real: true,
    })),
    {
      name: "create of an ordinary volume",
      call: create({ name: "plain_volume" }),
      passed: { sends: [/^POST \/volumes\/create/] },
      real: true,
    },
    {
      name: "create without a name",
      call: { tool: "docker_create_volume", input: {} },
      passed: { sends: [/^POST \/volumes\/create/] },
      real: true,
    },
    {
      name: "create with labels",
      call: create({ name: "labelled_volume", labels: { app: "shop" } }),
      passed: { sends: [/"app":"shop"/] },
      real: true,
    },
    {
      name: "use of an ordinary volume",
      call: USE,
      passed: { sends: [/"Source":"innocent"/] },
    },
    {
      name: "use of a volume in memory",
      call: USE,
      engine: {
        "GET /volumes/{}": {
          Name: "innocent",
          Driver: "local",
          Labels: null,
          Options: { type: "tmpfs", device: "tmpfs", o: "size=1m" },
        },
      },
      passed: { sends: [/"Source":"innocent"/] },
    },
    {
      name: "create of a volume with a limit of its size",
      call: create({ driver_opts: { size: "10G" } }),
      passed: { sends: [/^POST \/volumes\/create .*"size":"10G"/] },
    },
    {
      name: "use of a volume with a limit of its size",
      call: USE,
      engine: {
        "GET /volumes/{}": { Name: "innocent", Driver: "local", Options: { size: "10G" } },
      },
      passed: { sends: [/"Source":"innocent"/] },
    },
    {
      name: "use of a share by another driver",
      call: USE,
      engine: {
        "GET /volumes/{}": { Name: "innocent", Driver: "netshare", Options: { share: "nas:/x" } },
      },
      passed: { sends: [/"Source":"innocent"/] },
    },
    {
      name: "use of a volume that does not exist yet",
      call: USE,
      engine: {
        "GET /volumes/{}": () => Response.json({ message: "no such volume" }, { status: 404 }),
      },
      passed: { sends: [/"Source":"innocent"/] },
    },
    {
      name: "a volume named like an option",
      call: create({ name: "bind" }),
      passed: { sends: [/"Name":"bind"/] },
      real: true,
    },
  ],
};
