import { type Attack, character, type Control, type Family } from "../attack_case.ts";
import type { ProfileName } from "../profiles.ts";

const IMAGE = "mcp-docker-test/busybox:1";

function mount(source: string, mode: "ro" | "rw" = "ro", bind = "/data") {
  const input = { image: IMAGE, volumes: { [source]: { bind, mode } } };
  return { tool: "docker_create_container", input };
}

/** Paths of any Linux, Mac or Windows host that give it away; tried where nothing is allowed. */
const SOURCES: readonly string[] = [
  "/",
  "//",
  "///",
  "/.",
  "/./",
  "/..",
  "/etc",
  "/etc/",
  "//etc",
  "/./etc",
  "/etc/.",
  "/etc/../etc",
  "/tmp/../etc",
  "/etc/shadow",
  "/etc/passwd",
  "/etc/sudoers.d",
  "/etc/cron.d",
  "/etc/ssh",
  "/etc/kubernetes/pki",
  "/etc/docker",
  "/root",
  "/root/.ssh",
  "/root/.bashrc",
  "/home",
  "/home/ann",
  "/home/ann/.ssh/authorized_keys",
  "/Users",
  "/Users/ann",
  "/Users/ann/Library/Keychains",
  "/proc",
  "/proc/1",
  "/proc/1/root",
  "/proc/self/root",
  "/proc/sys/kernel/core_pattern",
  "/proc/sysrq-trigger",
  "/sys",
  "/sys/fs/cgroup",
  "/sys/kernel/uevent_helper",
  "/sys/fs/cgroup/release_agent",
  "/dev",
  "/dev/sda",
  "/dev/mem",
  "/dev/kmsg",
  "/boot",
  "/boot/grub",
  "/usr",
  "/usr/bin",
  "/usr/local/bin",
  "/bin",
  "/sbin",
  "/lib",
  "/lib64",
  "/lib/modules",
  "/run",
  "/run/docker.sock",
  "/var/run",
  "/var/run/docker.sock",
  "/var/run/docker.sock/",
  "/VAR/RUN/DOCKER.SOCK",
  "/run/containerd",
  "/run/containerd/containerd.sock",
  "/run/podman/podman.sock",
  "/run/crio/crio.sock",
  "/run/buildkit/buildkitd.sock",
  "/run/user/1000/docker.sock",
  "/run/user/1000/podman/podman.sock",
  "/run/systemd/private",
  "/run/dbus/system_bus_socket",
  "/var",
  "/var/lib",
  "/var/lib/docker",
  "/var/lib/docker/volumes/data/_data",
  "/var/lib/containerd",
  "/var/lib/kubelet/pods",
  "/var/lib/containers/storage",
  "/var/log",
  "/var/spool/cron",
  "/host_mnt",
  "/host_mnt/c/Users",
  "/run/desktop/mnt/host/c",
  "/private/etc",
  "/private/var/run/docker.sock",
  "/System/Volumes/Data",
  "/Library/LaunchDaemons",
  "/opt",
  "/srv/shop",
  "/tmp",
  "/mnt/c/Windows",
  "/media",
];

/** What is no path and no name of a volume either. */
const ODD: readonly (readonly [what: string, source: string])[] = [
  ["a relative path", "./src"],
  ["a path that climbs", "../../etc"],
  ["a bare dot", "."],
  ["a home directory in short", "~/.ssh"],
  ["a variable", "$HOME"],
  ["a variable in braces", "${HOME}/x"],
  ["a Windows path", "C:\\Windows\\System32"],
  ["a Windows path with slashes", "c:/Users/ann"],
  ["a Windows share", "\\\\server\\share"],
  ["a Windows pipe", "\\\\.\\pipe\\docker_engine"],
  ["a URL of a file", "file:///etc"],
  ["a path and its target in one", "/etc:/host"],
  ["a path with options", "/etc:/host:rw,rshared"],
  ["a path with a NUL", `/srv${character(0)}/etc`],
  ["a path with a line feed", "/srv\n/etc"],
  ["a path with a blank in front", " /etc"],
  ["a path with percent signs", "%2fetc"],
  ["a path with fullwidth slashes", `${character(0xff0f)}etc`],
  ["a path with a division slash", `${character(0x2215)}etc`],
  ["a path behind a zero-width space", `${character(0x200b)}/etc`],
  ["an empty name", ""],
  ["a name of one character", "a"],
  ["an option of mount", "type=bind,source=/etc"],
  ["a prototype", "__proto__x/../etc"],
];

