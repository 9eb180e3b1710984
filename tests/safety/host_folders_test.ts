import assert from "node:assert/strict";
import { isHostFolder } from "../../src/safety/host_folders.ts";

/** Who may write there runs programs as root or as the user, or is let in as somebody. */
const HOST = [
  ...["/", "/etc", "/etc/passwd", "/etc/shadow-", "/etc/group", "/etc/sudoers.d/ann", "/etc/pam.d"],
  ...["/etc/cron.d", "/etc/crontab", "/etc/cron.daily/x", "/etc/systemd/system", "/etc/init.d"],
  ...["/etc/rc.local", "/etc/rc0.d", "/etc/rcS.d", "/etc/profile.d", "/etc/ld.so.preload"],
  ...["/etc/ld.so.conf.d", "/etc/ssh/sshd_config", "/etc/security", "/etc/udev/rules.d"],
  ...["/etc/default/grub", "/etc/environment", "/etc/bash.bashrc", "/etc/docker/daemon.json"],
  ...["/etc/kubernetes", "/etc/modprobe.d", "/etc/modules-load.d", "/etc/update-motd.d"],
  ...["/ETC/Cron.D", "/etc/NetworkManager/dispatcher.d", "/etc/apt/apt.conf.d"],
  ...["/root", "/root/shop", "/root/.ssh", "/home", "/home/ann", "/Users/ann", "/srv/git/.ssh"],
  ...["/usr", "/usr/local/bin", "/bin", "/sbin/init", "/lib", "/lib/modules", "/lib64/security"],
  ...["/boot/grub", "/proc", "/proc/sys/kernel", "/sys", "/sys/fs/cgroup", "/run/systemd/system"],
  ...["/run/udev", "/run/tmpfiles.d", "/var", "/var/lib", "/var/spool", "/var/spool/cron"],
  ...["/var/lib/docker/volumes", "/var/lib/containerd", "/var/lib/kubelet", "/var/lib/containers"],
  ...["/c/Windows", "/mnt/c/Program Files", "/Library/LaunchDaemons", "/Users/ann/Library"],
];

/** What servers of mail, web and homes write to every day. */
const ORDINARY = [
  ...["/etc/letsencrypt", "/etc/letsencrypt/live", "/etc/nginx", "/etc/nginx/conf.d", "/etc/ssl"],
  ...["/etc/localtime", "/etc/timezone", "/etc/hosts", "/etc/resolv.conf", "/etc/postfix"],
  ...["/etc/mosquitto", "/etc/pihole", "/etc/groups", "/etc/localtime.d", "/etc/rclone"],
  ...["/etc/networks", "/etc/sshguard", "/var/log", "/var/log/nginx", "/var/spool/postfix"],
  ...["/var/www", "/var/lib/postgresql", "/var/lib/dockerish", "/var/mail", "/var/cache/nginx"],
  ...["/run/postgresql", "/run/lock", "/run/user/1000/pulse", "/dev/shm", "/opt/etc", "/srv/shop"],
  ...["/home/ann/shop", "/home/ann/.config/plex", "/Users/ann/shop", "/c/Users/ann/shop", "/mnt/x"],
];

Deno.test("isHostFolder() means what is as good as being root or the user", () => {
  for (const path of HOST) assert.equal(isHostFolder(path), true, path);
});

Deno.test("isHostFolder() leaves the other folders of the system alone", () => {
  for (const path of ORDINARY) assert.equal(isHostFolder(path), false, path);
});
