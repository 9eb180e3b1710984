import assert from "node:assert/strict";
import { DockerError } from "../../src/docker/errors.ts";
import { cleanValue } from "../../src/safety/clean.ts";
import { type Audit, audit, type AuditOptions } from "../../src/telemetry/audit.ts";
import type { AuditFields } from "../../src/telemetry/audit_chain.ts";
import { AuditError } from "../../src/telemetry/audit_error.ts";
import type { AuditLog } from "../../src/telemetry/audit_log.ts";
import { RefusedError } from "../../src/tools/refused.ts";
import type { Safety, ToolCall, ToolOutput } from "../../src/tools/tool.ts";
import { newFacts } from "../../src/tools/tool.ts";
import { callOf, toolCall } from "../safety/tool_call.ts";

/** A log in memory, whose disk can be full. */
class MemoryLog implements AuditLog {
  readonly records: AuditFields[] = [];
  isFull = false;
  disposed = false;
  opened = 0;
  begun = 0;

  readonly open = (): undefined => void this.opened++;

  readonly begin = (): void => void this.begun++;

  readonly write = (fields: AuditFields): AuditError | undefined => {
    if (this.isFull) return new AuditError("failed", "/log", "no space left on device");
    this.records.push(fields);
    return undefined;
  };

  [Symbol.dispose](): void {
    this.disposed = true;
  }
}

function recording(options: Partial<AuditOptions> = {}): { log: MemoryLog; steps: Audit } {
  const log = new MemoryLog();
  const steps = audit({
    log: () => Promise.resolve(log),
    clean: cleanValue,
    attribute: (call, next) => next(call),
    failsClosed: true,
    ...options,
  });
  return { log, steps };
}

/** Both steps around what a tool answers. */
function through(
  { outcome, intent }: Audit,
  call: ToolCall,
  answer: () => Promise<ToolOutput> = () => Promise.resolve({}),
): Promise<ToolOutput> {
  return outcome(call, (call) => intent(call, answer));
}

function callTo(safety: Safety, changes: Partial<ToolCall> = {}): ToolCall {
  return callOf({ ...toolCall().operation, safety }, changes);
}

Deno.test("audit() records every field of a call, and nothing of its result", async () => {
  const { log, steps } = recording();
  const facts = newFacts({ transport: "stdio", protocol: "2025-11-25" });
  const call = callTo("safe", { facts, input: { container_id: "web" } });
  const output = await through(steps, call, () => {
    facts.redactions.set("env", 2).set("url", 1);
    facts.sanitised.set("ansi", 4);
    facts.targets.add("4f1c");
    facts.engineCalls = 3;
    return Promise.resolve({ logs: "the result: ö" });
  });
  assert.deepEqual(output, { logs: "the result: ö" });
  const [record, ...more] = log.records;
  const { duration_ms, ...rest } = record ?? {};
  assert.deepEqual(more, []);
  assert.equal(typeof duration_ms, "number");
  assert.deepEqual(rest, {
    request_id: facts.id,
    phase: "outcome",
    principal: "stdio",
    client_ip: undefined,
    transport: "stdio",
    protocol: "2025-11-25",
    kind: "tool",
    name: "docker_sample",
    decision: "allow",
    reason: undefined,
    args: '{"container_id":"web"}',
    arg_digest: "639b62a82f64fcefebfe3815f8e3bb2e3e53407dd435de86894a0743b03aaac8",
    targets: ["4f1c"],
    engine_calls: 3,
    bytes_out: 25,
    redactions: 3,
    sanitised: 4,
  });
});

Deno.test("audit() records what is about to change before it changes, and how it ended after", async () => {
  for (const safety of ["moderate", "destructive"] as const) {
    const { log, steps } = recording();
    const call = callTo(safety);
    call.facts.targets.add("planned");
    await through(steps, call, () => {
      assert.deepEqual(log.records.map(({ phase }) => phase), ["intent"]);
      call.facts.targets.add("touched");
      return Promise.resolve({});
    });
    const [intent, outcome] = log.records;
    assert.deepEqual([intent?.decision, outcome?.decision], [undefined, "allow"]);
    assert.deepEqual([intent?.targets, outcome?.targets], [["planned"], ["planned", "touched"]]);
    assert.equal(intent?.request_id, outcome?.request_id);
  }
});

