import assert from "node:assert/strict";
import { z } from "zod";
import { tools } from "../../src/catalog.ts";
import { confirm, type ConfirmOptions } from "../../src/safety/confirm.ts";
import { PlanSeals } from "../../src/safety/plan_seal.ts";
import { redactText } from "../../src/safety/redact.ts";
import type { Plan, PlanAnswer } from "../../src/tools/plan.ts";
import {
  type Answer,
  defineTool,
  type Tool,
  type ToolCall,
  type ToolOutput,
} from "../../src/tools/tool.ts";
import { FakeTime } from "../fakes/fake_time.ts";
import { callOf } from "./tool_call.ts";

const ID = "4f1c2d3e4a5b".padEnd(64, "0");
const PLAN: Plan = {
  objects: [
    { kind: "container", id: ID, name: "web", size: 7 },
    { kind: "volume", id: "data", size: 5 },
  ],
  also: ["Container job can no longer start"],
};

const tool: Tool = defineTool({
  name: "docker_delete",
  title: "Delete",
  safety: "destructive",
  description: "Delete.",
  input: () => z.strictObject({ id: z.string(), filters: z.record(z.string(), z.string()) }),
  output: () => z.object({ status: z.literal("done") }),
  example: { id: "a", filters: {} },
  plan: () => Promise.reject(new Error("The step was given a plan of its own")),
  run: () => Promise.resolve({ status: "done" as const }),
});

const INPUT = { id: "a", filters: { label: "x", until: "1h" } };

/** The step in front of a tool that counts its runs. */
function step(options: Partial<ConfirmOptions> = {}) {
  const seen = { planned: 0, acts: [] as (readonly string[])[], inputs: [] as unknown[] };
  const engine = { plan: PLAN };
  const wrapped = confirm({
    confirmation: true,
    plan: () => (seen.planned++, Promise.resolve(engine.plan)),
    ...options,
  });
  const next = (call: ToolCall): Promise<ToolOutput> => {
    seen.acts.push((call.planned ?? []).map(({ id }) => id));
    seen.inputs.push(call.input);
    return Promise.resolve({ status: "done" });
  };
  const run = (
    input: Readonly<Record<string, unknown>> = INPUT,
    changes: Partial<ToolCall> = {},
  ): Promise<ToolOutput> => wrapped(callOf(tool, { input, ...changes }), next);
  const planned = async (...given: Parameters<typeof run>): Promise<PlanAnswer> => {
    const output = await run(...given);
    assert.equal(output.status, "planned", JSON.stringify(output));
    return output as unknown as PlanAnswer;
  };
  return { engine, next, planned, run, seen, wrapped };
}

/** A client that can ask its user. */
const ASKING = { consent: {} };

function answered(token: string, answer: Answer): Partial<ToolCall> {
  return { consent: { answered: { token, answer } } };
}

Deno.test("confirm() lets every tool pass that is not destructive, unplanned and unchanged", async () => {
  for (const confirmation of [true, "human", false] as const) {
    for (const other of tools.filter(({ safety }) => safety !== "destructive")) {
      const { next, seen, wrapped } = step({ confirmation });
      await wrapped(callOf(other, { input: INPUT }), next);
      assert.deepEqual([seen.planned, seen.inputs], [0, [INPUT]], other.name);
    }
  }
});

Deno.test("confirm() stops every destructive tool at its plan", async () => {
  for (const other of tools.filter(({ safety }) => safety === "destructive")) {
    const { next, seen, wrapped } = step();
    const output = await wrapped(callOf(other), next);
    assert.deepEqual([output.status, seen.acts], ["planned", []], other.name);
  }
});

Deno.test("confirm() answers a plan with totals, side effects, what is lost and how to go on", async () => {
  const { planned, seen } = step();
  const { confirm, next_step, ...answer } = await planned();
  assert.deepEqual(answer, {
    status: "planned",
    plan: {
      objects: [
        { kind: "container", id: "4f1c2d3e4a5b", name: "web", size: 7 },
        { kind: "volume", id: "data", size: 5 },
      ],
      totals: { containers: 1, volumes: 1, size: 12 },
      also: ["Container job can no longer start"],
      cannot_be_undone: "Lost for good: what was written inside containers; the data in volumes",
    },
    expires_in: 120,
  });
  assert.match(confirm, /^[\w-]{80}$/);
  assert.match(next_step, /Nothing is deleted yet.*docker_delete again within 120 s/);
  assert.deepEqual(seen.acts, []);
});

Deno.test("confirm() gives no token that the redactor would take for a secret", async () => {
  const tokens = [`glc_${"a1".repeat(38)}`, "b2".repeat(40)];
  class Unlucky extends PlanSeals {
    override issue(): Promise<string> {
      return Promise.resolve(tokens.shift() ?? "");
    }
  }
  assert.notEqual(redactText(tokens[0] ?? ""), tokens[0]);
  const { planned } = step({ seals: new Unlucky() });
  assert.equal((await planned()).confirm, "b2".repeat(40));
});

