import type { Docker } from "../docker/client.ts";
import { DockerError } from "../docker/errors.ts";
import type { ContainerDetails } from "../docker/types.ts";
import type { Operation, ToolOutput } from "../tools/tool.ts";
import type { NameKind } from "./named_objects.ts";

/** One resource in a list. */
export interface ResourceRow {
  readonly uri: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: string;
}

/** What is to be shown of a resource that was read. */
export interface ResourceText {
  readonly text: string;
  /** What is missing in the text, where something is. */
  readonly note?: string | undefined;
  /** Where the text comes from, when others wrote it: then it has to be fenced. */
  readonly source?: string | undefined;
}

/** A container whose changes are followed, and who is told of them. */
export interface Followed {
  readonly docker: Docker;
  readonly container: ContainerDetails;
  readonly signal: AbortSignal;
  /** Whether something may have changed since it was followed the last time. */
  readonly isResumed: boolean;
  /** From here on no change is overlooked. */
  opened(): void;
  /** A reader would see something else than before. */
  changed(): void;
}

/** A kind of resource: one for each container. */
export interface ResourceDefinition {
  /** Names the template, and both operations for the policy. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: string;
  /** With one variable, which is the last segment. */
  readonly uriTemplate: `container://${string}/{container_id}`;
  /** What completes the variable. */
  readonly completes: NameKind;
  /** Whether a text can be the variable's value. */
  readonly isValue: (value: string) => boolean;
  /** Lists what there is a resource for; runs through the pipeline with `listInput`. */
  readonly list: Operation;
  readonly listInput: Readonly<Record<string, unknown>>;
  /** The resources in what was listed. */
  rows(output: ToolOutput, uri: (value: string) => string): ResourceRow[];
  /** Reads one; runs through the pipeline with `readInput`. */
  readonly read: Operation;
  readonly readInput: (value: string) => Readonly<Record<string, unknown>>;
  contents(output: ToolOutput): ResourceText;
  /** Tells of changes until the container stops; rejects where it cannot be followed. */
  follow(followed: Followed): Promise<void>;
}

/** A kind of resource, and what follows from its template. */
export interface Resource extends ResourceDefinition {
  /** The variable's value in a URI; undefined where it is not one of this template. */
  value(uri: string): string | undefined;
  uri(value: string): string;
  /** The resources in what was listed. */
  listed(output: ToolOutput): ResourceRow[];
}

/** There is no resource with this URI, or no longer. */
export class ResourceNotFoundError extends Error {
  override readonly name = "ResourceNotFoundError";
  /** One sentence: what to do next. */
  readonly remedy = "List the resources to see which there are";

  constructor(readonly uri: string, options?: ErrorOptions) {
    super(`Cannot find resource ${JSON.stringify(uri.slice(0, LONGEST_SHOWN))}`, options);
  }
}

/** Characters of an unknown URI in a message. */
const LONGEST_SHOWN = 200;

/** Makes the functions that follow from the template. */
export function defineResource(definition: ResourceDefinition): Resource {
  const begin = definition.uriTemplate.replace(/\{.*/, "");
  const uri = (value: string): string => begin + encodeURIComponent(value);
  return {
    ...definition,
    uri,
    value(uri) {
      if (!uri.startsWith(begin)) return undefined;
      const value = decoded(uri.slice(begin.length));
      return value !== undefined && definition.isValue(value) ? value : undefined;
    },
    listed: (output) => definition.rows(output, uri),
  };
}

/**
 * The resource that a URI names, and the value of its variable.
 *
 * @throws {ResourceNotFoundError}
 */
export function resourceAt(
  resources: readonly Resource[],
  uri: string,
): { resource: Resource; value: string } {
  for (const resource of resources) {
    const value = resource.value(uri);
    if (value !== undefined) return { resource, value };
  }
  throw new ResourceNotFoundError(uri);
}

/** What an error of reading a resource means: an object that is missing is a resource that is. */
export function resourceError(error: unknown, uri: string): unknown {
  const isMissing = error instanceof DockerError && error.code === "not_found";
  return isMissing ? new ResourceNotFoundError(uri, { cause: error }) : error;
}

/** One segment, percent-decoded once; what it may hold is checked by its grammar. */
function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined; // "%" without two digits, or bytes that are not UTF-8
  }
}