Deno.test("audit() tells plans from what was done", async () => {
  const { log, steps } = recording();
  for (const status of ["planned", "done"]) {
    await steps.outcome(callTo("destructive"), () => Promise.resolve({ status }));
  }
  assert.deepEqual(log.records.map(({ decision, reason }) => [decision, reason]), [
    ["allow", "planned"],
    ["allow", "done"],
  ]);
});

Deno.test("audit() tells refusals, failures and cancelled calls apart", async () => {
  const cases: readonly (readonly [error: unknown, decision: string, reason: string])[] = [
    [new RefusedError("not_allowed", "no"), "deny", "not_allowed"],
    [new RefusedError("confirmation_refused", "no"), "deny", "confirmation_refused"],
    [new RefusedError("timeout", "late"), "error", "timeout"],
    [new DockerError("not_found", "gone"), "error", "not_found"],
    [new TypeError("defect"), "error", "TypeError"],
    ["thrown", "error", "error"],
  ];
  const { log, steps } = recording();
  for (const [error] of cases) {
    const thrown = await through(steps, callTo("safe"), () => Promise.reject(error))
      .catch((caught) => caught);
    assert.equal(thrown, error);
  }
  const aborted = callTo("safe", { signal: AbortSignal.abort(new Error("gone")) });
  await assert.rejects(through(steps, aborted, () => Promise.reject(aborted.signal.reason)));
  const recorded = log.records.map(({ decision, reason }) => [decision, reason]);
  assert.deepEqual(recorded, [
    ...cases.map(([, ...expected]) => expected),
    ["aborted", "cancelled"],
  ]);
});

Deno.test("audit() writes arguments without secrets, unseen characters and the confirmation", async () => {
  const { log, steps } = recording();
  const input = {
    environment: { DB_PASSWORD: "hunter2hunter2" },
    command: ["curl", "https://ann:hunter2hunter2@host/"],
    name: "a\x1b[31mb\u202e\n",
    confirm: "v1.hunter2hunter2",
  };
  await through(steps, callTo("destructive", { input }));
  const text = JSON.stringify(log.records);
  assert.doesNotMatch(text, /hunter2|x1b|u001b|\u202e/);
  const args = JSON.parse(String(log.records[0]?.args));
  assert.match(args.confirm, /^sha256:[0-9a-f]{8}$/);
  assert.equal(args.name, "ab\n");
});

Deno.test("audit() gives a plan and its application one digest, which tells nothing of secrets", async () => {
  const { log, steps } = recording();
  const inputs: Record<string, unknown>[] = [
    { id: "a", env: ["TOKEN=hunter2hunter2"] },
    { id: "a", env: ["TOKEN=hunter2hunter2"], confirm: "x" },
    { id: "a", env: ["TOKEN=another1another"] },
    { id: "b", env: ["TOKEN=hunter2hunter2"] },
  ];
  for (const input of inputs) await through(steps, callTo("safe", { input }));
  const [plan, applied, other, different] = log.records.map(({ arg_digest }) => arg_digest);
  assert.equal(plan, applied);
  assert.equal(plan, other);
  assert.notEqual(plan, different);
});

