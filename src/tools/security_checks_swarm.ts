import { type Check, type CheckAbout, fail, info, pass, unseen } from "./security_check.ts";
import { type Status, type Verdict, warn } from "./security_check.ts";
import type { SwarmFacts } from "./security_subjects.ts";
import { fieldsOf, shortList, shortText, textOf } from "./security_values.ts";

/** What Docker recommends at most: each further manager slows every change. */
const MOST_MANAGERS = 7;
const HOUR = 3_600_000_000_000;
/** The Engine's default, 90 days, in hours. */
const USUAL_CERTIFICATE_LIFE = 2160;

/** Section 7 of the benchmark. */
export const SWARM_CHECKS: readonly Check<SwarmFacts>[] = [
  inSwarm({
    id: "7.1",
    title: "Ensure that the minimum number of manager nodes have been created in a swarm",
    level: 1,
    severity: "low",
    concern: "access",
    remedy: "Keep 1, 3, 5 or 7 managers; demote others with `docker node demote`",
  }, ({ info: { Swarm } }) => {
    const managers = Swarm?.Managers;
    if (typeof managers !== "number") return unseen("Swarm.Managers is not told");
    const told = `Swarm.Managers=${managers}`;
    if (managers > MOST_MANAGERS) return fail(told);
    return managers % 2 === 0 ? warn(`${told}: even, so one of them helps nothing`) : pass(told);
  }),
  partlyInSwarm(
    {
      id: "7.2",
      title: "Ensure that swarm services are bound to a specific host interface",
      level: 1,
      severity: "medium",
      concern: "network",
      remedy: "Start the swarm anew with --listen-addr and one address",
    },
    ({ info: { Swarm } }) =>
      info(`NodeAddr=${shortText(textOf(Swarm?.NodeAddr))}; the listening address is not told`),
  ),
  inSwarm({
    id: "7.3",
    title: "Ensure that all Docker swarm overlay networks are encrypted",
    level: 1,
    severity: "medium",
    concern: "transit",
    remedy: "Create overlay networks anew with the driver option encrypted",
  }, ({ networks }) => {
    if (networks === undefined) return unseen("The networks could not be listed");
    const overlays = networks.filter(({ Driver }) => Driver === "overlay");
    const open = overlays.filter(({ Options }) => !isEncrypted(fieldsOf(Options)["encrypted"]));
    return open.length > 0
      ? fail(`Not encrypted: ${shortList(open.map(({ Name }) => textOf(Name)))}`)
      : pass(`${overlays.length} overlay networks, all encrypted`);
  }),
  inSwarm({
    id: "7.4",
    title:
      "Ensure that Docker's secret management commands are used for managing secrets in a swarm cluster",
    level: 2,
    severity: "low",
    concern: "secrets",
    remedy: "Give services their secrets with `docker secret create` and --secret",
  }, ({ secrets }) => {
    if (secrets === undefined) return unseen("The secrets could not be listed");
    return secrets.length > 0
      ? pass(`${secrets.length} secrets`)
      : info("The swarm has no secrets");
  }),
  inSwarm({
    id: "7.5",
    title: "Ensure that swarm manager is run in auto-lock mode",
    level: 1,
    severity: "medium",
    concern: "secrets",
    remedy: "Run `docker swarm update --autolock=true` and keep the key",
  }, ({ info: { Swarm } }) => {
    const locks = Swarm?.Cluster?.Spec?.EncryptionConfig?.AutoLockManagers;
    return locks === true ? pass("AutoLockManagers=true") : fail("AutoLockManagers=false");
  }),
  partlyInSwarm(
    {
      id: "7.6",
      title: "Ensure that the swarm manager auto-lock key is rotated periodically",
      level: 1,
      severity: "low",
      concern: "secrets",
      remedy: "Run `docker swarm unlock-key --rotate` periodically",
    },
    ({ info: { Swarm } }) =>
      Swarm?.Cluster?.Spec?.EncryptionConfig?.AutoLockManagers === true
        ? info(
          `The swarm was last changed ${dayOf(Swarm.Cluster.UpdatedAt)}; rotations are not told`,
        )
        : warn("There is no auto-lock key"),
  ),
  inSwarm({
    id: "7.7",
    title: "Ensure that node certificates are rotated as appropriate",
    level: 2,
    severity: "low",
    concern: "transit",
    remedy: "Run `docker swarm update --cert-expiry 48h`",
  }, ({ info: { Swarm } }) => {
    const expiry = Swarm?.Cluster?.Spec?.CAConfig?.NodeCertExpiry;
    if (typeof expiry !== "number") return unseen("CAConfig.NodeCertExpiry is not told");
    const hours = Math.round(expiry / HOUR);
    const told = `NodeCertExpiry=${hours}h`;
    if (hours > USUAL_CERTIFICATE_LIFE) return fail(told);
    return hours === USUAL_CERTIFICATE_LIFE ? warn(`${told}, the default`) : pass(told);
  }),
  partlyInSwarm(
    {
      id: "7.8",
      title: "Ensure that CA certificates are rotated as appropriate",
      level: 2,
      severity: "low",
      concern: "transit",
      remedy: "Run `docker swarm ca --rotate` periodically",
    },
    ({ info: { Swarm } }) =>
      info(`The swarm was made ${dayOf(Swarm?.Cluster?.CreatedAt)}; rotations are not told`),
  ),
  partlyInSwarm(
    {
      id: "7.9",
      title: "Ensure that management plane traffic is separated from data plane traffic",
      level: 2,
      severity: "low",
      concern: "network",
      remedy: "Start the swarm anew with --advertise-addr and --data-path-addr",
    },
    ({ info: { Swarm } }) =>
      info(`NodeAddr=${shortText(textOf(Swarm?.NodeAddr))}; the address for data is not told`),
  ),
];

/** Docker sets the option without a value. */
function isEncrypted(option: unknown): boolean {
  return typeof option === "string" && option !== "false" && option !== "0";
}

function dayOf(time: string | undefined): string {
  return /^\d{4}-\d{2}-\d{2}/.exec(textOf(time))?.[0] ?? "at a time not told";
}

type Decide<Given extends Status> = (facts: SwarmFacts) => Verdict<Given>;

function inSwarm(about: CheckAbout, decide: Decide<Status>): Check<SwarmFacts> {
  return { ...about, sees: "all", run: (facts) => outsideSwarm(facts) ?? decide(facts) };
}

function partlyInSwarm(
  about: CheckAbout,
  decide: Decide<Exclude<Status, "pass">>,
): Check<SwarmFacts> {
  return { ...about, sees: "part", run: (facts) => outsideSwarm(facts) ?? decide(facts) };
}

/** Only a manager of a swarm tells about it. */
function outsideSwarm(
  { info: { Swarm } }: SwarmFacts,
): Verdict<"info" | "not_checkable"> | undefined {
  const state = Swarm?.LocalNodeState ?? "";
  if (state === "" || state === "inactive") return info("Does not apply: the swarm mode is off");
  return Swarm?.ControlAvailable === true
    ? undefined
    : unseen("Told by managers of the swarm only");
}
