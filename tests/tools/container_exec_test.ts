import assert from "node:assert/strict";
import { createDocker } from "../../src/docker/client.ts";
import { execCommand } from "../../src/tools/container_exec.ts";
import { goodAnswers } from "../fakes/fake_answers.ts";
import { type FakeReply, FakeTransport } from "../fakes/fake_transport.ts";
import { toolContext } from "./tool_context.ts";

const LOOK = /look with ps before you run it again$/;

/** Runs a command whose exit the Engine tells as `inspected`. */
async function exec(inspected: FakeReply): Promise<Record<string, unknown>> {
  const replies = { ...goodAnswers, "GET /exec/{}/json": inspected };
  using docker = createDocker(new FakeTransport(replies));
  const input = execCommand.input().parse({ container_id: "web", command: "true" });
  return await execCommand.run(toolContext(docker), input, []);
}

Deno.test("docker_exec_command keeps its output where the exit code cannot be read", async () => {
  for (const [status, message] of [[404, "No such exec instance"], [500, "broken"]] as const) {
    const answer = await exec(() => Response.json({ message }, { status }));
    assert.deepEqual([answer["exit_code"], answer["output"]], [null, "output\n"]);
    const info = answer["truncation_info"] as Record<string, unknown>;
    assert.match(String(info["message"]), /^The output ended, the exit code is not known\. Cannot/);
    assert.match(String(info["message"]), new RegExp(`Docker said: ${message}$`));
    assert.equal(info["truncated"], undefined);
  }
});

Deno.test("docker_exec_command says why there is no exit code while a command runs", async () => {
  for (const inspected of [{ ExitCode: null, Running: true }, { ExitCode: 0, Running: true }]) {
    const answer = await exec(inspected);
    assert.deepEqual([answer["exit_code"], answer["output"]], [null, "output\n"]);
    const info = answer["truncation_info"] as Record<string, unknown>;
    assert.match(
      String(info["message"]),
      /^Its output ended without an exit code; the command may still be running/,
    );
    assert.match(String(info["message"]), LOOK);
  }
});
