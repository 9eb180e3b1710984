import type { Attack, Control, Family } from "../attack_case.ts";

const IMAGE = "mcp-docker-test/busybox:1";

/** Options that give a container the host, under every name that a model may know them by. */
const OPTIONS: readonly (readonly [name: string, value: unknown])[] = [
  ["privileged", true],
  ["privileged", "true"],
  ["Privileged", true],
  ["cap_add", ["SYS_ADMIN"]],
  ["cap_add", ["ALL"]],
  ["cap_add", "SYS_PTRACE"],
  ["capabilities", ["NET_ADMIN"]],
  ["CapAdd", ["CAP_SYS_MODULE"]],
  ["cap-add", ["DAC_READ_SEARCH"]],
  ["devices", ["/dev/sda:/dev/sda:rwm"]],
  ["devices", [{ PathOnHost: "/dev/mem", PathInContainer: "/dev/mem" }]],
  ["Devices", [{ PathOnHost: "/dev/kmsg" }]],
  ["device_cgroup_rules", ["b *:* rwm"]],
  ["device_requests", [{ Driver: "nvidia", Count: -1 }]],
  ["gpus", "all"],
  ["pid_mode", "host"],
  ["pid", "container:web"],
  ["PidMode", "host"],
  ["ipc_mode", "host"],
  ["ipc", "container:web"],
  ["uts_mode", "host"],
  ["uts", "host"],
  ["userns_mode", "host"],
  ["userns", "host"],
  ["cgroupns", "host"],
  ["cgroupns_mode", "host"],
  ["network_mode", "host"],
  ["network_mode", "container:web"],
  ["net", "host"],
  ["security_opt", ["seccomp=unconfined"]],
  ["security_opt", ["apparmor=unconfined"]],
  ["security_opt", ["label=disable"]],
  ["security_opt", ["no-new-privileges:false"]],
  ["security_opt", ["systempaths=unconfined"]],
  ["sysctls", { "kernel.core_pattern": "|/tmp/x" }],
  ["sysctls", { "net.ipv4.ip_forward": "1" }],
  ["runtime", "runc-unconfined"],
  ["cgroup_parent", "/"],
  ["masked_paths", []],
  ["MaskedPaths", []],
  ["readonly_paths", []],
  ["volumes_from", ["web"]],
  ["volumes_from", "web:rw"],
  ["VolumesFrom", ["web"]],
  ["binds", ["/:/host"]],
  ["Binds", ["/etc:/etc:ro"]],
  ["mounts", [{ Type: "bind", Source: "/", Target: "/host" }]],
  ["mounts", [{ type: "npipe", source: "\\\\.\\pipe\\docker_engine", target: "/p" }]],
  ["Mounts", [{ Type: "cluster", Source: "group:x", Target: "/x" }]],
  ["volume_driver", "rexray"],
  ["links", { web: "alias" }],
  ["extra_hosts", { "metadata": "169.254.169.254" }],
  ["dns", ["203.0.113.9"]],
  ["log_config", { Type: "syslog", Config: { "syslog-address": "tcp://203.0.113.9:514" } }],
  ["log_driver", "fluentd"],
  ["oom_kill_disable", true],
  ["oom_score_adj", -1000],
  ["ulimits", [{ Name: "nofile", Soft: 1048576, Hard: 1048576 }]],
  ["group_add", ["docker"]],
  ["storage_opt", { size: "1000G" }],
  ["isolation", "process"],
  ["mac_address", "02:42:ac:11:00:02"],
  ["publish_all_ports", true],
  ["blkio_weight", 1000],
  ["cpuset_cpus", "0-99"],
  ["HostConfig", { Privileged: true }],
  ["host_config", { pid_mode: "host" }],
  ["HostConfig", '{"Binds":["/:/host"]}'],
  ["networking_config", { host: {} }],
  ["NetworkingConfig", { EndpointsConfig: { host: {} } }],
  ["on_build", ["RUN x"]],
  ["stdin_open", true],
];

