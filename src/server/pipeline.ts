import { compose, type Handler, type Step } from "../compose.ts";
import type { Docker } from "../docker/client.ts";
import { confirm, type Confirmation } from "../safety/confirm.ts";
import { deadline, limitConcurrency } from "../safety/limits.ts";
import { authorize, type ToolPolicy } from "../safety/policy.ts";
import { redact } from "../safety/redact.ts";
import { shorten } from "../safety/shorten.ts";
import { sanitize } from "../safety/untrusted.ts";
import { trace } from "../telemetry/trace.ts";
import { parseArguments } from "../tools/arguments.ts";
import type { OutputLimits, ToolCall, ToolOutput } from "../tools/tool.ts";

/** What the steps need to know. */
export interface PipelineOptions {
  readonly docker: Docker;
  /** One sentence: which Engine was chosen and why; `undefined` before its first use. */
  readonly engineChoice: () => string | undefined;
  readonly limits: OutputLimits;
  /** Written as the owner label on what this server creates. */
  readonly owner: string;
  readonly policy: ToolPolicy;
  readonly confirmation: Confirmation;
  /** Calls at once, over all clients. */
  readonly maximumCalls: number;
  /** Seconds a call may take where its tool says nothing else. */
  readonly defaultSeconds: number;
}

/** Runs one call of a tool through every step. */
export type Pipeline = Handler<ToolCall, ToolOutput>;

/** The steps around every call: it passes them top-down, its result, plan, refusal or error bottom-up. */
export function createPipeline(options: PipelineOptions): Pipeline {
  return compose([
    trace,
    redact(),
    sanitize(),
    shorten(options.limits.responseBytes),
    authorize(options.policy),
    parse,
    limitConcurrency(options.maximumCalls),
    confirm(options.confirmation),
    deadline(options.defaultSeconds),
  ], run(options));
}

/** Replaces what the client sent by what the tool's schema made of it, so that later steps see checked arguments only. */
const parse: Step<ToolCall, ToolOutput> = async function parse(call, next) {
  const { input, notes } = parseArguments(call.tool, call.input);
  const output = await next({ ...call, input });
  return notes.length === 0 ? output : { notice: notes.join(". "), ...output };
};

function run({ docker, engineChoice, limits, owner }: PipelineOptions): Pipeline {
  return async function run({ tool, input, signal, progress }) {
    signal.throwIfAborted();
    const context = { docker, engineChoice, limits, owner, signal, progress };
    const planned = await tool.plan?.(context, input) ?? [];
    // Parsing drops every field the schema does not name, so a newer Engine cannot slip one through.
    return tool.output().parse(await tool.run(context, input, planned));
  };
}
