/** Why this server itself did not do what was asked; what the Engine says is a `DockerError`. */
export type RefusalCode =
  | "invalid_arguments"
  | "not_allowed"
  | "unknown_tool"
  | "unknown_prompt"
  | "policy"
  | "confirmation_required"
  | "confirmation_refused"
  | "declined"
  | "not_recorded"
  | "too_many_calls"
  | "timeout";

/** A call that this server refused or gave up; `remedy` tells the model what to do next. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";

  /**
   * @param code Why, for programs.
   * @param message Why, for people.
   * @param remedy One sentence on what to do next.
   */
  constructor(readonly code: RefusalCode, message: string, readonly remedy?: string) {
    super(message);
  }
}