function option([name, value]: readonly [string, unknown]): Attack {
  return {
    name: `create with ${name} ${JSON.stringify(value)}`,
    call: { tool: "docker_create_container", input: { image: IMAGE, [name]: value } },
    stopped: { refused: new RegExp(`^.*${name}: is not an argument of`, "m") },
  };
}

/** What gives the host by the value of an option that exists, with what the refusal says. */
const VALUES: readonly (readonly [what: string, input: Record<string, unknown>, says: RegExp])[] = [
  ["the network of the host", { network: "host" }, /network/],
  ["the network of another container", { network: "container:web" }, /network/],
  ["a network by the path of its namespace", { network: "ns:/proc/1/ns/net" }, /network/],
  ["the host's network with a blank", { network: "host " }, /network/],
  ["a network that is an option", { network: "--privileged" }, /network/],
  ["a propagation of mounts", {
    volumes: { data: { bind: "/data", mode: "rw", propagation: "shared" } },
  }, /volumes/],
  ["a mode that relabels the host", { volumes: { data: { bind: "/data", mode: "Z" } } }, /volumes/],
  [
    "a mode with propagation",
    { volumes: { data: { bind: "/data", mode: "rw,rshared" } } },
    /volumes/,
  ],
  ["a mount over /proc", { volumes: { data: { bind: "/proc/sys", mode: "rw" } } }, /volumes/],
  ["a mount over the root", { volumes: { data: { bind: "/", mode: "rw" } } }, /volumes/],
  [
    "a mount that climbs to /proc",
    { volumes: { data: { bind: "/x/../proc", mode: "rw" } } },
    /volumes/,
  ],
  ["a mount over /sys", { volumes: { data: { bind: "/sys/fs/cgroup", mode: "rw" } } }, /volumes/],
  ["a mount over /dev", { volumes: { data: { bind: "/dev/shm", mode: "rw" } } }, /volumes/],
  ["a working directory in /proc", { working_dir: "/proc/self/fd/7" }, /working_dir/],
  ["a working directory that climbs", { working_dir: "/app/../proc/self/fd/8" }, /working_dir/],
  ["a working directory with more slashes", { working_dir: "//proc/self/fd/8" }, /working_dir/],
  ["a relative working directory", { working_dir: "proc/self" }, /working_dir/],
  ["a user with a second line", { user: "root\n0" }, /user/],
  ["a user with a command", { user: "root;id" }, /user/],
  ["a tmpfs over /proc", { tmpfs: { "/proc": "" } }, /tmpfs/],
  ["a tmpfs over the root", { tmpfs: { "/": "size=1m" } }, /tmpfs/],
  ["a tmpfs with suid and dev", { tmpfs: { "/x": "suid,dev" } }, /tmpfs/],
  ["a tmpfs that binds", { tmpfs: { "/x": "bind" } }, /tmpfs/],
  ["a restart policy that is none", { restart_policy: "sometimes" }, /restart_policy/],
  ["the owner label of another", { labels: { "mcp.docker.owner": "somebody" } }, /labels/],
  ["a label of this server's own kind", { labels: { "mcp.docker.profile": "x" } }, /labels/],
  ["a hostname with an option", { hostname: "a --privileged" }, /hostname/],
  ["more processors than there can be", { cpus: 1e9 }, /cpus/],
  ["a negative processor share", { cpus: -1 }, /cpus/],
  ["memory below what a container needs", { mem_limit: "1k" }, /mem_limit/],
  ["memory without a limit", { mem_limit: "-1" }, /mem_limit/],
];

const CREATED = { State: { Status: "exited", Running: false } };
const RUNS = { State: { Status: "running", Running: true } };

