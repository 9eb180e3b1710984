import type { SecretKind } from "./redact_keys.ts";
import type { KnownRuns } from "./redact_runs.ts";

/** A key with its separator, found in a text. */
export interface Pair {
  readonly key: string;
  readonly kind: SecretKind;
  /** Whether the pair stands in an object under a secret's key, so that its own key may be any. */
  readonly within: boolean;
  /** Whether the key stands in quotes of its own. */
  readonly quoted: boolean;
  /** `:`, `=`, `:=`, `=>`, `,`, or `=` as URLs and JSON escape it. */
  readonly separator: string;
  readonly blankBefore: boolean;
  readonly blankAfter: boolean;
  /** Where the key starts, quotes included. */
  readonly start: number;
  /** Where the value starts. */
  readonly at: number;
  /** Where the line of the value ends. */
  readonly lineEnd: number;
  /** What is known of the text from the pairs before this one. */
  readonly runs: KnownRuns;
}
