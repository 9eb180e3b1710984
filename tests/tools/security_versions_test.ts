import assert from "node:assert/strict";
import { judgeVersions, knownFlaws } from "../../src/tools/security_versions.ts";

Deno.test("knownFlaws() compares with the fix of the version's own series, else with all", () => {
  const runc = "CVE-2025-31133";
  const cases: readonly (readonly [component: string, version: string, ...flaws: string[]])[] = [
    ["runc", "1.1.5+ds1", "CVE-2024-21626", runc],
    ["runc", "1.1.12", runc],
    ["runc", "1.2.7", runc],
    ["runc", "1.2.8"],
    ["runc", "1.3.0", runc],
    ["runc", "v1.3.3"],
    ["runc", "1.4.0-rc.2", runc],
    ["runc", "1.4.0-rc.3"],
    ["runc", "1.4.0~rc.2", runc],
    ["runc", "1.4.0"],
    ["runc", "1.10.0"],
    ["containerd", "v1.7.32", "CVE-2026-53488 (CRI plugin)"],
    ["containerd", "v1.7.33"],
    ["containerd", "2.0.9", "CVE-2026-53488 (CRI plugin)"],
    ["containerd", "2.3.2"],
    ["containerd", "2.4.0"],
    ["Engine", "29.5.1"],
    ["Engine", "29.5.0", "CVE-2026-41567 (copying into containers)"],
    ["Engine", "29.10.0"],
    ["docker-init", "0.19.0"],
  ];
  for (const [component, version, ...flaws] of cases) {
    assert.deepEqual(knownFlaws(component, version), flaws, `${component} ${version}`);
  }
  const engine = (version: string) =>
    knownFlaws("Engine", version)?.some((cve) => cve.startsWith("CVE-2024-41110"));
  assert.deepEqual(["25.0.6", "27.1.1", "28.0.0"].map(engine), [false, false, false]);
  assert.deepEqual(["20.10.24+dfsg1", "24.0.9", "27.1.0"].map(engine), [true, true, true]);
  assert.equal(knownFlaws("runc", "unknown"), undefined);
});

Deno.test("judgeVersions() warns at most, because distributions repair without a new number", () => {
  const Components = [{ Name: "Engine", Version: "99.0.0" }, { Name: "runc", Version: "1.1.11" }];
  const { status, evidence } = judgeVersions({ Components });
  assert.equal(status, "warn");
  assert.match(evidence, /^runc 1\.1\.11: CVE-2024-21626, CVE-2025-31133; a distribution may/);
});

Deno.test("judgeVersions() says nothing of versions it cannot read", () => {
  assert.equal(judgeVersions(undefined).status, "not_checkable");
  assert.equal(judgeVersions({ Components: [] }).status, "not_checkable");
  assert.equal(
    judgeVersions({ Components: [{ Name: "Podman Engine", Version: "5" }] }).status,
    "not_checkable",
  );
  const Components = [{ Name: "Engine", Version: "dev" }];
  assert.equal(judgeVersions({ Components }).status, "not_checkable");
});