/** Containers that somebody else gave the host, as their inspect shows it. */
const POWERFUL: readonly (readonly [what: string, details: Record<string, unknown>])[] = [
  ["privileged", { HostConfig: { Privileged: true } }],
  ["sharing the host's processes", { HostConfig: { PidMode: "host" } }],
  ["with all capabilities", { HostConfig: { CapAdd: ["ALL"] } }],
  ["with all capabilities, in small letters", { HostConfig: { CapAdd: ["all"] } }],
  ["with all capabilities but one", { HostConfig: { CapAdd: ["ALL"], CapDrop: ["MKNOD"] } }],
  ["with SYS_ADMIN", { HostConfig: { CapAdd: ["SYS_ADMIN"] } }],
  ["with CAP_SYS_ADMIN", { HostConfig: { CapAdd: ["CAP_SYS_ADMIN"] } }],
  ["that may load kernel modules", { HostConfig: { CapAdd: ["CAP_SYS_MODULE"] } }],
  ["that may open host files by handle", { HostConfig: { CapAdd: ["DAC_READ_SEARCH"] } }],
  ["that may write to raw devices", { HostConfig: { CapAdd: ["SYS_RAWIO"] } }],
  ["with a disk of the host", {
    HostConfig: {
      Devices: [{ PathOnHost: "/dev/sda", PathInContainer: "/dev/sda", CgroupPermissions: "rwm" }],
    },
  }],
  ["with a device made by a rule", { HostConfig: { DeviceCgroupRules: ["b 8:* rwm"] } }],
  ["with every device made by a rule", { HostConfig: { DeviceCgroupRules: ["a *:* rwm"] } }],
  ["with the host's kernel settings writable", {
    HostConfig: { SecurityOpt: ["systempaths=unconfined"], MaskedPaths: [], ReadonlyPaths: [] },
  }],
  ["with the Docker socket", {
    Mounts: [{ Type: "bind", Source: "/var/run/docker.sock", Destination: "/s", RW: true }],
  }],
  ["with the Docker socket, read-only", {
    Mounts: [{ Type: "bind", Source: "/run/docker.sock", Destination: "/s", RW: false }],
  }],
  ["with a folder that has the Docker socket", {
    Mounts: [{ Type: "bind", Source: "/var/run", Destination: "/s", RW: true }],
  }],
  ["with the containerd socket", {
    Mounts: [{ Type: "bind", Source: "/run/containerd/containerd.sock", Destination: "/s" }],
  }],
  ["with the Podman socket", {
    Mounts: [{ Type: "bind", Source: "/run/podman/podman.sock", Destination: "/s" }],
  }],
  ["with the host's root", {
    Mounts: [{ Type: "bind", Source: "/", Destination: "/host", RW: true }],
  }],
  ["that writes where root's programs start", {
    Mounts: [{ Type: "bind", Source: "/etc/cron.d", Destination: "/c", RW: true }],
  }],
  ["that writes root's keys", {
    Mounts: [{ Type: "bind", Source: "/root/.ssh", Destination: "/k", RW: true }],
  }],
  ["that writes the host's programs", {
    Mounts: [{ Type: "bind", Source: "/usr/local/bin", Destination: "/b", RW: true }],
  }],
  ["with the bus of the host's services", {
    Mounts: [{ Type: "bind", Source: "/run/dbus", Destination: "/run/dbus", RW: true }],
  }],
  ["with the private socket of systemd, read-only", {
    Mounts: [{ Type: "bind", Source: "/run/systemd", Destination: "/s", RW: false }],
  }],
  ["that writes who may become root", {
    Mounts: [{ Type: "bind", Source: "/etc/sudoers.d", Destination: "/s", RW: true }],
  }],
  ["that writes what the host's Engine starts", {
    Mounts: [{ Type: "bind", Source: "/etc/docker", Destination: "/d", RW: true }],
  }],
  ["with the folder of a desktop Engine's socket, read-only", {
    Mounts: [{ Type: "bind", Source: "/Users/ann/.docker/run", Destination: "/s", RW: false }],
  }],
  ["with the folder of Colima's socket", {
    Mounts: [{ Type: "bind", Source: "/Users/ann/.colima/default", Destination: "/s", RW: true }],
  }],
  ["with a logical volume of the host", {
    HostConfig: { Devices: [{ PathOnHost: "/dev/vg0/root", PathInContainer: "/dev/x" }] },
  }],
  ["with every character device made by a rule", {
    HostConfig: { DeviceCgroupRules: ["c *:* rwm"] },
  }],
  ["with the socket in its binds only", { HostConfig: { Binds: ["/var/run/docker.sock:/s"] } }],
];

