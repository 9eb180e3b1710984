import { type Check, fail, info, pass, unseen, warn } from "./security_check.ts";
import { daemonHas, type EngineFacts } from "./security_subjects.ts";
import { fieldsOf, shortList, textOf, textsOf } from "./security_values.ts";

const RESTART = "in daemon.json and restart the daemon";
const NOT_TOLD = "A setting of the daemon that the API does not tell";
const LOOPBACK = new Set(["127.0.0.0/8", "::1/128"]);
/** Logs stay on the host, or are thrown away. */
const LOCAL_LOGS = new Set(["json-file", "local", "none", ""]);

/** Section 2 of the benchmark: how the daemon was started. */
export const DAEMON_CHECKS: readonly Check<EngineFacts>[] = [
  {
    id: "2.1",
    title: "Run the Docker daemon as a non-root user, if possible",
    level: 1,
    severity: "medium",
    concern: "privilege",
    remedy: "Install Docker in rootless mode where its limits are acceptable",
    sees: "all",
    run: ({ info: engine }) =>
      daemonHas(engine, "rootless")
        ? pass("SecurityOptions has rootless")
        : warn("SecurityOptions lacks rootless: the daemon runs as root"),
  },
  {
    id: "2.2",
    title: "Ensure network traffic is restricted between containers on the default bridge",
    level: 1,
    severity: "medium",
    concern: "network",
    remedy: `Set "icc": false ${RESTART}, or use networks of your own`,
    sees: "all",
    run({ networks }) {
      if (networks === undefined) return unseen("The networks could not be listed");
      const bridge = networks.find(({ Name }) => Name === "bridge");
      if (bridge === undefined) return pass("There is no default bridge");
      const icc = fieldsOf(bridge.Options)["com.docker.network.bridge.enable_icc"];
      return icc === "false" ? pass("bridge: enable_icc=false") : fail("bridge: enable_icc=true");
    },
  },
  {
    id: "2.3",
    title: "Ensure the logging level is set to 'info'",
    level: 1,
    severity: "low",
    concern: "logging",
    remedy: `Remove "debug": true and set "log-level": "info" ${RESTART}`,
    sees: "part",
    run: ({ info: engine }) =>
      engine.Debug === true
        ? warn("Debug=true")
        : info("Debug=false; the API does not tell the level"),
  },
  {
    id: "2.4",
    title: "Ensure Docker is allowed to make changes to iptables",
    level: 1,
    severity: "medium",
    concern: "network",
    remedy: `Remove "iptables": false ${RESTART}`,
    sees: "part",
    run({ info: engine }) {
      const warning = textsOf(engine.Warnings).find((text) => /iptables|ip6tables/.test(text));
      const driver = textOf(fieldsOf(fieldsOf(engine).FirewallBackend).Driver);
      if (warning !== undefined) return warn(`Warnings: ${warning.slice(0, 80)}`);
      return info(`${driver === "" ? "No warning" : `FirewallBackend=${driver}`}; no setting told`);
    },
  },
  {
    id: "2.5",
    title: "Ensure insecure registries are not used",
    level: 1,
    severity: "high",
    concern: "transit",
    remedy: `Remove "insecure-registries" ${RESTART}, and give the registries certificates`,
    sees: "all",
    run({ info: engine }) {
      if (!engine.RegistryConfig) return unseen("The Engine tells no RegistryConfig");
      const { InsecureRegistryCIDRs, IndexConfigs } = engine.RegistryConfig;
      const hosts = Object.entries(fieldsOf(IndexConfigs))
        .filter(([, index]) => fieldsOf(index).Secure === false).map(([name]) => name);
      const ranges = textsOf(InsecureRegistryCIDRs).filter((range) => !LOOPBACK.has(range));
      const found = [...hosts, ...ranges];
      return found.length === 0
        ? pass("Only the loopback addresses are insecure registries")
        : fail(`Insecure: ${shortList(found)}`);
    },
  },
  {
    id: "2.6",
    title: "Ensure aufs storage driver is not used",
    level: 1,
    severity: "medium",
    concern: "configuration",
    remedy: `Set "storage-driver": "overlay2" ${RESTART}`,
    sees: "all",
    run: ({ info: { Driver } }) =>
      Driver === "aufs" ? fail("Driver=aufs") : pass(`Driver=${textOf(Driver)}`),
  },
  {
    id: "2.7",
    title: "Ensure TLS authentication for Docker daemon is configured",
    level: 1,
    severity: "critical",
    concern: "transit",
    remedy: `Remove the TCP host, or set "tlsverify": true with certificates ${RESTART}`,
    sees: "part",
    run({ info: engine, endpoint }) {
      const warning = textsOf(engine.Warnings).find((text) =>
        /API is accessible on http|without (?:encryption|TLS)/i.test(text)
      );
      if (warning !== undefined) return fail(`Warnings: ${warning.slice(0, 100)}`);
      const way = endpoint.split("://")[0];
      return info(
        `Reached by ${way}; the Engine warns of no open TCP port, other ways are not told`,
      );
    },
  },
  {
    id: "2.8",
    title: "Ensure the default ulimit is configured appropriately",
    level: 1,
    severity: "low",
    concern: "availability",
    remedy: `Set "default-ulimits" ${RESTART}`,
    sees: "nothing",
    evidence: NOT_TOLD,
  },
  {
    id: "2.9",
    title: "Enable user namespace support",
    level: 2,
    severity: "medium",
    concern: "privilege",
    remedy: `Set "userns-remap": "default" ${RESTART}`,
    sees: "all",
    run({ info: engine }) {
      if (daemonHas(engine, "userns")) return pass("SecurityOptions has userns");
      return daemonHas(engine, "rootless")
        ? pass("SecurityOptions has rootless, which implies it")
        : fail("SecurityOptions lacks userns");
    },
  },
  {
    id: "2.10",
    title: "Ensure the default cgroup usage has been confirmed",
    level: 2,
    severity: "low",
    concern: "availability",
    remedy: `Remove "cgroup-parent" ${RESTART}, unless it is wanted`,
    sees: "part",
    run({ cgroupParents }) {
      const own = cgroupParents.filter((parent) => parent !== "");
      return own.length > 0
        ? warn(`Containers run under ${shortList(own)}`)
        : info("No audited container has a CgroupParent; the daemon's is not told");
    },
  },
  {
    id: "2.11",
    title: "Ensure base device size is not changed until needed",
    level: 2,
    severity: "low",
    concern: "configuration",
    remedy: `Remove "dm.basesize" from "storage-opts" ${RESTART}`,
    sees: "part",
    run({ info: { Driver, DriverStatus } }) {
      if (Driver !== "devicemapper") return info(`Does not apply: Driver=${textOf(Driver)}`);
      const rows = Array.isArray(DriverStatus) ? DriverStatus.map(textsOf) : [];
      const size = rows.find(([name]) => name === "Base Device Size")?.[1];
      if (size === undefined) return unseen("DriverStatus has no Base Device Size");
      // 10 GiB, which Docker writes as 10.74GB, is the default.
      return size.startsWith("10.74") ? info(`Base Device Size ${size}`) : warn(`Base ${size}`);
    },
  },
  {
    id: "2.12",
    title: "Ensure that authorization for Docker client commands is enabled",
    level: 2,
    severity: "medium",
    concern: "access",
    remedy: `Install an authorization plugin and name it in "authorization-plugins" ${RESTART}`,
    sees: "all",
    run({ info: engine }) {
      const plugins = textsOf(engine.Plugins?.Authorization);
      return plugins.length > 0
        ? pass(`Asked for each request: ${shortList(plugins)}`) // behind "Authorization" it would be redacted
        : fail("Plugins.Authorization is empty");
    },
  },
  {
    id: "2.13",
    title: "Ensure centralized and remote logging is configured",
    level: 2,
    severity: "low",
    concern: "logging",
    remedy: `Set "log-driver" to one that sends logs away ${RESTART}, or collect the files`,
    sees: "all",
    run({ info: engine }) {
      const driver = textOf(engine.LoggingDriver);
      return LOCAL_LOGS.has(driver)
        ? warn(`LoggingDriver=${driver}: logs stay on the host`)
        : pass(`LoggingDriver=${driver}`);
    },
  },
  {
    id: "2.14",
    title: "Ensure containers are restricted from acquiring new privileges",
    level: 1,
    severity: "medium",
    concern: "privilege",
    remedy: `Set "no-new-privileges": true ${RESTART}`,
    sees: "all",
    run: ({ info: engine }) =>
      daemonHas(engine, "no-new-privileges")
        ? pass("SecurityOptions has no-new-privileges")
        : fail("SecurityOptions lacks no-new-privileges"),
  },
];