Deno.test("confirm() lists no more objects than lists may have, and counts them all", async () => {
  const { planned } = step({ listRows: 1 });
  const { plan } = await planned();
  assert.equal(plan.objects.length, 1);
  assert.equal(plan.not_listed, 1);
  assert.deepEqual(plan.totals, { containers: 1, volumes: 1, size: 12 });
});

Deno.test("confirm() acts on exactly what was planned when the same call comes with the token", async () => {
  const { planned, run, seen } = step();
  const { confirm } = await planned();
  assert.deepEqual(await run({ ...INPUT, confirm }), { status: "done" });
  assert.deepEqual(seen.acts, [[ID, "data"]]);
  assert.deepEqual(seen.inputs, [INPUT], "the tool sees no token");
  assert.equal(seen.planned, 2, "each call is planned once");
});

Deno.test("confirm() takes arguments in another order for the same", async () => {
  const { planned, run, seen } = step();
  const { confirm } = await planned();
  await run({ confirm, filters: { until: "1h", label: "x" }, id: "a" });
  assert.equal(seen.acts.length, 1);
});

Deno.test("confirm() notes what a call would delete", async () => {
  const { wrapped, next } = step();
  const call = callOf(tool, { input: INPUT });
  await wrapped(call, next);
  assert.deepEqual([...call.facts.targets], [ID, "data"]);
});

function otherEnd(token: string): string {
  return token.slice(0, -1) + (token.endsWith("A") ? "B" : "A");
}

const REFUSED: readonly [string, (confirm: string) => Record<string, unknown>, RegExp][] = [
  ["made up", () => ({ confirm: "yes" }), /is not one that this server gives/],
  ["empty", () => ({ confirm: "" }), /is not one that this server gives/],
  ["tampered with", (confirm) => ({ confirm: otherEnd(confirm) }), /was changed/],
  ["for other arguments", (confirm) => ({ id: "b", confirm }), /given for other arguments/],
  ["for wider filters", (confirm) => ({ filters: {}, confirm }), /given for other arguments/],
];

for (const [what, change, reason] of REFUSED) {
  Deno.test(`confirm() deletes nothing with a token that is ${what}, and says why`, async () => {
    const { planned, run, seen } = step();
    const { confirm } = await planned();
    await assert.rejects(run({ ...INPUT, ...change(confirm) }), (error) => {
      assert.ok(error instanceof Error && "code" in error && "remedy" in error);
      assert.equal(error.code, "confirmation_refused");
      assert.match(error.message, /^Nothing was deleted: the confirmation /);
      assert.match(error.message, reason);
      assert.match(String(error.remedy), /Call docker_delete without confirm/);
      return true;
    });
    assert.deepEqual([seen.acts, seen.planned], [[], 1]);
  });
}

Deno.test("confirm() deletes nothing with the token of another caller, tool or process", async () => {
  const { planned, run, seen, wrapped, next } = step();
  const { confirm } = await planned();
  const input = { ...INPUT, confirm };
  await assert.rejects(run(input, { caller: { id: "eve" } }), /given to another client/);
  const other = wrapped(callOf({ ...tool, name: "docker_other" }, { input }), next);
  await assert.rejects(other, /given for another tool/);
  const restarted = step();
  await assert.rejects(restarted.run(input), /given by another run of this server/);
  assert.deepEqual([seen.acts, restarted.seen.acts], [[], []]);
});

Deno.test("confirm() deletes nothing with a token that was used or has expired", async () => {
  let now = 0;
  const { planned, run, seen } = step({ seals: new PlanSeals(() => now) });
  const first = await planned();
  await run({ ...INPUT, confirm: first.confirm });
  await assert.rejects(run({ ...INPUT, confirm: first.confirm }), /was used already/);
  const second = await planned();
  now = 120_000;
  await assert.rejects(run({ ...INPUT, confirm: second.confirm }), /expired: it counts for 120 s/);
  assert.equal(seen.acts.length, 1);
});

Deno.test("confirm() lets one of many calls with the same token act", async () => {
  const looked = Promise.withResolvers<void>();
  let looking = -1; // the first plan is the one that is shown
  const plan = async (): Promise<Plan> => {
    if (++looking === 20) looked.resolve();
    if (looking > 0) await looked.promise;
    return PLAN;
  };
  const { planned, run, seen } = step({ plan });
  const { confirm } = await planned();
  const calls = Array.from({ length: 20 }, () => run({ ...INPUT, confirm }));
  const results = await Promise.allSettled(calls);
  const refused = results.filter(({ status }) => status === "rejected");
  assert.deepEqual([refused.length, seen.acts.length], [19, 1]);
});

Deno.test("confirm() uses a token up even where the act then fails", async () => {
  const { planned, run, seen, wrapped } = step();
  const { confirm } = await planned();
  const input = { ...INPUT, confirm };
  const failing = wrapped(callOf(tool, { input }), () => Promise.reject(new Error("half done")));
  await assert.rejects(failing, /half done/);
  await assert.rejects(run(input), /was used already/);
  assert.deepEqual(seen.acts, []);
});

