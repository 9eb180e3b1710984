import { type Check, type CheckAbout, type Status, unseen } from "./security_check.ts";
import { BOUNDARY_CHECKS } from "./security_checks_boundary.ts";
import { DAEMON_CHECKS } from "./security_checks_daemon.ts";
import { ENGINE_CHECKS } from "./security_checks_engine.ts";
import { IMAGE_CHECKS } from "./security_checks_image.ts";
import { OPERATION_CHECKS } from "./security_checks_operation.ts";
import { PRIVILEGE_CHECKS } from "./security_checks_privilege.ts";
import { SWARM_CHECKS } from "./security_checks_swarm.ts";
import type { ContainerFacts, EngineFacts, ImageFacts, SwarmFacts } from "./security_subjects.ts";

/** What kind of object a check looks at. */
export type Scope = "daemon" | "container" | "image" | "swarm";

/** Every check by the kind of object it looks at: the 73 of the CIS Docker Benchmark that are not about files of the host, and ours. */
export const CHECKS = {
  daemon: [...DAEMON_CHECKS, ...ENGINE_CHECKS],
  image: IMAGE_CHECKS,
  container: [...PRIVILEGE_CHECKS, ...BOUNDARY_CHECKS, ...OPERATION_CHECKS],
  swarm: SWARM_CHECKS,
} as const satisfies Record<Scope, readonly Check<never>[]>;

/** All that an audit looks at. */
export interface AuditFacts {
  /** Undefined where single containers are audited. */
  readonly engine: EngineFacts | undefined;
  /** Undefined where single containers are audited. */
  readonly swarm: SwarmFacts | undefined;
  readonly containers: readonly ContainerFacts[];
  readonly images: readonly ImageFacts[];
}

/** What one check says of one object. */
export interface Outcome {
  readonly check: CheckAbout;
  readonly scope: Scope;
  /** The name of a container or an image; undefined for the daemon and the swarm. */
  readonly on: string | undefined;
  readonly status: Status;
  readonly evidence: string;
  /** Whether the API never tells anything of it. */
  readonly neverSeen: boolean;
}

/** What every check says of every object it looks at; a check of which the API shows nothing is told once. */
export function judge({ engine, swarm, containers, images }: AuditFacts): Outcome[] {
  return [
    ...engine === undefined ? [] : judgeAll("daemon", CHECKS.daemon, [["", engine]]),
    ...judgeAll("image", CHECKS.image, images.map((facts) => [facts.name, facts])),
    ...judgeAll("container", CHECKS.container, containers.map((facts) => [facts.name, facts])),
    ...swarm === undefined ? [] : judgeAll("swarm", CHECKS.swarm, [["", swarm]]),
  ];
}

/** Characters: whatever an odd Engine sends, no object makes an answer long. */
const LONGEST_EVIDENCE = 500;

type Named<Facts> = readonly [name: string, facts: Facts];

function judgeAll<Facts>(
  scope: Scope,
  checks: readonly Check<Facts>[],
  objects: readonly Named<Facts>[],
): Outcome[] {
  return checks.flatMap((check): Outcome[] => {
    if (check.sees === "nothing") {
      return [{ check, scope, on: undefined, ...unseen(check.evidence), neverSeen: true }];
    }
    return objects.map(([name, facts]) => {
      const on = name === "" ? undefined : name;
      const { status, evidence } = check.run(facts);
      const told = evidence.slice(0, LONGEST_EVIDENCE);
      return { check, scope, on, status, evidence: told, neverSeen: false };
    });
  });
}
