import { z } from "zod";
import type { AuditRules } from "../tools/security_subjects.ts";
import { gatherAudit } from "./auditing.ts";
import { definePrompt, type Prompt } from "./prompt.ts";
import { containersIn, optionalContainer } from "./prompt_arguments.ts";

/** Seconds, as of the tool that runs the same checks. */
const SECONDS = 120;

/** The same checks as the tool `docker_security_audit`, with what to make of them. */
export function securityAuditPrompt(rules: AuditRules): Prompt {
  return definePrompt({
    name: "security_audit",
    title: "Security audit",
    description:
      "Audit the Engine, its newest containers and their images, or one container, against the CIS Docker Benchmark, with " +
      "the counterparts in PCI-DSS, HIPAA and SOC 2.",
    sameAsTool: "docker_security_audit",
    input: () =>
      z.strictObject({
        container_id: optionalContainer("Container name or id; all where it is left out"),
      }),
    example: { container_id: "web" },
    seconds: SECONDS,
    gather: (context, { container_id }) =>
      gatherAudit(context, rules, { containerId: containersIn(container_id)[0] }),
  });
}
