import { isUser } from "../tools/container_grammar.ts";
import { isContainerPath } from "../tools/fields.ts";
import { RefusedError } from "../tools/refused.ts";
import { judgeCommand } from "./command_policy.ts";
import { type CreatePolicy, object, unknown } from "./create_policy.ts";

const FLAGS = ["AttachStdin", "AttachStdout", "AttachStderr", "Privileged", "Tty"];

/**
 * Judges the final body of an exec create.
 *
 * @throws {RefusedError} `policy` for a privileged exec that is not allowed, a command that would ruin the container, an
 * unknown field or a value of another kind than this server sends.
 */
export function judgeExec(body: unknown, { allowPrivileged }: CreatePolicy): void {
  const exec = object(body, "exec");
  for (const [field, value] of Object.entries(exec)) {
    if (!isHarmless(field, value)) throw unknown(`exec.${field}`);
  }
  if (exec.Privileged === true && !allowPrivileged) {
    throw new RefusedError(
      "policy",
      "privileged: Privileged exec is not allowed: it has full control of the host",
      "Run the command without privileged; only the operator can change this, with SAFETY_ALLOW_PRIVILEGED_CONTAINERS=true",
    );
  }
  const { Cmd = [], Env = [] } = exec as { Cmd?: string[]; Env?: string[] };
  judgeCommand([], Cmd, Env);
}

function isHarmless(field: string, value: unknown): boolean {
  if (FLAGS.includes(field)) return typeof value === "boolean";
  if (field === "Cmd" || field === "Env") {
    return Array.isArray(value) && value.every((word) => typeof word === "string");
  }
  if (typeof value !== "string") return false;
  // Below /proc a folder can be one of the host (CVE-2024-21626).
  return (field === "User" && isUser(value)) || (field === "WorkingDir" && isContainerPath(value));
}