const ID = "4f1c2d3e4a5b".padEnd(64, "0");

function inspected(details: Record<string, unknown>, state: Record<string, unknown>) {
  const host = { NetworkMode: "bridge", ...details["HostConfig"] as Record<string, unknown> };
  return {
    "GET /containers/{}/json": {
      Id: ID,
      Name: "/web",
      Image: "sha256:x",
      Config: { Env: [], Labels: null },
      Mounts: [],
      ...state,
      ...details,
      HostConfig: host,
    },
  };
}

const RUN = { tool: "docker_exec_command", input: { container_id: "web", command: ["id"] } };
const START = { tool: "docker_start_container", input: { container_id: "web" } };
const RESTART = { tool: "docker_restart_container", input: { container_id: "web" } };
const WHY = /privileged|host|socket|device|capabilit|kernel/i;

const DATA = [{ Type: "volume", Name: "data", Driver: "local", Destination: "/d", RW: true }];

function volume(Options: Record<string, string> | null) {
  return { "GET /volumes/{}": { Name: "data", Driver: "local", Options } };
}

/** Shares the processes of another container. */
function sharing(HostConfig: Record<string, unknown>, state: Record<string, unknown>) {
  const details = (path: string) =>
    path.startsWith("/containers/db/")
      ? { ...inspected({ HostConfig }, state)["GET /containers/{}/json"], Name: "/db" }
      : inspected({ HostConfig: { PidMode: "container:db" } }, state)["GET /containers/{}/json"];
  return {
    "GET /containers/{}/json": ({ path }: { readonly path: string }) =>
      Response.json(details(path)),
  };
}

const DISGUISES: readonly (readonly [what: string, options: Record<string, string>])[] = [
  ["the host's disk", { type: "none", o: "bind", device: "/" }],
  ["the host's sockets", { o: "bind", device: "/var/run" }],
  ["a disk", { type: "ext4", device: "/dev/sda1" }],
];

const shared: readonly Attack[] = [
  ["exec into", RUN, RUNS] as const,
  ["start of", START, CREATED] as const,
].map(([what, call, state]) => ({
  name: `${what} a container that shares the processes of one with all of the host's`,
  call,
  engine: sharing({ PidMode: "host" }, state),
  stopped: { refused: WHY },
}));

const disguised: readonly Attack[] = DISGUISES.flatMap(([what, options]) => [
  {
    name: `exec into a container with a volume that is ${what}`,
    call: RUN,
    engine: { ...inspected({ Mounts: DATA }, RUNS), ...volume(options) },
    stopped: { refused: WHY },
  },
  {
    name: `start of a container with a volume that is ${what}`,
    call: START,
    engine: { ...inspected({ Mounts: DATA }, CREATED), ...volume(options) },
    stopped: { refused: WHY },
  },
]);

const powerful: readonly Attack[] = POWERFUL.flatMap(([what, details]) => [
  {
    name: `exec into a container ${what}`,
    call: RUN,
    engine: inspected(details, RUNS),
    stopped: { refused: WHY },
  },
  {
    name: `start of a container ${what}`,
    call: START,
    engine: inspected(details, CREATED),
    stopped: { refused: WHY },
  },
]);