/** What lies in or beside the allowed folders, and leads or belongs elsewhere. */
const IN_ALLOWED: readonly (readonly [what: string, source: string, mode?: "rw"])[] = [
  ["a folder beside that begins alike", "{tree}/ro-evil"],
  ["a folder beside the writable one", "{tree}/rw-evil", "rw"],
  ["the parent of the allowed folder", "{tree}"],
  ["a climb out of it", "{tree}/ro/../outside"],
  ["a climb out through a folder that is not there", "{tree}/ro/nothing/../../outside"],
  ["a climb with a doubled slash", "{tree}/ro//../outside"],
  ["a climb and back", "{tree}/ro/../ro/data"],
  ["a dot inside", "{tree}/ro/./data"],
  ["a doubled slash inside", "{tree}/ro//data"],
  ["a slash at the end and a dot", "{tree}/ro/data/."],
  ["the allowed folder in capitals", "{tree}/RO/data"],
  ["a writable mount of what is read-only", "{tree}/ro/data", "rw"],
  ["a writable mount of the read-only root itself", "{tree}/ro", "rw"],
  ["a link to /etc", "{tree}/ro/to_etc"],
  ["a link to a file of /etc", "{tree}/ro/to_passwd"],
  ["a link to the root", "{tree}/ro/to_root"],
  ["what is below a link to the root", "{tree}/ro/to_root/etc/shadow"],
  ["a link to a home directory", "{tree}/ro/to_home"],
  ["a link to a process", "{tree}/ro/to_proc"],
  ["a link to the Docker socket", "{tree}/ro/to_socket"],
  ["a link to the folder of the socket", "{tree}/ro/to_run"],
  ["a link to a folder beside", "{tree}/ro/to_outside"],
  ["a file below a link to a folder beside", "{tree}/ro/to_outside/file"],
  ["what is not there yet below a link", "{tree}/ro/to_outside/new"],
  ["a link to a link", "{tree}/ro/to_link"],
  ["a link to nowhere in /etc", "{tree}/ro/to_nowhere"],
  ["a link out of the writable folder", "{tree}/rw/to_outside", "rw"],
  ["SSH keys", "{tree}/ro/.ssh"],
  ["a key in them", "{tree}/ro/.ssh/id_rsa"],
  ["SSH keys further down", "{tree}/ro/app/.ssh"],
  ["credentials of AWS", "{tree}/ro/.aws"],
  ["logins of Docker", "{tree}/ro/.docker/config.json"],
  ["a Kubernetes configuration", "{tree}/ro/.kube"],
  ["a GnuPG folder", "{tree}/ro/.gnupg"],
  ["a configuration folder", "{tree}/ro/.config"],
  ["a netrc", "{tree}/ro/app/.netrc"],
  ["an npmrc", "{tree}/ro/app/.npmrc"],
  ["a private key by its usual name", "{tree}/ro/app/id_ed25519"],
  ["a socket by its usual name", "{tree}/ro/run/docker.sock"],
  ["/etc, although other folders are allowed", "/etc"],
  ["the Docker socket, although other folders are allowed", "/var/run/docker.sock"],
];

const TARGETS: readonly (readonly [what: string, bind: string])[] = [
  ["a target in /proc", "/proc"],
  ["a target in /sys", "/sys/kernel"],
  ["a target in /dev", "/dev/shm"],
  ["a relative target", "data"],
  ["a target that climbs", "/data/../proc"],
  ["a target with a colon", "/data:/etc"],
  ["the root as a target", "//"],
  ["a target with a line feed", "/data\n/x"],
];

const REFUSED = /^(?!.*is not an argument).*volumes/m;

function attack(
  name: string,
  call: Attack["call"],
  on: ProfileName = "ordinary",
): Attack {
  return { name, call, on, stopped: { refused: REFUSED } };
}

function control(
  name: string,
  call: Control["call"],
  { on = "folders", sends }: { on?: ProfileName; sends: RegExp },
): Control {
  return { name, call, on, passed: { sends: [/^POST \/containers\/create/, sends] }, real: true };
}

const READ_ONLY = /"Type":"bind".*"ReadOnly":true.*"Propagation":"rprivate"/;

const START = { tool: "docker_start_container", input: { container_id: "web" } };
const RESTART = { tool: "docker_restart_container", input: { container_id: "web" } };

/** A container whose mount was good when it was created. */
function mounting(Source: string, Labels: Record<string, string> | null) {
  return {
    "GET /containers/{}/json": {
      Id: "4f1c2d3e4a5b".padEnd(64, "0"),
      Name: "/web",
      Config: { Labels },
      HostConfig: { NetworkMode: "bridge" },
      State: { Status: "exited", Running: false },
      Mounts: [{ Type: "bind", Source, Destination: "/data", RW: true }],
    },
  };
}

const OURS = { "mcp.docker.owner": "mcp-docker" };

