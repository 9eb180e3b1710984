import { parseImageReference } from "../docker/reference.ts";
import { type Check, fail, info, pass, unseen, type Verdict, warn } from "./security_check.ts";
import { secretVariables } from "./security_checks_image.ts";
import type { ContainerFacts } from "./security_subjects.ts";
import {
  fieldsOf,
  numberOf,
  objectsOf,
  shortList,
  shortText,
  textOf,
  textsOf,
} from "./security_values.ts";

const AGAIN = "create the container again";
/** The benchmark's number. */
const MOST_RESTARTS = 5;
/** Where Engines put containers that do not say otherwise. */
const USUAL_PARENTS = new Set(["", "/docker", "docker", "system.slice"]);
const USUAL_RUNTIMES = new Set(["", "runc", "io.containerd.runc.v2"]);

/** How a container is run: limits, restarts, health and the like, parts of section 5. */
export const OPERATION_CHECKS: readonly Check<ContainerFacts>[] = [
  {
    id: "5.7",
    title: "Ensure sshd is not run within containers",
    level: 1,
    severity: "medium",
    concern: "access",
    remedy: "Take sshd out of the image; docker exec needs none",
    sees: "part",
    run({ programs, details }) {
      if (programs === undefined) {
        return unseen(
          `Its processes are not told: ${shortText(details.State?.Status ?? "unknown")}`,
        );
      }
      return programs.some((program) => /^(?:.*\/)?sshd:?$/.test(program))
        ? fail("sshd is among its processes")
        : info(`No sshd among its ${programs.length} processes now`);
    },
  },
  {
    id: "5.11",
    title: "Ensure that the memory usage for containers is limited",
    level: 1,
    severity: "medium",
    concern: "availability",
    remedy: `Set mem_limit and ${AGAIN}`,
    sees: "all",
    run: ({ host }) =>
      numberOf(host.Memory) > 0 ? pass(`HostConfig.Memory=${host.Memory}`) : fail("Memory=0"),
  },
  {
    id: "5.12",
    title: "Ensure that CPU priority is set appropriately on containers",
    level: 1,
    severity: "low",
    concern: "availability",
    remedy: `Set cpu_shares and ${AGAIN}`,
    sees: "all",
    run({ host }) {
      const fields = ["CpuShares", "NanoCpus", "CpuQuota"].filter((field) =>
        numberOf(host[field]) > 0
      );
      // 1024 is what a container has that says nothing.
      const found = fields.filter((field) => field !== "CpuShares" || host.CpuShares !== 1024);
      return found.length > 0 ? pass(`${found[0]}=${host[found[0] ?? ""]}`) : fail("None is set");
    },
  },
  {
    id: "5.13",
    title: "Ensure that the container's root filesystem is mounted as read only",
    level: 1,
    severity: "low",
    concern: "integrity",
    remedy: `Mount it read-only, with volumes or tmpfs for what is written, and ${AGAIN}`,
    sees: "all",
    run: ({ host }) =>
      host.ReadonlyRootfs === true
        ? pass("HostConfig.ReadonlyRootfs=true")
        : fail("HostConfig.ReadonlyRootfs=false"),
  },
  {
    id: "5.15",
    title: "Ensure that the 'on-failure' container restart policy is set to '5'",
    level: 1,
    severity: "low",
    concern: "availability",
    remedy: `Use the restart policy on-failure with at most ${MOST_RESTARTS} tries`,
    sees: "all",
    run({ host }) {
      const { Name, MaximumRetryCount } = fieldsOf(host.RestartPolicy);
      const [policy, tries] = [textOf(Name), numberOf(MaximumRetryCount)];
      if (policy === "" || policy === "no") return pass("It is never restarted");
      if (policy !== "on-failure") {
        return fail(`RestartPolicy.Name=${shortText(policy)}: without end`);
      }
      if (tries === 0) return fail("RestartPolicy on-failure:0: without end");
      return tries > MOST_RESTARTS ? fail(`on-failure:${tries}`) : pass(`on-failure:${tries}`);
    },
  },
  {
    id: "5.19",
    title: "Ensure that the default ulimit is overwritten at runtime if needed",
    level: 1,
    severity: "info",
    concern: "availability",
    remedy: "Override the daemon's ulimits only where the program needs it",
    sees: "all",
    run({ host }) {
      const names = objectsOf(host.Ulimits).map(({ Name }) => textOf(Name));
      return names.length > 0
        ? info(`Ulimits: ${shortList(names)}`)
        : pass("The daemon's defaults");
    },
  },
  {
    id: "5.25",
    title: "Ensure that cgroup usage is confirmed",
    level: 1,
    severity: "low",
    concern: "availability",
    remedy: `Remove the cgroup parent unless it is wanted and ${AGAIN}`,
    sees: "all",
    run({ host }) {
      const parent = textOf(host.CgroupParent);
      return USUAL_PARENTS.has(parent)
        ? pass("The default")
        : fail(`CgroupParent=${shortText(parent)}`);
    },
  },
  {
    id: "5.27",
    title: "Ensure that container health is checked at runtime",
    level: 1,
    severity: "low",
    concern: "availability",
    remedy: `Give it a health check and ${AGAIN}`,
    sees: "all",
    run({ details }) {
      const [kind] = textsOf(details.Config?.Healthcheck?.Test);
      const status = textOf(details.State?.Health?.Status);
      if (kind === "NONE") return fail("Config.Healthcheck is switched off");
      const isChecked = kind !== undefined || (status !== "" && status !== "none");
      return isChecked
        ? pass(`It is checked: ${status || "once it runs"}`)
        : fail("No health check");
    },
  },
  {
    id: "5.28",
    title: "Ensure that Docker commands always make use of the latest version of their image",
    level: 1,
    severity: "low",
    concern: "patching",
    remedy: "Name a version or a digest in place of latest, and pull it regularly",
    sees: "part",
    run: judgeImageName,
  },
  {
    id: "5.29",
    title: "Ensure that the PIDs cgroup limit is used",
    level: 1,
    severity: "medium",
    concern: "availability",
    remedy: `Set a limit of processes and ${AGAIN}`,
    sees: "all",
    run: ({ host }) =>
      numberOf(host.PidsLimit) > 0
        ? pass(`HostConfig.PidsLimit=${host.PidsLimit}`)
        : fail("HostConfig.PidsLimit is not set"),
  },
  {
    id: "oom-killer",
    title: "Ensure that the kernel may end a container that takes too much memory",
    severity: "medium",
    concern: "availability",
    remedy: `Leave the OOM killer on and ${AGAIN}`,
    sees: "all",
    run: ({ host }) =>
      host.OomKillDisable === true ? fail("HostConfig.OomKillDisable=true") : pass("It may"),
  },
  {
    id: "sysctls",
    title: "Ensure that kernel parameters are set only where needed",
    severity: "low",
    concern: "configuration",
    remedy: `Remove the sysctls that are not needed and ${AGAIN}`,
    sees: "all",
    run({ host }) {
      const names = Object.keys(fieldsOf(host.Sysctls));
      return names.length > 0 ? warn(`Sysctls: ${shortList(names)}`) : pass("None is set");
    },
  },
  {
    id: "runtime",
    title: "Ensure that another runtime than the Engine's is wanted",
    severity: "low",
    concern: "configuration",
    remedy: `Leave the runtime to the Engine and ${AGAIN}`,
    sees: "all",
    run({ host, info: engine }) {
      const runtime = textOf(host.Runtime);
      const isUsual = USUAL_RUNTIMES.has(runtime) || runtime === engine.DefaultRuntime;
      return isUsual ? pass("The Engine's") : warn(`HostConfig.Runtime=${shortText(runtime)}`);
    },
  },
  {
    id: "secrets-in-env",
    title: "Ensure that secrets are not given as environment variables",
    severity: "medium",
    concern: "secrets",
    remedy: "Give them as files, e.g. mounted secrets, and change those that were told",
    sees: "part",
    run({ details, image, rules }) {
      const built = new Set(secretVariables(image?.Config, rules.holdsSecret));
      const own = secretVariables(details.Config, rules.holdsSecret);
      const names = own.filter((name) => !built.has(name));
      return names.length > 0 ? fail(`Config.Env: ${shortList(names)}`) : info("None is seen");
    },
  },
];

function judgeImageName({ details }: ContainerFacts): Verdict<"warn" | "info"> {
  const image = textOf(details.Config?.Image);
  const reference = parseImageReference(image);
  if (reference === undefined || image.startsWith("sha256:")) {
    return info("It was created from an id");
  }
  if (reference.digest !== undefined) {
    return info("Pinned by digest; newer ones are not looked for");
  }
  const tag = reference.tag ?? "latest";
  return tag === "latest"
    ? warn(`Config.Image=${shortText(image)}: latest names no version`)
    : info(`Tag ${shortText(tag)}; whether there is a newer one is not told`);
}