/** Containers that look a little like those, and have nothing of the host. */
const ORDINARY: readonly (readonly [what: string, details: Record<string, unknown>])[] = [
  ["that is not privileged", { HostConfig: { Privileged: false, PidMode: "", CapAdd: null } }],
  ["with a harmless capability", { HostConfig: { CapAdd: ["NET_BIND_SERVICE"] } }],
  ["with CHOWN by its long name", { HostConfig: { CapAdd: ["CAP_CHOWN"] } }],
  ["without any capability", { HostConfig: { CapDrop: ["ALL"] } }],
  ["with a folder of a project", {
    Mounts: [{ Type: "bind", Source: "/srv/shop", Destination: "/app", RW: true }],
  }],
  ["with a folder named like a socket", {
    Mounts: [{ Type: "bind", Source: "/srv/docker.sock.d", Destination: "/app", RW: true }],
  }],
  ["with a volume", {
    Mounts: [{ Type: "volume", Name: "data", Source: "/var/lib/docker/volumes/data/_data" }],
  }],
  ["that reads the time, logs and certificates", {
    Mounts: ["/etc/localtime", "/var/log", "/etc/timezone", "/etc/ssl/certs", "/lib/modules"].map(
      (Source) => ({ Type: "bind", Source, Destination: Source, RW: false }),
    ),
  }],
  ["that writes certificates, settings of a server and its logs", {
    Mounts: ["/etc/letsencrypt", "/etc/nginx", "/var/log/nginx", "/var/spool/postfix"].map(
      (Source) => ({ Type: "bind", Source, Destination: Source, RW: true }),
    ),
  }],
  ["that listens to the bus of the host's services", {
    Mounts: [{ Type: "bind", Source: "/run/dbus", Destination: "/run/dbus", RW: false }],
  }],
  ["with a device by its id", {
    HostConfig: { Devices: [{ PathOnHost: "/dev/serial/by-id/usb-1", PathInContainer: "/dev/x" }] },
  }],
  ["with a shared memory and a database's socket", {
    Mounts: ["/dev/shm", "/run/mysqld/mysqld.sock", "/home/ann/.config/plex"].map(
      (Source) => ({ Type: "bind", Source, Destination: Source, RW: true }),
    ),
  }],
  ["without profiles and new privileges forbidden", {
    HostConfig: { SecurityOpt: ["seccomp=unconfined", "no-new-privileges:false"] },
  }],
  ["in other namespaces of the host", {
    HostConfig: { CgroupnsMode: "host", UsernsMode: "host" },
  }],
  ["with the kernel settings that all have", {
    HostConfig: {
      MaskedPaths: ["/proc/asound", "/proc/kcore"],
      ReadonlyPaths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
    },
  }],
  ["with a sound card", {
    HostConfig: {
      Devices: [{ PathOnHost: "/dev/snd", PathInContainer: "/dev/snd", CgroupPermissions: "rwm" }],
    },
  }],
  ["with processes of its own", { HostConfig: { PidMode: "private" } }],
];

const controlsOfTargets: readonly Control[] = ORDINARY.flatMap(([what, details]) => [
  {
    name: `exec into a container ${what}`,
    call: RUN,
    engine: inspected(details, RUNS),
    passed: { sends: [/^POST \/exec\/e1\/start/], shows: ["output"] },
  },
  {
    name: `start of a container ${what}`,
    call: START,
    engine: inspected(details, CREATED),
    passed: { sends: [/^POST \/containers\/\w+\/start/] },
  },
]);

