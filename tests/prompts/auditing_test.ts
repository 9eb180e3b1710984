import assert from "node:assert/strict";
import { auditSections } from "../../src/prompts/auditing.ts";
import type { Section } from "../../src/prompts/material.ts";
import { redactText } from "../../src/safety/redact.ts";
import { judge } from "../../src/tools/security_judgement.ts";
import { container, engine, image, swarm } from "../tools/security_fixtures.ts";

const FACTS = {
  engine: engine({}, { networks: undefined, images: undefined }),
  swarm: swarm(),
  containers: [
    container({ name: "web", host: { Privileged: true } }),
    container({ name: "db", facts: { programs: undefined } }),
  ],
  images: [image({}, null)],
};
const OUTCOMES = judge(FACTS);
const GATHERED = { facts: FACTS, total: 2, notSeen: ["the volumes: no answer"] };

/** The lines of a section, by the beginning of its title. */
function lines(sections: readonly Section[], title: string): readonly string[] {
  return sections.find((section) => section.title.startsWith(title))?.lines ?? assert.fail(title);
}

Deno.test("auditSections() names every check that fails or warns with its verdict, remedy and counterparts", () => {
  const { found } = auditSections(GATHERED, OUTCOMES);
  const told = found.slice(1).flatMap(({ lines }) => lines);
  const bad = OUTCOMES.filter(({ status }) => status === "fail" || status === "warn");
  assert.ok(bad.length > 10);
  for (const { check: { id, title }, status } of bad) {
    const line = told.find((line) => line.startsWith(`${id} ${status} (`)) ?? assert.fail(id);
    assert.ok(line.includes(title), line);
    assert.match(line, /Remedy: .+ \((?:PCI-DSS [^;]+; )?HIPAA [^;]+; SOC 2 [^;]+\)$/);
    assert.ok(told.some((line) => line.startsWith(`${id} evidence: `)), id);
  }
});

Deno.test("auditSections() never counts among what is met what could not be checked", () => {
  const { rest } = auditSections(GATHERED, OUTCOMES);
  const met = new Set<string>(lines(rest, "Met").join().match(/[\w.-]+/g));
  const open = lines(rest, "Not checkable").join("\n");
  const passed = new Set(
    OUTCOMES.filter(({ status }) => status === "pass").map(({ check }) => check.id),
  );
  const unseen = OUTCOMES.filter(({ status }) => status === "not_checkable");
  assert.ok(unseen.some(({ neverSeen }) => neverSeen) && unseen.some((one) => !one.neverSeen));
  for (const { check: { id } } of unseen) {
    assert.match(open, new RegExp(`(?:^|, )${id.replace(".", "\\.")}[,: ]`, "m"));
    if (!passed.has(id)) assert.ok(!met.has(id), id);
  }
  assert.match(open, /^the volumes: no answer$/m);
  assert.match(open, /CIS section 1 .*not checkable/);
});

Deno.test("auditSections() says what was looked at, and that older containers were not", () => {
  const { found } = auditSections(
    { ...GATHERED, total: 50, notSeen: ["48 older containers with their images: raise limit"] },
    OUTCOMES,
  );
  const audited = lines(found, "Audited").join("\n");
  assert.match(audited, /Containers: 2 of 50, the newest; images: 1/);
  assert.match(audited, /Older containers were not seen/);
  const alone = { ...FACTS, engine: undefined, swarm: undefined };
  const one = auditSections({ facts: alone, total: 1, notSeen: [] }, judge(alone));
  assert.match(
    lines(one.found, "Audited").join("\n"),
    /^One container with its image; not the Engine/,
  );
});

Deno.test("redaction leaves our own words of an audit whole", () => {
  const { found, rest } = auditSections(GATHERED, OUTCOMES);
  for (const line of [...found, ...rest].flatMap(({ lines }) => lines)) {
    assert.equal(redactText(`- ${line}`), `- ${line}`);
  }
});
