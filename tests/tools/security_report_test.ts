import assert from "node:assert/strict";
import { redactValue } from "../../src/safety/redact.ts";
import { sanitizeValue } from "../../src/safety/untrusted.ts";
import { countsOf, findingsOf, notSeenOf } from "../../src/tools/security_report.ts";
import { ALL_CHECKS, container, engine, image, outcomes, swarm } from "./security_fixtures.ts";

const ALL = { severity: "info", verbose: false } as const;

function privileged(...names: string[]) {
  return names.map((name) => container({ name, host: { Privileged: true } }));
}

Deno.test("findingsOf() tells a check once, with the names of all it hits", () => {
  const found = findingsOf(outcomes({ containers: privileged("web", "db") }), ALL);
  const [first] = found.filter(({ id }) => id === "5.5");
  assert.deepEqual(first, {
    id: "5.5",
    title: "Ensure that privileged containers are not used",
    status: "fail",
    severity: "critical",
    scope: "container",
    level: 1,
    hits: [{ evidence: "HostConfig.Privileged=true", on: ["web", "db"] }],
    remedy: "Create it without privileged, with single capabilities or devices instead",
    frameworks: "PCI-DSS 7.2.1; HIPAA 164.308(a)(4)(i); SOC 2 CC6.3",
  });
  assert.equal(found.filter(({ id }) => id === "5.5").length, 1);
});

Deno.test("findingsOf() keeps what has different evidence apart", () => {
  const containers = [
    container({ name: "a", host: { CapAdd: ["SYS_ADMIN"] } }),
    container({ name: "b", host: { CapAdd: ["NET_ADMIN"] } }),
    container({ name: "c", host: { CapAdd: ["SYS_ADMIN"] } }),
  ];
  const [found] = findingsOf(outcomes({ containers }), ALL).filter(({ id }) => id === "5.4");
  assert.deepEqual(found?.hits, [
    { evidence: "CapAdd: SYS_ADMIN", on: ["a", "c"] },
    { evidence: "CapAdd: NET_ADMIN", on: ["b"] },
  ]);
});

Deno.test("findingsOf() tells fails and warns worst first, and the rest only when asked", () => {
  const all = outcomes({ engine: engine(), containers: privileged("web"), images: [image()] });
  const brief = findingsOf(all, ALL);
  assert.deepEqual([...new Set(brief.map(({ status }) => status))].sort(), ["fail", "warn"]);
  const order = ["critical", "high", "medium", "low", "info"];
  const ranks = brief.map(({ severity }) => order.indexOf(severity));
  assert.deepEqual(ranks, ranks.toSorted((one, other) => one - other));
  const verbose = findingsOf(all, { ...ALL, verbose: true });
  assert.ok(verbose.some(({ status }) => status === "pass"));
  assert.ok(verbose.some(({ status }) => status === "info"));
  for (const { id, status, remedy, frameworks } of verbose) {
    const isBad = status === "fail" || status === "warn";
    assert.deepEqual([remedy !== undefined, frameworks !== undefined], [isBad, isBad], id);
  }
  assert.ok(verbose.every(({ id }) => id !== "2.8"), "what is never seen is told once, elsewhere");
});

Deno.test("findingsOf() leaves out what is less severe than asked", () => {
  const all = outcomes({ containers: privileged("web") });
  const severities = (severity: "critical" | "high") =>
    new Set(findingsOf(all, { severity, verbose: false }).map((finding) => finding.severity));
  assert.deepEqual(severities("critical"), new Set(["critical"]));
  assert.deepEqual(severities("high"), new Set(["critical", "high"]));
});

Deno.test("findingsOf() bounds names and pieces of evidence", () => {
  const many = privileged(...Array.from({ length: 25 }, (_, index) => `c${index}`));
  const [equal] = findingsOf(outcomes({ containers: many }), ALL).filter(({ id }) => id === "5.5");
  assert.deepEqual([equal?.hits[0]?.on?.length, equal?.hits[0]?.more], [20, 5]);
  const different = many.map((subject, index) => ({
    ...subject,
    host: { CapAdd: [`CAP_${"X".repeat(index + 1)}`] },
  }));
  const [found] = findingsOf(outcomes({ containers: different }), ALL)
    .filter(({ id }) => id === "5.4");
  assert.equal(found?.hits.length, 11);
  assert.deepEqual([found?.hits[10]?.evidence, found?.hits[10]?.on?.length], ["Likewise", 15]);
});

Deno.test("countsOf() counts each check of each object, and the severities of what is bad", () => {
  const all = outcomes({ containers: privileged("web", "db") });
  const { by_status, by_severity } = countsOf(all);
  const sum = Object.values(by_status).reduce((total, count) => total + count, 0);
  assert.equal(sum, all.length);
  assert.equal(by_severity["critical"], 2);
  const bad = (by_status["failed"] ?? 0) + (by_status["warned"] ?? 0);
  assert.equal(Object.values(by_severity).reduce((total, count) => total + count, 0), bad);
  assert.deepEqual(countsOf([]), { by_status: {}, by_severity: {} });
});

Deno.test("notSeenOf() names sections 1 and 3, what the API never tells and what it did not tell now", () => {
  const all = outcomes({
    engine: engine({}, { images: undefined }),
    containers: [container({ facts: { programs: undefined } })],
  });
  const lines = notSeenOf(all, true);
  assert.match(lines[0] ?? "", /^CIS section 1 .*not checkable/);
  assert.match(lines[1] ?? "", /^CIS section 3 .*not checkable/);
  assert.ok(
    lines.includes("2.8, 2.16: not checkable. A setting of the daemon that the API does not tell"),
  );
  assert.ok(lines.includes("4.3, 4.8, 4.11: not checkable. It takes a look inside the image"));
  assert.ok(lines.includes("4.5: not checkable. A setting of each client"));
  assert.ok(lines.includes("6.1, 5.7: not checkable this time; see verbose"));
  assert.equal(lines.length, 6);
  assert.match(notSeenOf([], false).at(-1) ?? "", /container_id/);
});

Deno.test("nothing that the audit says looks like a secret to the redactor", () => {
  const plain = { containers: [container()], images: [image()], swarm: swarm() };
  const odd = {
    containers: [container({
      host: { Privileged: true, SecurityOpt: ["no-new-privileges:false"], CapAdd: ["SYS_ADMIN"] },
      details: { Config: { Env: ["DB_PASSWORD=correct-horse"] } },
    })],
    images: [image({ Config: { Env: ["API_TOKEN=correct-horse-battery"] } })],
    swarm: swarm({}, { secrets: [{ ID: "s" }] }),
  };
  const secured = engine({ Plugins: { Authorization: ["opa"] } });
  const all = [
    ...outcomes({ ...plain, engine: engine() }),
    ...outcomes({ ...odd, engine: secured }),
  ];
  const told = {
    findings: findingsOf(all, { severity: "info", verbose: true }),
    summary: countsOf(all),
    not_seen: notSeenOf(all, true),
    checks: ALL_CHECKS.map(({ id, title, remedy }) => ({ id, title, remedy })),
  };
  assert.deepEqual(redactValue(told), told);
  assert.deepEqual(sanitizeValue(told), told);
});