Deno.test("audit() bounds arguments and targets, whatever they are made of", async () => {
  const { log, steps } = recording();
  for (
    const text of ["x".repeat(10_000), "ö".repeat(10_000), '"\\'.repeat(9000), "\n".repeat(9000)]
  ) {
    const call = callTo("moderate", { input: { text } });
    for (let count = 0; count < 1200; count++) {
      call.facts.targets.add(`${count}`.padStart(400, "x"));
    }
    await through(steps, call);
  }
  for (const { args, targets } of log.records) {
    assert.match(String(args), /^\{"text":.*\.\.\.$/s);
    const written = JSON.stringify(args).replace(/[^ -~]/g, "\\u0000");
    assert.ok(written.length <= 2048 && written.length > 1900, `${written.length}`);
    assert.ok(Array.isArray(targets));
    const shown = targets.slice(0, -1);
    assert.equal(targets.at(-1), `and ${1200 - shown.length} more`);
    assert.ok(shown.length > 200 && shown.every((target) => target.length <= 256));
    assert.ok(JSON.stringify(shown).length <= 64 * 1024, "the end of the file would not hold it");
  }
});

Deno.test("audit() cleans of very long arguments only the beginning of each text, and no half secret", async () => {
  let cleaned = 0;
  const { log, steps } = recording({
    clean: (value) => {
      cleaned = Math.max(cleaned, JSON.stringify(value).length);
      return cleanValue(value);
    },
  });
  const inputs: Record<string, unknown>[] = [
    { text: "x".repeat(4_000_000) },
    { texts: Array.from({ length: 400_000 }, () => "x".repeat(10)) },
    { map: Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`k${index}`, ""])) },
    { text: `${"word ".repeat(100)}ghp_${"aB3".repeat(12)} ${"x".repeat(4_000_000)}` },
    { text: "word ".repeat(800_000) },
  ];
  for (const input of inputs) await through(steps, callTo("safe", { input }));
  const [one, , , secret, words] = log.records.map(({ args }) => String(args));
  assert.ok(cleaned <= 64 * 1024, `${cleaned}`);
  assert.equal(one, '{"text":"... (4000000 characters)"}');
  assert.doesNotMatch(secret ?? "", /ghp_/);
  assert.match(words ?? "", /^\{"text":"word word [word ]+word\.\.\. \(4000000 characters\)"\}$/);
  const digests = new Set(log.records.map(({ arg_digest }) => arg_digest));
  assert.equal(digests.size, inputs.length);
});

Deno.test("audit() refuses changes that it cannot record, before they happen, and lets reading pass", async () => {
  const { log, steps } = recording();
  log.isFull = true;
  for (const safety of ["moderate", "destructive"] as const) {
    let ran = false;
    const answer = (): Promise<ToolOutput> => Promise.resolve({ ran: ran = true });
    await assert.rejects(through(steps, callTo(safety), answer), {
      code: "not_recorded",
      message: "Cannot run docker_sample: the audit log cannot be written: no space left on device",
      remedy: /Nothing was changed.*SECURITY_AUDIT_FAIL_MODE=open/,
    });
    assert.equal(ran, false);
  }
  assert.deepEqual(await through(steps, callTo("safe")), {});
  log.isFull = false;
  await through(steps, callTo("moderate"));
  assert.deepEqual(log.records.map(({ phase }) => phase), ["intent", "outcome"]);
});

Deno.test("audit() lets changes pass unrecorded where the operator said so", async () => {
  const { log, steps } = recording({ failsClosed: false });
  log.isFull = true;
  assert.deepEqual(await through(steps, callTo("destructive")), {});
});

Deno.test("audit() records calls that are still running when it ends, once", async () => {
  const { log, steps } = recording();
  const answer = Promise.withResolvers<ToolOutput>();
  const started = Promise.withResolvers<void>();
  const running = through(steps, callTo("moderate"), () => {
    started.resolve();
    return answer.promise;
  });
  await started.promise;
  steps[Symbol.dispose]();
  answer.resolve({});
  await running;
  assert.deepEqual(log.records.map(({ phase, decision, reason }) => [phase, decision, reason]), [
    ["intent", undefined, undefined],
    ["outcome", "aborted", "the server ended"],
  ]);
  assert.equal(log.disposed, true);
});

Deno.test("audit() makes its log with the first call, and once", async () => {
  let made = 0;
  const log = new MemoryLog();
  const { steps } = recording({ log: () => Promise.resolve((made++, log)) });
  assert.equal(made, 0);
  await Promise.all([through(steps, callTo("safe")), through(steps, callTo("safe"))]);
  await steps.open();
  assert.deepEqual([made, log.records.length, log.opened], [1, 2, 1]);
});

Deno.test("audit() that ends before any call opens nothing, prepared or not", async () => {
  const { steps } = recording({ log: () => Promise.reject(new Error("opened")) });
  await steps.prepare();
  steps[Symbol.dispose]();
});

Deno.test("audit() that is prepared records that its log is open, where it is, and not after its end", async () => {
  const { log, steps } = recording();
  await steps.open();
  await steps.prepare();
  assert.equal(log.begun, 1);
  const late = steps.prepare();
  steps[Symbol.dispose]();
  await late;
  assert.equal(log.begun, 1);
});

Deno.test("audit() leaves it to the first call to fail on what cannot be prepared", async () => {
  const { log, steps } = recording({ prepare: () => Promise.reject(new Error("not loaded")) });
  await steps.prepare();
  await through(steps, callTo("moderate"));
  assert.equal(log.records.length, 2);
});
