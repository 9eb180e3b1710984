import { type Check, fail, info, pass, unseen, type Verdict, warn } from "./security_check.ts";
import { capabilities, noNewPrivileges, seccompOf, securityOption } from "./security_options.ts";
import { type ContainerFacts, daemonHas, daemonSeccomp } from "./security_subjects.ts";
import { objectsOf, shortList, textOf, textsOf } from "./security_values.ts";

const AGAIN = "create the container again";
/** What Docker gives every container, so adding it gives nothing; with CapDrop ALL it is the way to keep one. */
const DEFAULT_CAPABILITIES = new Set([
  ...["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD"],
  ...["NET_BIND_SERVICE", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"],
]);
/** Those with which a process reaches the host, other containers or their traffic. */
const DANGEROUS_CAPABILITIES = new Set([
  ...["ALL", "BPF", "CHECKPOINT_RESTORE", "DAC_READ_SEARCH", "LINUX_IMMUTABLE", "MAC_ADMIN"],
  ...["MAC_OVERRIDE", "NET_ADMIN", "PERFMON", "SYSLOG", "SYS_ADMIN", "SYS_BOOT", "SYS_MODULE"],
  ...["SYS_PTRACE", "SYS_RAWIO", "SYS_TIME"],
]);

/** What the processes of a container may do: 4.1 and parts of section 5. */
export const PRIVILEGE_CHECKS: readonly Check<ContainerFacts>[] = [
  {
    id: "4.1",
    title: "Ensure that a user for the container has been created",
    level: 1,
    severity: "high",
    concern: "privilege",
    remedy: "Add a USER to the Dockerfile, or create the container with user",
    sees: "all",
    run({ details, image, info: engine }) {
      const user = textOf(details.Config?.User) || textOf(image?.Config?.User);
      if (!isRoot(user)) return pass(`Config.User=${user.slice(0, 40)}`);
      const told = `Config.User=${user === "" ? "unset" : user}: root`;
      const isMapped = daemonHas(engine, "userns") || daemonHas(engine, "rootless");
      return isMapped ? warn(`${told}, which is not the host's root`) : fail(told);
    },
  },
  {
    id: "5.2",
    title: "Ensure that, if applicable, an AppArmor Profile is enabled",
    level: 1,
    severity: "high",
    concern: "privilege",
    remedy: `Remove apparmor=unconfined from security_opt and ${AGAIN}`,
    sees: "all",
    run(container) {
      if (!daemonHas(container.info, "apparmor")) return info("Does not apply: no AppArmor");
      const { AppArmorProfile = "", State } = container.details;
      const asked = securityOption(container, "apparmor");
      if (asked === "unconfined" || AppArmorProfile === "unconfined") return fail("unconfined");
      if (container.host.Privileged === true) return fail("unconfined, because it is privileged");
      if (AppArmorProfile !== "") return pass(`AppArmorProfile=${AppArmorProfile.slice(0, 60)}`);
      return State?.Running === true ? fail("AppArmorProfile is empty") : info("Told once it runs");
    },
  },
  {
    id: "5.3",
    title: "Ensure that, if applicable, SELinux security options are set",
    level: 2,
    severity: "medium",
    concern: "privilege",
    remedy: `Remove label=disable from security_opt and ${AGAIN}`,
    sees: "all",
    run({ info: engine, host, details }) {
      if (!daemonHas(engine, "selinux")) return info("Does not apply: the daemon has no SELinux");
      if (textsOf(host.SecurityOpt).some((option) => /^label[=:]disable/.test(option))) {
        return fail("SecurityOpt has label=disable");
      }
      if (textOf(details.ProcessLabel) !== "") return pass("ProcessLabel is set");
      return details.State?.Running === true
        ? fail("ProcessLabel is empty")
        : info("Told once it runs");
    },
  },
  {
    id: "5.4",
    title: "Ensure that Linux kernel capabilities are restricted within containers",
    level: 1,
    severity: "high",
    concern: "privilege",
    remedy: "Drop all capabilities and add only those that the program needs",
    sees: "all",
    run: judgeCapabilities,
  },
  {
    id: "5.5",
    title: "Ensure that privileged containers are not used",
    level: 1,
    severity: "critical",
    concern: "privilege",
    remedy: "Create it without privileged, with single capabilities or devices instead",
    sees: "all",
    run: ({ host }) =>
      host.Privileged === true ? fail("HostConfig.Privileged=true") : pass("Privileged=false"),
  },
  {
    id: "5.18",
    title: "Ensure that host devices are not directly exposed to containers",
    level: 1,
    severity: "high",
    concern: "privilege",
    remedy: `Remove the devices and ${AGAIN}`,
    sees: "all",
    run({ host }) {
      const paths = objectsOf(host.Devices).map(({ PathOnHost }) => textOf(PathOnHost));
      const rules = textsOf(host.DeviceCgroupRules);
      if (host.Privileged === true) return fail("All, because it is privileged");
      if (paths.length + rules.length > 0) {
        return fail(`Devices: ${shortList([...paths, ...rules])}`);
      }
      const requests = objectsOf(host.DeviceRequests).length;
      return requests > 0 ? warn(`DeviceRequests: ${requests}, e.g. GPUs`) : pass("None");
    },
  },
  {
    id: "5.22",
    title: "Ensure the default seccomp profile is not Disabled",
    level: 1,
    severity: "high",
    concern: "privilege",
    remedy: `Remove seccomp from security_opt and ${AGAIN}`,
    sees: "all",
    run(container) {
      if (container.host.Privileged === true) return fail("None, because it is privileged");
      const profile = seccompOf(container);
      if (profile === "unconfined") return fail("SecurityOpt has seccomp=unconfined");
      const daemon = daemonSeccomp(container.info);
      if (daemon === undefined) return fail("The daemon's SecurityOptions lack seccomp");
      if (profile === "custom") return warn("SecurityOpt has a profile of its own, to be reviewed");
      const isBare = daemon === "unconfined" && securityOption(container, "seccomp") === undefined;
      return isBare ? fail("The daemon's profile is unconfined") : pass("The Engine's profile");
    },
  },
  {
    id: "5.23",
    title: "Ensure that docker exec commands are not used with the privileged option",
    level: 2,
    severity: "high",
    concern: "privilege",
    remedy: "Do not use --privileged with docker exec",
    sees: "part",
    run({ execs }) {
      const found = execs.filter(({ ProcessConfig }) => ProcessConfig?.privileged === true);
      return found.length > 0
        ? fail(`${found.length} of ${execs.length} recent execs are privileged`)
        : info(`${execs.length} recent execs, none privileged; earlier ones are not told`);
    },
  },
  {
    id: "5.24",
    title: "Ensure that docker exec commands are not used with the user=root option",
    level: 2,
    severity: "medium",
    concern: "privilege",
    remedy: "Do not use --user root with docker exec",
    sees: "part",
    run({ execs }) {
      const users = execs.map(({ ProcessConfig }) => textOf(ProcessConfig?.user));
      const found = users.filter((user) => user !== "" && isRoot(user));
      return found.length > 0
        ? fail(`${found.length} of ${execs.length} recent execs ask for root`)
        : info(`${execs.length} recent execs, none asks for root; earlier ones are not told`);
    },
  },
  {
    id: "5.26",
    title: "Ensure that the container is restricted from acquiring additional privileges",
    level: 1,
    severity: "medium",
    concern: "privilege",
    remedy: `Add no-new-privileges:true to security_opt and ${AGAIN}`,
    sees: "all",
    run(container) {
      const own = noNewPrivileges(container);
      if (own !== undefined) {
        return own ? pass("SecurityOpt has it") : fail("SecurityOpt has no-new-privileges off");
      }
      return daemonHas(container.info, "no-new-privileges")
        ? pass("The daemon's default")
        : fail("Neither SecurityOpt nor the daemon has no-new-privileges");
    },
  },
  {
    id: "unmasked-paths",
    title: "Ensure that the kernel's files in /proc and /sys stay masked",
    severity: "high",
    concern: "privilege",
    remedy: `Remove systempaths=unconfined from security_opt and ${AGAIN}`,
    sees: "all",
    run({ host }) {
      if (host.Privileged === true) return fail("All are open, because it is privileged");
      if (!Array.isArray(host.MaskedPaths)) return unseen("The Engine tells no MaskedPaths");
      return host.MaskedPaths.length === 0
        ? fail("HostConfig.MaskedPaths=[]")
        : pass(`MaskedPaths: ${host.MaskedPaths.length}`);
    },
  },
];

/** Whether a user, `name` or `uid` with or without a group, is root; nobody named is root too. */
function isRoot(user: string): boolean {
  const [name = ""] = user.split(":");
  return name === "" || name === "root" || /^0+$/.test(name);
}

function judgeCapabilities({ host }: ContainerFacts): Verdict {
  if (host.Privileged === true) return fail("All, because it is privileged");
  const added = capabilities(host.CapAdd).filter((name) => !DEFAULT_CAPABILITIES.has(name));
  const told = `CapAdd: ${shortList(added)}`;
  if (added.some((name) => DANGEROUS_CAPABILITIES.has(name))) return fail(told);
  if (added.length > 0) return warn(told);
  return capabilities(host.CapDrop).includes("ALL")
    ? pass("CapDrop has ALL")
    : info("Docker's default set: none added, not all dropped");
}
