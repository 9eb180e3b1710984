import { DockerError } from "../errors.ts";

/**
 * An answer that is a list; `null`, which Engines send for an empty one, is one.
 *
 * Items that are no objects are left out; the fields of the others are not checked: their types are tolerant, each may be missing.
 *
 * @throws {DockerError} `incomplete` for anything else
 */
export function listOf<Item>(answer: unknown, action: string): Item[] {
  if (answer === null || answer === undefined) return [];
  if (Array.isArray(answer)) return answer.filter((item) => item instanceof Object);
  throw unexpected(action);
}

/**
 * An answer that is one object.
 *
 * @throws {DockerError} `incomplete` for anything else
 */
export function objectOf<Answer extends object>(answer: unknown, action: string): Answer {
  if (typeof answer === "object" && answer !== null && !Array.isArray(answer)) {
    return answer as Answer;
  }
  throw unexpected(action);
}

function unexpected(action: string): DockerError {
  return new DockerError("incomplete", `Cannot ${action}: the answer has an unexpected form`, {
    remedy: "Check that what DOCKER_HOST points at is a Docker Engine",
  });
}
