import { redactValue } from "./redact.ts";
import { sanitizeValue } from "./untrusted.ts";

/** A text or JSON value without control characters and secrets, for logs and records; in this order, so that none hides in the other. */
export function cleanValue(value: unknown): unknown {
  return redactValue(sanitizeValue(value));
}
