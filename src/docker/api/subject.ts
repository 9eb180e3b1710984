import type { DockerObject } from "../errors.ts";

/** The words and the object of a request about one object, for errors. */
export interface Subject {
  readonly action: string;
  readonly object: DockerObject;
}

/** E.g. `stop container "web"`. */
export function subject(verb: string, kind: DockerObject["kind"], id: string): Subject {
  return { action: `${verb} ${kind} "${id}"`, object: { kind, id } };
}
