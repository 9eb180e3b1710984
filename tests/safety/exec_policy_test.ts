import assert from "node:assert/strict";
import { judgeExec } from "../../src/safety/exec_policy.ts";

const ORDINARY = { allowPrivileged: false };
const REFUSED = { name: "RefusedError", code: "policy" };

Deno.test("judgeExec() accepts what the exec tool can ask for", () => {
  const body = { Cmd: ["ls"], Env: ["A=b"], WorkingDir: "/", User: "root", AttachStdout: true };
  judgeExec(body, ORDINARY);
  judgeExec({ ...body, Privileged: false, Tty: true }, ORDINARY);
  judgeExec({ ...body, Privileged: true }, { allowPrivileged: true });
});

Deno.test("judgeExec() refuses privileges that are not allowed, and names the setting", () => {
  assert.throws(() => judgeExec({ Cmd: ["ls"], Privileged: true }, ORDINARY), {
    ...REFUSED,
    message: /Privileged exec is not allowed/,
    remedy: /SAFETY_ALLOW_PRIVILEGED_CONTAINERS/,
  });
});

Deno.test("judgeExec() refuses values of another kind, unknown fields and other forms", () => {
  const fields: Record<string, unknown>[] = [
    { Privileged: "true" },
    { Privileged: 1 },
    { privileged: true },
    { DetachKeys: "x" },
    { Container: "x" },
    { constructor: "x" },
    { Cmd: "ls" },
    { Cmd: [["ls"]] },
    { Env: {} },
    { User: "root;id" },
    { User: 0 },
    { WorkingDir: "/proc/self/fd/7" },
    { WorkingDir: "/a/../proc" },
    { WorkingDir: "relative" },
    { Tty: "false" },
  ];
  const bodies: unknown[] = [...fields.map((field) => ({ Cmd: ["ls"], ...field })), null, [], "x"];
  for (const body of bodies) {
    assert.throws(() => judgeExec(body, ORDINARY), REFUSED, JSON.stringify(body));
  }
  assert.throws(() => judgeExec(JSON.parse('{"__proto__":{}}'), ORDINARY), REFUSED);
});

Deno.test("judgeExec() applies the tripwire", () => {
  assert.throws(() => judgeExec({ Cmd: ["sh", "-c", "rm -rf /"] }, { allowPrivileged: true }), {
    ...REFUSED,
    message: /^command: "rm" would delete all of "\/"/,
    remedy: /deeper path/,
  });
  judgeExec({ Cmd: ["sh", "-c", "echo rm -rf /"] }, ORDINARY);
  const below = { Cmd: ["sh", "-c", "rm -rf $DIR/*"] };
  assert.throws(() => judgeExec(below, ORDINARY), { ...REFUSED, message: /DIR is not set/ });
  judgeExec({ ...below, Env: ["DIR=/srv"] }, ORDINARY);
});