Deno.test("confirm() deletes nothing from a set that has changed, says what, and shows the new plan", async () => {
  const { engine, planned, run, seen } = step();
  const { confirm } = await planned();
  engine.plan = { objects: [...PLAN.objects, { kind: "volume", id: "new" }] };
  const again = await planned({ ...INPUT, confirm });
  assert.deepEqual(again.changed, ["new: volume new", "gone: Container job can no longer start"]);
  assert.equal(again.plan.totals["volumes"], 2);
  assert.deepEqual(seen.acts, []);
  await assert.rejects(run({ ...INPUT, confirm }), /was used already/);
  await run({ ...INPUT, confirm: again.confirm });
  assert.deepEqual(seen.acts, [[ID, "data", "new"]]);
});

Deno.test("confirm() asks for a new confirmation where only what breaks has changed", async () => {
  const { engine, planned, seen } = step();
  const { confirm } = await planned();
  engine.plan = { ...PLAN, also: [...PLAN.also ?? [], "Container db can no longer start"] };
  const { changed } = await planned({ ...INPUT, confirm });
  assert.deepEqual(changed, ["new: Container db can no longer start"]);
  assert.deepEqual(seen.acts, []);
});

Deno.test("confirm() needs no confirmation for a plan without objects", async () => {
  const { run, seen } = step({ plan: () => Promise.resolve({ objects: [] }) });
  assert.deepEqual(await run(), { status: "done" });
  assert.deepEqual(seen.acts, [[]]);
});

Deno.test("confirm() plans and acts at once where no confirmation is asked for", async () => {
  const { run, seen } = step({ confirmation: false });
  assert.deepEqual(await run({ ...INPUT, confirm: "left over" }), { status: "done" });
  assert.deepEqual([seen.planned, seen.acts, seen.inputs], [1, [[ID, "data"]], [INPUT]]);
});

Deno.test("confirm() passes on why a plan cannot be made, and deletes nothing", async () => {
  const { run, seen } = step({ plan: () => Promise.reject(new Error("no such container")) });
  await assert.rejects(run(), /no such container/);
  assert.deepEqual(seen.acts, []);
});

Deno.test("confirm() refuses without a plan where only a person may agree and none can be asked", async () => {
  const { run, seen } = step({ confirmation: "human" });
  const shown = step();
  const { confirm } = await shown.planned();
  for (const input of [INPUT, { ...INPUT, confirm }]) {
    await assert.rejects(run(input), {
      code: "confirmation_required",
      message: /^Nothing was deleted: .*this client cannot ask/,
      remedy: /elicitation.*SAFETY_REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE=true/,
    });
  }
  assert.deepEqual([seen.planned, seen.acts], [0, []]);
});

for (const confirmation of [true, "human"] as const) {
  Deno.test(`confirm() acts after the user's yes (${confirmation})`, async () => {
    const { planned, run, seen } = step({ confirmation });
    const { confirm } = await planned(INPUT, ASKING);
    await run(INPUT, answered(confirm, "accept"));
    assert.deepEqual(seen.acts, [[ID, "data"]]);
  });

  for (const answer of ["decline", "cancel", "silence", "unasked"] as const) {
    Deno.test(`confirm() deletes nothing after "${answer}", and not after a yes that follows (${confirmation})`, async () => {
      const { planned, run, seen } = step({ confirmation });
      const { confirm } = await planned(INPUT, ASKING);
      await assert.rejects(run(INPUT, answered(confirm, answer)), {
        code: "declined",
        message: /^Nothing was deleted: /,
        remedy: /unless the user asks/,
      });
      await assert.rejects(run(INPUT, answered(confirm, "accept")), /was used already/);
      assert.deepEqual(seen.acts, []);
    });
  }
}

Deno.test("confirm() takes the token of a question from no assistant, and that of a plan from no user", async () => {
  const { planned, run, seen } = step();
  const asked = await planned(INPUT, ASKING);
  const shown = await planned();
  const calls = [
    () => run({ ...INPUT, confirm: asked.confirm }),
    () => run({ ...INPUT, confirm: asked.confirm }, ASKING),
    () => run(INPUT, answered(shown.confirm, "accept")),
  ];
  for (const call of calls) await assert.rejects(call, /was changed, or not given for this/);
  assert.deepEqual(seen.acts, []);
});

Deno.test("confirm() asks the user again when the set has changed meanwhile", async () => {
  const { engine, planned, run, seen } = step({ confirmation: "human" });
  const { confirm } = await planned(INPUT, ASKING);
  engine.plan = { objects: PLAN.objects.slice(0, 1) };
  const again = await planned(INPUT, answered(confirm, "accept"));
  assert.ok(again.changed?.includes("gone: volume data"));
  await run(INPUT, answered(again.confirm, "accept"));
  assert.deepEqual(seen.acts, [[ID]]);
});

Deno.test("confirm() gives up planning after 120 s, and leaves no timer", async () => {
  using time = new FakeTime();
  const { run, seen } = step({
    plan: ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  });
  const rejected = assert.rejects(run(), {
    code: "timeout",
    message: /^Nothing was deleted: docker_delete could not tell within 120 s/,
  });
  await time.pass(120_000);
  await rejected;
  assert.deepEqual([seen.acts, time.pending], [[], 0]);
});
