import assert from "node:assert/strict";
import {
  auditPlace,
  describePlace,
  directoryFiles,
  placeInForce,
} from "../../src/telemetry/audit_place.ts";

Deno.test("auditPlace() is the chosen file, or stderr by its name", () => {
  const env = { HOME: "/home/ann" };
  const place = (file: string) => auditPlace({ file, env, platform: "linux" });
  assert.deepEqual(place("/srv/audit.jsonl"), { kind: "file", path: "/srv/audit.jsonl" });
  assert.deepEqual(place("./stderr"), { kind: "file", path: "./stderr" });
  const reason = "SECURITY_AUDIT_LOG_FILE says so";
  assert.deepEqual(place("stderr"), { kind: "stderr", reason });
});

Deno.test("auditPlace() is where each system keeps such files of a user, else stderr", () => {
  const cases = [
    ["linux", { HOME: "/home/ann" }, "/home/ann/.local/state/mcp-docker"],
    ["linux", { HOME: "/home/ann", XDG_STATE_HOME: "/state" }, "/state/mcp-docker"],
    ["linux", { HOME: "/home/ann", XDG_STATE_HOME: "state" }, "/home/ann/.local/state/mcp-docker"],
    ["linux", { HOME: "/" }, "/.local/state/mcp-docker"],
    ["linux", { HOME: "ann" }, undefined],
    ["linux", {}, undefined],
    ["darwin", { HOME: "/Users/ann", XDG_STATE_HOME: "/x" }, "/Users/ann/Library/Logs/mcp-docker"],
    ["windows", { LOCALAPPDATA: "C:\\Users\\Ann\\Local" }, "C:\\Users\\Ann\\Local\\mcp-docker"],
    ["windows", { HOME: "/home/ann" }, undefined],
  ] as const;
  for (const [platform, env, path] of cases) {
    const place = auditPlace({ file: undefined, env, platform });
    if (place.kind === "stderr") assert.match(place.reason, /^(HOME|LOCALAPPDATA) names no dir/);
    assert.equal(place.kind === "directory" ? place.path : undefined, path);
  }
});

Deno.test("placeInForce() is stderr where the user's directory was not granted, and a chosen file stays", () => {
  const directory = { kind: "directory", path: "/state/mcp-docker" } as const;
  const file = { kind: "file", path: "/a.jsonl" } as const;
  const isAudit = (path: string): boolean => path === "/state/mcp-docker/audit.jsonl";
  assert.equal(placeInForce(directory, isAudit), directory);
  assert.deepEqual(placeInForce(directory, () => false), {
    kind: "stderr",
    reason: 'this program was not granted to write "/state/mcp-docker"',
  });
  assert.equal(placeInForce(file, () => false), file);
});

Deno.test("describePlace() says where calls are recorded, and what hinders it", () => {
  const directory = { kind: "directory", path: "/state" } as const;
  const file = { kind: "file", path: "/a.jsonl" } as const;
  const cases = [
    [directory, true, 'Calls are recorded in "/state/audit.jsonl", or on stderr where that cannot'],
    [directory, false, "Calls are recorded on stderr: this program was not granted to write"],
    [file, true, 'Calls are recorded in "/a.jsonl".'],
    [file, false, 'Calls cannot be recorded in "/a.jsonl": this program was not granted'],
    [{ kind: "stderr", reason: "so it is" }, true, "Calls are recorded on stderr: so it is."],
  ] as const;
  for (const [place, isGranted, expected] of cases) {
    const sentence = describePlace(place, () => isGranted);
    assert.ok(sentence.startsWith(expected), sentence);
  }
});

Deno.test("directoryFiles() has a file for each of several servers", () => {
  const files = directoryFiles("/state");
  assert.deepEqual(files.slice(0, 2), ["/state/audit.jsonl", "/state/audit-2.jsonl"]);
  assert.equal(new Set(files).size, 32);
  assert.equal(directoryFiles("C:\\state")[0], "C:\\state\\audit.jsonl");
});