/** A container can put a link in the place of a folder that it may write to. */
const SINCE: readonly Attack[] = [
  ["of this server, now a link to a folder beside", "{tree}/rw/to_outside", OURS] as const,
  ["of this server, now a link to /etc", "{tree}/ro/to_etc", OURS] as const,
  ["of somebody else, now a link to a folder beside", "{tree}/rw/to_outside", null] as const,
  ["of this server, now below such a link", "{tree}/rw/to_outside/file", OURS] as const,
].flatMap(([what, source, labels]) =>
  [["start", START] as const, ["restart", RESTART] as const].map(([name, call]) => ({
    name: `${name} with a mount ${what}`,
    call,
    on: "folders",
    engine: mounting(source, labels),
    stopped: { refused: /leads to/ },
  }))
);

/** T2: nothing of the host is mounted but what the operator listed. */
export const mounts: Family = {
  code: "MNT",
  title: "files of the host through mounts",
  attacks: [
    ...SOURCES.map((source) => attack(`mount of ${source}`, mount(source))),
    ...SOURCES.filter((source) => /^\/(?:etc|root|srv\/shop|var\/run\/docker\.sock)$/.test(source))
      .map((source) => attack(`writable mount of ${source}`, mount(source, "rw"))),
    ...ODD.map(([what, source]) => attack(`mount of ${what}`, mount(source))),
    ...IN_ALLOWED.map(([what, source, mode]) =>
      attack(`under an allowed folder, mount of ${what}`, mount(source, mode), "folders")
    ),
    ...SINCE,
    ...TARGETS.map(([what, bind]) =>
      attack(
        `mount of an allowed folder on ${what}`,
        mount("{tree}/ro/data", "ro", bind),
        "folders",
      )
    ),
  ],
  controls: [
    control("an allowed folder, read-only", mount("{tree}/ro/data"), { sends: READ_ONLY }),
    control("the allowed root itself", mount("{tree}/ro"), { sends: READ_ONLY }),
    control("a folder deep below", mount("{tree}/ro/data/deep/er"), { sends: READ_ONLY }),
    control("a file below", mount("{tree}/ro/data/file"), { sends: READ_ONLY }),
    control("a folder with a blank", mount("{tree}/ro/with blank"), { sends: /with blank/ }),
    control("a folder with an umlaut", mount("{tree}/ro/größe"), { sends: /größe/ }),
    control("a hidden folder that holds no credentials", mount("{tree}/ro/.well-known"), {
      sends: READ_ONLY,
    }),
    control("a link that stays inside", mount("{tree}/ro/to_data"), { sends: READ_ONLY }),
    control("a link to another allowed folder", mount("{tree}/ro/to_rw"), { sends: READ_ONLY }),
    control("a writable folder, writable", mount("{tree}/rw/data", "rw"), {
      sends: /"Type":"bind".*"ReadOnly":false/,
    }),
    control("a writable folder, read-only", mount("{tree}/rw/data"), { sends: READ_ONLY }),
    control("a target beside /proc", mount("{tree}/ro/data", "ro", "/procedures"), {
      sends: /procedures/,
    }),
    control("a target named like a socket", mount("{tree}/ro/data", "ro", "/var/run/app.sock"), {
      sends: /app\.sock/,
    }),
    ...["data", "shop_data", "a.b-c", "etc", "docker.sock", "0123456789ab", "root", "D-1"].map((
      name,
    ) =>
      control(`a volume named ${name}`, mount(name, "rw"), {
        on: "ordinary",
        sends: new RegExp(`"Type":"volume","Source":"${name.replaceAll(".", "\\.")}"`),
      })
    ),
    control("a volume where folders are allowed", mount("data"), { sends: /"Type":"volume"/ }),
    ...[
      ["this server's, still a folder", "{tree}/rw/data", OURS] as const,
      ["this server's, a link that stays inside", "{tree}/ro/to_rw", OURS] as const,
      ["somebody's, in a folder that nobody listed", "/srv/shop", null] as const,
      ["somebody's, a link in a read-only folder", "{tree}/ro/to_outside", null] as const,
    ].map(([what, source, labels]): Control => ({
      name: `start with a mount that is ${what}`,
      call: START,
      on: "folders",
      engine: mounting(source, labels),
      passed: { sends: [/^POST \/containers\/\w+\/start/] },
    })),
    {
      name: "two volumes at once",
      call: {
        tool: "docker_create_container",
        input: {
          image: IMAGE,
          volumes: { data: { bind: "/a", mode: "rw" }, logs: { bind: "/b", mode: "ro" } },
        },
      },
      passed: { sends: [/"Source":"data".*"Source":"logs"/] },
      real: true,
    },
  ],
};
