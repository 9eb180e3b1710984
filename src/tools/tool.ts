import type { z } from "zod";
import type { Principal } from "../auth/principal.ts";
import type { Docker } from "../docker/client.ts";
import { type Plan, type PlannedObject, withConfirm, withPlan } from "./plan.ts";
import type { CreateProfile } from "./create_profile.ts";
import type { Protection } from "./protection.ts";
import type { RegistryPolicy } from "./registry.ts";

/** What an operation is to a client. */
export type OperationKind = "tool" | "prompt" | "resource";

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
  /** What no build may send, absolute. @default {nothing} */
  readonly privatePaths?: readonly string[] | undefined;
  /** Written as the owner label on what this server creates. */
  readonly owner: string;
  /** What every new container is given unasked. @default {nothing} */
  readonly createProfile?: CreateProfile | undefined;
  /** Which registries may be used. @default {all} */
  readonly registries?: RegistryPolicy | undefined;
  /** Which objects must stay as they are. @default {none} */
  readonly protection?: Protection | undefined;
  /** Replaces secrets in a text that is cut before the pipeline sees it: a cut could tear one. */
  readonly redact: (text: string) => string;
  /** Tells the client, if it asked, how far the call is; never throws and never waits. */
  readonly progress: (progress: Progress) => void;
}

/** What the pipeline runs: a tool, a prompt or a resource. */
export interface Operation<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodObject = z.ZodObject,
> {
  /** Unique among its kind. */
  readonly name: string;
  /** @default {"tool"} */
  readonly kind?: OperationKind;
  /** The tool that shows the same: where that may not be called, this may not either. @default {none} */
  readonly sameAsTool?: string;
  readonly safety: Safety;
  /** Seconds a call may take; a function where an argument decides. @default {the configured default} */
  readonly seconds?: number | ((input: z.output<Input>) => number);
  /** Runs however many calls are running, so that one can always find out what is wrong. @default {false} */
  readonly alwaysAllowed?: boolean;
  /** Whether it makes an Engine or a registry work hard, so that its calls are also counted apart. @default {false} */
  readonly expensive?: boolean;
  /**
   * Output fields that hold text which containers or images wrote; where one is filled, a notice ahead of all says so.
   * `rows.field` is a field of any row of a list.
   */
  readonly untrusted?: readonly string[];
  /** Built on first use and kept, because schemas cost start-up time. */
  readonly input: () => Input;
  readonly output: () => Output;
  /** Arguments that are valid, for messages, the docs and the laws. */
  readonly example: z.input<Input>;
  /** Destructive tools only: the exact objects a call would delete; changes nothing. */
  plan?(context: ToolContext, input: z.output<Input>): Promise<Plan>;
  /** Does the work; `planned` are the objects that `plan` found, for tools that have one. */
  run(
    context: ToolContext,
    input: z.output<Input>,
    planned: readonly PlannedObject[],
  ): Promise<z.input<Output>>;
}

/** Everything there is to say about one tool; all else about it is derived from this value. Its name is `docker_` and a verb with its noun. */
export interface Tool<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodObject = z.ZodObject,
> extends Operation<Input, Output> {
  readonly kind?: "tool";
  /** For people, at most 40 characters. */
  readonly title: string;
  /** For the model: when to use the tool and what it changes, under 300 characters. */
  readonly description: string;
  /** Whether calling twice with the same arguments changes nothing more. @default {false} */
  readonly idempotent?: boolean;
  /** Whether it reaches beyond the Engine, e.g. to a registry. @default {false} */
  readonly openWorld?: boolean;
}

/** One call of one operation on its way through the pipeline. */
export interface ToolCall {
  readonly operation: Operation;
  /** As the client sent it, until the `parse` step has replaced it by what the schema made of it. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly caller: Principal;
  readonly facts: CallFacts;
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
  /** What the client can say of its user's will; nothing where it has none to ask. */
  readonly consent?: Consent | undefined;
  /** What a destructive call may delete; set by the step that confirms it. */
  readonly planned?: readonly PlannedObject[];
}

/** What the user of a client says to a plan; anything but `accept` is a no. */
export type Answer = "accept" | "decline" | "cancel" | "silence" | "unasked";

/** A client that can put a question to its user, and what came of the last one. */
export interface Consent {
  /** The user's answer to a plan, with the token of that plan. */
  readonly answered?: { readonly token: string; readonly answer: Answer };
}

/** How a call came in. */
export interface CallOrigin {
  readonly transport: "stdio";
  /** The protocol revision that was agreed on. */
  readonly protocol?: string | undefined;
  /** Absent on stdio. */
  readonly clientIp?: string | undefined;
}

/** What becomes known about a call on its way, for the log and the audit; steps add to it, and none decides by it. */
export interface CallFacts {
  /** Names the call in the log and the audit. */
  readonly id: string;
  readonly origin: CallOrigin;
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
export function newFacts(origin: CallOrigin = { transport: "stdio" }): CallFacts {
  return {
    id: crypto.randomUUID(),
    origin,
    redactions: new Map(),
    sanitised: new Map(),
    targets: new Set(),
    engineCalls: 0,
  };
}

/** What a tool answered; a plain JSON object. */
export type ToolOutput = Readonly<Record<string, unknown>>;

/** Checks the types of a tool and makes its schemas once; a destructive one can also answer a plan and take its token. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  tool: Tool<Input, Output>,
): Tool<Input, Output> {
  const { input, output } = tool;
  if (tool.safety !== "destructive") return { ...tool, input: once(input), output: once(output) };
  return {
    ...tool,
    input: once(() => withConfirm(input())),
    output: once(() => withPlan(output())),
  };
}

/** Makes a value when it is first asked for, and keeps it. */
export function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
