import { type Check, fail, info, pass, unseen, warn } from "./security_check.ts";
import { daemonSeccomp, type EngineFacts } from "./security_subjects.ts";
import { judgeVersions } from "./security_versions.ts";

const RESTART = "in daemon.json and restart the daemon";
/** As docker-bench-security counts: more stopped containers than these are a sprawl. */
const MOST_STOPPED = 25;

/** The rest of section 2, and what else is about the Engine as a whole: 5.1, section 6 and known flaws. */
export const ENGINE_CHECKS: readonly Check<EngineFacts>[] = [
  {
    id: "2.15",
    title: "Ensure live restore is enabled",
    level: 1,
    severity: "low",
    concern: "availability",
    remedy: `Set "live-restore": true ${RESTART}`,
    sees: "all",
    run({ info: engine }) {
      if (engine.LiveRestoreEnabled === true) return pass("LiveRestoreEnabled=true");
      return engine.Swarm?.LocalNodeState === "active"
        ? info("Does not apply: a swarm excludes live restore")
        : fail("LiveRestoreEnabled=false");
    },
  },
  {
    id: "2.16",
    title: "Ensure Userland Proxy is Disabled",
    level: 1,
    severity: "low",
    concern: "network",
    remedy: `Set "userland-proxy": false ${RESTART}`,
    sees: "nothing",
    evidence: "A setting of the daemon that the API does not tell",
  },
  {
    id: "2.17",
    title: "Ensure that a daemon-wide custom seccomp profile is applied if appropriate",
    level: 2,
    severity: "high",
    concern: "privilege",
    remedy: `Remove "seccomp-profile": "unconfined" ${RESTART}`,
    sees: "all",
    run({ info: engine }) {
      const profile = daemonSeccomp(engine);
      if (profile === undefined) return fail("SecurityOptions lacks seccomp");
      return profile === "unconfined"
        ? fail("seccomp profile=unconfined")
        : pass(`seccomp profile=${profile.slice(0, 60) || "default"}`);
    },
  },
  {
    id: "2.18",
    title: "Ensure that experimental features are not implemented in production",
    level: 1,
    severity: "low",
    concern: "configuration",
    remedy: `Remove "experimental": true ${RESTART}`,
    sees: "all",
    run: ({ info: engine, version }) =>
      engine.ExperimentalBuild === true || version?.Experimental === true
        ? fail("ExperimentalBuild=true")
        : pass("ExperimentalBuild=false"),
  },
  {
    id: "5.1",
    title: "Ensure swarm mode is not Enabled, if not needed",
    level: 1,
    severity: "low",
    concern: "configuration",
    remedy: "Leave the swarm with `docker swarm leave` where it is not needed",
    sees: "all",
    run({ info: { Swarm } }) {
      const state = Swarm?.LocalNodeState ?? "inactive";
      return state === "inactive" || state === ""
        ? pass("Swarm.LocalNodeState=inactive")
        : warn(`Swarm.LocalNodeState=${state}`);
    },
  },
  {
    id: "6.1",
    title: "Ensure that image sprawl is avoided",
    level: 1,
    severity: "low",
    concern: "configuration",
    remedy: "Remove images that no container needs, e.g. with docker_prune_images",
    sees: "all",
    run({ images, containers }) {
      if (images === undefined) return unseen("The images could not be listed");
      const used = new Set(containers.map(({ imageId }) => imageId));
      const active = images.filter(({ Id }) => used.has(Id ?? "")).length;
      const told = `${active} of ${images.length} images have containers`;
      // docker-bench-security's measure: less than half.
      return active < Math.floor(images.length / 2) ? warn(told) : pass(told);
    },
  },
  {
    id: "6.2",
    title: "Ensure that container sprawl is avoided",
    level: 1,
    severity: "low",
    concern: "configuration",
    remedy: "Remove containers that nobody starts again, e.g. with docker_prune_containers",
    sees: "all",
    run({ containers }) {
      const stopped = containers.filter(({ running }) => !running).length;
      const told = `${stopped} of ${containers.length} containers do not run`;
      return stopped > MOST_STOPPED ? warn(told) : pass(told);
    },
  },
  {
    id: "known-flaws",
    title: "Ensure that Engine, containerd and runc have no known vulnerability",
    severity: "high",
    concern: "patching",
    remedy:
      "Update the Engine with containerd and runc, or check that the distribution repaired them",
    sees: "part",
    run: ({ version }) => judgeVersions(version),
  },
];
