import type { ContainerDetails } from "../docker/types.ts";
import { plainName } from "../tools/container_view.ts";
import { fieldsOf, textOf } from "../tools/security_values.ts";
import { COMPOSE_SERVICE } from "./network_peers.ts";

const COMPOSE_PROJECT = "com.docker.compose.project";
/** As DNS allows, because a service's name is one. */
const LONGEST_NAME = 63;

/** The Compose project that all containers come from; undefined where they come from several or none. */
export function commonProject(containers: readonly ContainerDetails[]): string | undefined {
  const projects = new Set(containers.map((details) => projectOf(details.Config?.Labels)));
  const [project] = projects;
  return projects.size === 1 && project !== undefined && /^[a-z0-9][a-z0-9_-]*$/.test(project)
    ? project
    : undefined;
}

/** The Compose project that labels name. */
export function projectOf(labels: unknown): string | undefined {
  return textOf(fieldsOf(labels)[COMPOSE_PROJECT]) || undefined;
}

/** Valid names that do not repeat, in the order of `wishes`. */
export function uniqueNames(
  wishes: readonly string[],
  { otherwise, reserved = [] }: {
    /** For a wish of which nothing is left. */
    readonly otherwise: string;
    readonly reserved?: readonly string[];
  },
): string[] {
  const taken = new Set(reserved);
  return wishes.map((wish) => {
    const plain = wish.replace(/[^a-zA-Z0-9._-]+/g, "-").replace(/^[^a-zA-Z0-9]+/, "")
      .slice(0, LONGEST_NAME) || otherwise;
    let name = plain;
    for (let count = 2; taken.has(name); count++) name = `${plain}-${count}`;
    taken.add(name);
    return name;
  });
}

/** The names of the services: those they have in Compose, else those of the containers. */
export function serviceNames(containers: readonly ContainerDetails[]): string[] {
  const wishes = containers.map(({ Config, Name }) =>
    textOf(fieldsOf(Config?.Labels)[COMPOSE_SERVICE]) || plainName(textOf(Name))
  );
  return uniqueNames(wishes, { otherwise: "service" });
}
