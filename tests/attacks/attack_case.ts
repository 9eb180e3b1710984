import type { FakeReply } from "../fakes/fake_transport.ts";
import type { ProfileName } from "./profiles.ts";

/** What must happen for an attack to count as stopped. */
export type Stopped =
  /** It is refused for this reason, and no request that changes anything reached the Engine. */
  | { readonly refused: RegExp }
  /** These texts are nowhere in what the client or the log got, whether the call succeeds or not. */
  | { readonly absent: readonly string[]; readonly shows?: readonly string[] }
  /** No request to the Engine holds this, whether the call succeeds or not. */
  | { readonly unsent: RegExp }
  /** The call is in the audit log, in whole lines about nothing else, and these texts are not. */
  | { readonly unrecorded: readonly string[] }
  /** Whoever checks the audit log after this edit, made behind the call, is told. */
  | { readonly found: Edit };

/** A change of the audit log, line by line. */
export type Edit = (lines: readonly string[]) => readonly string[];

/** What must happen for a legitimate call to count as passed: it succeeds, and has its effect. */
export interface Passed {
  /** Each matches `METHOD /path?query body` of a request that reached the Engine. */
  readonly sends?: readonly RegExp[];
  /** Each is in the answer. */
  readonly shows?: readonly string[];
  /** Each matches a line that the call added to the audit log. */
  readonly records?: readonly RegExp[];
  /** The audit log, or what this makes of it, is found to be in order. */
  readonly sound?: Edit;
}

/** One call of a tool; `{place}` in a text stands for a folder of the run, see `folders.ts`. */
export interface Call {
  readonly tool: string;
  /** An object, or the JSON text itself where no object can say it. */
  readonly input: Readonly<Record<string, unknown>> | string;
  /** The `confirm` argument, made from the tokens that plans of this case showed so far. */
  readonly confirm?: (tokens: readonly string[]) => string;
  /** What the client answers where it is asked to ask its user. @default {"decline"} */
  readonly answer?: keyof typeof ANSWERS;
}

/** What a client can answer where it is asked to ask its user. */
export const ANSWERS = {
  accept: { action: "accept", content: { delete: true } },
  decline: { action: "decline" },
  cancel: { action: "cancel" },
  /** The form came back, and its box was not ticked. */
  unticked: { action: "accept", content: { delete: false } },
  /** The form came back without its box. */
  empty: { action: "accept", content: {} },
  missing: { action: "accept" },
  /** A word where yes or no belongs. */
  word: { action: "accept", content: { delete: "true" } },
  other: { action: "accept", content: { confirm: true } },
  unknown: { action: "yes", content: { delete: true } },
} as const;

/** What all cases have. */
interface AnyCase {
  /** What is particular about it; unique in its family. */
  readonly name: string;
  readonly call: Call;
  /** The server it is tried on. @default {"ordinary"} */
  readonly on?: ProfileName;
  /** What the Engine answers differently, by endpoint. */
  readonly engine?: Readonly<Record<string, FakeReply>>;
  /** Calls before it, which must succeed. */
  readonly before?: readonly Call[];
  /** What the Engine answers differently from then on. */
  readonly meanwhile?: Readonly<Record<string, FakeReply>>;
}

/** Something that must be stopped. */
export interface Attack extends AnyCase {
  readonly stopped: Stopped;
}

/** A legitimate neighbour of an attack. */
export interface Control extends AnyCase {
  readonly passed: Passed;
  /** Also tried on a real Engine, which must accept it. @default {false} */
  readonly real?: boolean;
}

/** The cases of one rule. */
export interface Family {
  /** Three capital letters, as in the threat model. */
  readonly code: string;
  /** What is defended, in a few words. */
  readonly title: string;
  readonly attacks: readonly Attack[];
  readonly controls: readonly Control[];
}

/** A text made of characters that must not stand in a source, such as U+202E. */
export function character(...codes: readonly number[]): string {
  return String.fromCodePoint(...codes);
}
