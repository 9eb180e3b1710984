import { type Check, fail, info, pass, type Verdict, warn } from "./security_check.ts";
import { runtimeMounts, sensitiveMounts } from "./security_mounts.ts";
import { exposedPorts, isEveryAddress, publishedPorts, publishedText } from "./security_ports.ts";
import type { ContainerFacts } from "./security_subjects.ts";
import { fieldsOf, objectsOf, shortList, shortText, textOf } from "./security_values.ts";

const AGAIN = "create the container again";
/** Ports below are for root alone, unless the host's kernel was told otherwise. */
const FIRST_ORDINARY_PORT = 1024;

/** What a container shares with its host and the network: parts of section 5. */
export const BOUNDARY_CHECKS: readonly Check<ContainerFacts>[] = [
  {
    id: "5.6",
    title: "Ensure sensitive host system directories are not mounted on containers",
    level: 1,
    severity: "critical",
    concern: "access",
    remedy: `Mount a folder of the project or a named volume instead and ${AGAIN}`,
    sees: "all",
    run(container) {
      const found = sensitiveMounts(container);
      return found.length > 0 ? fail(`Mounts: ${shortList(found)}`) : pass("None");
    },
  },
  {
    id: "5.8",
    title: "Ensure privileged ports are not mapped within containers",
    level: 1,
    severity: "medium",
    concern: "network",
    remedy: `Publish on a port from ${FIRST_ORDINARY_PORT} up and ${AGAIN}`,
    sees: "all",
    run(container) {
      const low = publishedPorts(container)
        .filter(({ port }) => port > 0 && port < FIRST_ORDINARY_PORT);
      return low.length > 0 ? fail(shortList(low.map(publishedText))) : pass("None");
    },
  },
  {
    id: "5.9",
    title: "Ensure that only needed ports are open on the container",
    level: 1,
    severity: "low",
    concern: "network",
    remedy: "Publish only the ports that clients outside of Docker need",
    sees: "all",
    run(container) {
      const published = publishedPorts(container).map(publishedText);
      if (published.length > 0) return info(`Published: ${shortList(published)}`);
      return pass(`None published, ${exposedPorts(container).length} exposed`);
    },
  },
  {
    id: "5.10",
    title: "Ensure that the host's network namespace is not shared",
    level: 1,
    severity: "high",
    concern: "network",
    remedy: `Put it on a network of its own and ${AGAIN}`,
    sees: "all",
    run({ host }) {
      const mode = textOf(host.NetworkMode);
      if (mode === "host") return fail("HostConfig.NetworkMode=host");
      return mode.startsWith("container:")
        ? warn(`NetworkMode=${shortText(mode)}: as open as that container is`)
        : pass(`NetworkMode=${shortText(mode)}`);
    },
  },
  {
    id: "5.14",
    title: "Ensure that incoming container traffic is bound to a specific host interface",
    level: 1,
    severity: "medium",
    concern: "network",
    remedy: `Publish on one address, e.g. 127.0.0.1, and ${AGAIN}`,
    sees: "all",
    run(container) {
      const open = publishedPorts(container).filter(({ address }) => isEveryAddress(address));
      return open.length > 0
        ? fail(shortList(open.map(publishedText)))
        : pass("None on every address");
    },
  },
  hostNamespace("PidMode", {
    id: "5.16",
    title: "Ensure that the host's process namespace is not shared",
  }),
  hostNamespace("IpcMode", {
    id: "5.17",
    title: "Ensure that the host's IPC namespace is not shared",
  }),
  {
    id: "5.20",
    title: "Ensure mount propagation mode is not set to shared",
    level: 1,
    severity: "high",
    concern: "access",
    remedy: `Mount with the propagation rprivate and ${AGAIN}`,
    sees: "all",
    run({ details, host }) {
      const shared = objectsOf(details.Mounts)
        .filter(({ Propagation }) => /^r?shared$/.test(textOf(Propagation)))
        .map(({ Destination }) => textOf(Destination));
      const asked = objectsOf(host.Mounts)
        .filter(({ BindOptions }) => /^r?shared$/.test(textOf(fieldsOf(BindOptions).Propagation)))
        .map(({ Target }) => textOf(Target));
      const found = [...shared, ...asked];
      return found.length > 0 ? fail(`Shared: ${shortList(found)}`) : pass("None is shared");
    },
  },
  hostNamespace("UTSMode", {
    id: "5.21",
    title: "Ensure that the host's UTS namespace is not shared",
  }),
  {
    id: "5.30",
    title: "Ensure that Docker's default bridge 'docker0' is not used",
    level: 2,
    severity: "low",
    concern: "network",
    remedy: "Put it on a network of its own, and take it off the network bridge",
    sees: "all",
    run({ host, details }) {
      const names = Object.keys(fieldsOf(details.NetworkSettings?.Networks));
      const isOn = names.includes("bridge") ||
        /^(?:bridge|default)$/.test(textOf(host.NetworkMode));
      return isOn ? fail("It is on the network bridge") : pass("It is not on the network bridge");
    },
  },
  hostNamespace("UsernsMode", {
    id: "5.31",
    title: "Ensure that the host's user namespaces are not shared",
  }),
  {
    id: "5.32",
    title: "Ensure that the Docker socket is not mounted inside any containers",
    level: 1,
    severity: "critical",
    concern: "access",
    remedy: `Take the mount away, or put a proxy that filters requests in between, and ${AGAIN}`,
    sees: "all",
    run(container) {
      const found = runtimeMounts(container);
      return found.length > 0
        ? fail(`A container runtime is reached through ${shortList(found)}`)
        : pass("None");
    },
  },
  {
    id: "host-cgroup",
    title: "Ensure that the host's cgroup namespace is not shared",
    severity: "low",
    concern: "privilege",
    remedy: `Use a private cgroup namespace, the default with cgroup v2, and ${AGAIN}`,
    sees: "all",
    run: ({ host }) =>
      host.CgroupnsMode === "host"
        ? warn("HostConfig.CgroupnsMode=host")
        : pass(`CgroupnsMode=${textOf(host.CgroupnsMode)}`),
  },
];

function hostNamespace(
  field: "PidMode" | "IpcMode" | "UTSMode" | "UsernsMode",
  { id, title }: { readonly id: string; readonly title: string },
): Check<ContainerFacts> {
  return {
    id,
    title,
    level: 1,
    severity: "high",
    concern: "privilege",
    remedy: `Remove ${field} host and ${AGAIN}`,
    sees: "all",
    run({ host }): Verdict {
      const mode = textOf(host[field]);
      return mode === "host"
        ? fail(`HostConfig.${field}=host`)
        : pass(`${field}=${shortText(mode) || "its own"}`);
    },
  };
}
