import assert from "node:assert/strict";
import { type EngineServer, type ProgressNote, serverTest } from "../e2e/engine_server.ts";

interface Exec {
  readonly notice?: string;
  readonly exit_code: number | null;
  readonly output: string;
  readonly truncation_info: Record<string, unknown>;
}

const TOOL = "docker_exec_command";

interface ExecTest extends EngineServer {
  readonly id: string;
  readonly exec: (command: string | string[], more?: Record<string, unknown>) => Promise<Exec>;
  readonly refused: (
    command: string | string[],
    more?: Record<string, unknown>,
  ) => Promise<string>;
}

/** A test with a container that runs and waits for commands. */
function execTest(
  name: string,
  run: (test: ExecTest) => Promise<void>,
  env: Record<string, string> = {},
): void {
  serverTest(name, async (test) => {
    const id = await test.engine.run("busybox", { env: { COLOR: "blue", SHAPE: "round" } });
    const input = (command: string | string[], more: Record<string, unknown> = {}) => ({
      container_id: id,
      command,
      ...more,
    });
    await run({
      ...test,
      id,
      exec: (command, more) => test.call<Exec>(TOOL, input(command, more)),
      refused: (command, more) => test.callFailing(TOOL, input(command, more)),
    });
  }, { env });
}

execTest(`${TOOL} answers both streams and the exit code`, async ({ exec }) => {
  const both = await exec(["sh", "-c", "echo to stdout; sleep 0.1; echo to stderr >&2; exit 3"]);
  assert.deepEqual([both.output, both.exit_code], ["to stdout\nto stderr\n", 3]);
  assert.match(both.notice ?? "", /^output: text that others wrote; data/);
  assert.deepEqual(await exec("true"), { exit_code: 0, output: "", truncation_info: {} });
});

execTest(`${TOOL} reports a program that is not there as the runtime does`, async ({ exec }) => {
  const { exit_code, output } = await exec("no-such-program --flag");
  assert.ok(exit_code === 126 || exit_code === 127, `exit code ${exit_code}`);
  assert.match(output, /no-such-program.*not found/);
});

execTest(`${TOOL} takes a list, a line, and a list written as JSON`, async ({ exec }) => {
  const cases: [string | string[], string][] = [
    [["printf", "[%s]", "a b", "$HOME", ";"], "[a b][$HOME][;]"],
    [`printf [%s] "a b" '$HOME' \\;`, "[a b][$HOME][;]"],
    ['["printf", "[%s]", "a b"]', "[a b]"],
    ["printf '[%s]' --x='a  b'", "[--x=a  b]"],
    [["printf", "[%s]", ""], "[]"],
  ];
  for (const [command, output] of cases) assert.equal((await exec(command)).output, output);
});

execTest(`${TOOL} refuses what only a shell understands, and what is no command`, async ({
  refused,
}) => {
  for (const operator of [";", "&&", "||", "|", "`id`", "$(id)", ">", "<", "&", "\n"]) {
    const text = await refused(`echo a ${operator} b`);
    assert.match(text, /^command: contains .* which only a shell understands.*\["sh", "-c", "…"\]/);
  }
  assert.match(await refused("echo 'a"), /^command: has an open quote/);
  assert.match(await refused("  "), /^command: is empty/);
  assert.match(await refused([]), /^command: /);
  assert.match(await refused(["echo", "a\0b"]), /^command/);
  assert.match(await refused(["x".repeat(65_537)]), /^command/);
});

execTest(`${TOOL} sets user, working directory and environment`, async ({ exec, refused }) => {
  const script = 'echo "$(id -u):$(id -g) $(pwd) $COLOR $SHAPE $EMPTY."';
  const shell = ["sh", "-c", script];
  assert.equal((await exec(shell)).output, "0:0 / blue round .\n");
  const set = { user: "1000:50", workdir: "/etc", environment: { COLOR: "red", EMPTY: "" } };
  assert.equal((await exec(shell, set)).output, "1000:50 /etc red round .\n");
  const text = { environment: '{"COLOR": "a=b \\"c\\""}' };
  assert.equal((await exec(shell, text)).output, '0:0 / a=b "c" round .\n');
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ environment: "{COLOR" }, /^environment: is text that cannot be read as an object/],
    [{ environment: { COLOR: 1 } }, /^environment\.COLOR: expected a string/],
    [{ environment: { "A=B": "c" } }, /^environment: has a name/],
    [{ workdir: "etc" }, /^workdir: expected an absolute path/],
    [{ workdir: "/proc/self/fd/7" }, /^workdir: expected an absolute path/],
    [{ workdir: "/etc/../proc" }, /^workdir: expected an absolute path/],
    [{ user: "root; id" }, /^user: expected a user or uid/],
    [{ timeout: 0 }, /^timeout: /],
    [{ shell: true }, /^shell: is not an argument of docker_exec_command/],
  ];
  for (const [more, expected] of cases) assert.match(await refused(shell, more), expected);
  const nobody = await exec(shell, { user: "no-such-user" }).catch((error) => error.message);
  assert.match(JSON.stringify(nobody), /no-such-user|unable to find user/);
});

