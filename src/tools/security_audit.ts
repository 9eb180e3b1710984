import { z } from "zod";
import { containerRef, verbose } from "./fields.ts";
import { SEVERITIES, type Severity } from "./security_check.ts";
import { gatherFacts } from "./security_facts.ts";
import { judge } from "./security_judgement.ts";
import { countsOf, findingsOf, notSeenOf } from "./security_report.ts";
import type { AuditRules } from "./security_subjects.ts";
import { defineTool, type Tool, type ToolContext } from "./tool.ts";

/** Containers that are looked at unless the caller says otherwise, as in the contract, and at most. */
const USUAL_CONTAINERS = 20;
const MOST_CONTAINERS = 200;

/** The tool that holds the Engine, its containers and their images against the CIS Docker Benchmark. */
export function securityAudit(rules: AuditRules): Tool {
  return defineTool({
    name: "docker_security_audit",
    title: "Security audit",
    safety: "safe",
    description: "Check the Engine, containers and images against the CIS Docker Benchmark: " +
      "what fails, evidence, remedy. What cannot be checked is told. Changes nothing.",
    untrusted: ["findings.hits"],
    seconds: 120,
    input: () =>
      z.strictObject({
        container_id: containerRef().optional(),
        severity: z.enum(SEVERITIES).default("info").meta({ description: "Least severity shown" }),
        limit: z.number().int().min(1).max(MOST_CONTAINERS).default(USUAL_CONTAINERS)
          .meta({ description: "Newest containers checked" }),
        verbose: verbose("Add passed checks"),
      }),
    output: () =>
      z.object({
        // Loose, because they are ours and not the Engine's, and every conversation pays for each key.
        summary: z.looseObject({}),
        findings: z.array(
          z.looseObject({ id: z.string(), status: z.string(), hits: z.array(z.looseObject({})) }),
        ),
        not_seen: z.array(z.string()),
      }),
    example: { severity: "high" },
    run: (context, input) => audit(rules, context, input),
  });
}

interface AuditInput {
  readonly container_id?: string | undefined;
  readonly severity: Severity;
  readonly limit: number;
  readonly verbose: boolean;
}

interface AuditOutput {
  summary: Record<string, unknown>;
  findings: { id: string; status: string; hits: Record<string, unknown>[] }[];
  not_seen: string[];
}

async function audit(
  rules: AuditRules,
  context: ToolContext,
  { container_id, limit, severity, verbose }: AuditInput,
): Promise<AuditOutput> {
  const scope = { containerId: container_id, limit };
  const { facts, total, notSeen } = await gatherFacts(context, rules, scope);
  const outcomes = judge(facts);
  const summary = {
    containers: facts.containers.length,
    containers_total: total,
    images: facts.images.length,
    ...countsOf(outcomes),
  };
  const findings = findingsOf(outcomes, { severity, verbose }).map((finding) => ({
    ...finding,
    hits: finding.hits.map((hit) => ({ ...hit })),
  }));
  return {
    summary,
    findings,
    not_seen: [...notSeenOf(outcomes, facts.engine !== undefined), ...notSeen],
  };
}
