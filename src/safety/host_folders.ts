import { fold, type HostFacts, isHome, isWithin } from "./host_paths.ts";

/** Whoever writes to one of them, below it or above it has the host run his programs, or is let in as somebody else. */
const FOLDERS = [
  ...["/bin", "/boot", "/proc", "/root", "/sbin", "/sys", "/usr", "/run/systemd", "/run/udev"],
  ...["/var/lib/docker", "/var/lib/containerd", "/var/lib/containers", "/var/lib/kubelet"],
  ...["/var/lib/buildkit", "/var/lib/rancher", "/var/lib/cni", "/var/lib/cloud", "/var/lib/dpkg"],
  ...["/var/lib/rpm", "/var/lib/snapd", "/var/lib/systemd", "/var/lib/lxd", "/var/lib/incus"],
  ...["/var/snap/docker", "/var/spool/cron", "/var/spool/at"],
  // Of Macs.
  ...[
    "/system",
    "/library/launchagents",
    "/library/launchdaemons",
    "/var/db",
    "/var/at",
    "/var/root",
  ],
];
const LIBRARIES = /^\/lib[^/]*(?:\/|$)/;
/** Of the settings in /etc those that hold accounts, or that programs of root take their orders from; with endings. */
const ETC_NAMES = [
  ...["passwd", "shadow", "group", "gshadow", "master", "subuid", "subgid", "sudo", "sudoers"],
  ...["doas", "pam", "security", "polkit", "nsswitch", "ssh", "dropbear", "exports"],
  ...["anacrontab", "cron", "crontab", "crontabs", "at", "systemd", "init", "inittab", "rc"],
  ...["rc[0-9s]", "runit", "s6", "local", "conf", "supervisor", "monit", "launchd", "periodic"],
  ...["profile", "environment", "default", "bash", "bashrc", "zsh", "zshrc", "zshenv", "zprofile"],
  ...["csh", "fish", "skel", "update", "xdg", "x11", "alternatives", "ld", "udev", "modprobe"],
  ...["modules", "sysctl", "binfmt", "tmpfiles", "sysusers", "kernel", "grub", "dracut"],
  ...["initramfs", "fstab", "crypttab", "lvm", "acpi", "dbus", "network", "networkd", "netplan"],
  ...["networkmanager", "ppp", "dhcp", "dhcpcd", "apt", "dpkg", "yum", "dnf", "rpm", "pacman"],
  ...["apk", "logrotate", "rsyslog", "cloud", "docker", "containerd", "containers", "cni", "crio"],
  ...["kubernetes", "rancher", "libvirt", "qemu"],
];
const ETC = new RegExp(`^/etc(?:$|/(?:${ETC_NAMES.join("|")})(?:$|[./_-]))`);
/** Settings of services, in the folder that is otherwise full of sockets. */
const RUN_SETTINGS = /^\/run\/[^/]+\.d(?:\/|$)/;
/** Holds the keys with which its user can be logged in to. */
const LOGIN_KEYS = /\/\.ssh(?:\/|$)/;
/** As Docker Desktop, Git Bash and WSL write the drives of Windows. */
const WINDOWS = /^\/(?:mnt\/)?c(?:$|\/(?:windows|program files[^/]*|programdata)(?:\/|$))/;
const MACOS_LIBRARY = /^\/users\/[^/]+\/library(?:$|\/(?:launchagents|keychains)(?:\/|$))/;

/**
 * Whether writing to a path of the host is as good as being its user or root.
 *
 * Narrower than what may be mounted anew: it decides about containers that people have, and these write to much that is the
 * system's and harmless, such as the certificates below /etc or the logs of a service.
 *
 * @param path Absolute, in its shortest form.
 */
export function isHostFolder(path: string, facts: HostFacts = {}): boolean {
  const folded = fold(path);
  if (folded === "/" || isHome(folded, facts)) return true;
  if (FOLDERS.some((folder) => isWithin(folded, folder) || isWithin(folder, folded))) return true;
  return [LIBRARIES, ETC, RUN_SETTINGS, LOGIN_KEYS, WINDOWS, MACOS_LIBRARY].some((pattern) =>
    pattern.test(folded)
  );
}
