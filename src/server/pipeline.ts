import { z } from "zod";
import { compose, type Handler, type Step } from "../compose.ts";
import type { Docker } from "../docker/client.ts";
import { DockerError } from "../docker/errors.ts";
import { confirm, type Confirmation } from "../safety/confirm.ts";
import { deadline, limitConcurrency } from "../safety/limits.ts";
import { authorize, type ToolPolicy } from "../safety/policy.ts";
import { redact } from "../safety/redact.ts";
import { shorten } from "../safety/shorten.ts";
import { sanitize } from "../safety/untrusted.ts";
import { log } from "../telemetry/log.ts";
import { trace } from "../telemetry/trace.ts";
import { parseArguments } from "../tools/arguments.ts";
import type { OutputLimits, Tool, ToolCall, ToolOutput } from "../tools/tool.ts";

/** What the steps need to know. */
export interface PipelineOptions {
  readonly docker: Docker;
  /** One sentence: which Engine was chosen and why; `undefined` before its first use. */
  readonly engineChoice: () => string | undefined;
  readonly limits: OutputLimits;
  /** The folders that may be built from, absolute. @default {[]} */
  readonly buildRoots?: readonly string[];
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
    shorten(options.limits.responseBytes), // what is redacted already: a cut could split a secret
    redact(),
    sanitize(),
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

function run(
  { buildRoots = [], docker, engineChoice, limits, owner }: PipelineOptions,
): Pipeline {
  return async function run({ tool, input, signal, progress }) {
    signal.throwIfAborted();
    const context = { buildRoots, docker, engineChoice, limits, owner, signal, progress };
    try {
      const planned = await tool.plan?.(context, input) ?? [];
      // Parsing drops every field the schema does not name, so a newer Engine cannot slip one through.
      return tool.output().parse(await tool.run(context, input, planned));
    } catch (error) {
      if (!isOfForm(error)) throw error;
      log.debug("{tool}: {error}", { tool: tool.name, error });
      throw unexpectedForm(tool, error);
    }
  };
}

/** The types of answers are trusted, not checked field by field: one that breaks them ends here. */
function isOfForm(error: unknown): error is Error {
  return error instanceof TypeError || error instanceof RangeError || error instanceof z.ZodError;
}

function unexpectedForm({ name, safety }: Tool, cause: Error): DockerError {
  const message = `Cannot finish ${name}: the Engine's answer has an unexpected form`;
  const remedy = safety === "safe"
    ? "Check that what DOCKER_HOST points at is a Docker Engine from 20.10 to 29"
    : "What was asked for may have been done: look before you call again";
  return new DockerError("incomplete", message, { cause, remedy });
}
