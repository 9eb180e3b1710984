import type { z } from "zod";
import type { Principal } from "../auth/principal.ts";
import type { Docker } from "../docker/client.ts";

/** What a call may do: read only, change something that can be undone, or lose something for good. */
export type Safety = "safe" | "moderate" | "destructive";

/** Limits on what one answer may carry; 0 means no limit, as in the contract. */
export interface OutputLimits {
  /** Newest log lines kept. */
  readonly logLines: number;
  /** Bytes of exec output kept: the first quarter and the last three quarters. */
  readonly execBytes: number;
  /** Rows of a list. */
  readonly listRows: number;
  /** Bytes of one string inside an inspect answer; 0 leaves them whole. */
  readonly inspectFieldBytes: number;
  /** Bytes of a whole answer, as JSON. */
  readonly responseBytes: number;
}

/** How far a long call has come, as MCP's `notifications/progress` tells it. */
export interface Progress {
  /** Grows with every notification of a call. */
  readonly progress: number;
  /** The value at which the call is done, where that is known. */
  readonly total?: number;
  /** One line for a person. */
  readonly message?: string;
}

/** What a tool is given besides its input. */
export interface ToolContext {
  /** The Engine, through the guard; not contacted before its first use. */
  readonly docker: Docker;
  /** One sentence: which Engine was chosen and why; `undefined` before its first use. */
  readonly engineChoice: () => string | undefined;
  /** Aborts when the client cancels, disconnects, or the deadline passes. */
  readonly signal: AbortSignal;
  readonly limits: OutputLimits;
  /** The folders that may be built from, absolute; a relative one counts from the first. */
  readonly buildRoots: readonly string[];
  /** Written as the owner label on what this server creates. */
  readonly owner: string;
  /** Tells the client, if it asked, how far the call is; never throws and never waits. */
  readonly progress: (progress: Progress) => void;
}

/** One object that a destructive call will delete. */
export interface PlannedObject {
  readonly kind: "container" | "image" | "network" | "volume";
  readonly id: string;
  readonly name?: string;
  /** Bytes that deleting it sets free, where the Engine tells. */
  readonly size?: number;
  /** Every name that an image goes by. */
  readonly tags?: readonly string[];
  /** Names of the containers that use it. */
  readonly used_by?: readonly string[];
}

/** Everything there is to say about one tool; all else about it is derived from this value. */
export interface Tool<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodObject = z.ZodObject,
> {
  /** `docker_` and a verb with its noun. */
  readonly name: string;
  /** For people, at most 40 characters. */
  readonly title: string;
  readonly safety: Safety;
  /** For the model: when to use the tool and what it changes, under 300 characters. */
  readonly description: string;
  /** Whether calling twice with the same arguments changes nothing more. @default {false} */
  readonly idempotent?: boolean;
  /** Whether it reaches beyond the Engine, e.g. to a registry. @default {false} */
  readonly openWorld?: boolean;
  /** Seconds a call may take; a function where an argument decides. @default {the configured default} */
  readonly seconds?: number | ((input: z.output<Input>) => number);
  /** Runs however many calls are running, so that one can always find out what is wrong. @default {false} */
  readonly alwaysAllowed?: boolean;
  /**
   * Output fields that hold text which containers or images wrote; where one is filled, a notice ahead of all says so.
   * `rows.field` is a field of any row of a list.
   */
  readonly untrusted?: readonly string[];
  /** Built on first use and kept, because schemas cost start-up time. */
  readonly input: () => Input;
  readonly output: () => Output;
  /** Arguments that are valid, for the docs and the laws. */
  readonly example: z.input<Input>;
  /** Destructive tools only: the exact objects a call would delete. */
  plan?(context: ToolContext, input: z.output<Input>): Promise<readonly PlannedObject[]>;
  /** Does the work; `planned` is what `plan` found, for tools that have one. */
  run(
    context: ToolContext,
    input: z.output<Input>,
    planned: readonly PlannedObject[],
  ): Promise<z.input<Output>>;
}

/** One call of one tool on its way through the pipeline. */
export interface ToolCall {
  readonly tool: Tool;
  /** As the client sent it, until the `parse` step has replaced it by what the schema made of it. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly caller: Principal;
  readonly facts: CallFacts;
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
}

/** What becomes known about a call on its way, for the log and the audit; steps add to it, and none decides by it. */
export interface CallFacts {
  /** Names the call in the log and the audit. */
  readonly id: string;
  /** Secrets replaced, by their kind. */
  readonly redactions: Map<string, number>;
  /** Characters and sequences removed, by their class. */
  readonly sanitised: Map<string, number>;
  /** Ids of the objects that the call changes or would change. */
  readonly targets: Set<string>;
  /** Requests made to the Engine. */
  engineCalls: number;
}

/** The facts of a call that has just begun. */
export function newFacts(): CallFacts {
  return {
    id: crypto.randomUUID(),
    redactions: new Map(),
    sanitised: new Map(),
    targets: new Set(),
    engineCalls: 0,
  };
}

/** What a tool answered; a plain JSON object. */
export type ToolOutput = Readonly<Record<string, unknown>>;

/** Checks the types of a tool and makes its schemas once. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  tool: Tool<Input, Output>,
): Tool<Input, Output> {
  return { ...tool, input: once(tool.input), output: once(tool.output) };
}

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
