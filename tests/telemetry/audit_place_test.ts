import assert from "node:assert/strict";
import { auditPlace, directoryFiles } from "../../src/telemetry/audit_place.ts";

Deno.test("auditPlace() is the chosen file, or stderr by its name", () => {
  const env = { HOME: "/home/ann" };
  const place = (file: string) => auditPlace({ file, env, platform: "linux" });
  assert.deepEqual(place("/srv/audit.jsonl"), { kind: "file", path: "/srv/audit.jsonl" });
  assert.deepEqual(place("./stderr"), { kind: "file", path: "./stderr" });
  assert.deepEqual(place("stderr"), { kind: "stderr" });
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
    const expected = path === undefined ? { kind: "stderr" } : { kind: "directory", path };
    assert.deepEqual(auditPlace({ file: undefined, env, platform }), expected);
  }
});

Deno.test("directoryFiles() has a file for each of several servers", () => {
  const files = directoryFiles("/state");
  assert.deepEqual(files.slice(0, 2), ["/state/audit.jsonl", "/state/audit-2.jsonl"]);
  assert.equal(new Set(files).size, 32);
  assert.equal(directoryFiles("C:\\state")[0], "C:\\state\\audit.jsonl");
});