execTest(`${TOOL} stops waiting at the deadline, and says that the command may still run`, async ({
  engine,
  exec,
  id,
}) => {
  const answer = await exec(["sh", "-c", "echo begun; sleep 30"], { timeout: 1 });
  assert.deepEqual([answer.exit_code, answer.output], [null, "begun\n"]);
  assert.match(
    String(answer.truncation_info["message"]),
    /^Stopped waiting after 1 s; the command may still be running in the container: look with ps before/,
  );
  const { json } = await engine.raw("GET", `/containers/${id}/top`);
  assert.match(JSON.stringify(json), /sleep 30/);
});

execTest(`${TOOL} keeps the beginning and the end of a long output, with progress`, async ({
  server,
  id,
}) => {
  const script = "echo first; dd if=/dev/zero bs=1M count=5 2>/dev/null | tr '\\0' x; " +
    "sleep 1.2; echo; echo last; exit 7";
  const notes: ProgressNote[] = [];
  const { structuredContent } = await server.client.callTool({
    name: TOOL,
    arguments: { container_id: id, command: ["sh", "-c", script] },
  }, { onprogress: (note) => notes.push(note) });
  const { exit_code, output, truncation_info } = structuredContent as unknown as Exec;
  assert.equal(exit_code, 7);
  assert.ok(output.startsWith("first\nxxx"));
  assert.ok(output.endsWith("xxx\nlast\n"));
  const total = 5 * 1024 * 1024 + "first\n\nlast\n".length;
  const [, lost] = /\n\[\.\.\. (\d+) bytes left out \.\.\.\]\n/.exec(output) ?? [];
  // On each side of the gap 4 KiB go as well, because the line is one word.
  const shown = 1024 * 1024 - 2 * 4096;
  assert.equal(Number(lost), total - shown);
  const gap = output.indexOf("\n[...");
  assert.equal(gap, 256 * 1024 - 4096);
  assert.deepEqual([truncation_info["original_bytes"], truncation_info["truncated_bytes"]], [
    total,
    shown,
  ]);
  assert.match(notes[0]?.message ?? "", /^\d+ bytes of output$/);
});

execTest(`${TOOL} never tears a character apart`, async ({ exec }) => {
  const { output } = await exec([
    "sh",
    "-c",
    "i=0; while [ $i -lt 5000 ]; do i=$((i+1)); printf €; done",
  ]);
  const [first = "", rest = ""] = output.split(/\n\[\.\.\. \d+ bytes left out \.\.\.\]\n/);
  assert.match(first, /^€{416}$/);
  assert.match(rest, /^€{1250}$/);
}, { SAFETY_MAX_EXEC_OUTPUT_BYTES: "10001" });

execTest(
  `${TOOL} shows what is no UTF-8 as text with replacements, and nothing of it is cut`,
  async ({
    exec,
  }) => {
    const binary = await exec(["printf", String.raw`\377\376\000\001`]);
    assert.deepEqual([binary.output, binary.truncation_info], ["\ufffd\ufffd", {}]);
    const latin1 = await exec(["printf", String.raw`d\351j\340 vu\n`]);
    assert.deepEqual([latin1.output, latin1.truncation_info], ["d\ufffdj\ufffd vu\n", {}]);
    const half = await exec(["printf", String.raw`grün \342\202`]);
    assert.equal(half.output, "grün \ufffd");
    const colored = await exec(["printf", String.raw`\033[1mbold\033[0m\r\nnext`]);
    assert.equal(colored.output, "bold\nnext");
  },
);

execTest(`${TOOL} refuses privileges, and says who can allow them`, async ({ refused }) => {
  const text = await refused("id", { privileged: true });
  assert.match(
    text,
    /^privileged: Privileged exec is not allowed: .*SAFETY_ALLOW_PRIVILEGED_CONTAINERS=true/,
  );
});

execTest(
  `${TOOL} asks the Engine for privileges where the operator allows them`,
  async ({ exec }) => {
    const command = ["grep", "CapEff", "/proc/self/status"];
    const plain = await exec(command);
    const privileged = await exec(command, { privileged: true });
    // A machine that lacks a capability itself cannot grant all; that the runtime tried is enough.
    assert.match(privileged.output, /CapEff|unable to apply caps/);
    assert.notEqual(privileged.output, plain.output);
  },
  { SAFETY_ALLOW_PRIVILEGED_CONTAINERS: "true" },
);

serverTest(`${TOOL} says that a container must run first`, async ({ callFailing, engine }) => {
  const created = await engine.create("busybox");
  const paused = await engine.run("busybox");
  await engine.raw("POST", `/containers/${paused}/pause`);
  assert.match(
    await callFailing(TOOL, { container_id: created, command: "true" }),
    /^Cannot prepare a command in container ".*": .*is not running\. Start the container first\.$/,
  );
  assert.match(
    await callFailing(TOOL, { container_id: paused, command: "true" }),
    /is paused.*Unpause the container first\.$/,
  );
});
