import { redactEncoded } from "./redact_encoded.ts";
import { hideHistory, redactHistory } from "./redact_history.ts";
import { redactOptions } from "./redact_options.ts";
import { redactPairs, redactProse } from "./redact_pairs.ts";
import { redactPieces } from "./redact_pieces.ts";
import { redactPrivateKeys } from "./redact_pem.ts";
import { redactShapes } from "./redact_shapes.ts";
import { redactUrls } from "./redact_urls.ts";

/** How many secrets were replaced, by their kind. */
export type RedactionCounts = Map<string, number>;

/** What to replace, and where to count it. */
export interface Redaction {
  /** Added to, by the kind that the marker names. */
  readonly counts?: RedactionCounts;
  /** Whether every value of an environment and every build argument goes, secret or not. @default {false} */
  readonly allVariables?: boolean;
}

/** Texts come to rest after one pass more than the one that changed them; few take another. */
const MAXIMUM_PASSES = 4;
const MARKER = /\[redacted:([a-z]+)\]/g;
/** A line as `env` prints it, or `docker logs` with its time. */
const ENVIRONMENT_LINE =
  /^((?:\S{1,64}Z )?(?:export |declare -x )?[A-Z_][A-Z0-9_]{0,127})=(?!\[redacted:).+$/gm;

/**
 * Replaces secrets in a text by markers such as `[redacted:url]`, which name the kind only: private keys, users in URLs, tokens
 * of known makers, values by their keys, and command line options. A text without secrets comes back as it is.
 */
export function redactText(text: string, { counts, allVariables = false }: Redaction = {}): string {
  const redacted = redactPieces(
    text,
    (piece) => allVariables ? hideVariables(redactAll(piece)) : redactAll(piece),
  );
  if (counts !== undefined && redacted !== text) countMarkers(text, redacted, counts);
  return redacted;
}

function redactAll(text: string): string {
  let redacted = redactOnce(text);
  // A marker can make the words around it readable for a rule that could not read the secret.
  for (let pass = 1; pass < MAXIMUM_PASSES && redacted !== text; pass++) {
    text = redacted;
    redacted = redactOnce(text);
  }
  return redacted;
}

/** Adds the markers that a text has now and had not before: what was redacted twice counts once. */
export function countMarkers(before: string, after: string, counts: RedactionCounts): void {
  const found = new Map<string, number>();
  for (const [, kind = ""] of after.matchAll(MARKER)) found.set(kind, (found.get(kind) ?? 0) + 1);
  for (const [, kind = ""] of before.matchAll(MARKER)) found.set(kind, (found.get(kind) ?? 0) - 1);
  for (const [kind, times] of found) {
    if (times > 0) counts.set(kind, (counts.get(kind) ?? 0) + times);
  }
}

function redactOnce(text: string): string {
  return redactPlain(redactEncoded(text, redactPlain));
}

function redactPlain(text: string): string {
  const marked = redactShapes(redactUrls(redactPrivateKeys(text)));
  return redactProse(redactOptions(redactPairs(redactHistory(marked))));
}

function hideVariables(text: string): string {
  return text.includes("=")
    ? hideHistory(text.replace(ENVIRONMENT_LINE, "$1=[redacted:env]"))
    : hideHistory(text);
}
