import { z } from "zod";
import { compose, type Handler, type Step } from "../compose.ts";
import type { Docker } from "../docker/client.ts";
import { DockerError } from "../docker/errors.ts";
import { confirm, type Confirmation } from "../safety/confirm.ts";
import { type CallLimits, deadline, limit } from "../safety/limits.ts";
import { authorize, type ToolPolicy } from "../safety/policy.ts";
import { redact, type RedactionMode, textRedactor } from "../safety/redact.ts";
import { shorten } from "../safety/shorten.ts";
import { sanitize } from "../safety/untrusted.ts";
import { log } from "../telemetry/log.ts";
import { type Audit, unaudited } from "../telemetry/audit.ts";
import { trace } from "../telemetry/trace.ts";
import { parseArguments } from "../tools/arguments.ts";
import type { CreateProfile } from "../tools/create_profile.ts";
import type { Plan } from "../tools/plan.ts";
import type { OutputLimits, ToolCall, ToolContext, ToolOutput } from "../tools/tool.ts";

/** What the steps need to know. */
export interface PipelineOptions {
  readonly docker: Docker;
  /** Asks the Engine even where it did not answer lately; for tools that are `alwaysAllowed`. @default {docker} */
  readonly probingDocker?: Docker | undefined;
  /** One sentence: which Engine was chosen and why; `undefined` before its first use. */
  readonly engineChoice: () => string | undefined;
  readonly limits: OutputLimits;
  /** The folders that may be built from, absolute. @default {[]} */
  readonly buildRoots?: readonly string[];
  /** What tools have to look out for. @default {nothing} */
  readonly rules?: Pick<ToolContext, "privatePaths" | "protection" | "registries">;
  /** Written as the owner label on what this server creates. */
  readonly owner: string;
  /** What every new container is given unasked. @default {nothing} */
  readonly createProfile?: CreateProfile | undefined;
  readonly policy: ToolPolicy;
  /** @default {"standard"} */
  readonly redaction?: RedactionMode | undefined;
  readonly confirmation: Confirmation;
  /** Calls at once, over all clients. */
  readonly maximumCalls: number;
  /** What one client may do of that, and how often. @default {all of it} */
  readonly callerLimits?: Omit<CallLimits, "atOnce"> | undefined;
  /** @default {calls are not recorded} */
  readonly audit?: Audit | undefined;
  /** Seconds a call may take where its tool says nothing else. */
  readonly defaultSeconds: number;
}

/** Runs one call of a tool through every step. */
export type Pipeline = Handler<ToolCall, ToolOutput>;

/** The steps around every call: it passes them top-down, its result, plan, refusal or error bottom-up. */
export function createPipeline(options: PipelineOptions): Pipeline {
  const contextOf = contexts(options);
  const { audit = unaudited } = options;
  return compose([
    trace,
    audit.outcome,
    shorten(options.limits.responseBytes), // what is redacted already: a cut could split a secret
    redact(options.redaction),
    sanitize(),
    authorize(options.policy),
    parse,
    limit({ atOnce: options.maximumCalls, ...options.callerLimits }),
    confirm({
      confirmation: options.confirmation,
      plan: planner(contextOf),
      listRows: options.limits.listRows,
    }),
    audit.intent, // what reaches it is about to act
    deadline(options.defaultSeconds),
  ], runner(contextOf));
}

/** Replaces what the client sent by what the tool's schema made of it, so that later steps see checked arguments only. */
const parse: Step<ToolCall, ToolOutput> = async function parse(call, next) {
  const { input, notes } = parseArguments(call.operation, call.input);
  const output = await next({ ...call, input });
  return notes.length === 0 ? output : { notice: notes.join(". "), ...output };
};

/** What the tool of a call is given. */
type Contexts = (call: ToolCall) => ToolContext;

function contexts(
  { buildRoots = [], createProfile, engineChoice, limits, owner, rules, ...options }:
    PipelineOptions,
): Contexts {
  const { docker, probingDocker = docker } = options;
  const { privatePaths, protection, registries } = rules ?? {};
  const redact = textRedactor(options.redaction);
  const own = {
    redact,
    buildRoots,
    createProfile,
    engineChoice,
    limits,
    owner,
    privatePaths,
    protection,
    registries,
  };
  return ({ operation, signal, progress }) => {
    const asked = operation.alwaysAllowed ? probingDocker : docker;
    return { ...own, docker: asked, signal, progress };
  };
}

function planner(contextOf: Contexts): (call: ToolCall) => Promise<Plan> {
  return async function plan(call) {
    const { operation: tool, input } = call;
    if (tool.plan === undefined) throw new Error(`Cannot plan ${tool.name}: it has no plan`);
    return await tool.plan(contextOf(call), input).catch((error) => {
      throw ofUnknownForm(error, tool.name, "unchanged");
    });
  };
}

function runner(contextOf: Contexts): Pipeline {
  return async function run(call) {
    const { operation, input, planned = [], signal } = call;
    signal.throwIfAborted();
    try {
      // Parsing drops every field the schema does not name, so a newer Engine cannot slip one through.
      return operation.output().parse(await operation.run(contextOf(call), input, planned));
    } catch (error) {
      throw ofUnknownForm(
        error,
        operation.name,
        operation.safety === "safe" ? "unchanged" : "changed",
      );
    }
  };
}

/** The types of answers are trusted, not checked field by field: an error by one that breaks them is told as such. */
function ofUnknownForm(cause: unknown, name: string, engine: "unchanged" | "changed"): unknown {
  const isOfForm = cause instanceof TypeError || cause instanceof RangeError ||
    cause instanceof z.ZodError;
  if (!isOfForm) return cause;
  log.debug("{tool}: {error}", { tool: name, error: cause });
  const message = `Cannot finish ${name}: the Engine's answer has an unexpected form`;
  const remedy = engine === "unchanged"
    ? "Check that what DOCKER_HOST points at is a Docker Engine from 20.10 to 29"
    : "What was asked for may have been done: look before you call again";
  return new DockerError("incomplete", message, { cause, remedy });
}
