import type { Step } from "../compose.ts";
import { RefusedError } from "../tools/refused.ts";
import type { ToolCall, ToolOutput } from "../tools/tool.ts";

/** What stands between a destructive call and its effect: a confirmed plan, a person's word, or nothing. */
export type Confirmation = true | "human" | false;

/**
 * Lets destructive calls pass only where no confirmation is asked for: this version has no way to confirm one yet, and a
 * confirmation that cannot be given must not count as given.
 */
export function confirm(confirmation: Confirmation): Step<ToolCall, ToolOutput> {
  return function confirm(call, next) {
    if (call.tool.safety !== "destructive" || confirmation === false) return next(call);
    return Promise.reject(
      new RefusedError(
        "confirmation_required",
        `${call.tool.name} needs a confirmation, which this version cannot ask for yet`,
        "Do not retry: the operator can allow it without confirmation with " +
          "SAFETY_REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE=false",
      ),
    );
  };
}