/** What people create every day, with what the Engine is told. */
const CREATES: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
  ["an image and nothing else", {}, /"Image":"mcp-docker-test\/busybox:1"/],
  ["memory and a CPU share", { mem_limit: "64m", cpu_shares: 512 }, /"Memory":67108864/],
  ["a user network", { network: "bridge" }, /"NetworkMode":"bridge"/],
  ["no network", { network: "none" }, /"NetworkMode":"none"/],
  ["a restart policy", { restart_policy: "unless-stopped" }, /"Name":"unless-stopped"/],
  ["labels", { labels: { "com.example.team": "shop" } }, /"com\.example\.team":"shop"/],
  [
    "a label near the server's own",
    { labels: { "mcp.docker-compose": "x" } },
    /"mcp\.docker-compose"/,
  ],
  [
    "an entrypoint",
    { entrypoint: ["sh", "-c", "sleep 1"] },
    /"Entrypoint":\["sh","-c","sleep 1"\]/,
  ],
  ["a user and a group", { user: "1000:1000" }, /"User":"1000:1000"/],
  ["a named user", { user: "nobody" }, /"User":"nobody"/],
  ["a working directory", { working_dir: "/srv/app" }, /"WorkingDir":"\/srv\/app"/],
  [
    "a directory that begins like /proc",
    { working_dir: "/process/data" },
    /"WorkingDir":"\/process/,
  ],
  ["a hostname", { hostname: "shop-1" }, /"Hostname":"shop-1"/],
  ["one and a half processors", { cpus: 1.5 }, /"NanoCpus":1500000000/],
  ["a read-only root", { read_only: true }, /"ReadonlyRootfs":true/],
  ["a tmpfs", { tmpfs: { "/tmp": "size=16m,mode=1777" } }, /"\/tmp"/],
  ["fewer capabilities", { cap_drop: ["ALL"] }, /"CapDrop":\["ALL"\]/],
  ["an init", { init: true }, /"Init":true/],
  ["a health check", { healthcheck: { test: ["CMD", "true"] } }, /"Healthcheck":/],
  [
    "variables with odd values",
    { environment: { A: "--privileged", B: "/:/host" } },
    /--privileged/,
  ],
  ["a volume", { volumes: { data: { bind: "/data", mode: "ro" } } }, /"Source":"data"/],
  ["its own removal", { remove: true }, /"AutoRemove":true/],
];

