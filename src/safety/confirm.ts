import type { Step } from "../compose.ts";
import { type Plan, type PlanAnswer, showPlan } from "../tools/plan.ts";
import { RefusedError } from "../tools/refused.ts";
import type { Answer, ToolCall, ToolOutput } from "../tools/tool.ts";
import { type Bound, type Broken, type Opened, PLAN_SECONDS, PlanSeals } from "./plan_seal.ts";
import { changesBetween, type PlannedSet, plannedSet } from "./plan_set.ts";
import { redactText } from "./redact.ts";

/** What stands between a destructive call and its effect: a confirmed plan, a person's word, or nothing. */
export type Confirmation = true | "human" | false;

/** What the step needs to know. */
export interface ConfirmOptions {
  readonly confirmation: Confirmation;
  /** What a call would do; asks the Engine and changes nothing. */
  readonly plan: (call: ToolCall) => Promise<Plan>;
  /** Objects that a plan lists; 0 lists all. @default {0} */
  readonly listRows?: number;
  /** @default {new PlanSeals()} */
  readonly seals?: PlanSeals;
}

/** Planning only reads, but a prune looks at everything there is. */
const PLANNING_SECONDS = 120;

/**
 * Stops each destructive call at its plan. It passes only with the token of that plan: once, within 120 s, for the same caller,
 * tool, arguments and set of objects. Where the client can ask its user, the token comes back with the user's yes. A plan
 * without objects needs no confirmation. What passes has `planned`, and deletes nothing else; what changes between the look
 * right before the act and the deletion of an object is not seen.
 */
export function confirm(options: ConfirmOptions): Step<ToolCall, ToolOutput> {
  const { confirmation, plan, listRows = 0, seals = new PlanSeals() } = options;
  return async function confirm(call, next) {
    if (call.operation.safety !== "destructive") return await next(call);
    if (confirmation === "human" && call.consent === undefined) throw nobodyToAsk(call);
    const { confirm: given, ...input } = call.input;
    const bare = { ...call, input };
    const opened = confirmation === false ? undefined : await open(bare, given, seals);
    const found = await inTime(bare, plan);
    for (const { id } of found.objects) call.facts.targets.add(id);
    const act = (): Promise<ToolOutput> => next({ ...bare, planned: found.objects });
    if (confirmation === false || found.objects.length === 0) return await act();
    const set = plannedSet(found);
    const show = async (): Promise<PlanAnswer> => ({
      status: "planned",
      plan: showPlan(found, listRows),
      confirm: await tokenFor(bare, set, seals),
      expires_in: PLAN_SECONDS,
      next_step: nextStep(bare),
    });
    if (opened === undefined) return { ...await show() };
    // Used up before anything is done, so that two calls with one token act once, and even where the act then fails: it may
    // have deleted a part, and what is left is another set.
    const claimed = seals.claim(opened);
    if (typeof claimed === "string") throw refused(bare, claimed);
    if (await opened.isFor(set)) return await act();
    return { ...await show(), changed: changesBetween(claimed.set, set) };
  };
}

/** The token of a call where it has one that counts. */
async function open(
  call: ToolCall,
  given: unknown,
  seals: PlanSeals,
): Promise<Opened | undefined> {
  const answered = call.consent?.answered;
  const token = answered?.token ?? given;
  if (typeof token !== "string") return undefined;
  const opened = await seals.open(token, boundOf(call, answered === undefined ? "shown" : "asked"));
  if (answered !== undefined && answered.answer !== "accept") {
    if (typeof opened === "object") seals.claim(opened); // no yes after a no
    throw notAgreed(call, answered.answer);
  }
  if (typeof opened === "string") throw refused(call, opened);
  return opened;
}

/** A token that gets through the redactor: one of thousands looks like some maker's. */
async function tokenFor(call: ToolCall, set: PlannedSet, seals: PlanSeals): Promise<string> {
  const bound = boundOf(call, call.consent === undefined ? "shown" : "asked");
  for (;;) {
    const token = await seals.issue(bound, set);
    if (redactText(token) === token) return token;
  }
}

function boundOf({ caller, operation, input }: ToolCall, way: Bound["way"]): Bound {
  return { way, caller: caller.id, tool: operation.name, input: JSON.stringify(input, sortedKeys) };
}

/** The order in which a client writes the keys of an argument means nothing. */
function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => one < other ? -1 : 1));
}

async function inTime(call: ToolCall, plan: ConfirmOptions["plan"]): Promise<Plan> {
  call.signal.throwIfAborted();
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(tooSlow(call)), PLANNING_SECONDS * 1000);
  try {
    return await plan({ ...call, signal: AbortSignal.any([call.signal, late.signal]) });
  } finally {
    clearTimeout(timer);
  }
}

function nextStep({ operation }: ToolCall): string {
  return `Nothing is deleted yet. Show this plan to the user; if they agree, call ${operation.name} again within ` +
    `${PLAN_SECONDS} s with the same arguments and this confirm`;
}

const REASONS: Readonly<Record<Broken, string>> = {
  malformed: "is not one that this server gives",
  other_run: "was given by another run of this server",
  changed: "was changed, or not given for this",
  expired: `has expired: it counts for ${PLAN_SECONDS} s`,
  other_caller: "was given to another client",
  other_tool: "was given for another tool",
  other_input: "was given for other arguments",
  used: "was used already, or too many plans were made since",
};

function refused({ operation }: ToolCall, broken: Broken): RefusedError {
  return new RefusedError(
    "confirmation_refused",
    `Nothing was deleted: the confirmation ${REASONS[broken]}`,
    `Call ${operation.name} without confirm to see what it would delete now`,
  );
}

const ANSWERS: Readonly<Record<Exclude<Answer, "accept">, string>> = {
  decline: "the user said no",
  cancel: "the user did not agree",
  silence: `the user did not answer within ${PLAN_SECONDS} s`,
  unasked: "the client failed to ask the user",
};

function notAgreed({ operation }: ToolCall, answer: Exclude<Answer, "accept">): RefusedError {
  return new RefusedError(
    "declined",
    `Nothing was deleted: ${ANSWERS[answer]}`,
    `Do not call ${operation.name} for this again unless the user asks for it`,
  );
}

function nobodyToAsk({ operation }: ToolCall): RefusedError {
  return new RefusedError(
    "confirmation_required",
    `Nothing was deleted: ${operation.name} needs the user's own confirmation, and this client cannot ask for it`,
    "Do not retry: use a client that supports elicitation, or the operator can set " +
      "SAFETY_REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE=true to let the assistant confirm a plan",
  );
}

function tooSlow({ operation }: ToolCall): RefusedError {
  return new RefusedError(
    "timeout",
    `Nothing was deleted: ${operation.name} could not tell within ${PLANNING_SECONDS} s what it would delete`,
    "Ask for less, or call again when the Engine is less busy",
  );
}