/** T1 and T3: a container must not be given the host, nor one that has it be used. */
export const escapes: Family = {
  code: "ESC",
  title: "the host through a container's options",
  attacks: [
    ...OPTIONS.map(option),
    ...VALUES.map(([what, input, says]): Attack => ({
      name: `create with ${what}`,
      call: { tool: "docker_create_container", input: { image: IMAGE, ...input } },
      // An argument that does not exist would be refused whatever its value.
      stopped: { refused: new RegExp(`^(?!.*is not an argument).*${says.source}`, "m") },
    })),
    {
      name: "create with the network of the host by its id",
      call: {
        tool: "docker_create_container",
        input: { image: IMAGE, network: "21a870c5e083" },
      },
      engine: {
        "GET /networks/{}": { Id: "21a870c5e083".padEnd(64, "0"), Name: "host", Driver: "host" },
      },
      stopped: { refused: /network/ },
    },
    ...powerful,
    ...disguised,
    ...shared,
    ...([
      ["new privileges forbidden", "no-new-privileges"],
      ["a limit of processes", '"PidsLimit":512'],
      ["an init", '"Init":true'],
      ["raw sockets taken away", '"NET_RAW"'],
    ] as const).map(([what, part]): Attack => ({
      name: `where creates are hardened, a create without ${what}`,
      call: { tool: "docker_create_container", input: { image: IMAGE } },
      on: "hardened",
      stopped: { unsent: new RegExp(`^POST /containers/create(?!.*${part})`) },
    })),
    {
      name: "where creates are hardened, a create that takes away other capabilities only",
      call: { tool: "docker_create_container", input: { image: IMAGE, cap_drop: ["MKNOD"] } },
      on: "hardened",
      stopped: { unsent: /^POST \/containers\/create(?!.*"NET_RAW")/ },
    },
    {
      name: "restart of a privileged container",
      call: RESTART,
      engine: inspected({ HostConfig: { Privileged: true } }, RUNS),
      stopped: { refused: WHY },
    },
    {
      name: "exec with all privileges",
      call: { ...RUN, input: { ...RUN.input, privileged: true } },
      stopped: { refused: /privileged/ },
    },
    {
      name: "exec with all privileges as a text",
      call: { ...RUN, input: { ...RUN.input, privileged: "true" } },
      stopped: { refused: /privileged/ },
    },
    {
      name: "exec in a directory that is an open file of the host",
      call: { ...RUN, input: { ...RUN.input, workdir: "/proc/self/fd/8" } },
      stopped: { refused: /workdir/ },
    },
    {
      name: "exec in a directory that climbs there",
      call: { ...RUN, input: { ...RUN.input, workdir: "/app/../proc/1/root" } },
      stopped: { refused: /workdir/ },
    },
    {
      name: "exec as a user that is a command",
      call: { ...RUN, input: { ...RUN.input, user: "$(id)" } },
      stopped: { refused: /user/ },
    },
    {
      name: "exec with a terminal and input of the caller",
      call: { ...RUN, input: { ...RUN.input, tty: true, stdin: "id" } },
      stopped: { refused: /is not an argument/ },
    },
    {
      name: "exec with detach keys",
      call: { ...RUN, input: { ...RUN.input, DetachKeys: "ctrl-p" } },
      stopped: { refused: /is not an argument/ },
    },
  ],
  controls: [
    ...CREATES.map(([what, input, sends]): Control => ({
      name: `create with ${what}`,
      call: { tool: "docker_create_container", input: { image: IMAGE, ...input } },
      passed: { sends: [/^POST \/containers\/create/, sends] },
      real: true,
    })),
    ...controlsOfTargets,
    {
      name: "exec into a container with a volume in memory",
      call: RUN,
      engine: {
        ...inspected({ Mounts: DATA }, RUNS),
        ...volume({ type: "tmpfs", device: "tmpfs", o: "size=64m" }),
      },
      passed: { sends: [/^POST \/exec\/e1\/start/], shows: ["output"] },
    },
    {
      name: "start of a container that shares the processes of an ordinary one",
      call: START,
      engine: sharing({ CapAdd: ["NET_ADMIN"] }, CREATED),
      passed: { sends: [/^POST \/containers\/\w+\/start/] },
    },
    {
      name: "start of a container with a volume that is a project's folder",
      call: START,
      engine: {
        ...inspected({ Mounts: DATA }, CREATED),
        ...volume({ type: "none", o: "bind", device: "/srv/shop" }),
      },
      passed: { sends: [/^POST \/containers\/\w+\/start/] },
    },
    {
      name: "stop of a privileged container",
      call: { tool: "docker_stop_container", input: { container_id: "web" } },
      engine: inspected({ HostConfig: { Privileged: true } }, RUNS),
      passed: { sends: [/^POST \/containers\/\w+\/stop/] },
    },
    {
      name: "inspect of a privileged container",
      call: { tool: "docker_inspect_container", input: { container_id: "web" } },
      engine: inspected({ HostConfig: { Privileged: true } }, RUNS),
      passed: { shows: ["web"] },
    },
    {
      name: "exec with all privileges where the operator allows it",
      call: { ...RUN, input: { ...RUN.input, privileged: true } },
      on: "privileged",
      passed: { sends: [/"Privileged":true/] },
    },
    {
      name: "exec into a privileged container where the operator allows it",
      call: RUN,
      on: "privileged",
      engine: inspected({ HostConfig: { Privileged: true } }, RUNS),
      passed: { sends: [/^POST \/exec\/e1\/start/] },
    },
    {
      name: "create where creates are hardened",
      call: { tool: "docker_create_container", input: { image: IMAGE, cap_drop: ["MKNOD"] } },
      on: "hardened",
      passed: { sends: [/^POST \/containers\/create.*"MKNOD"/] },
      real: true,
    },
    {
      name: "exec as another user elsewhere",
      call: { ...RUN, input: { ...RUN.input, user: "app:staff", workdir: "/srv" } },
      passed: { sends: [/"WorkingDir":"\/srv"/] },
    },
  ],
};
